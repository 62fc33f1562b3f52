//! Archives as the service sends them: pump-logs bodies of four weeks, a file each, of pumps that are worn one after another. They are
//! written without the simulator, so that the pipeline is measured on text that was not made for it: the order of members, whitespace
//! and members that no dictionary lists differ from body to body.

mod event;
mod life;
mod text;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use self::life::Life;
use self::text::Style;

/// What the default selection brings, on average: a million events are 1,500 days.
const EVENTS_PER_DAY: u64 = 667;
/// How long a pump is worn.
const BODIES_PER_PUMP: u64 = 54;
/// The longest window that clients ask for.
const DAYS_PER_BODY: u64 = 28;

/// A folder of bodies.
pub(crate) struct Bodies {
    pub(crate) folder: PathBuf,
    pub(crate) events: u64,
    /// The pump's clock at the last event.
    end: NaiveDateTime,
}

/// Whether events have a field that no dictionary lists.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Unknown {
    /// A few types of events in some bodies, as the service has them.
    Some,
    /// All of them: the service has added a field.
    EveryEvent,
}

impl Bodies {
    /// The moment of the last event, in New York's standard time.
    pub(crate) fn now(&self) -> String {
        format!("{:?}Z", self.end + TimeDelta::hours(5))
    }
}

/// Writes about `wanted` events into files of a new `folder`.
pub(crate) fn write(folder: PathBuf, wanted: u64, unknown: Unknown) -> Result<Bodies> {
    std::fs::create_dir_all(&folder).context("cannot make the archive")?;
    let mut day = NaiveDate::from_ymd_opt(2009, 1, 1).context("there is no such day")?;
    let mut life = Life::new(1, day);
    let mut bodies = Bodies { folder, events: 0, end: day.into() };
    for body in 0..wanted.div_ceil(EVENTS_PER_DAY * DAYS_PER_BODY) {
        if body > 0 && body.is_multiple_of(BODIES_PER_PUMP) {
            life = Life::new(body / BODIES_PER_PUMP + 1, day);
        }
        let events: Vec<_> = (0..DAYS_PER_BODY).flat_map(|_| life.next_day()).collect();
        let text = Style::of_body(body, unknown).body(life.pump, &events, &life.clock_changes);
        std::fs::write(bodies.folder.join(format!("{day}.json")), text).context("cannot write the archive")?;
        bodies.events += events.len() as u64;
        bodies.end = events.last().map_or(bodies.end, |event| event.at);
        day = day + Days::new(DAYS_PER_BODY);
    }
    Ok(bodies)
}
