//! The front door: one [`Pipeline`] runs the stages on one store, and keeps the record of its runs.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::clock_model::ZoneHistory;
use crate::derive::{self, DeriveReport};
use crate::fetch::{self, FetchError, FetchOptions, FetchReport, FetchRun};
use crate::import::{self, ImportOptions, ImportReport};
use crate::parse::{self, ParseReport};
use crate::progress::{Progress, StopSignal};
use crate::push::{Push, PushError, PushOptions, PushReport};
use crate::sink::{PushStore, Sink};
use crate::store::{
    DomainStore, EventStore, PageCounts, RawPage, RawStore, RunEnd, RunId, RunOutcome, Stage, StoreErrorKind,
};
use crate::{Clock, Source, StoreError};

/// Runs the stages of a pump history on one store.
///
/// ```no_run
/// # async fn embed(store: impl pipeline::Store, source: &dyn pipeline::Source, clock: std::sync::Arc<dyn pipeline::Clock>)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// use pipeline::{Pipeline, fetch::FetchOptions};
///
/// let mut pipeline = Pipeline::new(store, clock).with_zone(chrono_tz::America::New_York)?;
/// let report = pipeline.sync(source, &FetchOptions::default()).await?;
/// println!("{} new events", report.fetch.total().new);
/// # Ok(()) }
/// ```
pub struct Pipeline<S> {
    /// `None` only when a thread of this program died with the store in its hands.
    store: Option<S>,
    clock: Arc<dyn Clock>,
    stop: StopSignal,
    on_progress: Box<dyn FnMut(Progress) + Send>,
}

/// A store that can do everything.
pub trait Store: RawStore + EventStore + DomainStore + Send + 'static {}

impl<S: RawStore + EventStore + DomainStore + Send + 'static> Store for S {}

/// What a sync did.
#[derive(Clone, Debug)]
pub struct SyncReport {
    /// From the service.
    pub fetch: FetchReport,
    /// Decoding.
    pub parse: ParseReport,
    /// Domain tables.
    pub derive: DeriveReport,
}

impl<S: Store> Pipeline<S> {
    /// A pipeline on `store`. Stops only when asked, reports no progress.
    pub fn new(store: S, clock: Arc<dyn Clock>) -> Self {
        Self { store: Some(store), clock, stop: StopSignal::default(), on_progress: Box::new(|_| ()) }
    }

    /// Tells `listener` how far a stage has come.
    #[must_use]
    pub fn on_progress(mut self, listener: impl FnMut(Progress) + Send + 'static) -> Self {
        self.on_progress = Box::new(listener);
        self
    }

    /// Stops when `stop` says so, at the end of a batch.
    #[must_use]
    pub fn stop_on(mut self, stop: StopSignal) -> Self {
        self.stop = stop;
        self
    }

    /// Sets the zone that holds where no entry of the zone history says otherwise; instants follow as after
    /// [`Pipeline::set_zones`].
    ///
    /// # Errors
    /// [`StoreError`]; zone and instants are as before.
    pub fn with_zone(mut self, zone: Tz) -> Result<Self, StoreError> {
        let mut zones = self.store()?.zone_history()?;
        if !zones.entries().contains(&(None, zone)) {
            zones.set(None, zone);
            self.set_zones(&zones)?;
        }
        Ok(self)
    }

    /// Replaces the zone history; instants follow, of a long history with the next [`Pipeline::parse`]; domain tables
    /// with the next derivation.
    ///
    /// # Errors
    /// [`StoreError`]; zones and instants are as before.
    pub fn set_zones(&mut self, zones: &ZoneHistory) -> Result<(), StoreError> {
        parse::set_zones(self.store()?, zones)
    }

    /// The store.
    ///
    /// # Errors
    /// [`StoreError`] when an earlier stage lost it.
    pub fn store(&mut self) -> Result<&mut S, StoreError> {
        self.store.as_mut().ok_or_else(lost)
    }

    /// Gives the store back.
    ///
    /// # Errors
    /// [`StoreError`] when an earlier stage lost it.
    pub fn into_store(self) -> Result<S, StoreError> {
        self.store.ok_or_else(lost)
    }

