//! What real captures amount to: boluses joined from real messages, and the same rows in whatever order they come.

use std::sync::Arc;

use pipeline::import::ImportOptions;
use pipeline::{FixedClock, Pipeline};
use store_duckdb::DuckStore;

use crate::contents::derived_contents;
use crate::domain::{now, table};

/// The service's captured events, one text each. The pump whose events were partly published without its assignment is one pump.
fn captured() -> Vec<String> {
    let whole =
        |text: &str| text.replace("00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-000000000001");
    let mut seen = std::collections::HashSet::new();
    // A number that is there twice is of another pump, and would be a revision here.
    let texts = test_data::events().into_iter().map(|capture| (whole(capture.text), capture.sequence_number));
    texts.filter(|(text, number)| seen.insert((pump_of(text), *number))).map(|(text, _)| text).collect()
}

fn pump_of(text: &str) -> String {
    let event: serde_json::Value = serde_json::from_str(text).expect("an event");
    event["deviceAssignmentId"].to_string()
}

fn pipeline_of(pieces: &[&[String]]) -> Pipeline<DuckStore> {
    let store = DuckStore::in_memory().expect("a database in memory");
    let mut pipeline =
        Pipeline::new(store, Arc::new(FixedClock(now()))).with_zone(chrono_tz::America::New_York).expect("a zone");
    for piece in pieces {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), piece.join("\n")).expect("written");
        let report = pipeline.import(&[file.path().to_owned()], &ImportOptions::default()).expect("imported");
        assert!(report.files[0].error.is_none(), "{:?}", report.files[0].error);
        pipeline.parse().expect("decoded");
        pipeline.derive().expect("derived");
    }
    pipeline
}

#[test]
fn real_boluses_are_joined_from_their_messages() {
    let events = captured();
    let mut pipeline = pipeline_of(&[&events]);
    let store = pipeline.store().expect("the store");
    let boluses = "SELECT bolus_id, kind, status, source, requested_units, delivered_units, extended_units, extended_delivered_units, carbs_grams
        FROM boluses WHERE bolus_id IN (1426, 1583, 1644, 1868, 2046) ORDER BY bolus_id, events_id";
    assert_eq!(
        table(store, boluses),
        [
            "1426|food_and_correction|completed|remote|10.96|10.96|0.0|0.0|65",
            "1583|food_and_correction|completed|remote|3.53|3.53|0.0|0.0|20",
            "1644|manual|cancelled|remote|0.5|0.04657|0.0|0.0|-",
            "1868|food_and_correction|completed|remote|3.14|3.14|0.0|0.0|15",
            "2046|extended|cancelled|remote|8.33|6.76825|6.247|4.68525|-",
        ]
    );
}

#[test]
fn real_events_give_the_same_rows_in_any_order() {
    let events = captured();
    let expected = derived_contents(pipeline_of(&[&events]).store().expect("the store")).expect("readable");
    // Pumps are numbered as they become known: one after the other, each pump's events backwards.
    let mut pumps: Vec<(String, Vec<String>)> = Vec::new();
    for event in &events {
        let pump = pump_of(event);
        match pumps.iter_mut().find(|(known, _)| *known == pump) {
            Some((_, of_pump)) => of_pump.insert(0, event.clone()),
            None => pumps.push((pump, vec![event.clone()])),
        }
    }
    let backwards: Vec<String> = pumps.into_iter().flat_map(|(_, events)| events).collect();
    for size in [7, 40] {
        let pieces: Vec<&[String]> = backwards.chunks(size).collect();
        let found = derived_contents(pipeline_of(&pieces).store().expect("the store")).expect("readable");
        let difference = found.iter().zip(&expected).find(|(found, expected)| found != expected);
        assert_eq!(difference, None, "{size} events at a time");
        assert_eq!(found.len(), expected.len(), "{size} events at a time");
    }
}
