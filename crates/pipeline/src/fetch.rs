//! The fetch stage: what the service has and the store has not becomes raw events.
//!
//! A page is stored in one transaction with its entry in the fetch log while the next one is on its way; at most two pages are in
//! memory. The store works on a blocking thread of its own and lets go of the database after each page.

mod cadence;
pub mod drift;
pub mod plan;
pub mod plausibility;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::progress::{OnProgress, Progress, StopSignal};
use crate::store::{FetchWindow, FetchedWindow, PageCounts, RawPage, RawStore, RunId, Stage};
use crate::{
    Account, Clock, DayRange, PumpId, PumpListing, RawBatch, SerialNumber, Source, SourceError, SourceErrorKind,
    StoreError, StoreErrorKind,
};
use drift::Drift;
use plan::{ClockRewind, FetchSelection, FetchState, assume_upload, set_back, windows_to_fetch};
use plausibility::{AnswerDoubt, Doubt, doubt_answer, find_doubts};

/// What to fetch.
#[derive(Clone, Debug, Default)]
pub struct FetchOptions {
    /// Which days, beyond what is new.
    pub selection: FetchSelection,
    /// Only these pumps; all when empty.
    pub pumps: Vec<SerialNumber>,
    /// Ask the account, say what would be asked for, and store nothing.
    pub dry_run: bool,
}

/// What one run of the fetch stage did.
#[derive(Clone, Debug, Default)]
pub struct FetchReport {
    /// Every pump of the account, in the account's order.
    pub pumps: Vec<PumpReport>,
    /// What the source reported, each once.
    pub notices: Vec<String>,
    /// Bytes received.
    pub bytes: u64,
    /// True when the run was stopped before the end.
    pub interrupted: bool,
}

impl FetchReport {
    /// The counts of all pumps together.
    #[must_use]
    pub fn total(&self) -> PageCounts {
        let mut total = PageCounts::default();
        self.pumps.iter().for_each(|pump| total += pump.counts);
        total
    }

    /// How many windows were asked for (in a dry run: would be).
    #[must_use]
    pub fn windows(&self) -> usize {
        self.pumps.iter().map(|pump| pump.windows.len()).sum()
    }
}

/// What one pump brought.
#[derive(Clone, Debug)]
pub struct PumpReport {
    /// The pump, as the account reports.
    pub listing: PumpListing,
    /// The windows asked for (in a dry run: that would be), oldest first.
    pub windows: Vec<DayRange>,
    /// What they brought.
    pub counts: PageCounts,
    /// Days whose answer is doubtful; those asked for too often in vain are left out.
    pub doubts: Vec<Doubt>,
}

