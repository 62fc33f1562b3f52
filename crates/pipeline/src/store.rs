//! Where history goes: one trait per stage border, each method a contract.
//!
//! What holds for every method:
//!
//! * **Atomic.** A method that writes does all of it or nothing; after an error the store is as before the call.
//! * **Repeatable.** Doing it again with the same arguments changes nothing further.
//! * **Durable.** When it has returned, a killed process loses nothing of it.
//! * **Blocking.** Async callers hand the store to a blocking thread; it is moved, never shared.
//!
//! The conformance suite in `testing` (feature `testing`) checks these promises on any implementation.

use chrono::{DateTime, NaiveDate, Utc};
use pump_events::{EventCode, FactRows, Problem, ProblemSetId, PumpTime};

use crate::clock_model::{LogPiece, PumpClock, ZoneHistory};
use crate::raw::PumpKey;
use crate::{Account, DayRange, EventId, PumpId, PumpListing, RawBatch, RejectedEvent, TextBatch};

/// A pump as the store knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pump {
    /// Its number in this store.
    pub id: PumpId,
    /// The number printed on it, where known.
    pub serial_number: Option<crate::SerialNumber>,
    /// The cloud's identifiers of it: usually one; more after a pump was given back and reassigned.
    pub assignment_ids: Vec<crate::AssignmentId>,
    /// The instant of its last upload, as the account last reported.
    pub last_upload: Option<DateTime<Utc>>,
}

/// What every stage keeps about its own runs.
pub trait RunStore {
    /// Notes that a stage has begun, and returns the run's number.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is noted.
    fn begin_run(&mut self, stage: Stage, started: DateTime<Utc>) -> Result<RunId, StoreError>;

    /// Notes how a run ended. A run without this call was interrupted.
    ///
    /// # Errors
    /// [`StoreError`]; the run stays open.
    fn end_run(&mut self, run: RunId, end: &RunEnd) -> Result<(), StoreError>;

    /// Lets go of whatever keeps other processes from reading, until the next call of any method.
    ///
    /// # Errors
    /// [`StoreError`] when what was written cannot be brought to rest.
    fn release(&mut self) -> Result<(), StoreError>;
}

/// Keeps events as received, and the fetch log: what was asked for, and when.
pub trait RawStore: RunStore {
    /// Every pump known so far, by id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn pumps(&mut self) -> Result<Vec<Pump>, StoreError>;

    /// Makes every pump of `account` known or brings it up to date, with its settings snapshot, and returns its id in
    /// the order of the account. A pump known by serial and one known by assignment that turn out to be the same
    /// become one, with all events of both. The account becomes the one whose history the store holds.
    ///
    /// # Errors
    /// [`StoreError`]; as of [`RawStore::check_account`].
    fn record_account(&mut self, account: &Account, seen: DateTime<Utc>) -> Result<Vec<PumpId>, StoreError>;

    /// Makes sure that the store does not hold another person's history: the account recorded before has the same id; where
    /// none was recorded, one of the pumps fetched before belongs to `account`. A store without any passes.
    ///
    /// # Errors
    /// [`StoreErrorKind::OtherAccount`] where it does.
    fn check_account(&mut self, account: &Account) -> Result<(), StoreError>;

    /// The id of the pump that an archive names; a new pump when it is not known yet.
    ///
    /// # Errors
    /// [`StoreError`].
    fn pump_for(&mut self, key: &PumpKey, seen: DateTime<Utc>) -> Result<PumpId, StoreError>;

    /// Notes that `serial` and `assignment` name the same pump; merges as [`RawStore::record_account`] does.
    ///
    /// # Errors
    /// [`StoreError`].
    fn link_pump(&mut self, listing: &PumpListing, seen: DateTime<Utc>) -> Result<PumpId, StoreError>;

