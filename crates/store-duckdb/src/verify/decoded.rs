//! Reads every raw event once more, and compares: with its batch as it arrived, and with what is stored as decoded. A text that was
//! edited in either table shows.

use std::collections::BTreeMap;

use duckdb::{Connection, params};
use pipeline::{EventId, PumpId, StoreError};

use super::finding::Finding;
use crate::batch_digest::BatchDigest;
use crate::check::Check;
use crate::error::DuckdbContext as _;

/// How many events are in memory at a time.
const EVENTS_AT_A_TIME: usize = 50_000;

const RANGES: &str = "
    SELECT min(id), max(id) FROM (SELECT id, row_number() OVER (ORDER BY id) // ? AS part FROM raw_events)
    GROUP BY part ORDER BY part";

/// Both sides are cut to the range before they are joined, so that neither is read whole.
const PAIRS: &str = "
    SELECT r.id, r.batch_id, r.raw_event_data, e.event_data
    FROM (FROM raw_events WHERE id BETWEEN ?1 AND ?2) r LEFT JOIN (FROM events WHERE id BETWEEN ?1 AND ?2) e USING (id)
    ORDER BY r.id";

const REVISIONS: &str = "SELECT batch_id, raw_event_data FROM raw_event_revisions";

/// Batches that still have as many texts as they brought; others are named as lost.
const BATCHES: &str = "
    SELECT id, pump_id, digest FROM raw_batches WHERE digest IS NOT NULL AND new + revised + recovered = ?2 AND id = ?1";

/// By pump, the events whose decoded values are not what their raw events say, and the batches that are not what they were.
pub(super) fn find_altered_events(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let doing = "cannot compare events with their raw events";
    let mut ranges = connection.prepare(RANGES).context(doing)?;
    let ranges = ranges.query_map([EVENTS_AT_A_TIME as u64], |row| Ok((row.get(0)?, row.get(1)?)));
    let ranges: Vec<(i64, i64)> = ranges.and_then(Iterator::collect).context(doing)?;
    let mut findings: Vec<Finding> = Vec::new();
    let mut batches: BTreeMap<i64, BatchDigest> = BTreeMap::new();
    let mut pairs = connection.prepare(PAIRS).context(doing)?;
    for (first, last) in ranges {
        let mut rows = pairs.query(params![first, last]).context(doing)?;
        while let Some(row) = rows.next().context(doing)? {
            let (id, batch): (i64, i64) = (row.get(0).context(doing)?, row.get(1).context(doing)?);
            let (raw, decoded): (String, Option<String>) = (row.get(2).context(doing)?, row.get(3).context(doing)?);
            batches.entry(batch).or_default().add(&raw);
            if decoded.is_some_and(|decoded| !is_decoded_as(&raw, &decoded)) {
                count_event(&mut findings, EventId::from_number(id));
            }
        }
    }
    add_revisions(connection, &mut batches)?;
    findings.extend(find_altered_batches(connection, &batches)?);
    Ok(findings)
}

fn add_revisions(connection: &Connection, batches: &mut BTreeMap<i64, BatchDigest>) -> Result<(), StoreError> {
    let doing = "cannot read revisions";
    let mut statement = connection.prepare(REVISIONS).context(doing)?;
    let mut rows = statement.query([]).context(doing)?;
    while let Some(row) = rows.next().context(doing)? {
        let text: String = row.get(1).context(doing)?;
        batches.entry(row.get(0).context(doing)?).or_default().add(&text);
    }
    Ok(())
}

fn find_altered_batches(
    connection: &Connection,
    batches: &BTreeMap<i64, BatchDigest>,
) -> Result<Vec<Finding>, StoreError> {
    let doing = "cannot compare batches with what arrived";
    let mut statement = connection.prepare(BATCHES).context(doing)?;
    let mut findings: Vec<Finding> = Vec::new();
    for (batch, found) in batches {
        let noted =
            statement.query_map(params![batch, found.texts], |row| Ok((PumpId(row.get(1)?), row.get::<_, u64>(2)?)));
        let noted: Vec<(PumpId, u64)> = noted.and_then(Iterator::collect).context(doing)?;
        for (pump, _) in noted.into_iter().filter(|(_, digest)| *digest != found.sum) {
            match findings.iter_mut().find(|finding| finding.pump == pump) {
                Some(finding) => finding.count += 1,
                None => findings.push(altered_batch(pump, *batch)),
            }
        }
    }
    Ok(findings)
}

fn altered_batch(pump: PumpId, batch: i64) -> Finding {
    Finding {
        check: Check::AlteredRawEvents,
        is_fault: true,
        pump,
        table: "raw_events".to_owned(),
        count: 1,
        first_id: None,
        detail: format!(
            "batches, from {batch} on, hold a raw event that is not as it arrived: it was edited. Fetch or import it again into a new file"
        ),
    }
}

fn is_decoded_as(raw: &str, decoded: &str) -> bool {
    pump_events::decode_raw(raw).is_ok_and(|event| {
        let mut text = String::with_capacity(decoded.len());
        event.write_json(&mut text);
        text == decoded
    })
}

fn count_event(findings: &mut Vec<Finding>, id: EventId) {
    let pump = id.pump();
    match findings.iter_mut().find(|finding| finding.pump == pump) {
        Some(finding) => finding.count += 1,
        None => findings.push(altered_event(pump, id)),
    }
}

fn altered_event(pump: PumpId, first: EventId) -> Finding {
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
