//! Planted faults: each is found, by the check that is meant to find it, and nothing is found before.

use std::path::Path;

use store_duckdb::{Check, DuckStore, StoreOptions};
use tandem_sim::history::Scenario;

use crate::simulated::stored_in;

/// What is planted, and what finds it.
const FAULTS: &[(&str, &[Check])] = &[
    (
        "DELETE FROM raw_events WHERE sequence_number BETWEEN 102000 AND 102399; DELETE FROM events WHERE sequence_number BETWEEN 102000 AND 102399",
        &[Check::LostRawEvents, Check::SequenceHoles],
    ),
    ("DELETE FROM boluses WHERE id = (SELECT median(id)::BIGINT FROM boluses WHERE kind = 'food') OR id = (SELECT min(id) FROM boluses)", &[Check::MissingRows]),
    ("INSERT INTO bg_readings SELECT * REPLACE (id + 1 AS id) FROM bg_readings LIMIT 1", &[Check::UnaccountedRows]),
    ("UPDATE boluses SET carbs_grams = carbs_grams + 1 WHERE id = (SELECT max(id) FROM boluses)", &[Check::AlteredRows]),
    (
        "UPDATE basal_deliveries SET ended_utc = to_timestamp(epoch_us(ended_utc) / 1000000 + 1)
         WHERE id = (SELECT min(id) FROM basal_deliveries)",
        &[Check::OverlappingSpans, Check::AlteredRows],
    ),
    ("UPDATE daily_totals SET pump_basal_units = pump_basal_units + 2 WHERE day = '2026-07-22'", &[Check::DailyTotals, Check::AlteredRows]),
    (
        "UPDATE events SET event_data = replace(event_data, '\"deliveredTotal\":', '\"deliveredTotal\":9')
         WHERE id = (SELECT max(id) FROM events WHERE event_id = 280 AND (event_data->>'bolusDeliveryStatus') = '0')",
        &[Check::AlteredEvents, Check::BolusTotals],
    ),
    (
        "INSERT INTO cgm_readings SELECT * REPLACE (id + 1 AS id) FROM cgm_readings LIMIT 1",
        &[Check::DuplicateMeasurements, Check::UnaccountedRows],
    ),
    (
        "UPDATE raw_events SET raw_event_data = replace(raw_event_data, 'Z\"', '.5Z\"') WHERE id = (SELECT min(id) FROM raw_events)",
        &[Check::EstimatedTimes],
    ),
    (
        "UPDATE pumps SET last_upload = '2026-09-01 00:00:00+00';
         INSERT INTO fetch_windows VALUES (1, 1, 1, '2026-07-01', '2026-07-20', '2026-07-21 00:00:00+00', '2026-07-21 00:00:00+00', 1, 0, 0, 0, NULL, NULL)",
        &[Check::UnsettledDays],
    ),
    ("DELETE FROM events WHERE id = (SELECT max(id) FROM events WHERE event_id = 90)", &[Check::UndecodedEvents]),
    ("DELETE FROM raw_events WHERE id = (SELECT max(id) FROM raw_events)", &[Check::EventsWithoutRaw, Check::LostRawEvents]),
    ("UPDATE events SET timestamp = '2026-07-20 00:00:01' WHERE id = (SELECT max(id) FROM events WHERE event_id = 90)", &[Check::EventsUnlikeRaw]),
    (
        "UPDATE site_changes SET events_id = events_id + 1000000000 WHERE id = (SELECT max(id) FROM site_changes)",
        &[Check::RowsWithoutEvent, Check::AlteredRows],
    ),
    ("UPDATE cgm_readings SET counts = false WHERE id = (SELECT median(id)::BIGINT FROM cgm_readings)", &[Check::AlteredRows]),
    ("UPDATE cgm_readings SET cgm_reading = 1020 WHERE id = (SELECT max(id) FROM cgm_readings)", &[Check::ImplausibleRows, Check::AlteredRows]),
    ("UPDATE boluses SET delivered_units = 400 WHERE id = (SELECT max(id) FROM boluses)", &[Check::ImplausibleRows, Check::AlteredRows]),
    ("UPDATE basal_deliveries SET commanded_basal_rate = -1 WHERE id = (SELECT max(id) FROM basal_deliveries)", &[Check::ImplausibleRows]),
    ("UPDATE daily_totals SET basal_units = 0 WHERE day = '2026-07-22'", &[Check::AlteredRows]),
    (
        "INSERT INTO carb_entries SELECT * REPLACE (id + 1 AS id) FROM carb_entries WHERE bolus_events_id IS NOT NULL LIMIT 1",
        &[Check::RepeatedCarbs, Check::UnaccountedRows],
    ),
    // An edit that was decoded as well.
    (
        "UPDATE raw_events SET raw_event_data = replace(raw_event_data, '\"deliveredTotal\":', '\"deliveredTotal\":1')
         WHERE id = (SELECT max(id) FROM events WHERE event_id = 280 AND (event_data->>'bolusDeliveryStatus') = '0');
         UPDATE events SET event_data = replace(event_data, '\"deliveredTotal\":', '\"deliveredTotal\":1')
         WHERE id = (SELECT max(id) FROM events WHERE event_id = 280 AND (event_data->>'bolusDeliveryStatus') = '0')",
        &[Check::AlteredRawEvents],
    ),
    ("INSERT INTO accounts VALUES ('me', now()), ('you', now())", &[Check::OtherAccounts]),
];

