//! What was asked for, what is stored of it day by day, and which answers are doubtful.

use chrono::{DateTime, NaiveDate, Utc};
use duckdb::Connection;
use pipeline::fetch::plausibility::{Doubt, find_doubts};
use pipeline::store::{DayLog, FetchWindow, FetchedWindow, PageCounts};
use pipeline::{AssignmentId, DayRange, PumpId, PumpListing, SerialNumber, StoreError, StoreErrorKind};

use crate::error::DuckdbContext as _;

/// The doubtful days of every pump that was fetched, by the account's word when it was last read.
pub(crate) fn read_doubts(connection: &Connection) -> Result<Vec<(PumpId, Doubt)>, StoreError> {
    let mut doubts = Vec::new();
    for (pump, listing, seen) in read_listings(connection)? {
        let (fetched, log) = (read_fetch_log(connection, pump)?, read_day_log(connection, pump)?);
        doubts.extend(find_doubts(&listing, &fetched, &log, seen).into_iter().map(|doubt| (pump, doubt)));
    }
    Ok(doubts)
}

/// What the account said of the pumps that were fetched, and when.
fn read_listings(connection: &Connection) -> Result<Vec<(PumpId, PumpListing, DateTime<Utc>)>, StoreError> {
    let list = "SELECT id, coalesce(serial_number, ''), last_upload, first_event, last_event, last_seen
                FROM pumps WHERE id IN (SELECT pump_id FROM fetch_windows) ORDER BY id";
    let mut statement = connection.prepare(list).context("cannot read the pumps")?;
    let listing = |row: &duckdb::Row<'_>| {
        let listing = PumpListing {
            serial_number: SerialNumber::new(row.get::<_, String>(1)?),
            assignment_id: None,
            model_name: None,
            model_number: None,
            part_number: None,
            software_version: None,
            algorithm: None,
            last_upload: row.get(2)?,
            first_event: row.get(3)?,
            last_event: row.get(4)?,
            settings: None,
        };
        Ok((PumpId(row.get(0)?), listing, row.get(5)?))
    };
    let listings = statement.query_map([], listing).and_then(Iterator::collect);
    listings.context("cannot read the pumps")
}

pub(crate) fn read_fetch_log(connection: &Connection, pump: PumpId) -> Result<Vec<FetchWindow>, StoreError> {
    let list =
        "SELECT first_day, last_day, last_upload, fetched, new, duplicate, revised, rejected, assignment_id, doubt
                FROM fetch_windows WHERE pump_id = ? ORDER BY id";
    let mut statement = connection.prepare(list).context("cannot read the fetch log")?;
    let rows = statement.query_map([pump.0], window_of).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    rows.context("cannot read the fetch log")?.into_iter().collect()
}

pub(crate) fn read_day_log(connection: &Connection, pump: PumpId) -> Result<Vec<DayLog>, StoreError> {
    let list =
        "SELECT pump_time::DATE AS day, sequence_group, count(*)::UBIGINT, min(sequence_number), max(sequence_number)
                FROM raw_events WHERE pump_id = ? AND event_code NOT IN (13, 14) GROUP BY ALL ORDER BY ALL";
    let mut statement = connection.prepare(list).context("cannot read the days of a log")?;
    let day = |row: &duckdb::Row<'_>| {
        let (day, sequence_group, events) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(DayLog { day, sequence_group, events, first: row.get(3)?, last: row.get(4)? })
    };
    let days = statement.query_map([pump.0], day).and_then(Iterator::collect);
    days.context("cannot read the days of a log")
}

fn window_of(row: &duckdb::Row<'_>) -> duckdb::Result<Result<FetchWindow, StoreError>> {
    let (first, last): (NaiveDate, NaiveDate) = (row.get(0)?, row.get(1)?);
    let Some(days) = DayRange::new(first, last) else {
        return Ok(Err(StoreError::new(
            StoreErrorKind::Corrupt,
            format!("the fetch log holds a window from {first} to {last}"),
        )));
    };
    let counts = PageCounts { new: row.get(4)?, duplicate: row.get(5)?, revised: row.get(6)?, rejected: row.get(7)? };
    let assignment: Option<String> = row.get(8)?;
    let assignment_id = assignment.map(AssignmentId::new);
    let window = FetchedWindow { assignment_id, days, last_upload: row.get(2)?, doubt: row.get(9)? };
    Ok(Ok(FetchWindow { window, fetched: row.get(3)?, counts }))
}
