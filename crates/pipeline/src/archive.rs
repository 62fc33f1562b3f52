//! Archives of history: finds out what a file is, and reads it page by page.
//!
//! A file may be a pump-logs body (`{"events":[…],"clockChanges":[…]}`), a sequence of JSON values (event objects, one
//! a line or not; arrays of them; bodies), base64 text of 26-byte records (bare, or as the JSON string that the retired
//! service answered), the records themselves, or the database of `tandem-fetch`. Nothing needs to be said about it: the
//! content tells.

mod database;
mod json;
mod records;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use pump_events::EventCode;

use crate::raw::PumpKey;
use crate::{AssignmentId, RawBatch, SerialNumber, StoreErrorKind};

pub use database::{DatabaseReader, TextSink};

/// Files up to this size are read at once, which is faster; larger ones as a stream.
const READ_AT_ONCE: u64 = 128 << 20;
/// Events in one page: the unit of progress, and what bounds memory.
const EVENTS_PER_PAGE: usize = 122_880;

/// What an archive turned out to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ArchiveKind {
    /// One pump-logs body.
    PumpLogs,
    /// A sequence of JSON values: events, arrays of events, bodies.
    EventLines,
    /// Base64 of 26-byte records, as bare text or as a JSON string.
    Base64Records,
    /// 26-byte records.
    Records,
    /// The database of `tandem-fetch`.
    Database,
}

impl ArchiveKind {
    /// The kind in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PumpLogs => "pump-logs body",
            Self::EventLines => "JSON events",
            Self::Base64Records => "base64 of records",
            Self::Records => "26-byte records",
            Self::Database => "tandem-fetch database",
        }
    }
}

/// Events of one pump out of an archive.
#[derive(Clone, Debug)]
pub struct ArchivePage {
    /// The pump that the archive names; `None` where it names none.
    pub pump: Option<PumpKey>,
    /// Where it names none: whose events they are if nobody says otherwise.
    pub likely_pump: Option<SerialNumber>,
    /// The events.
    pub events: RawBatch,
}

/// Why an archive could not be read, or not to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file cannot be opened or read.
    #[error("cannot read {}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file has no content.
    #[error("{} is empty", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The content is none of the known forms.
    #[error("{} is not an archive of pump history: {detail}", .path.display())]
    NotAnArchive {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        detail: String,
    },
    /// The file ends, or stops making sense, before its end. What came before is good.
    #[error("{} is damaged after {events} good events: {detail}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How many events were read before.
        events: u64,
        /// What is wrong, and where.
        detail: String,
    },
    /// The file is a database, and cannot be opened.
    #[error("cannot open the database {}", .path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// What can be done about it.
        kind: StoreErrorKind,
        /// What the database said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Takes pages as they are read; false stops the reading.
pub type PageSink<'a> = dyn FnMut(ArchivePage) -> bool + 'a;

/// Reads the archive in `path` and hands it to `sink` in pages; databases by means of `databases`.
///
/// # Errors
/// [`ArchiveError`]; pages handed over before a [`ArchiveError::Damaged`] are good and stay with the caller.
pub fn read_archive<'a>(
    path: &Path,
    databases: Option<&dyn DatabaseReader>,
    sink: &'a mut PageSink<'a>,
) -> Result<ArchiveKind, ArchiveError> {
    let unreadable = |source| ArchiveError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(unreadable)?;
    if let Some(reader) = databases.filter(|reader| reader.can_open(&head)) {
        // Closing it later would take away the lock that the database puts on the file.
        drop(file);
        return read_database(path, reader, sink);
    }
    let kind = detect(path, &head, size)?;
    let mut pages = Pages::new(sink);
    let outcome = match kind {
        ArchiveKind::PumpLogs | ArchiveKind::EventLines if size > READ_AT_ONCE => {
            json::read_stream(kind, BufReader::with_capacity(1 << 20, head.as_slice().chain(file)), &mut pages)
        }
        _ => {
            let mut content = head;
            file.read_to_end(&mut content).map_err(unreadable)?;
            read_content(kind, &content, &mut pages)
        }
    };
    let events = pages.finish();
    outcome.map_err(|detail| ArchiveError::Damaged { path: path.to_owned(), events, detail })?;
    Ok(kind)
}

