//! One run: what there is before the trouble, and the work that comes to its end after it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use pipeline::import::ImportOptions;
use pipeline::{Pipeline, Store};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use store_duckdb::{DuckStore, StoreOptions};
use tandem_sim::service::{Behaviour, FaultPlan};

use super::reference::{Reference, Work};
use crate::contents::{count, ensure_same};
use crate::setup::Setup;

/// One kind of trouble.
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub what: &'static str,
    pub(super) work: Work,
    /// Whether it needs a disk of its own, which not every computer can mount.
    pub needs_disk: bool,
    /// Whether there is always an upload after the trouble; else in some runs.
    pub(super) more_comes: bool,
    /// Tables in which the trouble stays on record.
    pub(super) leaves: &'static [&'static str],
    pub(super) disturb: Disturb,
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

/// Makes the trouble.
pub(super) type Disturb = fn(&mut Run<'_>) -> Result<Effect>;

/// A run of one seed.
pub(super) struct Run<'a> {
    pub(super) reference: &'a Reference,
    pub(super) setup: Setup,
    pub(super) work: Work,
    pub(super) leaves: &'static [&'static str],
    pub(super) database: PathBuf,
    pub(super) dice: StdRng,
    /// How many seeds of the same kind come before this one.
    pub(super) round: u64,
}

impl<'a> Run<'a> {
    pub(super) fn new(reference: &'a Reference, kind: &Kind, seed: u64, round: u64) -> Result<Self> {
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

    pub(super) fn last_upload(&self) {
        self.setup.sim.advance_uploads(usize::MAX);
    }

    pub(super) fn store(&self) -> Result<DuckStore> {
        Ok(DuckStore::open(&self.database, StoreOptions::default())?)
    }

    pub(super) fn pipeline<S: Store>(&self, store: S) -> Result<Pipeline<S>> {
        Ok(Pipeline::new(store, self.setup.clock.clone()).with_zone(self.setup.history.zone)?)
    }

    /// The work in this process.
    pub(super) fn work_on<S: Store>(&self, pipeline: &mut Pipeline<S>) -> Result<()> {
        if self.work == Work::Sync {
            return Ok(self.setup.sync_with(pipeline)?.map(|_| ())?);
        }
        let report = pipeline.import(self.reference.archives(), &ImportOptions::default())?;
        let error = report.files.into_iter().find_map(|file| file.error);
        pipeline.parse()?;
        pipeline.derive()?;
        error.map_or(Ok(()), |error| Err(error.into()))
    }

    pub(super) fn in_peace(&self) -> Result<()> {
        self.work_on(&mut self.pipeline(self.store()?)?)
    }

    /// Nothing disturbs any more: the database opens, the work comes to its end, and nothing is lost or duplicated.
    pub(super) fn end_in_peace(&mut self) -> Result<()> {
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
    pub(super) fn stored(&self) -> Result<u64> {
        if !self.database.exists() {
            return Ok(0);
        }
        count(&mut self.store().context("the database does not open")?, "raw_events")
    }

    /// How long the work takes when nothing disturbs it.
    pub(super) fn usual_time(&self) -> Duration {
        self.reference.usual_time(self.work)
    }
}