    /// Stores one page with its entry in the fetch log. Of each identity the store then holds one current row:
    ///
    /// * never seen → new;
    /// * the same content as the current row or an older revision of it (same text, or the same decoded event in
    ///   another encoding) → duplicate, nothing written;
    /// * other content → the page's becomes current, the former goes to the revisions.
    ///
    /// Inside one page the last one of an identity wins, by the same rules. New and revised events are unparsed. Of a page
    /// in another format, other content becomes a revision, and the current row stays.
    ///
    /// # Errors
    /// [`StoreError`]; neither the events nor the entry in the fetch log are written.
    fn store_page(&mut self, page: &RawPage<'_>) -> Result<PageCounts, StoreError>;

    /// What [`RawStore::store_page`] would count for events of the pump `key`, without writing anything.
    ///
    /// # Errors
    /// [`StoreError`].
    fn compare_page(&mut self, key: &PumpKey, events: &RawBatch) -> Result<PageCounts, StoreError>;

    /// The windows fetched for a pump, oldest entry first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn fetch_windows(&mut self, pump: PumpId) -> Result<Vec<FetchWindow>, StoreError>;

    /// Per day and sequence group, what is stored of a pump's log, clock changes (13 and 14) left out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn day_log(&mut self, pump: PumpId) -> Result<Vec<DayLog>, StoreError>;

    /// How many events of `days` are stored of a pump, clock changes left out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count_events(&mut self, pump: PumpId, days: DayRange) -> Result<u64, StoreError>;

    /// Everything that was rejected so far.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rejected(&mut self) -> Result<Vec<(PumpId, RejectedEvent)>, StoreError>;

    /// Stores events that were rejected and can be identified now, as [`RawStore::store_page`] does, and takes them off
    /// the rejected ones.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is changed.
    fn recover_rejected(&mut self, page: &RawPage<'_>) -> Result<PageCounts, StoreError>;

    /// The changes of a pump's date (events 14) that are known, in order of sequence.
    ///
    /// # Errors
    /// [`StoreError`].
    fn date_changes(&mut self, pump: PumpId) -> Result<Vec<DateChange>, StoreError>;
}

/// Keeps decoded events and their problems, and knows which raw events are not decoded yet.
pub trait EventStore: RunStore {
    /// Raw events that the dictionary `dictionary` has not decoded yet: whole batches in order of arrival, at least one,
    /// until there are `wanted` events; `None` when there are none. `after` names the last batch already taken; `None`
    /// continues after the last batch given to [`EventStore::store_events`], or at the beginning when that was decoded
    /// by another dictionary.
    ///
    /// # Errors
    /// [`StoreError`].
    fn unparsed(
        &mut self,
        dictionary: &str,
        after: Option<BatchNumber>,
        wanted: usize,
    ) -> Result<Option<UnparsedBatch>, StoreError>;

    /// Replaces what the batch's raw events were decoded to, moves the parse position to the
    /// batch's last one, and marks the events' pumps for derivation.
    ///
    /// # Errors
    /// [`StoreError`]; position, events and problems are unchanged.
    fn store_events(&mut self, batch: ParsedBatch) -> Result<(), StoreError>;

    /// Per pump, what the raw events say about its clock.
    ///
    /// # Errors
    /// [`StoreError`].
    fn clock_evidence(&mut self) -> Result<Vec<ClockEvidence>, StoreError>;

    /// False after the clock model has changed: the clocks are to be found again.
    ///
    /// # Errors
    /// [`StoreError`].
    fn clocks_are_current(&mut self) -> Result<bool, StoreError>;

    /// Makes `clocks` the pumps' clocks, found by `zones`, and keeps both. Where a clock differs from the former one,
    /// the instants of the events already stored follow and the pump is marked for derivation; or, where they are many,
    /// all that was decoded is dropped, and every raw event is unparsed again.
    ///
    /// # Errors
    /// [`StoreError`]; zones, clocks and instants are unchanged.
    fn store_clocks(&mut self, zones: &ZoneHistory, clocks: &[(PumpId, PumpClock)]) -> Result<(), StoreError>;

    /// The zones the person lived in, as last given to [`EventStore::store_clocks`]; empty before.
    ///
    /// # Errors
    /// [`StoreError`].
    fn zone_history(&mut self) -> Result<ZoneHistory, StoreError>;

    /// Drops everything that [`parse`](crate::parse) and [`derive`](crate::derive) made; raw events stay.
    ///
    /// # Errors
    /// [`StoreError`].
    fn clear_derived(&mut self) -> Result<(), StoreError>;
}

/// Keeps the tables that people ask questions of.
pub trait DomainStore: RunStore {
    /// The pumps whose domain rows are behind their events, and from which event on.
    ///
    /// # Errors
    /// [`StoreError`].
    fn pending_derivations(&mut self) -> Result<Vec<PendingDerivation>, StoreError>;

    /// Brings every domain row that an event of `pending.pump` from `pending.from` on can touch to what a derivation
    /// of the whole history would give, and takes the pump off the pending list.
    ///
    /// # Errors
    /// [`StoreError`]; all domain rows and the pending list are unchanged.
    fn derive(&mut self, pending: PendingDerivation) -> Result<Vec<TableCount>, StoreError>;
}

/// The stages, as they are called everywhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// From the service into raw events.
    Fetch,
    /// From archives into raw events.
    Import,
    /// From raw events to decoded events.
    Parse,
    /// From decoded events to domain tables.
    Derive,
    /// From domain tables to other programs. Keeps its record with its destination, not with the runs.
    Push,
}

impl Stage {
    /// The stage's name, as stored and printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Import => "import",
            Self::Parse => "parse",
            Self::Derive => "derive",
            Self::Push => "push",
        }
    }
}

