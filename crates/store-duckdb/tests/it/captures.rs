//! Real captures through the whole pipeline, in both encodings: import, decode, derive, rebuild.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use pipeline::import::ImportOptions;
use pipeline::{FixedClock, Pipeline, SerialNumber};
use store_duckdb::DuckStore;
use test_data::{Capture, events, records};

use crate::contents::{contents, derived_contents, rows};

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().expect("an instant")
}

fn imported(content: &[u8], pump: Option<&str>) -> Pipeline<DuckStore> {
    let store = DuckStore::in_memory().expect("a database in memory");
    let mut pipeline =
        Pipeline::new(store, Arc::new(FixedClock(now()))).with_zone(chrono_tz::America::New_York).expect("a zone");
    for round in 0..2 {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), content).expect("written");
        let options = ImportOptions { pump: pump.map(SerialNumber::new), ..ImportOptions::default() };
        let report = pipeline.import(&[file.path().to_owned()], &options).expect("imported");
        let file = &report.files[0];
        assert!(file.error.is_none(), "{:?}", file.error);
        assert!(
            round == 0 || file.counts.new + file.counts.revised == 0,
            "a second import adds nothing: {:?}",
            file.counts
        );
    }
    pipeline.parse().expect("decoded");
    pipeline.derive().expect("derived");
    pipeline
}

/// Every field of every capture is in `event_data`, and a rebuild gives the same content.
fn check(mut pipeline: Pipeline<DuckStore>, captures: &[Capture]) {
    let store = pipeline.store().expect("the store");
    for Capture { code, sequence_number, fields, .. } in captures {
        let query =
            format!("SELECT event_data FROM events WHERE event_id = {code} AND sequence_number = {sequence_number}");
        let found = rows(store, &query).expect("readable");
        let matches = |data: &String| {
            let data: serde_json::Value = serde_json::from_str(data).expect("event_data is JSON");
            fields.iter().all(|(name, value)| equal(&data[name], *value))
        };
        assert!(found.iter().any(matches), "event {code} number {sequence_number}: {fields:?} in {found:?}");
    }
    let before = contents(store).expect("readable");
    pipeline.rebuild().expect("rebuilt");
    let store = pipeline.store().expect("the store");
    assert_eq!(contents(store).expect("readable"), before, "a rebuild changes nothing");
    assert!(!derived_contents(store).expect("readable").is_empty());
}

fn equal(found: &serde_json::Value, expected: f64) -> bool {
    found.as_f64().is_some_and(|found| (found - expected).abs() <= 1e-6 * expected.abs().max(1.0))
}

#[test]
fn captured_events_of_the_service() {
    // Some captures are of other pumps with numbers of their own; the same number twice would be a revision.
    let mut seen = std::collections::HashSet::new();
    let pump = |capture: &Capture| capture.text.split('"').nth(3).expect("an assignment");
    let captures: Vec<_> =
        events().into_iter().filter(|capture| seen.insert((pump(capture), capture.sequence_number))).collect();
    let lines: Vec<&str> = captures.iter().map(|capture| capture.text).collect();
    check(imported(lines.join("\n").as_bytes(), None), &captures);
}

#[test]
fn captured_records() {
    let mut seen = std::collections::HashSet::new();
    let captures: Vec<_> = records().into_iter().filter(|capture| seen.insert(capture.sequence_number)).collect();
    let bytes: Vec<u8> = captures.iter().flat_map(Capture::bytes).collect();
    check(imported(&bytes, Some("11")), &captures);
}
