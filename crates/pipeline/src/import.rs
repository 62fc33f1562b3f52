//! The import stage: archives become raw events.
//!
//! One thread reads and takes apart, the caller's thread stores; a page is a transaction.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::archive::{ArchiveError, ArchiveKind, ArchivePage, DatabaseReader, count_unknown, read_archive};
use crate::progress::{OnProgress, Progress, StopSignal};
use crate::raw::PumpKey;
use crate::store::{PageCounts, Pump, RawPage, RawStore, RunId, Stage};
use crate::{EventKey, PumpId, RawBatch, RawEvent, SerialNumber, StoreError};

/// How often a run that waits for a page looks whether it is to stop.
const STOP_CHECK: Duration = Duration::from_millis(50);
/// How long a run that was stopped waits for the thread that reads. A pipe may deliver nothing for as long as it likes.
const STOP_GRACE: Duration = Duration::from_millis(500);

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The pump that events belong to where the file does not say.
    pub pump: Option<SerialNumber>,
    /// Count what would be stored, and store nothing.
    pub dry_run: bool,
    /// Opens databases of `tandem-fetch`; without it they are no archives.
    pub databases: Option<Arc<dyn DatabaseReader>>,
}

/// What one run of the import stage did.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// File by file, in the order given.
    pub files: Vec<FileReport>,
    /// True when the run was stopped before the end.
    pub interrupted: bool,
}

impl ImportReport {
    /// The counts of all files together.
    #[must_use]
    pub fn total(&self) -> PageCounts {
        let mut total = PageCounts::default();
        self.files.iter().for_each(|file| total += file.counts);
        total
    }
}

/// What one file brought.
#[derive(Debug)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// What it turned out to be; `None` where that is not known.
    pub kind: Option<ArchiveKind>,
    /// What it brought.
    pub counts: PageCounts,
    /// Of its events, how many have a type that the dictionary does not know; kept all the same.
    pub unknown: u64,
    /// Why it could not be read to its end.
    pub error: Option<FileError>,
}

/// Why a file was not imported, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file cannot be read, or not to its end.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The file does not say whose events it holds, and no one else did.
    #[error("{} does not say which pump its events belong to", .path.display())]
    PumpUnknown {
        /// The file.
        path: PathBuf,
    },
}

/// The rejected events that can be identified now, pump by pump.
pub(crate) fn find_recoverable<S: RawStore>(store: &mut S) -> Result<Vec<(PumpId, RawBatch)>, StoreError> {
    let rejected = store.rejected()?;
    let pumps = if rejected.is_empty() { Vec::new() } else { store.pumps()? };
    let mut found: Vec<(PumpId, RawBatch)> = Vec::new();
    for (id, event) in rejected {
        let Some(pump) = pumps.iter().find(|pump| pump.id == id) else { continue };
        if found.last().is_none_or(|(last, _)| *last != id) {
            found.push((id, RawBatch::default()));
        }
        if let Some((_, batch)) = found.last_mut() {
            recover(&event.data, pump, batch);
        }
    }
    found.retain(|(_, batch)| !batch.is_empty());
    Ok(found)
}

/// Adds the event to `batch` when it has an identity and does not name another pump.
fn recover(data: &str, pump: &Pump, batch: &mut RawBatch) {
    let Ok(envelope) = pump_events::read_json_envelope(data) else { return };
    let is_ours = |owner: &str| pump.assignment_ids.iter().any(|assignment| assignment.is(owner));
    if envelope.device_assignment_id.is_some_and(|owner| !is_ours(&owner)) {
        return;
    }
    let key = EventKey { sequence_group: envelope.sequence_group, sequence_number: envelope.sequence_number };
    batch.push(RawEvent { key, code: envelope.code, pump_time: envelope.pump_time, data });
}