    /// Fetch, parse, derive.
    ///
    /// # Errors
    /// [`FetchError`]; what was fetched before it is kept, and is parsed and derived all the same.
    pub async fn sync(&mut self, source: &dyn Source, options: &FetchOptions) -> Result<SyncReport, FetchError> {
        let fetch = self.fetch(source, options).await;
        let work = |pipeline: &mut Self| {
            let done = (pipeline.parse()?, pipeline.derive()?);
            pipeline.store()?.release().map(|()| done)
        };
        let (parse, derive) = self.run_blocking(work).await?;
        Ok(SyncReport { fetch: fetch?, parse, derive })
    }

    /// Brings what the service has and the store has not.
    ///
    /// # Errors
    /// [`FetchError`]; pages before it are kept, the next fetch continues after them.
    pub async fn fetch(&mut self, source: &dyn Source, options: &FetchOptions) -> Result<FetchReport, FetchError> {
        let started = self.clock.now();
        // The account is asked before the database is opened: a sync that finds nothing new opens it once.
        let account = tokio::select! {
            biased;
            account = source.account() => account,
            () = self.stop.stopped() => return Ok(FetchReport { interrupted: true, ..FetchReport::default() }),
        };
        let run = if options.dry_run {
            None
        } else {
            Some(self.run_blocking(move |pipeline| pipeline.begin(Stage::Fetch, started)).await?)
        };
        let (store, outcome) = match account {
            Ok(account) => {
                let store = self.store.take().ok_or_else(lost)?;
                let with = FetchRun { source, run, options, clock: &self.clock, stop: &self.stop };
                fetch::fetch(store, account, with, &mut *self.on_progress).await
            }
            Err(error) => (self.store.take(), Err(FetchError::Account(error))),
        };
        self.store = store;
        if let Some(run) = run {
            let counts = outcome.as_ref().map(|report| (page_counts(report.total()), report.interrupted));
            let end = self.describe_end(counts);
            self.run_blocking(move |pipeline| pipeline.store()?.end_run(run, &end)).await?;
        }
        outcome
    }

