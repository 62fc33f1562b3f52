//! The fault campaign: a seed picks a kind of trouble and everything about it, lets it happen to a sync or an import, then
//! lets the work end in peace, and compares the database row for row with an undisturbed one.
//!
//! [`KINDS`] is the table of what happens; `kinds` below it says how.

mod kinds;
mod outputs;
mod reference;
mod run;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use anyhow::{Context as _, Result};

use self::reference::{Reference, Work};
use self::run::{Disturb, Run};
pub use self::run::{Effect, Kind};

/// Every kind; a seed has the kind of its remainder.
pub const KINDS: [Kind; 22] = [
    kind("kill-sync", "kill -9 of a sync, twice", Work::Sync, kinds::kill),
    kind("kill-import", "kill -9 of an import, twice", Work::Import, kinds::kill),
    kind("interrupt-sync", "Ctrl-C during a sync", Work::Sync, kinds::interrupt),
    kind("interrupt-import", "Ctrl-C during an import", Work::Import, kinds::interrupt),
    kind("write-sync", "one write of a sync and all after it fail", Work::Sync, kinds::write),
    kind("write-import", "one write of an import and all after it fail", Work::Import, kinds::write),
    kind("service", "the service fails in several ways", Work::Sync, kinds::service),
    // An altered answer writes the members of an event in another order, which the raw text keeps.
    Kind {
        leaves: &["raw_events"],
        ..kind("incomplete", "the service leaves out events", Work::Sync, kinds::incomplete)
    },
    Kind {
        leaves: &["raw_events", "raw_event_revisions", "rejected_events"],
        ..kind("drift", "the service changes its format", Work::Sync, kinds::drift)
    },
    kind("kill-zone", "kill -9 of a change of zone", Work::Sync, kinds::kill_zone),
    kind("kill-rebuild", "kill -9 of a rebuild", Work::Import, kinds::kill_rebuild),
    kind("kill-update", "kill -9 while an older database is brought up to date", Work::Sync, kinds::kill_update),
    kind("kill-export", "kill -9 of an export", Work::Import, outputs::kill_export),
    Kind {
        leaves: &["sinks", "sink_days", "sink_documents"],
        ..kind("kill-push", "kill -9 of a push, twice", Work::Sync, outputs::kill_push)
    },
    kind(
        "own-objects",
        "the file holds tables, views, indexes and columns of a person",
        Work::Sync,
        kinds::own_objects,
    ),
    on_disk("full-sync", "the disk is full during a sync", Work::Sync, kinds::full_disk),
    on_disk("full-import", "the disk is full during an import", Work::Import, kinds::full_disk),
    on_disk("read-only", "the folder cannot be written", Work::Sync, kinds::read_only),
    kind("two-syncs", "two or three syncs at once", Work::Sync, kinds::at_once),
    kind("two-imports", "two or three imports at once", Work::Import, kinds::at_once),
    kind("reader", "another program reads the file meanwhile", Work::Sync, kinds::reader),
    // Instants that a wrong clock made are put right with the next upload.
    Kind { more_comes: true, ..kind("clock", "the computer's clock jumps by years", Work::Sync, kinds::clock_jumps) },
];

const fn kind(name: &'static str, what: &'static str, work: Work, disturb: Disturb) -> Kind {
    Kind { name, what, work, needs_disk: false, more_comes: false, leaves: &[], disturb }
}

const fn on_disk(name: &'static str, what: &'static str, work: Work, disturb: Disturb) -> Kind {
    Kind { needs_disk: true, ..kind(name, what, work, disturb) }
}

/// The kind that a seed has.
#[must_use]
pub fn kind_of(seed: u64) -> &'static Kind {
    &KINDS[(seed % KINDS.len() as u64) as usize]
}

/// Runs seeds, and remembers what undisturbed runs look like.
#[derive(Default)]
pub struct Campaign {
    references: BTreeMap<u64, Reference>,
}

impl Campaign {
    /// How many simulated lives there are; each has its undisturbed runs, and every third round of kinds is of the same.
    pub const LIVES: u64 = 3;

    /// Lets the trouble of `seed` happen, lets the work end in peace, and compares.
    ///
    /// # Errors
    /// What was not as it must be.
    pub fn run(&mut self, seed: u64) -> Result<Effect> {
        let kind = kind_of(seed);
        let round = seed / KINDS.len() as u64;
        let life = round % Self::LIVES;
        let reference = match self.references.entry(life) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(Reference::new(life).context("an undisturbed run failed")?),
        };
        let mut run = Run::new(reference, kind, seed, round)?;
        let effect = (kind.disturb)(&mut run).context("while it was disturbed")?;
        run.end_in_peace().context("afterwards")?;
        Ok(effect)
    }
}
