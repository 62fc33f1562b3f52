//! Planted faults: each is found, by the check that is meant to find it, and nothing is found before.

use std::path::Path;

use store_duckdb::{Check, DuckStore, StoreOptions};
use tandem_sim::history::Scenario;

use crate::domain::{add, uploads};
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
    ("INSERT INTO events FROM events WHERE event_id = 90 LIMIT 1", &[Check::RepeatedEvents]),
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
    few_missing_numbers_are_reported_and_are_no_fault(&sound, &folder.path().join("left-out.db"));
    for (number, (fault, checks)) in FAULTS.iter().enumerate() {
        let copy = folder.path().join(format!("fault-{number}.db"));
        std::fs::copy(&sound, &copy).expect("copied");
        check(&copy, fault, checks);
    }
}

/// As of a service that leaves out a type of event it was not asked for.
fn few_missing_numbers_are_reported_and_are_no_fault(sound: &Path, copy: &Path) {
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

/// What must hold for a person's numbers, a change that breaks it, and what finds that.
const BROKEN_PROMISES: &[(&str, &str, Check)] = &[
    (
        "events have the local time of a correct clock",
        "UPDATE events SET local_time = timestamp WHERE local_time <> timestamp",
        Check::MisdatedEvents,
    ),
    (
        "rows have the local time of their event",
        "UPDATE cgm_readings SET local_time = timestamp WHERE local_time <> timestamp",
        Check::AlteredRows,
    ),
    (
        "established instants do not move",
        "UPDATE events SET timestamp_utc = to_timestamp(epoch_us(timestamp_utc) / 1000000 + 21600) WHERE sequence_number < 100",
        Check::MisdatedEvents,
    ),
    (
        "not together with their clock either",
        "UPDATE clock_segments SET utc_offset_seconds = utc_offset_seconds - 21600, local_offset_seconds = local_offset_seconds - 21600;
         UPDATE events SET timestamp_utc = to_timestamp(epoch_us(timestamp_utc) / 1000000 + 21600), utc_offset_seconds = utc_offset_seconds - 21600",
        Check::OutdatedClocks,
    ),
    ("clocks follow the zones", "UPDATE time_zones SET zone = 'Asia/Tokyo'", Check::OutdatedClocks),
    ("what is known of an instant is said", "UPDATE events SET utc_source = 'phone' WHERE event_id = 20", Check::MisdatedEvents),
    (
        "a measurement counts once",
        "UPDATE cgm_readings SET counts = true, not_counted_because = NULL WHERE NOT counts",
        Check::AlteredRows,
    ),
    (
        "readings weigh by the time they stand for",
        "UPDATE cgm_readings SET interval_seconds = 60 WHERE id = (SELECT max(id) FROM cgm_readings)",
        Check::AlteredRows,
    ),
    ("unknown insulin is not 0", "UPDATE daily_totals SET basal_units = 0 WHERE basal_units IS NULL", Check::AlteredRows),
    (
        "impossible glucose counts nowhere",
        "UPDATE cgm_readings SET cgm_reading = 1020 WHERE id = (SELECT max(id) FROM cgm_readings)",
        Check::ImplausibleRows,
    ),
    (
        "an impossible bolus counts nowhere",
        "UPDATE boluses SET delivered_units = 400 WHERE delivered_units IS NULL",
        Check::ImplausibleRows,
    ),
    (
        "an impossible rate counts nowhere",
        "UPDATE basal_deliveries SET commanded_basal_rate = 90000 WHERE id = (SELECT max(id) FROM basal_deliveries)",
        Check::ImplausibleRows,
    ),
    ("a file holds one person", "INSERT INTO accounts VALUES ('me', now()), ('you', now())", Check::OtherAccounts),
    (
        "carbs of a bolus count once",
        "INSERT INTO carb_entries SELECT * REPLACE (id + 1 AS id, events_id + 1 AS events_id) FROM carb_entries",
        Check::RepeatedCarbs,
    ),
];

/// Two pumps and a sensor that both report, a wrong year, an impossible bolus, an edited entry of carbs, and a third pump without basal.
fn store_messy_history(path: &Path) -> DuckStore {
    use std::fmt::Write as _;
    let readings = |from: u32, minutes: std::ops::Range<u32>, midnight: u32, day: u32| {
        minutes.step_by(5).fold(String::new(), |mut log, minute| {
            let (hour, past) = (minute / 60, minute % 60);
            let _ = writeln!(
                log,
                "+{day} {hour:02}:{past:02}:30 399 currentGlucoseDisplayValue=120 egvTimeStamp={}",
                midnight + minute * 60
            );
            if minute >= from {
                let _ = writeln!(log, "+{day} {hour:02}:{past:02}:40 279 commandedRate=800 commandedRateSource=1");
            }
            log
        })
    };
    // 18 May 2026, 19 May, and 19 May of the year after.
    let (first, second) = (579_916_800, 580_003_200);
    let bolus = "+0 10:00:00 48 carbs=60.0\n+0 10:00:20 48 carbs=45.0\n+0 10:00:30 64 bolusId=1 carbAmount=45\n\
                 +0 10:00:30 66 bolusId=1 foodBolusSize=3.0 totalBolusSize=3.0\n+0 10:00:32 55 bolusId=1 bolusSize=3.0\n\
                 +0 10:01:00 20 bolusId=1 completionStatus=3 insulinDelivered=400.0 insulinRequested=3.0\n";
    let year = "+366 08:00:00 14 datePrior=6713 dateAfter=7078\n";
    let back = "+1 12:00:00 14 datePrior=7078 dateAfter=6713\n";
    let old = readings(0, 0..600, first, 0) + bolus + &readings(600, 605..1200, first, 0);
    let new = readings(900, 900..1440, first, 0)
        + &readings(0, 0..480, second, 1)
        + year
        + &readings(480, 480..720, second + 365 * 86_400, 366)
        + back
        + &readings(720, 720..1440, second, 1);
    let without_basal = readings(1440, 0..600, first + 10 * 86_400, 10) + "+10 10:00:30 64 bolusId=2 carbAmount=20\n";
    let mut store = DuckStore::open(path, StoreOptions::default()).expect("a database");
    pipeline::parse::set_zones(&mut store, &pipeline::clock_model::ZoneHistory::from_zone(chrono_tz::Europe::Berlin))
        .expect("a zone");
    add(&mut store, "11", &uploads(&old).concat());
    add(&mut store, "22", &uploads(&new).concat());
    add(&mut store, "33", &uploads(&without_basal).concat());
    store
}

#[test]
fn what_a_persons_numbers_rest_on_is_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let sound = folder.path().join("sound.db");
    let odd = store_messy_history(&sound).verify().expect("verified");
    assert!(odd.iter().all(|finding| !finding.is_fault), "{odd:?}");
    let names: Vec<_> = odd.iter().map(|finding| finding.check).collect();
    for expected in [Check::UncountedReadings, Check::ImplausibleValues, Check::UnknownInsulin, Check::OverlappingPumps]
    {
        assert!(names.contains(&expected), "{expected:?} is reported: {odd:?}");
    }
    for (number, (promise, fault, check)) in BROKEN_PROMISES.iter().enumerate() {
        let copy = folder.path().join(format!("broken-{number}.db"));
        std::fs::copy(&sound, &copy).expect("copied");
        let mut store = DuckStore::open(&copy, StoreOptions::default()).expect("a database");
        store.connection().expect("a connection").execute_batch(fault).expect(fault);
        let findings = store.verify().expect("verified");
        let found = findings.iter().find(|finding| finding.check == *check && finding.is_fault);
        assert!(found.is_some(), "{promise}: {} finds {fault}, not only {findings:?}", check.as_str());
    }
}