#[test]
fn planted_faults_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let sound = folder.path().join("sound.db");
    let scenario = Scenario::demo().days(14).with_behaviours(|behaviours| behaviours.other_codes = false);
    let store = DuckStore::open(&sound, StoreOptions::default()).expect("a database");
    let mut store = stored_in(store, &scenario.simulate()).into_store().expect("the store");
    assert_eq!(store.verify().expect("verified"), [], "nothing is wrong before");
    drop(store);
    few_numbers_left_out_are_told_and_are_no_fault(&sound, &folder.path().join("left-out.db"));
    for (number, (fault, checks)) in FAULTS.iter().enumerate() {
        let copy = folder.path().join(format!("fault-{number}.db"));
        std::fs::copy(&sound, &copy).expect("copied");
        check(&copy, fault, checks);
    }
}

/// As of a service that leaves out a type of event it was not asked for.
fn few_numbers_left_out_are_told_and_are_no_fault(sound: &Path, copy: &Path) {
    std::fs::copy(sound, copy).expect("copied");
    let mut store = DuckStore::open(copy, StoreOptions::default()).expect("a database");
    let leave_out = "DELETE FROM raw_events WHERE event_code = 90;
                     UPDATE raw_batches SET new = (SELECT count(*) FROM raw_events WHERE batch_id = raw_batches.id);
                     DELETE FROM events WHERE event_id = 90";
    store.connection().expect("a connection").execute_batch(leave_out).expect(leave_out);
    let holes: Vec<_> =
        store.verify().expect("verified").into_iter().filter(|finding| finding.check == Check::SequenceHoles).collect();
    assert!(!holes.is_empty() && holes.iter().all(|hole| !hole.is_fault), "{holes:?}");
}

fn check(copy: &Path, fault: &str, checks: &[Check]) {
    let mut store = DuckStore::open(copy, StoreOptions::default()).expect("a database");
    store.connection().expect("a connection").execute_batch(fault).expect(fault);
    let findings = store.verify().expect("verified");
    for check in checks {
        let found = findings.iter().find(|finding| finding.check == *check);
        let found = found.unwrap_or_else(|| panic!("{} finds {fault}, not only {findings:?}", check.as_str()));
        assert!(found.count > 0 && !found.detail.is_empty(), "{found:?}");
        assert_eq!(found.is_fault, *check != Check::EstimatedTimes, "{found:?}");
    }
}
