//! The views and macros for everyday questions give what the tables say.

use store_duckdb::DuckStore;
use tandem_sim::history::Scenario;

use crate::domain::{empty_store, table};
use crate::simulated::stored;

#[test]
fn macros_give_shares_in_percent_and_minutes() {
    let glucose = "FROM (VALUES (60, 300), (70, 60), (180, 60), (181, 60), (NULL, 60)) AS readings(glucose, seconds)";
    for (query, expected) in [
        (format!("SELECT round(time_in_range(glucose), 3) {glucose}"), "50.0"),
        (
            format!("SELECT round(time_below_range(glucose), 3), round(time_above_range(glucose), 3) {glucose}"),
            "25.0|25.0",
        ),
        (format!("SELECT round(time_in_range(glucose, seconds), 3) {glucose}"), "25.0"),
        (format!("SELECT time_in_range(glucose) {glucose} WHERE glucose IS NULL"), "-"),
        ("SELECT round(gmi(150), 3), round(mmol(100), 2)".to_owned(), "6.898|5.55"),
        (
            "SELECT minutes_between(TIMESTAMPTZ '2026-03-01 10:00:00+00', TIMESTAMPTZ '2026-03-01 11:30:30+00')"
                .to_owned(),
            "90.5",
        ),
    ] {
        assert_eq!(table(&mut empty_store(), &query), [expected], "{query}");
    }
}

fn check(store: &mut DuckStore, what: &str, found: &str, expected: &str) {
    let (found, expected) = (table(store, found), table(store, expected));
    assert!(!expected.is_empty() && expected[0] != "0", "{what}: there is something to compare");
    assert_eq!(found, expected, "{what}");
}

/// Each view and the same question asked of the tables in another way.
#[test]
fn views_say_what_the_tables_say() {
    let mut pipeline = stored(&Scenario::demo().days(40).simulate());
    let store = pipeline.store().expect("the store");
    for (what, found, expected) in [
        (
            "each reading that counts is in its context once",
            "SELECT count(*), count(DISTINCT id), sum(cgm_reading) FROM cgm_context",
            "SELECT count(*), count(*), sum(cgm_reading) FROM cgm_readings WHERE counts",
        ),
        (
            "asleep",
            "SELECT count(*) FROM cgm_context WHERE user_mode = 'sleeping'",
            "SELECT count(*) FROM cgm_readings r JOIN user_modes m ON m.pump_id = r.pump_id AND r.timestamp_utc >= m.started_utc
                 AND (m.ended_utc IS NULL OR r.timestamp_utc < m.ended_utc) WHERE r.counts AND m.mode = 'sleeping'",
        ),
        (
            "the last bolus",
            "SELECT round(sum(minutes_since_bolus)), round(sum(last_bolus_units), 3) FROM cgm_context WHERE local_time::DATE = DATE '2026-08-01'",
            "SELECT round(sum(minutes)), round(sum(units), 3) FROM (
                 SELECT r.id, min((epoch_us(r.timestamp_utc) - epoch_us(b.timestamp_utc)) / 60000000.0) AS minutes,
                        arg_max(b.delivered_units, b.timestamp_utc) AS units
                 FROM cgm_readings r JOIN boluses b ON b.pump_id = r.pump_id AND b.timestamp_utc <= r.timestamp_utc AND b.delivered_units > 0
                 WHERE r.counts AND r.local_time::DATE = DATE '2026-08-01' GROUP BY r.id)",
        ),
        (
            "carbs of meals",
            "SELECT sum(carbs_grams) FROM meals",
            "SELECT sum(carbs_grams) FROM carb_entries WHERE carbs_grams > 0",
        ),
        (
            "peaks of meals",
            "SELECT sum(peak) FROM meals",
            "SELECT sum((SELECT max(cgm_reading) FROM cgm_readings r WHERE r.counts AND epoch_us(r.timestamp_utc) > epoch_us(m.timestamp_utc)
                         AND epoch_us(r.timestamp_utc) <= epoch_us(m.timestamp_utc) + 10800000000)) FROM meals m",
        ),
        (
            "the first of equal peaks",
            "SELECT round(sum(minutes_to_peak), 3) FROM meals",
            "SELECT round(sum((SELECT min(epoch_us(r.timestamp_utc) - epoch_us(m.timestamp_utc)) FROM cgm_readings r WHERE r.counts
                         AND r.cgm_reading = m.peak AND epoch_us(r.timestamp_utc) > epoch_us(m.timestamp_utc)
                         AND epoch_us(r.timestamp_utc) <= epoch_us(m.timestamp_utc) + 10800000000)) / 60000000.0, 3) FROM meals m",
        ),
        (
            "hours without glucose",
            "SELECT round(sum(minutes) / 60) FROM cgm_gaps",
            "SELECT round(sum(gap - 5) FILTER (gap > 15) / 60) FROM (
                 SELECT (epoch_us(lead(timestamp_utc) OVER (ORDER BY timestamp_utc)) - epoch_us(timestamp_utc)) / 60000000.0 AS gap
                 FROM cgm_readings WHERE counts)",
        ),
        (
            "hours of the week",
            "SELECT sum(readings), round(sum(mean_mgdl * readings) / sum(readings), 6) FROM glucose_by_weekday_hour",
            "SELECT count(*), round(avg(cgm_reading), 6) FROM cgm_readings WHERE counts",
        ),
        (
            "sites follow each other",
            "SELECT count(*), count(ended_utc) FROM sites",
            "SELECT count(*), count(*) - count(DISTINCT pump_id) FROM site_changes WHERE kind = 'cannula_filled'",
        ),
        (
            "time in range by day",
            "SELECT round(sum(time_in_range_percent), 6) FROM glucose_daily",
            "SELECT round(sum(share), 6) FROM (SELECT time_in_range(cgm_reading, interval_seconds) AS share FROM cgm_readings WHERE counts
                 GROUP BY local_time::DATE)",
        ),
    ] {
        check(store, what, found, expected);
    }
}
