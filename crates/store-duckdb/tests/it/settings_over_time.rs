//! Changes of settings and what came of them: out of snapshots and of what pumps log, against what was planted.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use pipeline::testing::listing;
use pipeline::{PumpListing, RawStore, SettingsSnapshot};
use store_duckdb::DuckStore;
use tandem_sim::history::{CgmStatus, CgmTruth, History, PumpTruth, Scenario};

use crate::domain::{check, derived, table, uploads};
use crate::simulated::stored;

/// Tells the store what an account says of the pump's settings at an instant.
fn tell(store: &mut DuckStore, serial: &str, at: DateTime<Utc>, details: &str) {
    let hash = format!("hash of {at}");
    let settings = SettingsSnapshot { hash, uploaded: Some(at.naive_utc()), details: details.to_owned() };
    let reported = PumpListing { last_upload: Some(at), settings: Some(settings), ..listing(serial, None) };
    store.link_pump(&reported, at).expect("settings can be kept");
}

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day") + Duration::days(number.into())
}

/// What is true of the fourteen days from `first` on: mean glucose, and units of boluses by day.
fn truth_of(truth: &PumpTruth, first: NaiveDate) -> (f64, f64) {
    let is_in = |at: DateTime<Utc>| (first..first + Duration::days(14)).contains(&at.date_naive());
    let glucose: Vec<_> = truth.cgm.iter().filter(|reading| is_in(reading.measured)).map(shown).collect();
    let boluses = truth.boluses.iter().filter(|bolus| bolus.started.is_some_and(is_in));
    let units: f64 = boluses.map(|bolus| f64::from(bolus.delivered) / 1000.0).sum();
    (glucose.iter().sum::<f64>() / glucose.len() as f64, units / 14.0)
}

/// What stands for LOW and HIGH in every mean.
fn shown(reading: &CgmTruth) -> f64 {
    match reading.status {
        CgmStatus::Low => 39.0,
        CgmStatus::High => 401.0,
        CgmStatus::Ok | CgmStatus::Hidden => f64::from(reading.display_value),
    }
}

fn number(row: &str, column: usize) -> f64 {
    row.split('|').nth(column).expect("a column").parse().expect("a number")
}

#[test]
fn planted_changes_of_the_carb_ratio_are_found_with_their_effects() {
    let scenario = Scenario::quiet(90).carb_ratio_changes(vec![(30, 0.7), (60, 1.5)]);
    let history: History = scenario.simulate();
    let mut pipeline = stored(&history);
    let store = pipeline.store().expect("the store");
    for snapshot in &history.pumps[0].settings {
        let at = DateTime::from_timestamp(snapshot.from_utc_seconds, 0).expect("an instant");
        tell(store, &history.pumps[0].serial, at, &snapshot.details.to_string());
    }
    let changes = "SELECT local_time, from_value, to_value FROM settings_history
        WHERE setting = 'carb_ratio' AND is_in_use AND start_minute = 0 ORDER BY local_time";
    assert_eq!(table(store, changes), ["2026-03-31 09:00:00|10|7", "2026-04-30 09:00:00|7|10.5"]);

    let effects = "SELECT mean_before_mgdl, mean_after_mgdl, bolus_units_before, bolus_units_after, day, is_comparable, also_changed
        FROM settings_effects WHERE setting = 'carb_ratio' ORDER BY day";
    let found = table(store, effects);
    assert_eq!(found.len(), 2, "{found:?}");
    for (row, changed) in found.iter().zip([30, 60]) {
        let (before, after) =
            (truth_of(&history.truth.pumps[0], day(changed - 14)), truth_of(&history.truth.pumps[0], day(changed + 1)));
        for (column, expected) in [before.0, after.0, before.1, after.1].into_iter().enumerate() {
            let found = number(row, column);
            assert!((found - expected).abs() < 0.01, "column {column} of {row}: expected {expected}");
        }
        assert!(row.ends_with(&format!("{}|true|-", day(changed))), "{row}");
    }
    assert!(number(&found[0], 3) > number(&found[0], 2) + 2.0, "more insulin for the same carbs: {}", found[0]);
    assert!(number(&found[1], 3) < number(&found[1], 2) - 2.0, "less again: {}", found[1]);
    let settings = "SELECT DISTINCT setting FROM settings_history WHERE source = 'snapshot'";
    assert_eq!(table(store, settings), ["carb_ratio"], "nothing else was changed");
}

