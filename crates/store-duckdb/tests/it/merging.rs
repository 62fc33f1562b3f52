//! Two names of one pump: what each of the two had become known by, revisions and the fetch log included, is the one pump's.

use chrono::{DateTime, Utc};
use pipeline::store::{RawPage, Stage};
use pipeline::testing::{ASSIGNMENT, basal_event, batch_of, listing};
use pipeline::{AssignmentId, PumpKey, RawStore, RunStore, SerialNumber};
use pump_events::PumpTime;
use store_duckdb::{Check, DuckStore};

use crate::contents::rows;
use crate::domain::empty_store;

fn now() -> DateTime<Utc> {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

fn page(store: &mut DuckStore, key: &PumpKey, events: &[(u32, u16)]) {
    let pump = store.pump_for(key, now()).expect("a pump");
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    let event =
        |(number, rate): &(u32, u16)| basal_event(*number, PumpTime::from_seconds(580_000_000 + number * 300), *rate);
    let texts: Vec<_> = events.iter().map(event).collect();
    let events = batch_of(texts.iter().map(String::as_str));
    store.store_page(&RawPage { pump, run, received: now(), events: &events, window: None }).expect("stored");
}

#[test]
fn revisions_and_counts_of_both_stay() {
    let (by_assignment, by_serial) =
        (PumpKey::Assignment(AssignmentId::new(ASSIGNMENT)), PumpKey::Serial(SerialNumber::new("11")));
    let mut store = empty_store();
    page(&mut store, &by_assignment, &[(1, 100), (2, 200), (4, 400)]);
    page(&mut store, &by_assignment, &[(4, 444)]);
    // The other knows 2 as well, 4 otherwise, and has its own past of 3 and of 4.
    page(&mut store, &by_serial, &[(2, 200), (3, 300), (4, 40)]);
    page(&mut store, &by_serial, &[(3, 333), (4, 41)]);
    store.link_pump(&listing("11", Some(ASSIGNMENT)), now()).expect("two names can be linked");
    let rate = "raw_event_data->'eventProperties'->>'commandedRate'";
    let current = format!("SELECT sequence_number, {rate} FROM raw_events ORDER BY ALL");
    assert_eq!(rows(&mut store, &current).expect("rows"), ["1|100", "2|200", "3|333", "4|444"]);
    let former = format!("SELECT raw_events_id % 65536, revision, {rate} FROM raw_event_revisions ORDER BY ALL");
    assert_eq!(rows(&mut store, &former).expect("rows"), ["3|1|300", "4|1|400", "4|2|40", "4|3|41"]);
    let fetch_log = "SELECT id, pump_id, new, duplicate, revised FROM raw_batches ORDER BY ALL";
    assert_eq!(rows(&mut store, fetch_log).expect("rows"), ["1|1|3|0|0", "2|1|0|0|1", "3|1|1|2|0", "4|1|0|0|2"]);
    let lost = store.verify().expect("verified").into_iter().find(|finding| finding.check == Check::LostRawEvents);
    assert_eq!(lost, None);
}
