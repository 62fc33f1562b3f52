//! What there is in a database, cheaply: counts, coverage by day, what is pending, the last runs. Reads no event's text.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use duckdb::{Connection, Row};
use pipeline::fetch::plausibility::Doubt;
use pipeline::{EventId, StoreError};
use pump_events::{Dictionary, EventCode, ProblemKind};

use crate::Reader;
use crate::derived::{OBJECTS, Object};
use crate::doubts::read_doubts;
use crate::error::DuckdbContext as _;

/// How many of the last runs are listed.
const RUNS: u32 = 8;

/// What there is in a database.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StatusFacts {
    /// Number of the newest migration applied.
    pub schema_version: u32,
    /// Every table of data with its rows, in the order of the stages.
    pub tables: Vec<TableFacts>,
    /// Every pump, in the order they became known.
    pub pumps: Vec<PumpFacts>,
    /// The types of events that arrived, decoded or not, by code.
    pub event_types: Vec<EventTypeFacts>,
    /// Events of types that the dictionary does not know: type code and how many.
    pub unknown_codes: Vec<(i32, u64)>,
    /// Everything odd about decoded events: kind of problem and how many.
    pub problems: Vec<(String, u64)>,
    /// Batches of raw events that are not decoded yet.
    pub unparsed_batches: u64,
    /// Pumps whose domain tables are behind.
    pub underived_pumps: u64,
    /// Days whose answer is doubtful, by the number of the pump.
    pub doubts: Vec<(i32, Doubt)>,
    /// Things without identity that are kept as they came.
    pub rejected: u64,
    /// The configured zones: first local day (`None` is the beginning of time) and IANA name.
    pub zones: Vec<(Option<NaiveDate>, String)>,
    /// The last runs of the stages, newest first.
    pub runs: Vec<RunFacts>,
}

/// One table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableFacts {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

/// The events of one type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EventTypeFacts {
    /// The code of the type.
    pub code: u32,
    /// Its name; `None` where the dictionary does not know it.
    pub name: Option<&'static str>,
    /// True of a type that was captured over Bluetooth only, so that it is news if the service sends it.
    pub is_known_from_bluetooth: bool,
    /// How many there are.
    pub events: u64,
}

/// One pump.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PumpFacts {
    /// Its number in this database.
    pub id: i32,
    /// The number printed on it, where known.
    pub serial_number: Option<String>,
    /// The name of its model, where known.
    pub model_name: Option<String>,
    /// Its last upload as the account last reported.
    pub last_upload: Option<DateTime<Utc>>,
    /// The pump's wall clock at the event logged last, by its own sequence.
    pub newest_event: Option<NaiveDateTime>,
    /// The instant of that event; `None` until it is decoded.
    pub newest_event_utc: Option<DateTime<Utc>>,
    /// The time that a correct clock showed the person at that event; `None` until it is decoded.
    pub newest_event_local: Option<NaiveDateTime>,
    /// Events by the person's day (by that of the pump's wall clock while not every event is decoded), oldest first; days without events
    /// are left out. Factory dates and dates in the future may be among them.
    pub days: Vec<DayCount>,
}

/// The events of one day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DayCount {
    /// The day.
    pub day: NaiveDate,
    /// Its events.
    pub events: u64,
}

/// One run of one stage.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RunFacts {
    /// `fetch`, `import`, `parse` or `derive`.
    pub stage: String,
    /// Its start.
    pub started: DateTime<Utc>,
    /// Its end; `None` while it runs, and permanently if it was killed.
    pub ended: Option<DateTime<Utc>>,
    /// `completed`, `interrupted` or `failed`; `None` as above.
    pub outcome: Option<String>,
    /// Its counters, as JSON.
    pub counts: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

const UNPARSED_BATCHES: &str = "SELECT count(*)::UBIGINT FROM raw_batches
     WHERE new + revised + recovered > 0 AND id > coalesce((SELECT max(batch_id) FROM parse_progress), -1)";
const UNDERIVED_PUMPS: &str = "SELECT count(*)::UBIGINT FROM pending_derivations";

/// True when raw events wait to be decoded.
pub(crate) fn has_unparsed_batches(connection: &Connection) -> Result<bool, StoreError> {
    Ok(count(connection, UNPARSED_BATCHES)? > 0)
}

impl Reader {
    /// True when stored events are missing from the tables: a stage was not run, or did not end.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn is_behind(&self) -> Result<bool, StoreError> {
        Ok(count(self.connection(), UNPARSED_BATCHES)? + count(self.connection(), UNDERIVED_PUMPS)? > 0)
    }
}

impl StatusFacts {
    /// Reads the facts.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn read(reader: &Reader) -> Result<Self, StoreError> {
        let connection = reader.connection();
        let (unknown_codes, problems) = read_problems(connection)?;
        Ok(Self {
            schema_version: crate::schema_version(),
            tables: tables(connection)?,
            pumps: pumps(connection)?,
            event_types: rows(
                connection,
                "SELECT event_code::UINTEGER, count(*)::UBIGINT FROM raw_events GROUP BY ALL ORDER BY ALL",
                |row| Ok(EventTypeFacts::new(row.get(0)?, row.get(1)?)),
            )?,
            unknown_codes,
            problems,
            unparsed_batches: count(connection, UNPARSED_BATCHES)?,
            underived_pumps: count(connection, UNDERIVED_PUMPS)?,
            doubts: read_doubts(connection)?.into_iter().map(|(pump, doubt)| (pump.0.into(), doubt)).collect(),
            rejected: count(connection, "SELECT count(*)::UBIGINT FROM rejected_events")?,
            zones: rows(
                connection,
                "SELECT valid_from, zone FROM time_zones ORDER BY valid_from NULLS FIRST",
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?,
            runs: runs(connection)?,
        })
    }
}

