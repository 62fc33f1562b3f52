//! What raw events say about the pumps' clocks: their changes, when which part of the log arrived, and phones' times.

use duckdb::{Connection, Row, params};
use pipeline::clock_model::LogPiece;
use pipeline::store::ClockEvidence;
use pipeline::{EventId, PumpId, StoreError};

use crate::error::DuckdbContext as _;

/// How many requests from phones after a clock change are enough to know what the clock was changed to.
const PHONE_REQUESTS: usize = 20;

const CLOCK_CHANGES: &str = "SELECT id FROM raw_events WHERE event_code IN (13, 14) ORDER BY id";
const PHONE_REQUEST_IDS: &str = "SELECT id FROM raw_events WHERE event_code = 290 ORDER BY id";
const PUMPS: &str = "SELECT DISTINCT pump_id FROM raw_events ORDER BY pump_id";

/// The events from `?2` to before `?3` of pump `?1`, by the run that brought them. An upload after an arrival means that this
/// computer's clock is behind. Every event is looked at, so that is done before anything is joined.
const PIECES: &str = "
    WITH uploads AS (
        SELECT run_id, max(last_upload) AS uploaded FROM fetch_windows WHERE pump_id = ?1 GROUP BY run_id
    ), batches AS (
        SELECT batch_id, min(id) AS first_id, max(id) AS last_id, max(pump_time) AS latest
        FROM raw_events WHERE id >= ?2 AND id < ?3 GROUP BY batch_id
    ), runs AS (
        SELECT b.run_id, min(first_id) AS first_id, max(last_id) AS last_id, max(latest) AS latest, max(b.received) AS received
        FROM batches JOIN raw_batches b ON b.id = batch_id GROUP BY b.run_id
    )
    SELECT runs.run_id, first_id, f.pump_time, last_id, l.pump_time, latest, greatest(received, uploaded), uploaded
    FROM runs JOIN raw_events f ON f.id = first_id JOIN raw_events l ON l.id = last_id LEFT JOIN uploads u ON u.run_id = runs.run_id
    ORDER BY runs.run_id";

/// The evidence of every pump that has events, by pump.
pub(crate) fn read_evidence(connection: &Connection) -> Result<Vec<ClockEvidence>, StoreError> {
    let changes = ids(connection, CLOCK_CHANGES)?;
    let requests = first_after_each(&ids(connection, PHONE_REQUEST_IDS)?, &changes);
    let of = |pump: PumpId, ids: &[EventId]| ids.iter().copied().filter(|id| id.pump() == pump).collect::<Vec<_>>();
    let mut statement = connection.prepare(PUMPS).context("cannot read the pumps that have events")?;
    let pumps: Vec<PumpId> = statement
        .query_map([], |row| Ok(PumpId(row.get(0)?)))
        .and_then(Iterator::collect)
        .context("cannot read the pumps that have events")?;
    let evidence = |pump: PumpId| {
        let changes = of(pump, &changes);
        Ok(ClockEvidence {
            pump,
            pieces: pieces(connection, pump, &changes)?,
            phone_requests: texts(connection, &of(pump, &requests))?,
            changes: texts(connection, &changes)?,
        })
    };
    pumps.into_iter().map(evidence).collect()
}

fn ids(connection: &Connection, query: &str) -> Result<Vec<EventId>, StoreError> {
    let mut statement = connection.prepare(query).context("cannot find the evidence about the pumps' clocks")?;
    let ids = statement.query_map([], |row| row.get(0).map(EventId::from_number)).and_then(Iterator::collect);
    ids.context("cannot find the evidence about the pumps' clocks")
}

/// Of `events`, the first few after each of `changes`, and before them all.
fn first_after_each(events: &[EventId], changes: &[EventId]) -> Vec<EventId> {
    let segment = |event: &EventId| changes.partition_point(|change| change <= event);
    let segments = events.chunk_by(|one, other| one.pump() == other.pump() && segment(one) == segment(other));
    segments.flat_map(|events| events.iter().copied().take(PHONE_REQUESTS)).collect()
}

fn pieces(connection: &Connection, pump: PumpId, changes: &[EventId]) -> Result<Vec<LogPiece>, StoreError> {
    let doing = "cannot read when a pump's events arrived";
    let mut statement = connection.prepare(PIECES).context(doing)?;
    let last = EventId::first_of(PumpId(pump.0 + 1));
    let starts = std::iter::once(EventId::first_of(pump)).chain(changes.iter().copied());
    let ends = changes.iter().copied().chain(std::iter::once(last));
    let mut pieces = Vec::new();
    for (start, end) in starts.zip(ends) {
        let found = statement.query_map(params![pump.0, start.number(), end.number()], piece).context(doing)?;
        pieces.extend(found.collect::<duckdb::Result<Vec<_>>>().context(doing)?);
    }
    Ok(pieces)
}

fn piece(row: &Row<'_>) -> duckdb::Result<LogPiece> {
    let id = |column| row.get(column).map(EventId::from_number);
    Ok(LogPiece {
        run: row.get(0)?,
        first: (id(1)?, row.get(2)?),
        last: (id(3)?, row.get(4)?),
        latest: row.get(5)?,
        arrived: row.get(6)?,
        uploaded: row.get(7)?,
    })
}

fn texts(connection: &Connection, ids: &[EventId]) -> Result<Vec<(EventId, String)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let doing = "cannot read the evidence about the pumps' clocks";
    let list = ids.iter().map(|id| id.number().to_string()).collect::<Vec<_>>().join(", ");
    let query = format!("SELECT id, raw_event_data FROM raw_events WHERE id IN ({list}) ORDER BY id");
    let mut statement = connection.prepare(&query).context(doing)?;
    let texts =
        statement.query_map([], |row| Ok((EventId::from_number(row.get(0)?), row.get(1)?))).and_then(Iterator::collect);
    texts.context(doing)
}