#[test]
fn sides_that_cannot_be_compared_say_why() {
    let scenario = Scenario::quiet(30).carb_ratio_changes(vec![(5, 0.9), (20, 0.9), (27, 0.9)]);
    let history = scenario.simulate();
    let mut pipeline = stored(&history);
    let store = pipeline.store().expect("the store");
    for snapshot in &history.pumps[0].settings {
        let at = DateTime::from_timestamp(snapshot.from_utc_seconds, 0).expect("an instant");
        tell(store, &history.pumps[0].serial, at, &snapshot.details.to_string());
    }
    let effects = "SELECT day, not_comparable_because, mean_before_mgdl FROM settings_effects WHERE setting = 'carb_ratio' ORDER BY day";
    assert_eq!(
        table(store, effects),
        [
            "2026-03-06|too few readings before|-",
            "2026-03-21|changed again within 14 days|-",
            "2026-03-28|changed again within 14 days|-",
        ]
    );
}

#[test]
fn edits_are_changes_from_what_was_logged_before() {
    let log = "
        08:00:00 274 maxHourlyBasal=4000 previousMaxHourlyBasal=4000
        08:01:00 326 maxBolus=15000 previousMaxBolus=25000
        08:02:00 69 idp=2 status=3
        08:03:00 68 idp=2 startTime=240 basalRate=900 isf=42
        --
        08:04:00 68 idp=2 startTime=240 basalRate=950 isf=42
        08:05:00 69 idp=1 status=3
        08:06:00 69 idp=3 status=2
        08:07:00 566 sleepEatSegmentStartTime0=1380 sleepEatSegmentType0=5 sleepEatSegmentStartTime1=420 sleepEatSegmentType1=2
        08:08:00 235";
    check(
        log,
        "SELECT local_time::TIME, setting, from_value, to_value, start_minute, source FROM settings_history WHERE source <> 'snapshot' ORDER BY events_id, setting",
        &[
            "08:01:00|max_bolus|25|15|-|logged",
            "08:02:00|active_profile|-|profile 2|-|logged",
            "08:03:00|basal_rate|-|0.9|240|logged_unverified",
            "08:03:00|isf|-|42|240|logged_unverified",
            "08:04:00|basal_rate|0.9|0.95|240|logged_unverified",
            "08:05:00|active_profile|profile 2|profile 1|-|logged",
            "08:06:00|profile_delete|-|profile 3|-|logged",
            "08:07:00|sleep_schedule|-|23:00 sleep, 07:00 standard|-|logged",
            "08:08:00|sleep_schedule|23:00 sleep, 07:00 standard|-|-|logged_unverified",
        ],
    );
}

/// A limit that the pump logged and the next snapshot repeats was changed once.
#[test]
fn a_snapshot_that_repeats_what_was_logged_is_no_second_change() {
    let mut store = derived(&uploads("08:01:00 326 maxBolus=15000 previousMaxBolus=25000"), None);
    for (day, most) in [("17", 25_000), ("19", 15_000), ("20", 12_000)] {
        let at = format!("2026-05-{day}T12:00:00Z").parse().expect("an instant");
        tell(&mut store, "11", at, &format!(r#"{{"globalMaxBolusSettings": {{"maxBolus": {most}}}}}"#));
    }
    assert_eq!(
        table(&mut store, "SELECT local_time, from_value, to_value, source FROM settings_history ORDER BY local_time"),
        ["2026-05-18 08:01:00|25|15|logged", "2026-05-20 12:00:00|15|12|snapshot"]
    );
}

/// A clock that was set back shows an hour twice; what is dated after it has the offset of the later segment.
#[test]
fn a_snapshot_after_the_clock_was_set_back_has_the_later_offset() {
    let mut store = derived(&uploads("08:01:00 279 commandedRate=800"), None);
    let connection = store.connection().expect("open");
    connection
        .execute_batch(
            "CREATE TEMP TABLE kept AS FROM clock_segments LIMIT 1;
             DELETE FROM clock_segments;
             INSERT INTO clock_segments SELECT kept.* REPLACE (first AS first_events_id, wall AS from_wall, utc AS utc_offset_seconds)
             FROM kept, (VALUES (1, TIMESTAMP '2026-05-01 00:00:00', -14400), (1, TIMESTAMP '2026-05-19 03:00:00', -14400),
                                (5, TIMESTAMP '2026-05-19 02:30:00', -18000)) AS segments(first, wall, utc);",
        )
        .expect("segments");
    for (day, most) in [("18", 25_000), ("19", 15_000), ("20", 12_000)] {
        let at = format!("2026-05-{day}T02:00:00Z").parse().expect("an instant");
        tell(&mut store, "11", at, &format!(r#"{{"globalMaxBolusSettings": {{"maxBolus": {most}}}}}"#));
    }
    assert_eq!(
        table(&mut store, "SELECT to_value, timestamp_utc FROM settings_history ORDER BY timestamp_utc"),
        ["15|2026-05-19 06:00:00+00", "12|2026-05-20 07:00:00+00"]
    );
}