/// Why a fetch ended early. Pages stored before are kept; the next fetch continues after them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The account could not be asked.
    #[error("cannot read the account")]
    Account(#[source] SourceError),
    /// One window could not be fetched.
    #[error("cannot fetch {days} of pump {serial} ({stored} events of this run are stored)")]
    Window {
        /// The pump.
        serial: SerialNumber,
        /// The days.
        days: DayRange,
        /// New and revised events that this run stored before.
        stored: u64,
        /// Why.
        #[source]
        source: SourceError,
    },
    /// Days came in another format than this version reads.
    #[error("Tandem changed its format: in the answer for {days} of pump {serial}, {drift}")]
    FormatChanged {
        /// The pump.
        serial: SerialNumber,
        /// The days.
        days: DayRange,
        /// What cannot be read.
        drift: Drift,
    },
    /// The account has no pump of this number.
    #[error("the account has no pump {wanted}; it has: {known}")]
    NoSuchPump {
        /// The number asked for.
        wanted: SerialNumber,
        /// The account's numbers.
        known: String,
    },
    /// The store failed.
    // Not transparent: such errors are left out of the chain of causes, in which callers look for the store's kind of error.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl FetchError {
    /// True when other pumps of the account may fare better.
    fn concerns_one_pump(&self) -> bool {
        if matches!(self, Self::FormatChanged { .. }) {
            return true;
        }
        let kind = self.source_error().map(|error| error.kind);
        matches!(kind, Some(SourceErrorKind::ServiceChanged | SourceErrorKind::Unavailable))
    }

    /// The source's error, where it is one.
    #[must_use]
    pub fn source_error(&self) -> Option<&SourceError> {
        match self {
            Self::Account(source) | Self::Window { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// What one run of the stage works with.
pub(crate) struct FetchRun<'a> {
    pub(crate) source: &'a dyn Source,
    /// `None` in a dry run, which writes nothing.
    pub(crate) run: Option<RunId>,
    pub(crate) options: &'a FetchOptions,
    pub(crate) clock: &'a Arc<dyn Clock>,
    pub(crate) stop: &'a StopSignal,
}

/// Fetches what `account` has new. The store comes back in every case in which its thread survived.
pub(crate) async fn fetch<S: RawStore + Send + 'static>(
    store: S,
    account: Account,
    run: FetchRun<'_>,
    on_progress: &mut OnProgress<'_>,
) -> (Option<S>, Result<FetchReport, FetchError>) {
    let (writer, thread) = Writer::start(store);
    let mut fetch = Fetch { writer, with: run, on_progress, report: FetchReport::default(), events: 0 };
    let outcome = fetch.account(account).await;
    let report = std::mem::take(&mut fetch.report);
    drop(fetch);
    (thread.await.ok(), outcome.map(|()| report))
}

struct Fetch<'a, 'p, S> {
    writer: Writer<S>,
    with: FetchRun<'a>,
    on_progress: &'a mut OnProgress<'p>,
    report: FetchReport,
    events: u64,
}

impl<S: RawStore + Send + 'static> Fetch<'_, '_, S> {
    async fn account(&mut self, account: Account) -> Result<(), FetchError> {
        self.check_wanted(&account)?;
        let checked = account.clone();
        self.writer.ask(move |store| store.check_account(&checked)).await?;
        let seen = self.with.clock.now();
        let ids = match self.with.run {
            Some(_) => {
                let recorded = account.clone();
                self.writer
                    .ask(move |store| store.record_account(&recorded, seen))
                    .await?
                    .into_iter()
                    .map(Some)
                    .collect()
            }
            None => self.known_ids(&account).await?,
        };
        let wanted = |listing: &PumpListing| {
            self.with.options.pumps.is_empty() || self.with.options.pumps.contains(&listing.serial_number)
        };
        let pumps: Vec<_> = account.pumps.into_iter().zip(ids).filter(|(listing, _)| wanted(listing)).collect();
        self.pumps(pumps).await
    }

    /// Pump after pump. One whose answer cannot be read does not keep the others waiting; its error is reported at the end.
    async fn pumps(&mut self, pumps: Vec<(PumpListing, Option<PumpId>)>) -> Result<(), FetchError> {
        let mut first_error = None;
        for (listing, id) in pumps {
            match self.pump(listing, id).await {
                Err(error) if error.concerns_one_pump() => first_error = first_error.or(Some(error)),
                outcome => outcome?,
            }
            if self.report.interrupted {
                break;
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    fn check_wanted(&self, account: &Account) -> Result<(), FetchError> {
        let serials = || account.pumps.iter().map(|pump| &pump.serial_number);
        let missing = self.with.options.pumps.iter().find(|wanted| !serials().any(|serial| serial == *wanted));
        missing.map_or(Ok(()), |wanted| {
            let known = serials().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Err(FetchError::NoSuchPump { wanted: wanted.clone(), known })
        })
    }

    /// A dry run makes no pump known; those that are known have a fetch log.
    async fn known_ids(&mut self, account: &Account) -> Result<Vec<Option<PumpId>>, StoreError> {
        let pumps = self.writer.ask(RawStore::pumps).await?;
        let id = |listing: &PumpListing| {
            pumps.iter().find(|pump| pump.serial_number.as_ref() == Some(&listing.serial_number)).map(|pump| pump.id)
        };
        Ok(account.pumps.iter().map(id).collect())
    }

    async fn pump(&mut self, listing: PumpListing, id: Option<PumpId>) -> Result<(), FetchError> {
        let known = self.known(&listing, id).await?;
        let listing = self.with_upload(&listing, &known);
        let mut windows = self.plan(&listing, &known);
        self.report.pumps.push(PumpReport {
            listing: listing.clone(),
            windows: windows.clone(),
            counts: PageCounts::default(),
            doubts: known.open_doubts(),
        });
        let (Some(id), Some(run)) = (id, self.with.run) else { return Ok(()) };
        let mut drift = None;
        while !windows.is_empty() && !self.report.interrupted {
            let found = self.windows(&listing, id, run, &windows).await?;
            drift = drift.or(found);
            let known = self.known(&listing, Some(id)).await?;
            // What came may tell of other days: that the clock was set back, or that it was ahead for longer. Doubtful days
            // are for the next sync.
            let again = FetchState { doubts: &[], ..known.as_known() };
            let asked = windows;
            windows = if self.with.options.selection.full { Vec::new() } else { self.plan_known(&listing, again) };
            if windows == asked {
                // The service would say the same again.
                windows.clear();
            }
            if let Some(pump) = self.report.pumps.last_mut() {
                pump.windows.extend(&windows);
                pump.doubts = known.open_doubts();
            }
        }
        let serial = listing.serial_number;
        drift.map_or(Ok(()), |(days, drift)| Err(FetchError::FormatChanged { serial, days, drift }))
    }

    /// Where the account does not say when the pump uploaded, its events decide whether it ever did.
    fn with_upload(&mut self, listing: &PumpListing, known: &PumpKnowledge) -> PumpListing {
        let assumed = assume_upload(listing, &known.fetch_log, self.with.clock.now());
        if listing.last_upload.is_none() && assumed.last_upload.is_some() {
            let serial = &listing.serial_number;
            let notice =
                format!("Tandem Source does not say when pump {serial} last uploaded; asked for its new days anyway");
            self.notice(vec![notice], 0);
        }
        assumed
    }

    async fn known(&mut self, listing: &PumpListing, id: Option<PumpId>) -> Result<PumpKnowledge, StoreError> {
        let Some(id) = id else { return Ok(PumpKnowledge::default()) };
        let (listing, now) = (listing.clone(), self.with.clock.now());
        self.writer.ask(move |store| PumpKnowledge::read(store, &listing, id, now)).await
    }

    /// The days to ask for, by what is known of the pump now.
    fn plan(&self, listing: &PumpListing, known: &PumpKnowledge) -> Vec<DayRange> {
        self.plan_known(listing, known.as_known())
    }

    fn plan_known(&self, listing: &PumpListing, known: FetchState<'_>) -> Vec<DayRange> {
        let longest = self.with.source.longest_window();
        let windows = windows_to_fetch(listing, known, self.with.options.selection, self.with.clock.now(), longest);
        tracing::info!(windows = windows.len(), "planned a pump");
        windows
    }

    /// Fetches window after window; while one is on its way, the one before is being stored. Returns the first that came in
    /// another format.
    async fn windows(
        &mut self,
        listing: &PumpListing,
        pump: PumpId,
        run: RunId,
        windows: &[DayRange],
    ) -> Result<Option<(DayRange, Drift)>, FetchError> {
        let mut storing: Option<Stored> = None;
        let mut drift = None;
        self.writer.rest().await?;
        for (index, days) in windows.iter().enumerate() {
            if self.with.stop.is_set() {
                self.report.interrupted = true;
                break;
            }
            // Nothing of this page is stored yet: it may be dropped.
            let page = tokio::select! {
                biased;
                page = self.with.source.events(listing, *days) => page,
                () = self.with.stop.stopped() => {
                    self.report.interrupted = true;
                    break;
                }
            };
            drift = drift.or(self.settle(storing.take()).await?);
            let page = page.map_err(|source| self.window_failed(listing, *days, source))?;
            self.notice(page.notices, page.bytes);
            self.events += page.events.len() as u64;
            let assignment_id = listing.assignment_id.clone();
            let window = FetchedWindow { assignment_id, days: *days, last_upload: listing.last_upload, doubt: None };
            storing = Some(self.writer.page(pump, run, self.with.clock.now(), page.events, window).await?);
            self.report_progress(listing, days.last(), (index + 1, windows.len()));
        }
        Ok(drift.or(self.settle(storing).await?))
    }

    /// Waits until a page is stored; what of it came in another format.
    async fn settle(&mut self, storing: Option<Stored>) -> Result<Option<(DayRange, Drift)>, StoreError> {
        let Some(stored) = storing else { return Ok(None) };
        let StoredPage { counts, days, doubt } = stored.await.map_err(|_| writer_gone())??;
        if let Some(pump) = self.report.pumps.last_mut() {
            pump.counts += counts;
        }
        match doubt {
            Some(AnswerDoubt::Format(drift)) => Ok(Some((days, drift))),
            _ => Ok(None),
        }
    }

    fn window_failed(&self, listing: &PumpListing, days: DayRange, source: SourceError) -> FetchError {
        let total = self.report.total();
        let stored = total.new + total.revised;
        FetchError::Window { serial: listing.serial_number.clone(), days, stored, source }
    }

    fn notice(&mut self, notices: Vec<String>, bytes: u64) {
        self.report.bytes += bytes;
        for notice in notices {
            if !self.report.notices.contains(&notice) {
                self.report.notices.push(notice);
            }
        }
    }

    fn report_progress(&mut self, listing: &PumpListing, day: NaiveDate, (done, all): (usize, usize)) {
        (self.on_progress)(Progress {
            stage: Stage::Fetch,
            events: self.events,
            pump: Some(listing.serial_number.clone()),
            day: Some(day),
            parts: Some((done as u64, all as u64)),
        });
    }
}

/// What the store knows of a pump.
#[derive(Default)]
struct PumpKnowledge {
    fetch_log: Vec<FetchWindow>,
    set_back: Vec<ClockRewind>,
    doubts: Vec<Doubt>,
}

impl PumpKnowledge {
    fn read(
        store: &mut impl RawStore,
        listing: &PumpListing,
        pump: PumpId,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let fetch_log = store.fetch_windows(pump)?;
        let set_back = set_back(&store.date_changes(pump)?);
        let doubts = find_doubts(listing, &fetch_log, &store.day_log(pump)?, now);
        Ok(Self { fetch_log, set_back, doubts })
    }

    fn as_known(&self) -> FetchState<'_> {
        FetchState { fetch_log: &self.fetch_log, set_back: &self.set_back, doubts: &self.doubts }
    }

    fn open_doubts(&self) -> Vec<Doubt> {
        self.doubts.iter().filter(|doubt| doubt.is_open()).cloned().collect()
    }
}

/// What became of one page.
struct StoredPage {
    counts: PageCounts,
    days: DayRange,
    doubt: Option<AnswerDoubt>,
}

type Stored = oneshot::Receiver<Result<StoredPage, StoreError>>;
type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// The one bridge between async code and the blocking store: the store moves to a thread and comes back at the end.
struct Writer<S> {
    jobs: mpsc::Sender<Job<S>>,
}

impl<S: RawStore + Send + 'static> Writer<S> {
    fn start(mut store: S) -> (Self, JoinHandle<S>) {
        let (jobs, mut queue) = mpsc::channel::<Job<S>>(1);
        let thread = tokio::task::spawn_blocking(move || {
            while let Some(job) = queue.blocking_recv() {
                job(&mut store);
            }
            store
        });
        (Self { jobs }, thread)
    }

    async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.begin(job).await?.await.map_err(|_| writer_gone())?
    }

    async fn begin<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job<S> = Box::new(move |store| {
            let result = job(store);
            // No one waits for the answer any more only when the fetch itself was dropped.
            let _ = answer.send(result);
        });
        self.jobs.send(job).await.map_err(|_| writer_gone())?;
        Ok(answered)
    }

    async fn page(
        &self,
        pump: PumpId,
        run: RunId,
        received: DateTime<Utc>,
        events: RawBatch,
        window: FetchedWindow,
    ) -> Result<Stored, StoreError> {
        self.begin(move |store| {
            let days = window.days;
            let doubt = doubt_answer(&events, days, store.count_events(pump, days)?);
            let window = FetchedWindow { doubt: doubt.as_ref().map(AnswerDoubt::to_mark), ..window };
            let counts = store.store_page(&RawPage { pump, run, received, events: &events, window: Some(window) })?;
            store.release()?;
            Ok(StoredPage { counts, days, doubt })
        })
        .await
    }

    /// Lets go of the database: the network comes next, and others may want to read meanwhile.
    async fn rest(&self) -> Result<(), StoreError> {
        self.ask(crate::RunStore::release).await
    }
}

fn writer_gone() -> StoreError {
    let message = "the thread that writes to the database ended unexpectedly".to_owned();
    StoreError::new(StoreErrorKind::Internal, message)
}
