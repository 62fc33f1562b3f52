//! The push stage: a destination follows the domain tables, document by document.
//!
//! ```text
//! domain tables ──documents──▶ PushStore ──changes──▶ Sink
//!                                 ▲                     │
//!                                 └────── outcomes ─────┘
//! ```
//!
//! The store logs what each destination holds. It logs that a document is about to be sent *before* it is sent, so that whatever a
//! destination may hold is in the log at any moment. A push that is killed is continued by the next: what may or may not have
//! arrived is sent again under its identifier, or deleted if it is no longer wanted.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::StoreError;
use crate::progress::{OnProgress, Progress, StopSignal};
use crate::sink::{Applied, Change, Destination, Outcome, Part, PushStore, Sink, SinkError};
use crate::store::Stage;

/// About this many changes are sent between two looks at the store. Whole parts are sent together, so it may be a few more.
const BATCH: usize = 200;

/// What is to be pushed.
#[derive(Clone, Debug, Default)]
pub struct PushOptions {
    /// The kinds of documents.
    pub kinds: Vec<&'static str>,
    /// True when `kinds` are all that this destination is meant to hold.
    pub is_everything: bool,
    /// From when on documents are kept at the destination. Where it was given before, the earlier instant counts. `None` on the
    /// first push starts at the present.
    pub from: Option<DateTime<Utc>>,
    /// Counts, and changes nothing anywhere.
    pub dry_run: bool,
    /// Sends every document again, and deletes those of this store's pumps that should not be there.
    pub replace: bool,
}

/// What a push did, or would do.
#[derive(Clone, Debug, Default)]
pub struct PushReport {
    /// By kind.
    pub kinds: Vec<KindCounts>,
    /// Since when the destination keeps documents.
    pub since: Option<DateTime<Utc>>,
    /// True on the first push to the destination.
    pub is_first: bool,
    /// True where the store knew without comparing that nothing had changed.
    pub is_current: bool,
    /// Why documents were refused, each reason once.
    pub refusals: Vec<String>,
    /// Things a person should know.
    pub notices: Vec<String>,
    /// True when the push was stopped before the end.
    pub interrupted: bool,
}

/// Counts of one kind.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KindCounts {
    /// The kind.
    pub kind: String,
    /// Documents sent.
    pub sent: u64,
    /// Documents deleted.
    pub deleted: u64,
    /// Documents that were there already, as they are.
    pub unchanged: u64,
    /// Documents that another device's stand for.
    pub present: u64,
    /// Documents that the destination did not take.
    pub refused: u64,
}

impl PushReport {
    /// The counts of all kinds together.
    #[must_use]
    pub fn total(&self) -> KindCounts {
        let add = |sum: KindCounts, kind: &KindCounts| KindCounts {
            kind: String::new(),
            sent: sum.sent + kind.sent,
            deleted: sum.deleted + kind.deleted,
            unchanged: sum.unchanged + kind.unchanged,
            present: sum.present + kind.present,
            refused: sum.refused + kind.refused,
        };
        self.kinds.iter().fold(KindCounts::default(), add)
    }

    fn count(&mut self, change: &Change, outcome: &Outcome) {
        let counts = self.counts_of(&change.kind);
        match outcome {
            Outcome::Done if change.content.is_some() => counts.sent += 1,
            Outcome::Done => counts.deleted += 1,
            Outcome::Unchanged => counts.unchanged += 1,
            Outcome::Present => counts.present += 1,
            Outcome::Refused { .. } => counts.refused += 1,
        }
        if let Outcome::Refused { reason } = outcome
            && !self.refusals.contains(reason)
        {
            self.refusals.push(reason.clone());
        }
    }

    fn counts_of(&mut self, kind: &str) -> &mut KindCounts {
        let place = self.kinds.iter().position(|counts| counts.kind == kind).unwrap_or_else(|| {
            self.kinds.push(KindCounts { kind: kind.to_owned(), ..KindCounts::default() });
            self.kinds.len() - 1
        });
        &mut self.kinds[place]
    }
}

/// Why a push ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The store could not do its part.
    // Not transparent: such errors are left out of the chain of causes.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The destination could not do its part.
    #[error("{error}")]
    Sink {
        /// What it said.
        #[source]
        error: SinkError,
        /// Documents that were sent or deleted before.
        done: u64,
    },
}

/// Everything one push works with.
pub(crate) struct Push<'a, S> {
    pub(crate) store: &'a mut S,
    pub(crate) sink: &'a dyn Sink,
    pub(crate) options: &'a PushOptions,
    pub(crate) now: DateTime<Utc>,
    pub(crate) stop: &'a StopSignal,
    pub(crate) on_progress: &'a mut OnProgress<'a>,
}

/// Changes that are sent together, with the parts that they complete.
#[derive(Default)]
struct Batch {
    parts: Vec<Part>,
    changes: Vec<Change>,
}

impl Batch {
    fn shares_a_document_with(&self, changes: &[Change]) -> bool {
        let identifiers: HashSet<&str> = self.changes.iter().map(|change| change.identifier.as_str()).collect();
        changes.iter().any(|change| identifiers.contains(change.identifier.as_str()))
    }
}

