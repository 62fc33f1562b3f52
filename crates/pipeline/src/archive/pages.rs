//! What comes out of an archive: its kind, its events in pages, or why it could not be read.

use std::path::PathBuf;

use crate::raw::PumpKey;
use crate::{AssignmentId, RawBatch, SerialNumber, StoreErrorKind};

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
    /// The name of the kind.
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
    /// Where it names none: whose events they are if no one says otherwise.
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

/// Collects events by pump and hands them on in pages.
pub(super) struct Pages<'a> {
    sink: &'a mut PageSink<'a>,
    pub(super) likely_pump: Option<SerialNumber>,
    /// The assignment that the last event named.
    pub(super) last_assignment: Option<String>,
    open: Vec<ArchivePage>,
    pending: usize,
    total: u64,
    pub(super) stopped: bool,
}

impl<'a> Pages<'a> {
    pub(super) fn new(sink: &'a mut PageSink<'a>) -> Self {
        Self { sink, likely_pump: None, last_assignment: None, open: Vec::new(), pending: 0, total: 0, stopped: false }
    }

    /// The batch to which an event of the pump with this assignment goes; false from [`Pages::advance`] means stop.
    pub(super) fn batch(&mut self, assignment: Option<&str>) -> &mut RawBatch {
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
    pub(super) fn advance(&mut self) -> bool {
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

    pub(super) fn finish(mut self) -> u64 {
        self.flush();
        self.total
    }
}
