//! What counts as a reading and what as a rate: LOW, HIGH, "do not show", zeros, backfill, the same measurement twice.

use chrono::{DateTime, Utc};
use pipeline::store::{RawPage, Stage};
use pipeline::testing::batch_of;
use pipeline::{DomainStore, PumpKey, RawStore, RunStore, SerialNumber, StopSignal};
use pump_events::{Event, EventCode, PumpTime, encode_raw_record, encode_record};
use store_duckdb::DuckStore;

use crate::contents::rows;

const START: u32 = 580_000_000;

fn now() -> DateTime<Utc> {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

/// A CGM event that was measured in five-minute slot `number`: code, status, display value, seconds from measurement to
/// log, bits of the type.
fn cgm(number: u32, code: u32, status: u32, value: u32, late: u32, kind: u32) -> String {
    measured(number, number, code, status, value, late, kind)
}

fn measured(number: u32, slot: u32, code: u32, status: u32, value: u32, late: u32, kind: u32) -> String {
    let logged = START + slot * 300 + late;
    let event = Event::build(EventCode(code)).sequence_number(number).pump_time(PumpTime::from_seconds(logged));
    let set = |event: pump_events::EventBuilder, field: &str, value: u32| {
        event.set(field, value).expect("a field of CGM events")
    };
    let event = set(event, "glucoseValueStatus", status);
    let event = set(event, "currentGlucoseDisplayValue", value);
    let event = set(event, "egvTimeStamp", logged - late);
    let event = set(event, "cgmDataType", kind);
    text(event)
}

fn basal(number: u32, rates: [u32; 4], source: u32) -> String {
    let event =
        Event::build(EventCode(279)).sequence_number(number).pump_time(PumpTime::from_seconds(START + number * 300));
    let fields = ["profileBasalRate", "commandedRate", "tempRate", "algorithmRate"];
    let event =
        fields.into_iter().zip(rates).fold(event, |event, (field, rate)| event.set(field, rate).expect("a rate"));
    text(event.set("commandedRateSource", source).expect("a source"))
}

fn text(event: pump_events::EventBuilder) -> String {
    encode_raw_record(&encode_record(&event.finish()))
}

/// Stores each page, decoding and deriving after each, and returns the rows of `query`.
fn after(pages: &[&[String]], query: &str) -> Vec<String> {
    let mut store = DuckStore::in_memory().expect("a database in memory");
    let pump = store.pump_for(&PumpKey::Serial(SerialNumber::new("11")), now()).expect("a pump");
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    for page in pages {
        let events = batch_of(page.iter().map(String::as_str));
        store.store_page(&RawPage { pump, run, received: now(), events: &events, window: None }).expect("stored");
        pipeline::parse::parse(&mut store, &StopSignal::default(), &mut |_| ()).expect("decoded");
        for pending in store.pending_derivations().expect("pending") {
            store.derive(pending).expect("derived");
        }
    }
    rows(&mut store, query).expect("a query of the test")
}

#[test]
fn low_high_and_what_is_no_reading() {
    let page = [
        cgm(1, 399, 0, 120, 3, 1),
        cgm(2, 256, 2, 0, 3, 1),
        cgm(3, 399, 2, 31, 3, 1),
        cgm(4, 256, 1, 0, 3, 1),
        cgm(5, 399, 1, 612, 3, 1),
        cgm(6, 399, 6, 140, 3, 1),
        cgm(7, 399, 0, 0, 3, 1),
        cgm(8, 480, 1, 0, 3, 1),
        cgm(9, 372, 0, 99, 3, 1),
        cgm(10, 399, 9, 100, 3, 1),
    ];
    let query = "SELECT id % 4294967296, cgm_reading, status, display_value, sensor_type FROM cgm_readings ORDER BY id";
    let expected = [
        "1|120|ok|120|dexcom_g7",
        "2|39|low|0|dexcom_g6",
        "3|39|low|31|dexcom_g7",
        "4|401|high|0|dexcom_g6",
        "5|401|high|612|dexcom_g7",
        "8|501|high|0|libre3",
        "9|99|ok|99|libre2",
    ];
    assert_eq!(after(&[&page], query), expected);
}

#[test]
fn backfill_is_timed_when_measured() {
    let page = [cgm(1, 399, 0, 120, 3, 1), cgm(2, 399, 0, 130, 900, 2)];
    let query = "SELECT epoch(received - timestamp)::INTEGER, epoch(timestamp)::BIGINT - epoch(TIMESTAMP '2008-01-01')::BIGINT, backfilled FROM cgm_readings ORDER BY id";
    assert_eq!(after(&[&page], query), [format!("3|{}|false", START + 300), format!("900|{}|true", START + 600)]);
}

#[test]
fn a_measurement_logged_twice_is_one_reading_in_whatever_order_it_arrives() {
    let live = [cgm(10, 399, 0, 120, 3, 1)];
    let again = [measured(13, 10, 399, 0, 120, 900, 2)];
    let both = [live[0].clone(), again[0].clone()];
    let query = "SELECT id % 4294967296 FROM cgm_readings";
    let pages: [&[&[String]]; 3] = [&[&both], &[&live, &again], &[&again, &live]];
    for page in pages {
        assert_eq!(after(page, query), ["10"]);
    }
}

#[test]
fn rates_that_do_not_apply_are_null() {
    let page = [basal(1, [800, 1279, 65535, 1279], 3), basal(2, [1000, 0, 65535, 65535], 0)];
    let query = "SELECT profile_basal_rate, commanded_basal_rate, coalesce(temp_basal_rate::VARCHAR, 'NULL'), coalesce(algorithm_basal_rate::VARCHAR, 'NULL'), commanded_basal_rate_source FROM basal_deliveries ORDER BY id";
    assert_eq!(after(&[&page], query), ["800|1279|NULL|1279|algorithm", "1000|0|NULL|NULL|suspended"]);
}
