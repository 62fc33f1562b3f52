//! The fault campaign: a seed picks a kind of trouble and everything about it, lets it happen to a sync or an import, then
//! lets the work end in peace, and compares the database row for row with an undisturbed one.
//!
//! [`KINDS`] is the table of what happens; `kinds` below it says how.

mod kinds;
mod reference;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use pipeline::import::ImportOptions;
use pipeline::{Pipeline, Store};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use store_duckdb::{DuckStore, StoreOptions};
use tandem_sim::service::{Behaviour, FaultPlan};

use crate::contents::{count, ensure_same};
use crate::setup::Setup;
use reference::Reference;

/// One kind of trouble.
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub what: &'static str,
    work: Work,
    /// Whether it needs a disk of its own, which not every computer can mount.
    pub needs_disk: bool,
    /// Whether there is always an upload after the trouble; else in some runs.
    more_comes: bool,
    /// Tables in which the trouble stays on record.
    leaves: &'static [&'static str],
    disturb: Disturb,
}

/// What is disturbed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Work {
    Sync,
    Import,
}

/// What became of the trouble.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// The work ended early.
    Disturbed,
    /// The work came to its end in spite of it.
    Borne,
    /// This computer cannot make such trouble.
    Skipped,
}

/// Every kind; a seed has the kind of its remainder.
pub const KINDS: [Kind; 18] = [
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
    on_disk("full-sync", "the disk is full during a sync", Work::Sync, kinds::full_disk),
    on_disk("full-import", "the disk is full during an import", Work::Import, kinds::full_disk),
    on_disk("read-only", "the folder cannot be written", Work::Sync, kinds::read_only),
    kind("two-syncs", "two or three syncs at once", Work::Sync, kinds::at_once),
    kind("two-imports", "two or three imports at once", Work::Import, kinds::at_once),
    kind("reader", "another program reads the file meanwhile", Work::Sync, kinds::reader),
    // Instants that a wrong clock made are put right with the next upload.
    Kind { more_comes: true, ..kind("clock", "the computer's clock jumps by years", Work::Sync, kinds::clock_jumps) },
];

type Disturb = fn(&mut Run<'_>) -> Result<Effect>;

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

/// A run of one seed.
struct Run<'a> {
    reference: &'a Reference,
    setup: Setup,
    work: Work,
    leaves: &'static [&'static str],
    database: PathBuf,
    dice: StdRng,
    /// How many seeds of the same kind come before this one.
    round: u64,
}

impl<'a> Run<'a> {
    fn new(reference: &'a Reference, kind: &Kind, seed: u64, round: u64) -> Result<Self> {
        // Unkind as far as it does not change what there is to fetch.
        let Behaviour { order, duplicates, clock_changes_in_events, omit_empty_keys, .. } = Behaviour::unkind();
        let behaviour =
            Behaviour { order, duplicates, clock_changes_in_events, omit_empty_keys, ..Behaviour::default() };
        let setup = Setup::with_timeline(reference.history(), behaviour, reference.timeline())?;
        let database = setup.path("tandem.db");
        let dice = StdRng::seed_from_u64(seed);
        let mut run = Self { reference, setup, work: kind.work, leaves: kind.leaves, database, dice, round };
        run.begin(kind.more_comes)?;
        Ok(run)
    }

    /// Half of the syncs begin with an empty database, the others with what some uploads brought. The last upload comes
    /// now, or after the trouble.
    fn begin(&mut self, more_comes: bool) -> Result<()> {
        let uploads = self.setup.sim.timeline().uploads().len() - 1;
        let before = if self.dice.random_bool(0.5) { 0 } else { self.dice.random_range(1..uploads) };
        if self.work == Work::Sync && before > 0 {
            self.setup.sim.advance_uploads(before);
            self.in_peace()?;
        }
        self.setup.sim.advance_uploads(uploads - self.setup.sim.timeline().happened());
        if !more_comes && self.dice.random_bool(0.6) {
            self.last_upload();
        }
        Ok(())
    }

    fn last_upload(&self) {
        self.setup.sim.advance_uploads(usize::MAX);
    }

    fn store(&self) -> Result<DuckStore> {
        Ok(DuckStore::open(&self.database, StoreOptions::default())?)
    }

    fn pipeline<S: Store>(&self, store: S) -> Result<Pipeline<S>> {
        Ok(Pipeline::new(store, self.setup.clock.clone()).with_zone(self.setup.history.zone)?)
    }

    /// The work in this process.
    fn work_on<S: Store>(&self, pipeline: &mut Pipeline<S>) -> Result<()> {
        if self.work == Work::Sync {
            return Ok(self.setup.sync_with(pipeline)?.map(|_| ())?);
        }
        let report = pipeline.import(self.reference.archives(), &ImportOptions::default())?;
        let error = report.files.into_iter().find_map(|file| file.error);
        pipeline.parse()?;
        pipeline.derive()?;
        error.map_or(Ok(()), |error| Err(error.into()))
    }

    fn in_peace(&self) -> Result<()> {
        self.work_on(&mut self.pipeline(self.store()?)?)
    }

    /// Nothing disturbs any more: the database opens, the work comes to its end, and nothing is lost or doubled.
    fn end_in_peace(&mut self) -> Result<()> {
        self.setup.sim.set_faults(FaultPlan::new());
        self.setup.sim.change_behaviour(|behaviour| *behaviour = Behaviour::default());
        self.setup.clock.set(self.reference.present());
        self.last_upload();
        self.stored()?;
        self.in_peace().context("the work does not come to its end")?;
        // A sync that was disturbed may not have seen the settings of its day.
        ensure_same(
            &mut self.store()?,
            self.reference.database(self.work),
            &[&["pump_settings", "pump_settings_changes"], self.leaves].concat(),
        )?;
        Ok(())
    }

    /// How many events are stored, by opening the database; 0 while there is none.
    fn stored(&self) -> Result<u64> {
        if !self.database.exists() {
            return Ok(0);
        }
        count(&mut self.store().context("the database does not open")?, "raw_events")
    }

    /// How long the work takes when nothing disturbs it.
    fn usual_time(&self) -> Duration {
        self.reference.usual_time(self.work)
    }
}
