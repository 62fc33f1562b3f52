//! Decodes every raw event once more, and compares with what is stored as decoded: a text that was edited in either table shows.

use duckdb::{Connection, params};
use pipeline::{EventId, PumpId, StoreError};

use super::{Check, Finding};
use crate::error::DuckdbContext as _;

/// How many events are in memory at a time.
const EVENTS_AT_A_TIME: usize = 50_000;

const RANGES: &str = "
    SELECT min(id), max(id) FROM (SELECT id, row_number() OVER (ORDER BY id) // ? AS part FROM raw_events)
    GROUP BY part ORDER BY part";

/// Both sides are cut to the range before they are joined, so that neither is read whole.
const PAIRS: &str = "
    SELECT r.id, r.raw_event_data, e.event_data
    FROM (FROM raw_events WHERE id BETWEEN ?1 AND ?2) r JOIN (FROM events WHERE id BETWEEN ?1 AND ?2) e USING (id)
    ORDER BY r.id";

/// By pump, the events whose decoded values are not what their raw events say.
pub(super) fn find_altered_events(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let doing = "cannot compare events with their raw events";
    let mut ranges = connection.prepare(RANGES).context(doing)?;
    let ranges = ranges.query_map([EVENTS_AT_A_TIME as u64], |row| Ok((row.get(0)?, row.get(1)?)));
    let ranges: Vec<(i64, i64)> = ranges.and_then(Iterator::collect).context(doing)?;
    let mut findings: Vec<Finding> = Vec::new();
    let mut pairs = connection.prepare(PAIRS).context(doing)?;
    for (first, last) in ranges {
        let mut rows = pairs.query(params![first, last]).context(doing)?;
        while let Some(row) = rows.next().context(doing)? {
            let (id, raw, decoded): (i64, String, String) =
                (row.get(0).context(doing)?, row.get(1).context(doing)?, row.get(2).context(doing)?);
            if !is_decoded_as(&raw, &decoded) {
                count(&mut findings, EventId::from_number(id));
            }
        }
    }
    Ok(findings)
}

fn is_decoded_as(raw: &str, decoded: &str) -> bool {
    pump_events::decode_raw(raw).is_ok_and(|event| {
        let mut text = String::with_capacity(decoded.len());
        event.write_json(&mut text);
        text == decoded
    })
}

fn count(findings: &mut Vec<Finding>, id: EventId) {
    let pump = id.pump();
    match findings.iter_mut().find(|finding| finding.pump == pump) {
        Some(finding) => finding.count += 1,
        None => findings.push(finding(pump, id)),
    }
}

fn finding(pump: PumpId, first: EventId) -> Finding {
    Finding {
        check: Check::AlteredEvents,
        is_fault: true,
        pump,
        table: "events".to_owned(),
        count: 1,
        first_id: Some(first.number()),
        detail: "decoded values are not what the raw events say: one of the two was edited".to_owned(),
    }
}
