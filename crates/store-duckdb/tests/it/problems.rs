//! What is odd about events is counted by type, field and kind: once for a service that changes every event, and right after revisions.

use chrono::{DateTime, Utc};
use pipeline::store::{RawPage, Stage};
use pipeline::testing::batch_of;
use pipeline::{EventStore, PumpKey, RawStore, RunStore, SerialNumber, StopSignal};
use store_duckdb::DuckStore;

const COUNTS: &str = "SELECT event_code, problem, field, events, first_events_id - 281474976710656, last_events_id - 281474976710656, example
                      FROM decode_problems ORDER BY ALL";

fn now() -> DateTime<Utc> {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

fn event(number: u32, code: u32, properties: &str) -> String {
    format!(
        r#"{{"deviceAssignmentId":"p","eventCode":{code},"sequenceGroup":0,"sequenceNumber":{number},"pumpDateTime":"2026-05-14T00:01:31","eventProperties":{properties},"estimatedDateTime":"2026-05-14T00:01:31Z"}}"#
    )
}

fn rows(store: &mut DuckStore, query: &str) -> Vec<String> {
    crate::contents::rows(store, query).expect("readable")
}

/// Stores and decodes each page.
fn decoded(pages: &[Vec<String>]) -> DuckStore {
    let mut store = DuckStore::in_memory().expect("a database in memory");
    let pump = store.pump_for(&PumpKey::Serial(SerialNumber::new("11")), now()).expect("a pump");
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    for page in pages {
        let events = batch_of(page.iter().map(String::as_str));
        store.store_page(&RawPage { pump, run, received: now(), events: &events, window: None }).expect("stored");
        pipeline::parse::parse(&mut store, &StopSignal::default(), &mut |_| ()).expect("decoded");
    }
    store
}

#[test]
fn a_changed_service_costs_a_row_for_each_field() {
    let changed = |number| event(number, 48, r#"{"new":1,"newer":"x","a/b~c":true}"#);
    let page: Vec<_> =
        (1..=1000).map(changed).chain([event(1001, 70_000, "{}"), event(1002, 48, r#"{"carbs":5}"#)]).collect();
    let mut store = decoded(&[page]);
    assert_eq!(
        rows(&mut store, COUNTS),
        [
            "48|missing_field|carbs|1000|1|1000",
            "48|unknown_field|a/b~c|1000|1|1000|true",
            "48|unknown_field|new|1000|1|1000|1",
            "48|unknown_field|newer|1000|1|1000|x",
            "70000|unknown_event|1|1001|1001",
        ]
    );
    assert_eq!(rows(&mut store, "SELECT event_name FROM events WHERE event_id = 70000"), ["UNKNOWN_70000"]);
}

#[test]
fn revisions_and_rebuilds_leave_the_counts_right() {
    let odd = |number| event(number, 28, r#"{"alarmId":99}"#);
    let first: Vec<_> = (1..=3).map(odd).collect();
    let revised = vec![event(1, 28, r#"{"alarmId":2}"#), event(3, 28, r#"{"alarmId":98}"#)];
    let mut store = decoded(&[first, revised]);
    let counts = rows(&mut store, COUNTS);
    assert_eq!(counts, ["28|unknown_enum_number|alarmId|2|2|3|99"]);
    store.clear_derived().expect("cleared");
    assert!(rows(&mut store, COUNTS).is_empty());
    pipeline::parse::parse(&mut store, &StopSignal::default(), &mut |_| ()).expect("decoded again");
    assert_eq!(rows(&mut store, COUNTS), counts);
}
