//! What becomes of a sync when the service changes one member of its events: the rows stay the same, or the change is reported.
//!
//! Each case is a first sync of a short history into an empty database. A member of the envelope is changed in every event, a
//! property in every event of one type.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use pipeline::fetch::FetchError;
use pump_events::EventCode;
use tandem_sim::history::History;
use tandem_sim::service::{Alteration, Behaviour, Endpoint, Fault, FaultPlan, Mutation, When};
use tandem_sim::writers::event_json;

use crate::contents::ensure_same;
use crate::setup::{Setup, short_history};

/// With fewer events of a type, a changed field is counted among the problems and does not stop a sync.
const FREQUENT: usize = 20;
/// Tables that keep what came as it came.
const AS_RECEIVED: [&str; 7] = [
    "raw_events",
    "raw_event_revisions",
    "rejected_events",
    "events",
    "decode_problem_sets",
    "decode_failures",
    "pump_settings",
];

/// A member of events that the service could change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Member {
    /// Of the properties of these events; `None` for a member of every event.
    pub code: Option<EventCode>,
    /// The name of these events.
    pub event: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// What became of a sync.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The domain tables have the rows that they always had.
    SameRows,
    /// The change was reported, and the answer was not taken for a good one: exit code 4.
    Refused,
    /// The answer is taken to be incomplete: exit code 6.
    Doubted,
}

/// A service whose format can be changed, and what an undisturbed sync makes of it.
pub struct Drifts {
    setup: Setup,
}

const EMPTY: &str = "empty.db";
const UNDISTURBED: &str = "undisturbed.db";
const CHANGED: &str = "changed.db";

impl Drifts {
    /// Simulates the service and syncs once.
    ///
    /// # Errors
    /// Those of the undisturbed sync.
    pub fn new() -> Result<Self> {
        let setup = Setup::new(&short_history(5, 9), Behaviour::default())?;
        drop(setup.pipeline(EMPTY)?);
        setup.sync(UNDISTURBED)?;
        Ok(Self { setup })
    }

    /// The members of events that come often.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        let history = &self.setup.history;
        let properties = frequent_types(history).into_iter().flat_map(|layout| {
            let names = layout.fields.iter().map(|field| field.name);
            names.map(|name| Member { code: Some(layout.code), event: layout.name, name })
        });
        envelope_members(history).into_iter().chain(properties).collect()
    }

    /// Lets `mutation` happen to `member` from the first sync on.
    ///
    /// # Errors
    /// Rows differ and nothing was said, or the sync failed in a way that does not name the change.
    pub fn check(&self, member: Member, mutation: Mutation) -> Result<Outcome> {
        let Member { code, name, .. } = member;
        let alteration = match code {
            None => Alteration::Event { code: None, name, mutation },
            Some(code) => Alteration::Property { code: u16::try_from(code.0).ok(), name, mutation },
        };
        let plan = FaultPlan::new().on(Endpoint::PumpLogs, When::Always, Fault::Altered(alteration));
        self.setup.sim.set_faults(plan);
        std::fs::copy(self.setup.path(EMPTY), self.setup.path(CHANGED))?;
        let mut pipeline = self.setup.pipeline(CHANGED)?;
        match self.setup.sync_with(&mut pipeline)? {
            Err(FetchError::FormatChanged { .. } | FetchError::Window { .. }) => Ok(Outcome::Refused),
            Err(error) => bail!(anyhow::Error::new(error).context("another error")),
            Ok(report) if report.fetch.pumps.iter().any(|pump| !pump.doubts.is_empty()) => Ok(Outcome::Doubted),
            Ok(_) => {
                let mut store = pipeline.into_store()?;
                ensure_same(&mut store, &self.setup.path(UNDISTURBED), &AS_RECEIVED).context("nothing was said")?;
                Ok(Outcome::SameRows)
            }
        }
    }
}

/// The types of event with a known layout that come often, the most frequent first.
fn frequent_types(history: &History) -> Vec<&'static pump_events::EventLayout> {
    let mut counts = BTreeMap::<EventCode, usize>::new();
    let events = history.pumps.iter().flat_map(|pump| &pump.events);
    events.for_each(|event| *counts.entry(event.header().code).or_default() += 1);
    let mut frequent: Vec<_> = counts.into_iter().filter(|(_, count)| *count >= FREQUENT).collect();
    frequent.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    frequent.into_iter().filter_map(|(code, _)| pump_events::Dictionary::event(code)).collect()
}

/// The members of the events' envelopes, as the service writes them.
fn envelope_members(history: &Arc<History>) -> Vec<Member> {
    let pump = &history.pumps[0];
    let first: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&event_json(&pump.events[0], &pump.assignment_id)).unwrap_or_default();
    let names = first.into_iter().map(|(name, _)| &*Box::leak(name.into_boxed_str()));
    names.map(|name| Member { code: None, event: "every event", name }).collect()
}
