//! Real captures through the whole pipeline, in both encodings: import, decode, derive, rebuild.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use pipeline::import::ImportOptions;
use pipeline::{FixedClock, Pipeline, SerialNumber};
use store_duckdb::DuckStore;

use crate::contents::{contents, derived_contents, rows};

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().expect("an instant")
}

fn vectors(name: &str) -> Option<Vec<serde_json::Value>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {name} is not beside the project");
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a vector")).collect())
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

/// Every field of every vector is in `event_data`, and a rebuild gives the same content.
fn check(mut pipeline: Pipeline<DuckStore>, vectors: &[(u64, i64, serde_json::Value)]) {
    let store = pipeline.store().expect("the store");
    for (code, sequence, fields) in vectors {
        let query = format!("SELECT event_data FROM events WHERE event_id = {code} AND sequence_number = {sequence}");
        let found = rows(store, &query).expect("readable");
        assert!(!found.is_empty(), "event {code} number {sequence} is stored");
        let matches = |data: &String| {
            let data: serde_json::Value = serde_json::from_str(data).expect("event_data is JSON");
            fields.as_object().expect("fields").iter().all(|(name, value)| equal(&data[name], value))
        };
        assert!(found.iter().any(matches), "event {code} number {sequence}: {fields} in {found:?}");
    }
    let before = contents(store).expect("readable");
    pipeline.rebuild().expect("rebuilt");
    let store = pipeline.store().expect("the store");
    assert_eq!(contents(store).expect("readable"), before, "a rebuild changes nothing");
    assert!(!derived_contents(store).expect("readable").is_empty());
}

fn equal(found: &serde_json::Value, expected: &serde_json::Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
        _ => found == expected || expected.is_null(),
    }
}

#[test]
fn captured_events_of_the_service() {
    let Some(vectors) = vectors("pump-logs-events.jsonl") else { return };
    // Some captures are of other pumps with numbers of their own; the same number twice would be a revision.
    let mut seen = std::collections::HashSet::new();
    let identity = |vector: &serde_json::Value| {
        let event = &vector["event"];
        (event["deviceAssignmentId"].to_string(), event["sequenceNumber"].as_i64().expect("a number"))
    };
    let chosen: Vec<_> = vectors.iter().filter(|vector| seen.insert(identity(vector))).collect();
    let lines: Vec<String> = chosen.iter().map(|vector| vector["event"].to_string()).collect();
    let number = |vector: &&serde_json::Value| {
        let event = &vector["event"];
        let code = event["eventCode"].as_u64().expect("a code");
        (code, event["sequenceNumber"].as_i64().expect("a number"), vector["fields"].clone())
    };
    check(imported(lines.join("\n").as_bytes(), None), &chosen.iter().map(number).collect::<Vec<_>>());
}

#[test]
fn captured_records() {
    let Some(vectors) = vectors("records.jsonl") else { return };
    let mut seen = std::collections::HashSet::new();
    let chosen: Vec<_> = vectors.iter().filter(|vector| seen.insert(vector["sequence_number"].as_i64())).collect();
    let bytes = |vector: &&serde_json::Value| {
        let hex = vector["hex"].as_str().expect("hex").as_bytes().chunks(2);
        hex.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex"))
            .collect::<Vec<u8>>()
    };
    let records: Vec<u8> = chosen.iter().flat_map(bytes).collect();
    let number = |vector: &&serde_json::Value| {
        let code = vector["event_id"].as_u64().expect("a code");
        (code, vector["sequence_number"].as_i64().expect("a number"), vector["fields"].clone())
    };
    check(imported(&records, Some("11")), &chosen.iter().map(number).collect::<Vec<_>>());
}