/// The number of one run of one stage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RunId(pub i64);

/// How a run ended.
#[derive(Clone, Debug)]
pub struct RunEnd {
    /// When.
    pub ended: DateTime<Utc>,
    /// Done, interrupted or failed.
    pub outcome: RunOutcome,
    /// The run's counters, by name.
    pub counts: Vec<(&'static str, u64)>,
    /// What went wrong, without readings or secrets.
    pub error: Option<String>,
}

/// The ways a run can end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RunOutcome {
    /// All of it.
    Completed,
    /// Stopped on request, at a batch's end.
    Interrupted,
    /// Stopped by an error; batches before it are kept.
    Failed,
}

impl RunOutcome {
    /// The outcome's name, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }
}

/// Events of one pump that arrived together: the unit of transaction and progress of fetch and import.
#[derive(Clone, Debug)]
pub struct RawPage<'a> {
    /// Whose events.
    pub pump: PumpId,
    /// The run that brought them.
    pub run: RunId,
    /// When they arrived.
    pub received: DateTime<Utc>,
    /// The events.
    pub events: &'a RawBatch,
    /// The entry in the fetch log to write with them, for events that were asked for by days.
    pub window: Option<FetchedWindow>,
}

/// What one page brought, event by event.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PageCounts {
    /// Identities never seen before.
    pub new: u64,
    /// Identities seen before with the same content.
    pub duplicate: u64,
    /// Identities seen before with other content.
    pub revised: u64,
    /// Texts without an identity, which are quarantined.
    pub rejected: u64,
}

impl std::ops::AddAssign for PageCounts {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.duplicate += other.duplicate;
        self.revised += other.revised;
        self.rejected += other.rejected;
    }
}

/// The days a page was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FetchedWindow {
    /// The assignment that was asked for: a pump that was reassigned has two histories. `None` where it is not known.
    pub assignment_id: Option<crate::AssignmentId>,
    /// The days, on the pump's wall clock.
    pub days: DayRange,
    /// The pump's last upload as known when the page was asked for.
    pub last_upload: Option<DateTime<Utc>>,
    /// What is wrong with the answer; `None` when it is plausible.
    pub doubt: Option<String>,
}

/// What is stored of one day of a pump's log, clock changes left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DayLog {
    /// The day on the pump's clock.
    pub day: NaiveDate,
    /// The sequence group; numbers count within it.
    pub sequence_group: u16,
    /// Events stored.
    pub events: u64,
    /// The lowest of their numbers.
    pub first: u32,
    /// The highest.
    pub last: u32,
}

/// One entry of the fetch log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FetchWindow {
    /// What was asked for.
    pub window: FetchedWindow,
    /// When the answer was stored.
    pub fetched: DateTime<Utc>,
    /// What it brought.
    pub counts: PageCounts,
}

/// A change of a pump's date, and when it became known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DateChange {
    /// When its event was stored.
    pub learned: DateTime<Utc>,
    /// The event's verbatim text.
    pub data: String,
}