impl EventTypeFacts {
    fn new(code: u32, events: u64) -> Self {
        let layout = Dictionary::event(EventCode(code));
        Self {
            code,
            name: layout.map(|layout| layout.name),
            is_known_from_bluetooth: layout.is_some_and(|layout| !layout.seen_in_cloud),
            events,
        }
    }
}

/// Codes of unknown types with their events.
type UnknownCodes = Vec<(i32, u64)>;

/// The events of unknown types by code, and all problems by kind. Counting the problems takes a look at every event, so it is done once.
fn read_problems(connection: &Connection) -> Result<(UnknownCodes, Vec<(String, u64)>), StoreError> {
    let list = "SELECT problem, event_code, sum(events)::UBIGINT FROM decode_problems GROUP BY ALL ORDER BY ALL";
    let (mut unknown, mut by_kind) = (Vec::new(), BTreeMap::new());
    for (kind, code, events) in
        rows(connection, list, |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, u64>(2)?)))?
    {
        if kind == ProblemKind::UnknownEvent.as_str() {
            unknown.push((code, events));
        }
        *by_kind.entry(kind).or_default() += events;
    }
    Ok((unknown, by_kind.into_iter().collect()))
}

/// Every table of the registry but the bookkeeping of the stages, which is reported in other ways.
fn tables(connection: &Connection) -> Result<Vec<TableFacts>, StoreError> {
    let tables = OBJECTS.iter().filter(|object| object.kind.as_str() == "table" && !object.is_bookkeeping);
    let counted = |object: &Object| {
        let rows = count(connection, &format!("SELECT count(*)::UBIGINT FROM {}", object.name))?;
        Ok(TableFacts { name: object.name.to_owned(), rows })
    };
    tables.map(counted).collect()
}

fn pumps(connection: &Connection) -> Result<Vec<PumpFacts>, StoreError> {
    let list = "SELECT id, serial_number, model_name, last_upload FROM pumps ORDER BY id";
    let pump = |row: &Row<'_>| {
        Ok(PumpFacts {
            id: row.get(0)?,
            serial_number: row.get(1)?,
            model_name: row.get(2)?,
            last_upload: row.get(3)?,
            newest_event: None,
            newest_event_utc: None,
            newest_event_local: None,
            days: Vec::new(),
        })
    };
    let mut pumps = rows(connection, list, pump)?;
    for pump in &mut pumps {
        find_newest_event(connection, pump)?;
    }
    for (id, day, events) in
        rows(connection, events_by_day(connection)?, |row| Ok((row.get::<_, i32>(0)?, row.get(1)?, row.get(2)?)))?
    {
        if let Some(pump) = pumps.iter_mut().find(|pump| pump.id == id) {
            pump.days.push(DayCount { day, events });
        }
    }
    Ok(pumps)
}

/// Finds the last event in the pump's own order. Asked for one pump, DuckDB reads the end of the tables only.
fn find_newest_event(connection: &Connection, pump: &mut PumpFacts) -> Result<(), StoreError> {
    let newest = "SELECT r.pump_time, e.timestamp_utc, e.local_time
                  FROM (SELECT id, pump_time FROM raw_events WHERE id >= ?1 AND id < ?1 + ?2 ORDER BY id DESC LIMIT 1) r
                  LEFT JOIN (SELECT id, timestamp_utc, local_time FROM events WHERE id >= ?1 AND id < ?1 + ?2 ORDER BY id DESC LIMIT 1) e
                      USING (id)";
    let first = i64::from(pump.id) * EventId::PUMP_STEP;
    let doing = "cannot find the newest event";
    let mut statement = connection.prepare(newest).context(doing)?;
    let mut found = statement.query([first, EventId::PUMP_STEP]).context(doing)?;
    if let Some(row) = found.next().context(doing)? {
        pump.newest_event = row.get(0).context(doing)?;
        pump.newest_event_utc = row.get(1).context(doing)?;
        pump.newest_event_local = row.get(2).context(doing)?;
    }
    Ok(())
}

/// Events by the person's day; by what the pump showed, while not every event is decoded.
fn events_by_day(connection: &Connection) -> Result<&'static str, StoreError> {
    let is_decoded = "SELECT (SELECT count(*) FROM raw_events) = (SELECT count(*) FROM events) + (SELECT count(*) FROM decode_failures)";
    let is_decoded: bool =
        connection.query_row(is_decoded, [], |row| row.get(0)).context("cannot compare what is decoded")?;
    Ok(if is_decoded {
        "SELECT pump_id, local_time::DATE AS day, count(*)::UBIGINT FROM events GROUP BY ALL ORDER BY ALL"
    } else {
        "SELECT pump_id, pump_time::DATE AS day, count(*)::UBIGINT FROM raw_events GROUP BY ALL ORDER BY ALL"
    })
}

fn runs(connection: &Connection) -> Result<Vec<RunFacts>, StoreError> {
    let list = format!(
        "SELECT stage, started, ended, outcome, counts::VARCHAR, error FROM pipeline_runs ORDER BY id DESC LIMIT {RUNS}"
    );
    rows(connection, &list, |row| {
        Ok(RunFacts {
            stage: row.get(0)?,
            started: row.get(1)?,
            ended: row.get(2)?,
            outcome: row.get(3)?,
            counts: row.get(4)?,
            error: row.get(5)?,
        })
    })
}

fn count(connection: &Connection, sql: &str) -> Result<u64, StoreError> {
    connection.query_row(sql, [], |row| row.get(0)).context("cannot count rows")
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    row: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare(sql).context("cannot read the state of the database")?;
    let rows = statement.query_map([], row).and_then(Iterator::collect);
    rows.context("cannot read the state of the database")
}
