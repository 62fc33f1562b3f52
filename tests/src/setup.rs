//! What every whole run needs: a service with a history, a clock to set, waits that do not wait, a folder for databases.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use pipeline::fetch::{FetchError, FetchOptions};
use pipeline::{Clock, Pipeline, SyncReport};
use store_duckdb::{DuckStore, StoreOptions};
use tandem_sim::history::{History, Scenario};
use tandem_sim::service::{Account, Behaviour, Endpoint};
use tandem_sim::timeline::Timeline;
use tandem_sim::{Sim, SimConfig, SimHandle};
use tandem_source::{FixedPassword, Region, Sleeper, SourceConfig, TandemSource};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// A service with one history, and a folder for databases.
pub struct Setup {
    /// The service.
    pub sim: SimHandle,
    /// What its pumps logged.
    pub history: Arc<History>,
    /// The present of the service, the client and the pipeline.
    pub clock: Arc<TestClock>,
    /// What the client would have waited.
    pub waits: Arc<Waits>,
    /// The most days that the client asks for at once.
    pub max_window_days: u32,
    /// Gone with the setup.
    pub folder: TempDir,
    runtime: Runtime,
}

impl Setup {
    /// A service to which everything has been uploaded.
    ///
    /// # Errors
    /// No port on loopback, or no folder.
    pub fn new(history: &Arc<History>, behaviour: Behaviour) -> Result<Self> {
        Self::with_timeline(history, behaviour, Timeline::complete(history))
    }

    /// A service to which as much has been uploaded as has happened of `timeline`. The clock stands after all of it.
    ///
    /// # Errors
    /// As [`Setup::new`].
    pub fn with_timeline(history: &Arc<History>, behaviour: Behaviour, timeline: Timeline) -> Result<Self> {
        Self::on(Builder::new_multi_thread().worker_threads(2).enable_all().build()?, history, behaviour, timeline)
    }

    /// The same on a runtime of the caller's choice.
    ///
    /// # Errors
    /// As [`Setup::new`].
    pub fn on(runtime: Runtime, history: &Arc<History>, behaviour: Behaviour, timeline: Timeline) -> Result<Self> {
        let last_upload = timeline.uploads().iter().map(|upload| upload.at).max();
        let clock = Arc::new(TestClock::new(last_upload.unwrap_or_default() + TimeDelta::minutes(10)));
        let mut config = SimConfig::new(history.clone(), std::time::SystemTime::now);
        let now = clock.clone();
        config.now = Arc::new(move || now.now());
        (config.behaviour, config.timeline) = (behaviour, timeline);
        let sim = runtime.block_on(Sim::start(config))?;
        let (history, waits, folder) = (history.clone(), Arc::default(), in_memory_folder()?);
        Ok(Self { sim, history, clock, waits, max_window_days: 28, folder, runtime })
    }

    /// The settings of a client of this service.
    ///
    /// # Errors
    /// The service has no address.
    pub fn source_config(&self) -> Result<SourceConfig> {
        let account = Account::default();
        let password = Arc::new(FixedPassword(account.password.into()));
        let mut config = SourceConfig::new(Region::Us, account.email, password, self.clock.clone());
        config.endpoint = Some(self.sim.url().parse().context("the service has an address")?);
        config.token_cache = Some(self.path("tokens.json"));
        config.sleeper = self.waits.clone();
        config.max_window_days = self.max_window_days;
        Ok(config)
    }

    /// A client of this service.
    ///
    /// # Errors
    /// As [`Setup::source_config`].
    pub fn source(&self) -> Result<TandemSource> {
        Ok(TandemSource::new(self.source_config()?)?)
    }

    /// A file in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A database in the folder.
    ///
    /// # Errors
    /// It does not open.
    pub fn store(&self, database: &str) -> Result<DuckStore> {
        Ok(DuckStore::open(self.path(database), StoreOptions::default())?)
    }

    /// The stages on a database in the folder.
    ///
    /// # Errors
    /// It does not open.
    pub fn pipeline(&self, database: &str) -> Result<Pipeline<DuckStore>> {
        Ok(Pipeline::new(self.store(database)?, self.clock.clone()).with_zone(self.history.zone)?)
    }

    /// A sync as the program makes it: everything opened again, and closed after it.
    ///
    /// # Errors
    /// Those of the sync.
    pub fn sync(&self, database: &str) -> Result<SyncReport> {
        Ok(self.sync_with(&mut self.pipeline(database)?)??)
    }

    /// A sync on a pipeline of one's own; its outcome apart from failures of the test.
    ///
    /// # Errors
    /// As [`Setup::source_config`].
    pub fn sync_with<S: pipeline::Store>(&self, pipeline: &mut Pipeline<S>) -> Result<Result<SyncReport, FetchError>> {
        let source = self.source()?;
        Ok(self.block_on(pipeline.sync(&source, &FetchOptions::default())))
    }

    /// Runs `work` to its end.
    pub fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }

    /// How often the service was asked for `endpoint`, in all.
    #[must_use]
    pub fn count(&self, endpoint: Endpoint) -> u64 {
        self.sim.count(endpoint)
    }
}

/// `days` days of one person: a t:slim X2 replaced by a Mobi after two thirds of them, most kinds of events, few events, the
/// clock change of March 2025.
#[must_use]
pub fn short_history(seed: u64, days: u32) -> Arc<History> {
    let start = NaiveDate::from_ymd_opt(2025, 3, 4).unwrap_or_default();
    let scenario = Scenario::torture(seed).start(start).days(days).trips(vec![]);
    let mut scenario = scenario.with_behaviours(|behaviours| behaviours.other_codes = false);
    scenario.pumps_mut()[0].factory_start = false;
    scenario.pumps_mut()[1].first_day = days * 2 / 3;
    Arc::new(scenario.simulate())
}

/// In memory where that can be had, since whole runs do little but wait for the disk.
fn in_memory_folder() -> std::io::Result<TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

/// A clock that stands where it was set.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at `instant`.
    #[must_use]
    pub fn new(instant: DateTime<Utc>) -> Self {
        Self(AtomicI64::new(instant.timestamp()))
    }

    /// Sets it, to the second.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.0.store(instant.timestamp(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap_or_default()
    }
}

/// Notes how long it was to wait, and does not.
#[derive(Debug, Default)]
pub struct Waits(Mutex<Vec<Duration>>);

impl Waits {
    /// The longest wait so far.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().max().copied().unwrap_or_default()
    }
}

#[async_trait]
impl Sleeper for Waits {
    async fn sleep(&self, wait: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(wait);
    }
}