/// The number of a batch of raw events; counts up in order of arrival.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct BatchNumber(pub i64);

/// Raw events to be decoded.
#[derive(Clone, Debug)]
pub struct UnparsedBatch {
    /// Each with its verbatim text.
    pub events: TextBatch<UnparsedEvent>,
    /// The last batch of them.
    pub last: BatchNumber,
}

/// One raw event to be decoded.
#[derive(Clone, Copy, Debug)]
pub struct UnparsedEvent {
    /// Identity.
    pub id: EventId,
    /// When it was stored.
    pub created: DateTime<Utc>,
}

/// Decoded events, ready to be stored.
#[derive(Clone, Debug)]
pub struct ParsedBatch {
    /// The dictionary that decoded them.
    pub dictionary: String,
    /// The position to move to.
    pub last: BatchNumber,
    /// Each with its decoded fields as JSON text.
    pub events: TextBatch<ParsedEvent>,
    /// What was odd about them: every set that one of them has, once.
    pub problem_sets: Vec<ProblemSet>,
    /// What does not decode at all.
    pub failures: Vec<DecodeFailure>,
    /// The fields that tables are made of, as typed columns.
    pub facts: Vec<FactRows>,
}

/// One decoded event.
#[derive(Clone, Debug)]
pub struct ParsedEvent {
    /// Identity, the raw event's.
    pub id: EventId,
    /// When the raw event was stored.
    pub created: DateTime<Utc>,
    /// The pump's wall clock.
    pub pump_time: PumpTime,
    /// The instant, and how it was found.
    pub instant: crate::clock_model::Instant,
    /// The type.
    pub code: EventCode,
    /// The type's name in the dictionary.
    pub name: std::borrow::Cow<'static, str>,
    /// What was odd about it.
    pub problem_set: Option<ProblemSetId>,
}

/// Problems that events have together.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemSet {
    /// The number that events carry.
    pub id: ProblemSetId,
    /// The type of the events.
    pub code: EventCode,
    /// The problems, as one of the events has them.
    pub problems: Vec<Problem>,
}

/// A stored text that does not decode: the decoder has changed since it was taken in.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeFailure {
    /// The raw event.
    pub id: EventId,
    /// Why it does not decode.
    pub reason: String,
}

/// What the clock model needs to know about one pump.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockEvidence {
    /// The pump.
    pub pump: PumpId,
    /// Its events, by run and by the clock changes (events 13 and 14) between them.
    pub pieces: Vec<LogPiece>,
    /// The verbatim texts of its clock changes, in order of sequence.
    pub changes: Vec<(EventId, String)>,
    /// The verbatim texts of the first requests from phones (event 290) after each clock change.
    pub phone_requests: Vec<(EventId, String)>,
}

/// A pump whose domain rows are behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PendingDerivation {
    /// The pump.
    pub pump: PumpId,
    /// The earliest event that is new, changed or gone.
    pub from: EventId,
}

/// Rows written to one table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableCount {
    /// The table.
    pub table: &'static str,
    /// Rows written.
    pub rows: u64,
}

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// The family, for exit codes and hints.
    pub kind: StoreErrorKind,
    /// What was being done and what stood in the way.
    pub message: String,
    /// The technical cause.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    /// An error without a technical cause.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }
}

/// The families of [`StoreError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Another process holds the database.
    Locked,
    /// The file is not a database, or is damaged.
    Corrupt,
    /// The path is that of a folder.
    NotAFile,
    /// The work needs more memory than there is.
    OutOfMemory,
    /// The file is a database of another program.
    Foreign,
    /// The file was made by a newer version of this program.
    TooNew,
    /// A migration that was applied is not the one this program knows.
    MigrationMismatch,
    /// The file was built by an older version of this program and is opened for reading only.
    Outdated,
    /// Bringing the file up to date would break something that a person created in it.
    Conflict,
    /// No room left.
    DiskFull,
    /// The file or its folder cannot be written.
    NotWritable,
    /// There is no such file.
    NotFound,
    /// The file holds another person's history.
    OtherAccount,
    /// A rule of the schema was broken: a mistake of this program.
    Internal,
}