/// Stores the events of the archives in `paths`, in order. A file that cannot be read does not keep others from being.
///
/// # Errors
/// [`StoreError`]; pages before it are kept, and the same import again stores the rest.
pub fn import<S: RawStore>(
    store: &mut S,
    run: Option<RunId>,
    paths: &[PathBuf],
    options: &ImportOptions,
    now: DateTime<Utc>,
    stop: &StopSignal,
    on_progress: &mut OnProgress<'_>,
) -> Result<ImportReport, StoreError> {
    let parts = (0, paths.len() as u64);
    let mut import = Import { store, run, options, now, stop, on_progress, events: 0, parts, interrupted: false };
    let mut report = ImportReport::default();
    for path in paths {
        import.interrupted |= stop.is_set();
        if import.interrupted {
            break;
        }
        report.files.push(import.file(path)?);
        import.parts.0 += 1;
    }
    report.interrupted = import.interrupted;
    Ok(report)
}

struct Import<'a, 'p, S> {
    store: &'a mut S,
    run: Option<RunId>,
    options: &'a ImportOptions,
    now: DateTime<Utc>,
    stop: &'a StopSignal,
    on_progress: &'a mut OnProgress<'p>,
    events: u64,
    parts: (u64, u64),
    /// The run was stopped before the last file had ended.
    interrupted: bool,
}

/// The thread that reads an archive.
type Reader = JoinHandle<Result<ArchiveKind, ArchiveError>>;

impl<S: RawStore> Import<'_, '_, S> {
    fn file(&mut self, path: &Path) -> Result<FileReport, StoreError> {
        let mut file =
            FileReport { path: path.to_owned(), kind: None, counts: PageCounts::default(), unknown: 0, error: None };
        // A page is handed over only when the one before is stored: none waits in memory.
        let (sender, pages) = sync_channel::<ArchivePage>(0);
        let (archive, databases) = (path.to_owned(), self.options.databases.clone());
        let reader = std::thread::spawn(move || {
            read_archive(&archive, databases.as_deref(), &mut |page| sender.send(page).is_ok())
        });
        let stored = self.pages(&pages, &mut file);
        // Without the receiver, a reader that has a page to hand over ends.
        drop(pages);
        stored?;
        match self.outcome(reader) {
            Some(Ok(kind)) => file.kind = Some(kind),
            Some(Err(error)) => file.error = Some(file.error.take().unwrap_or(error.into())),
            None => {}
        }
        Ok(file)
    }

    /// What the reader came to; `None` where the run was stopped and the reader still waits for its file.
    fn outcome(&self, reader: Reader) -> Option<Result<ArchiveKind, ArchiveError>> {
        let stopped = Instant::now();
        while self.interrupted && !reader.is_finished() {
            if stopped.elapsed() > STOP_GRACE {
                return None;
            }
            std::thread::park_timeout(STOP_CHECK);
        }
        Some(reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }

    fn pages(&mut self, pages: &Receiver<ArchivePage>, file: &mut FileReport) -> Result<(), StoreError> {
        loop {
            match pages.recv_timeout(STOP_CHECK) {
                Ok(page) => {
                    if !self.take_page(&page, file)? {
                        return Ok(());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if self.stop.is_set() {
                self.interrupted = true;
                return Ok(());
            }
        }
    }

    /// Stores a page and counts it; false where no one knows whose events it holds.
    fn take_page(&mut self, page: &ArchivePage, file: &mut FileReport) -> Result<bool, StoreError> {
        let named = self.options.pump.clone().or_else(|| page.likely_pump.clone());
        let Some(key) = page.pump.clone().or(named.map(PumpKey::Serial)) else {
            file.error = Some(FileError::PumpUnknown { path: file.path.clone() });
            return Ok(false);
        };
        file.counts += self.page(&key, page)?;
        file.unknown += count_unknown(&page.events);
        self.events += page.events.len() as u64;
        let (stage, parts) = (Stage::Import, Some(self.parts));
        (self.on_progress)(Progress { stage, events: self.events, pump: None, day: None, parts });
        Ok(true)
    }

    fn page(&mut self, key: &PumpKey, page: &ArchivePage) -> Result<PageCounts, StoreError> {
        let (events, received) = (&page.events, self.now);
        match self.run {
            Some(run) => {
                let pump = self.store.pump_for(key, received)?;
                self.store.store_page(&RawPage { pump, run, received, events, window: None })
            }
            None => self.store.compare_page(key, events),
        }
    }
}
