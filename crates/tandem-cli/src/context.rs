//! What every command works with: settings, terminal, signals, and the ways to open the database.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use pipeline::clock_model::ZoneHistory;
use pipeline::{Clock, EventStore as _, Pipeline, StopSignal, StoreError, StoreErrorKind};
use store_duckdb::{DuckStore, OnRebuild, ReadOptions, Reader, StoreOptions};
use tandem_source::TandemSource;

use crate::arguments::{AccountArgs, GlobalArgs};
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::progress::Bar;
use crate::settings::Settings;
use crate::terminal::Terminal;

const BEHIND: &str = "some stored events are not in the tables yet, so numbers may be missing or out of date; `tandem parse` \
                      and then `tandem derive` complete them";

/// What every command works with.
pub(crate) struct Context {
    pub(crate) settings: Settings,
    /// Why the configuration files were ignored; only for commands that tolerate invalid ones.
    pub(crate) unreadable_settings: Option<anyhow::Error>,
    arguments: GlobalArgs,
    pub(crate) terminal: Terminal,
    pub(crate) interrupt: Interrupt,
    pub(crate) runtime: Arc<tokio::runtime::Runtime>,
}

impl Context {
    /// Reads the settings and starts to listen for signals.
    pub(crate) fn new(arguments: GlobalArgs, tolerates_invalid_config: bool, terminal: Terminal) -> Result<Self> {
        let (settings, unreadable_settings) = match Settings::load(&arguments) {
            Err(error) if tolerates_invalid_config => (Settings::without_files(&arguments)?, Some(error)),
            loaded => (loaded?, None),
        };
        let runtime = Arc::new(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?);
        let interrupt = Interrupt::default();
        runtime.block_on(async { interrupt.listen() });
        Ok(Self { settings, unreadable_settings, arguments, terminal, interrupt, runtime })
    }

    /// The same with the settings as the files have them now.
    pub(crate) fn reread(&self) -> Result<Self> {
        self.with_arguments(self.arguments.clone())
    }

    /// The same for one of several people; `None` is whoever the configuration names outside of `[person.NAME]`.
    pub(crate) fn for_person(&self, name: Option<&str>) -> Result<Self> {
        let arguments = GlobalArgs { person: name.map(str::to_owned), ..self.arguments.clone() };
        let mut context = self.with_arguments(arguments)?;
        context.settings.is_one_of_many = true;
        Ok(context)
    }

    fn with_arguments(&self, arguments: GlobalArgs) -> Result<Self> {
        Ok(Self {
            settings: Settings::load(&arguments)?,
            unreadable_settings: None,
            arguments,
            terminal: self.terminal,
            interrupt: self.interrupt.clone(),
            runtime: self.runtime.clone(),
        })
    }

    /// The present.
    pub(crate) fn now() -> DateTime<Utc> {
        SystemClock.now()
    }

    /// The database, for writing; made when there is none. One of an older version is brought up to date, as far as that needs no
    /// decoding.
    pub(crate) fn store(&self) -> Result<DuckStore> {
        let bar: Arc<Mutex<Option<Bar>>> = Arc::default();
        let (shown, terminal) = (bar.clone(), self.terminal);
        let tell = move |rebuilding| {
            let mut bar = shown.lock().unwrap_or_else(PoisonError::into_inner);
            bar.get_or_insert_with(|| Bar::new(terminal, "updating the database")).tell_rebuilding(&rebuilding);
        };
        let options = StoreOptions { on_rebuild: Some(OnRebuild::new(tell)), ..StoreOptions::default() };
        let store = DuckStore::open(&self.settings.database, options);
        // The store keeps the listener; the bar goes now.
        bar.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(store?)
    }

    /// The database, for reading. One of an older version is brought up to date first.
    pub(crate) fn reader(&self) -> Result<Reader> {
        self.reader_with(&ReadOptions::default())
    }

    /// As [`Context::reader`], with options.
    pub(crate) fn reader_with(&self, options: &ReadOptions) -> Result<Reader> {
        let opened = self.open_updated(|| Reader::open(&self.settings.database, options));
        let is_missing = |error: &anyhow::Error| {
            error.downcast_ref::<StoreError>().is_some_and(|error| error.kind == StoreErrorKind::NotFound)
        };
        let reader = opened.map_err(|error| {
            if is_missing(&error) && self.is_person_unclear() {
                return Failure::wrapping(error).hint(self.settings.person_hint()).into();
            }
            error
        })?;
        if reader.is_behind()? {
            self.terminal.note(BEHIND);
        }
        Ok(reader)
    }

