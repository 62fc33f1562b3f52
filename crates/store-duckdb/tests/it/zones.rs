//! Another zone for a long history: too much to move in place, so that it is decoded again, to the same outcome.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use pipeline::clock_model::ZoneHistory;
use pipeline::parse::{parse, set_zones};
use pipeline::store::{RawPage, Stage};
use pipeline::testing::{basal_event, batch_of};
use pipeline::{FixedClock, Pipeline, PumpKey, RawStore, RunStore, SerialNumber, StopSignal};
use pump_events::PumpTime;
use store_duckdb::DuckStore;

use crate::contents::rows;
use crate::domain::empty_store;

/// More than are moved in place.
const EVENTS: u32 = 51_000;

fn now() -> DateTime<Utc> {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

fn instants(store: &mut DuckStore) -> Vec<String> {
    let query = "SELECT count(*), sum(epoch_us(timestamp_utc)::HUGEINT), min(utc_offset_seconds), max(utc_offset_seconds) FROM events";
    rows(store, query).expect("readable")
}

#[test]
fn a_long_history_is_decoded_again() {
    let mut store = empty_store();
    let pump = store.pump_for(&PumpKey::Serial(SerialNumber::new("11")), now()).expect("a pump");
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    let text = |number| basal_event(number, PumpTime::from_seconds(580_000_000 + number * 10), 800);
    let texts: Vec<String> = (0..EVENTS).map(text).collect();
    let events = batch_of(texts.iter().map(String::as_str));
    store.store_page(&RawPage { pump, run, received: now(), events: &events, window: None }).expect("stored");
    let decode = |store: &mut DuckStore| parse(store, &StopSignal::default(), &mut |_| ()).expect("decoded").events;
    let mut outcomes = Vec::new();
    for (zone, waiting) in [
        (Tz::Europe__Berlin, EVENTS),
        (Tz::America__New_York, EVENTS),
        (Tz::America__New_York, 0),
        (Tz::Europe__Berlin, EVENTS),
    ] {
        set_zones(&mut store, &ZoneHistory::from_zone(zone)).expect("a zone");
        assert_eq!(decode(&mut store), u64::from(waiting), "{zone}");
        outcomes.push(instants(&mut store));
    }
    assert_ne!(outcomes[0], outcomes[1], "instants follow");
    assert_eq!((&outcomes[1], &outcomes[0]), (&outcomes[2], &outcomes[3]), "and follow back");
    // The same through a pipeline: until the stages have run, the store says that rows are missing.
    let clock = Arc::new(FixedClock(now()));
    let mut pipeline = Pipeline::new(store, clock).with_zone(Tz::America__New_York).expect("a zone");
    assert!(!pipeline.store().expect("the store").is_complete().expect("readable"));
    pipeline.parse().expect("decoded");
    pipeline.derive().expect("derived");
    assert!(pipeline.store().expect("the store").is_complete().expect("readable"));
    let mut store = pipeline.into_store().expect("the store");
    assert_eq!(instants(&mut store), outcomes[1]);
    assert_ne!(rows(&mut store, "SELECT count(*) FROM basal_deliveries").expect("rows"), ["0"]);
}
