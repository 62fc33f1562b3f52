//! Finds the clocks once more from all evidence and the zones, and compares: an instant or a local time that was moved shows.

use chrono::NaiveDateTime;
use duckdb::{Connection, Row};
use pipeline::clock_model::ClockSegment;
use pipeline::parse::build_clock;
use pipeline::{PumpId, StoreError};

use super::finding::Finding;
use crate::check::Check;
use crate::error::DuckdbContext as _;
use crate::events::{MOVED_EVENTS, clock_evidence, read_zones};
use crate::status;

const SEGMENTS: &str = "
    SELECT first_events_id, from_wall, utc_offset_seconds, local_offset_seconds, utc_source FROM clock_segments WHERE pump_id = ?
    ORDER BY first_events_id, from_wall";

/// A row of `clock_segments`: first event, wall clock from which it holds, both offsets, source.
type Segment = (i64, NaiveDateTime, i64, i64, String);

/// By pump, a clock that does not follow from the evidence, and events that are not where their clock has them. While events wait to
/// be decoded, the next parse may find other clocks, so nothing is compared.
pub(super) fn find_misdated_events(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    if status::has_unparsed_batches(connection)? {
        return Ok(Vec::new());
    }
    let zones = read_zones(connection)?;
    let mut findings = Vec::new();
    for evidence in clock_evidence::read_evidence(connection)? {
        let pump = evidence.pump;
        let found: Vec<_> = build_clock(evidence, &zones).segments().iter().map(as_row).collect();
        findings.extend(compare_clocks(pump, &read_segments(connection, pump)?, &found));
        findings.extend(find_moved_events(connection, pump)?);
    }
    Ok(findings)
}

fn read_segments(connection: &Connection, pump: PumpId) -> Result<Vec<Segment>, StoreError> {
    let doing = "cannot read the pumps' clocks";
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
    let mut statement = connection.prepare(SEGMENTS).context(doing)?;
    let segments = statement.query_map([pump.0], row).and_then(Iterator::collect);
    segments.context(doing)
}

fn as_row(segment: &ClockSegment) -> Segment {
    let source = segment.source.as_str().to_owned();
    (segment.first.number(), segment.from_wall, segment.offset_seconds, segment.local_offset_seconds, source)
}

fn compare_clocks(pump: PumpId, stored: &[Segment], found: &[Segment]) -> Option<Finding> {
    let missing = found.iter().filter(|segment| !stored.contains(segment));
    let surplus = stored.iter().filter(|segment| !found.contains(segment));
    let count = missing.count().max(surplus.count()) as u64;
    (count > 0).then(|| Finding {
        check: Check::OutdatedClocks,
        is_fault: true,
        pump,
        table: "clock_segments".to_owned(),
        count,
        first_id: None,
        detail: "the clock is not what its log and the zones say: run `tandem parse`, then `tandem derive`".to_owned(),
    })
}

fn find_moved_events(connection: &Connection, pump: PumpId) -> Result<Option<Finding>, StoreError> {
    let count = format!("SELECT count(*)::UBIGINT, min(id) FROM ({MOVED_EVENTS})");
    let row = |row: &Row<'_>| Ok((row.get::<_, u64>(0)?, row.get(1)?));
    let (count, first_id) =
        connection.query_row(&count, [pump.0], row).context("cannot compare events with their clocks")?;
    Ok((count > 0).then(|| Finding {
        check: Check::MisdatedEvents,
        is_fault: true,
        pump,
        table: "events".to_owned(),
        count,
        first_id,
        detail:
            "events have another instant or local time than their clock gives: run `tandem parse`, then `tandem derive`"
                .to_owned(),
    }))
}