fn read_database<'a>(
    path: &Path,
    reader: &dyn DatabaseReader,
    sink: &'a mut PageSink<'a>,
) -> Result<ArchiveKind, ArchiveError> {
    let mut pages = Pages { likely_pump: reader.likely_pump(path), ..Pages::new(sink) };
    let outcome = reader.read(path, &mut |text| database::take_text(text, &mut pages));
    pages.finish();
    outcome.map(|()| ArchiveKind::Database)
}

fn read_content(kind: ArchiveKind, content: &[u8], pages: &mut Pages<'_>) -> Result<(), String> {
    match kind {
        ArchiveKind::PumpLogs | ArchiveKind::EventLines => json::read_slice(kind, content, pages),
        ArchiveKind::Base64Records => records::read_base64(content, pages),
        // A database does not come here: its reader has it.
        ArchiveKind::Records | ArchiveKind::Database => records::read(content, pages),
    }
}

fn detect(path: &Path, head: &[u8], size: u64) -> Result<ArchiveKind, ArchiveError> {
    let path = path.to_owned();
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if text.is_empty() {
        return Err(ArchiveError::Empty { path });
    }
    match text[0] {
        b'{' if json::first_key(text).is_some_and(|key| json::BODY_KEYS.contains(&key)) => Ok(ArchiveKind::PumpLogs),
        b'{' | b'[' => Ok(ArchiveKind::EventLines),
        b'"' => Ok(ArchiveKind::Base64Records),
        _ if records::looks_like_records(head, size) => Ok(ArchiveKind::Records),
        _ if records::looks_like_base64(text) => Ok(ArchiveKind::Base64Records),
        _ => Err(ArchiveError::NotAnArchive { path, detail: describe(head) }),
    }
}

fn describe(head: &[u8]) -> String {
    let known: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "it is a zip file; unpack it first"),
        (b"\x1f\x8b", "it is gzip-compressed; unpack it first"),
        (b"SQLite format 3", "it is an SQLite database"),
        (b"%PDF", "it is a PDF"),
        (b"<", "it is HTML or XML, not JSON; an error page of the service may have been saved instead of an answer"),
    ];
    let found = known.iter().find(|(magic, _)| head.trim_ascii_start().starts_with(magic));
    found.map_or_else(|| "neither JSON, nor base64, nor 26-byte records".to_owned(), |(_, words)| (*words).to_owned())
}

/// Collects events by pump and hands them on in pages.
struct Pages<'a> {
    sink: &'a mut PageSink<'a>,
    likely_pump: Option<SerialNumber>,
    /// The assignment that the last event named.
    last_assignment: Option<String>,
    open: Vec<ArchivePage>,
    pending: usize,
    total: u64,
    stopped: bool,
}

impl<'a> Pages<'a> {
    fn new(sink: &'a mut PageSink<'a>) -> Self {
        Self { sink, likely_pump: None, last_assignment: None, open: Vec::new(), pending: 0, total: 0, stopped: false }
    }

    /// The batch to which an event of the pump with this assignment goes; false from [`Pages::advance`] means stop.
    fn batch(&mut self, assignment: Option<&str>) -> &mut RawBatch {
        let is_it = |page: &ArchivePage| match (&page.pump, assignment) {
            (Some(PumpKey::Assignment(id)), Some(assignment)) => id.is(assignment),
            (None, None) => true,
            _ => false,
        };
        let index = self.open.iter().position(is_it).unwrap_or_else(|| {
            let pump = assignment.map(|id| PumpKey::Assignment(AssignmentId::new(id)));
            let likely_pump = self.likely_pump.clone();
            self.open.push(ArchivePage { pump, likely_pump, events: RawBatch::default() });
            self.open.len() - 1
        });
        &mut self.open[index].events
    }

    /// Counts one event; false when reading is to stop.
    fn advance(&mut self) -> bool {
        self.pending += 1;
        self.total += 1;
        if self.pending >= EVENTS_PER_PAGE {
            self.flush();
        }
        !self.stopped
    }

    fn flush(&mut self) {
        self.pending = 0;
        for page in self.open.drain(..) {
            self.stopped = self.stopped || !(self.sink)(page);
        }
    }

    fn finish(mut self) -> u64 {
        self.flush();
        self.total
    }
}

/// How many of these events have a type that the dictionary does not know.
#[must_use]
pub fn count_unknown(events: &RawBatch) -> u64 {
    let unknown = |code: EventCode| pump_events::Dictionary::event(code).is_none();
    events.iter().filter(|event| unknown(event.code)).count() as u64
}