    /// Does `work` on a thread that may block. The store and the listener move there and come back; a caller that is dropped
    /// meanwhile loses them.
    async fn run_blocking<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut moved = Self {
            store: self.store.take(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
            on_progress: std::mem::replace(&mut self.on_progress, Box::new(|_| ())),
        };
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work(&mut moved);
            (moved, outcome)
        });
        let (moved, outcome) = done.await.map_err(|_| lost())?;
        *self = moved;
        outcome
    }

    /// Stores the events of archives.
    ///
    /// # Errors
    /// [`StoreError`]; pages before it are kept.
    pub fn import(&mut self, paths: &[PathBuf], options: &ImportOptions) -> Result<ImportReport, StoreError> {
        let run = if options.dry_run { None } else { Some(self.begin(Stage::Import, self.clock.now())?) };
        let (now, stop) = (self.clock.now(), self.stop.clone());
        let store = self.store.as_mut().ok_or_else(lost)?;
        let outcome = import::import(store, run, paths, options, now, &stop, &mut *self.on_progress);
        if let Some(run) = run {
            self.end(run, outcome.as_ref().map(|report| (page_counts(report.total()), report.interrupted)))?;
        }
        outcome
    }

    /// Decodes what is not decoded yet. A run that finds nothing to do leaves no record.
    ///
    /// # Errors
    /// [`StoreError`]; batches before it are kept.
    pub fn parse(&mut self) -> Result<ParseReport, StoreError> {
        self.recover_rejected()?;
        if !self.has_unparsed()? && self.store()?.clocks_are_current()? {
            return Ok(ParseReport::default());
        }
        let run = self.begin(Stage::Parse, self.clock.now())?;
        let stop = self.stop.clone();
        let store = self.store.as_mut().ok_or_else(lost)?;
        let outcome = parse::parse(store, &stop, &mut *self.on_progress);
        let counts = |report: &ParseReport| {
            (vec![("events", report.events), ("odd_events", report.odd_events)], report.interrupted)
        };
        self.end(run, outcome.as_ref().map(counts))?;
        outcome
    }

    /// Brings the domain tables up to date. A run that finds nothing to do leaves no record.
    ///
    /// # Errors
    /// [`StoreError`]; pumps before it are kept.
    pub fn derive(&mut self) -> Result<DeriveReport, StoreError> {
        if self.store()?.pending_derivations()?.is_empty() {
            return Ok(DeriveReport::default());
        }
        let run = self.begin(Stage::Derive, self.clock.now())?;
        let stop = self.stop.clone();
        let store = self.store.as_mut().ok_or_else(lost)?;
        let outcome = derive::derive(store, &stop, &mut *self.on_progress);
        let counts = |report: &DeriveReport| {
            (report.tables.iter().map(|count| (count.table, count.rows)).collect(), report.interrupted)
        };
        self.end(run, outcome.as_ref().map(counts))?;
        outcome
    }

    /// Makes a destination hold the documents of the domain tables, and what changed since.
    ///
    /// # Errors
    /// [`PushError`]; what was sent before it is logged, and the next push continues.
    pub async fn push(&mut self, sink: &dyn Sink, options: &PushOptions) -> Result<PushReport, PushError>
    where
        S: PushStore,
    {
        // Rows that are not derived yet must not be taken for rows that are gone.
        if !options.dry_run && (self.parse()?.interrupted || self.derive()?.interrupted) {
            return Ok(PushReport { interrupted: true, ..PushReport::default() });
        }
        let (now, stop) = (self.clock.now(), self.stop.clone());
        let store = self.store.as_mut().ok_or_else(lost)?;
        let push = Push { store, sink, options, now, stop: &stop, on_progress: &mut *self.on_progress };
        let outcome = push.run().await;
        self.store()?.release()?;
        outcome
    }

    /// Drops everything derived and makes it again from the raw events, offline.
    ///
    /// # Errors
    /// [`StoreError`]; raw events are untouched, and the next parse and derive continue.
    pub fn rebuild(&mut self) -> Result<(ParseReport, DeriveReport), StoreError> {
        let zones = self.store()?.zone_history()?;
        self.store()?.clear_derived()?;
        self.set_zones(&zones)?;
        Ok((self.parse()?, self.derive()?))
    }

    /// Stores rejected events that this version can identify: an earlier one may have known less.
    fn recover_rejected(&mut self) -> Result<(), StoreError> {
        let found = import::find_recoverable(self.store()?)?;
        if found.is_empty() {
            return Ok(());
        }
        let (run, received) = (self.begin(Stage::Import, self.clock.now())?, self.clock.now());
        let mut counts = PageCounts::default();
        for (pump, events) in &found {
            let page = RawPage { pump: *pump, run, received, events, window: None };
            counts += self.store()?.recover_rejected(&page)?;
        }
        self.end::<StoreError>(run, Ok((page_counts(counts), false)))
    }

    fn has_unparsed(&mut self) -> Result<bool, StoreError> {
        let dictionary = pump_events::Dictionary::get().digest();
        Ok(self.store()?.unparsed(dictionary, None, 1)?.is_some())
    }

    fn begin(&mut self, stage: Stage, started: DateTime<Utc>) -> Result<RunId, StoreError> {
        tracing::info!(stage = stage.as_str(), "begins");
        self.store()?.begin_run(stage, started)
    }

    fn end<E: std::error::Error>(&mut self, run: RunId, outcome: Result<Done, &E>) -> Result<(), StoreError> {
        let end = self.describe_end(outcome);
        self.store()?.end_run(run, &end)
    }

    fn describe_end<E: std::error::Error>(&self, outcome: Result<Done, &E>) -> RunEnd {
        let ended = self.clock.now();
        let end = match outcome {
            Ok((counts, false)) => RunEnd { ended, outcome: RunOutcome::Completed, counts, error: None },
            Ok((counts, true)) => RunEnd { ended, outcome: RunOutcome::Interrupted, counts, error: None },
            Err(error) => {
                RunEnd { ended, outcome: RunOutcome::Failed, counts: Vec::new(), error: Some(describe_error(error)) }
            }
        };
        tracing::info!(outcome = end.outcome.as_str(), counts = ?end.counts, "ends");
        end
    }
}

/// An error with its causes.
fn describe_error(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !words.ends_with(&next) {
            words = format!("{words}: {next}");
        }
        cause = error.source();
    }
    words
}

/// A run's counters, and whether it was interrupted.
type Done = (Vec<(&'static str, u64)>, bool);

fn page_counts(counts: PageCounts) -> Vec<(&'static str, u64)> {
    let PageCounts { new, duplicate, revised, rejected } = counts;
    vec![("new", new), ("duplicate", duplicate), ("revised", revised), ("rejected", rejected)]
}

fn lost() -> StoreError {
    let message = "the store was lost with a thread of this program that died".to_owned();
    StoreError::new(StoreErrorKind::Internal, message)
}