impl<S: PushStore> Push<'_, S> {
    /// Makes the destination hold what the store says.
    pub(crate) async fn run(mut self) -> Result<PushReport, PushError> {
        let name = self.sink.destination();
        let known = self.store.destination(&name)?;
        let mut report = PushReport { is_first: known.is_none(), ..PushReport::default() };
        let destination = self.since(name, known);
        report.since = Some(destination.since);
        let stamp = self.store.document_stamp()?;
        if !self.options.replace && stamp.is_some() && destination.stamp == stamp {
            report.is_current = true;
            return Ok(report);
        }
        if self.options.dry_run {
            self.count(&destination, &mut report)?;
            return Ok(report);
        }
        self.store.keep_destination(&destination)?;
        if self.options.replace {
            self.distrust(&destination).await?;
        }
        self.send(&destination, &mut report).await?;
        let is_whole = self.options.is_everything && !report.interrupted && report.total().refused == 0;
        self.store.finish_push(&destination, stamp.as_deref().filter(|_| is_whole), self.now)?;
        Ok(report)
    }

    /// The destination with the earlier of the instants from which it is to keep documents.
    fn since(&self, name: String, known: Option<Destination>) -> Destination {
        match (known, self.options.from) {
            (Some(known), Some(from)) if from < known.since => Destination { since: from, stamp: None, ..known },
            (Some(known), _) => known,
            (None, from) => Destination { name, since: from.unwrap_or(self.now), stamp: None },
        }
    }

    async fn distrust(&mut self, destination: &Destination) -> Result<(), PushError> {
        let prefixes = self.store.identifier_prefixes()?;
        self.store.release()?;
        let found = self.sink.held(&prefixes, destination.since).await;
        let found = found.map_err(|error| PushError::Sink { error, done: 0 })?;
        Ok(self.store.distrust(destination, &found, self.now)?)
    }

    fn count(&mut self, destination: &Destination, report: &mut PushReport) -> Result<(), PushError> {
        for part in self.store.changed_parts(destination, &self.options.kinds)? {
            if self.stop.is_set() {
                report.interrupted = true;
                break;
            }
            for change in self.store.changes(destination, &part)? {
                report.count(&change, &Outcome::Done);
            }
        }
        Ok(())
    }

    async fn send(&mut self, destination: &Destination, report: &mut PushReport) -> Result<(), PushError> {
        let parts = self.store.changed_parts(destination, &self.options.kinds)?;
        let all = parts.len() as u64;
        let (mut batch, mut done) = (Batch::default(), 0);
        for part in parts {
            let mut changes = self.store.changes(destination, &part)?;
            if batch.shares_a_document_with(&changes) {
                // It moves from one day to the other: what is to be done now depends on what was done then.
                done += batch.parts.len() as u64;
                self.send_batch(destination, std::mem::take(&mut batch), report).await?;
                changes = self.store.changes(destination, &part)?;
            }
            batch.changes.extend(changes);
            batch.parts.push(part);
            if batch.changes.len() >= BATCH {
                done += batch.parts.len() as u64;
                self.send_batch(destination, std::mem::take(&mut batch), report).await?;
                self.report_progress(report, (done, all));
            }
            if self.stop.is_set() {
                report.interrupted = true;
                return Ok(());
            }
        }
        self.send_batch(destination, batch, report).await
    }

    async fn send_batch(
        &mut self,
        destination: &Destination,
        batch: Batch,
        report: &mut PushReport,
    ) -> Result<(), PushError> {
        let Batch { parts, changes } = batch;
        if parts.is_empty() {
            return Ok(());
        }
        let mut applied = Applied::default();
        if !changes.is_empty() {
            self.store.begin_changes(destination, &changes, self.now)?;
            self.store.release()?;
            applied = self.sink.apply(&changes).await;
        }
        let is_done = |outcome: &Outcome| !matches!(outcome, Outcome::Refused { .. });
        let outcomes = applied.outcomes.iter().filter_map(|(place, outcome)| Some((changes.get(*place)?, outcome)));
        let done: Vec<_> = outcomes.clone().filter(|(_, outcome)| is_done(outcome)).map(|(change, _)| change).collect();
        // Days of which anything was not taken are compared again next time.
        let whole = if done.len() == changes.len() { &parts[..] } else { &[] };
        self.store.finish_changes(destination, &done, whole, self.now)?;
        outcomes.for_each(|(change, outcome)| report.count(change, outcome));
        applied.notices.into_iter().for_each(|notice| {
            if !report.notices.contains(&notice) {
                report.notices.push(notice);
            }
        });
        let done = report.total();
        applied.error.map_or(Ok(()), |error| Err(PushError::Sink { error, done: done.sent + done.deleted }))
    }

    fn report_progress(&mut self, report: &PushReport, parts: (u64, u64)) {
        let total = report.total();
        let events = total.sent + total.deleted + total.unchanged + total.present;
        (self.on_progress)(Progress { stage: Stage::Push, events, pump: None, day: None, parts: Some(parts) });
    }
}