    /// True where people are configured and neither one of them nor a database was named.
    fn is_person_unclear(&self) -> bool {
        let settings = &self.settings;
        settings.person.is_none() && settings.named_database.is_none() && !settings.whole_file.people.is_empty()
    }

    /// The database as a store that only reads. One of an older version is brought up to date first.
    pub(crate) fn store_to_read(&self) -> Result<DuckStore> {
        let options = StoreOptions { read_only: true, ..StoreOptions::default() };
        self.open_updated(|| DuckStore::open(&self.settings.database, options.clone()))
    }

    /// Opens the database, a second time after bringing it up to date if it needs that.
    fn open_updated<T>(&self, open: impl Fn() -> Result<T, StoreError>) -> Result<T> {
        match open() {
            Err(error) if matches!(error.kind, StoreErrorKind::MigrationMismatch | StoreErrorKind::Outdated) => {
                self.terminal.note(format!("{error}; bringing the database up to date"));
                let bar = shared_bar(self.terminal, "updating the database");
                self.update(Self::plain_pipeline(self.store()?, &bar, StopSignal::default()))?;
                Ok(open()?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// Decodes and derives what a newer definition has dropped.
    fn update(&self, mut pipeline: Pipeline<DuckStore>) -> Result<Pipeline<DuckStore>> {
        if !pipeline.store()?.is_complete()? {
            self.terminal.note("updating the database for this version of tandem");
            pipeline.parse()?;
            pipeline.derive()?;
        }
        Ok(pipeline)
    }

    /// The stages on `store`, with their progress shown by `bar`.
    fn plain_pipeline(store: DuckStore, bar: &Arc<Mutex<Bar>>, stop: StopSignal) -> Pipeline<DuckStore> {
        let bar = bar.clone();
        let tell = move |progress| bar.lock().unwrap_or_else(PoisonError::into_inner).show_progress(&progress);
        Pipeline::new(store, Arc::new(SystemClock)).stop_on(stop).on_progress(tell)
    }

    /// The stages on the database, in the configured zone, with their progress shown by `bar`.
    pub(crate) fn pipeline(&self, bar: &Arc<Mutex<Bar>>, stop: StopSignal) -> Result<Pipeline<DuckStore>> {
        let pipeline = self.in_zone(Self::plain_pipeline(self.store()?, bar, stop))?;
        self.update(pipeline)
    }

    /// As [`Context::pipeline`], on what is there and changing nothing of it: no zone is set, and where there is no database
    /// one in memory stands in for it.
    pub(crate) fn dry_pipeline(&self, bar: &Arc<Mutex<Bar>>, stop: StopSignal) -> Result<Pipeline<DuckStore>> {
        let store = if self.settings.database.exists() { self.store()? } else { DuckStore::in_memory()? };
        Ok(Self::plain_pipeline(store, bar, stop))
    }

    /// A database keeps the zones it has: only `tandem zone set` re-dates what is stored. One without any gets the zone that was
    /// named, or else this computer's.
    fn in_zone(&self, mut pipeline: Pipeline<DuckStore>) -> Result<Pipeline<DuckStore>> {
        let stored = pipeline.store()?.zone_history()?;
        if !stored.entries().is_empty() {
            self.note_other_zone(&stored);
            return Ok(pipeline);
        }
        if let Some(zone) = self.settings.zone {
            return Ok(pipeline.with_zone(zone)?);
        }
        let Some(zone) = Settings::system_zone() else { return Ok(pipeline) };
        self.terminal.note(format!(
            "assuming the pump's clock shows {zone} time (this computer's zone); to change that, run `tandem zone \
             set ZONE`"
        ));
        Ok(pipeline.with_zone(zone)?)
    }

    fn note_other_zone(&self, stored: &ZoneHistory) {
        let is_stored = |zone: &Tz| stored.entries().iter().any(|(_, other)| other == zone);
        if let Some(zone) = self.settings.named_zone.filter(|zone| !is_stored(zone)) {
            let zones: Vec<_> = stored.entries().iter().map(|(_, zone)| zone.name()).collect();
            self.terminal.note(format!(
                "the database keeps its time zone, {}; to change it for everything stored, run `tandem zone set \
                 {zone}`, or add --from DATE for a move or a trip",
                zones.join(", ")
            ));
        }
    }

    /// The client of the account that `arguments` name.
    pub(crate) fn source(&self, arguments: &AccountArgs) -> Result<TandemSource> {
        Ok(TandemSource::new(self.settings.account(arguments)?.source_config())?)
    }
}

/// A bar that stages and commands share.
pub(crate) fn shared_bar(terminal: Terminal, words: &str) -> Arc<Mutex<Bar>> {
    Arc::new(Mutex::new(Bar::new(terminal, words)))
}
