//! `tandem metrics`: expected numbers through the command, what is skipped is said, and the SQL views agree.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use report::insulin::{BasalSegment, BasalSource, Bolus, BolusOrigin, InsulinRows, daily};
use report::{Metrics, MetricsOptions, MgPerDl, Reading, ReadingStatus, Timestamp, Window};
use serde_json::Value;
use test_data::{ExpectedValue, Series};

use crate::lives::{empty, holding_autumn, one_reading};
use crate::support::Place;

fn close(got: f64, expected: f64, tolerance: f64) -> bool {
    (got - expected).abs() <= tolerance * expected.abs().max(1e-12)
}

/// Compares every expected metric of the series with the command's JSON.
fn check_series(name: &str) {
    let (place, series) = (Place::new(), Series::named(name));
    place.file("series.csv", series.to_csv());
    let said = place.run(&["metrics", "--json", "--csv", "series.csv"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let json: Value = serde_json::from_str(&said.data).expect("JSON");
    for expected in series.expected() {
        let got = &json[&series.subject][expected.metric];
        let met = match (got, expected.value) {
            (Value::Null, None) => true,
            (Value::String(text), Some(ExpectedValue::Text(expected))) => text == expected,
            (Value::Number(number), Some(ExpectedValue::Number(value))) => {
                number.as_f64().is_some_and(|got| close(got, *value, expected.tolerance))
            }
            _ => false,
        };
        assert!(met, "{name}: {} is {got}, expected {expected:?}", expected.metric);
    }
    let keys: BTreeSet<&str> = series.expected().map(|expected| expected.metric).collect();
    for subject in json.as_object().expect("an object per subject").values() {
        let got: BTreeSet<&str> = subject.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(got, keys, "{name}");
    }
}

#[test]
fn series_have_their_metrics_through_the_command() {
    for name in ["adult_14_days", "low_high_as_text", "spring_forward"] {
        check_series(name);
    }
}

#[test]
fn what_is_skipped_is_said() {
    let place = Place::new();
    place.file("s.csv", "id,time,gl\na,2026-03-01 00:00:00,100\na,2026-03-01 00:05:00,LOW\na,2026-03-01 00:10:00,\n");
    place.file("none.csv", "id,time,gl\n");
    place.file("other.csv", "when,what\n1,2\n");
    place.file("bad.csv", "id,time,gl\na,noon,100\n");
    let rows: [(&[&str], i32, &str, &str); 6] = [
        (&["--csv", "s.csv"], 0, "a  2026-03-01, 1 reading", "1 row with LOW or HIGH skipped"),
        (&["--csv", "s.csv", "--count-low-high"], 0, "a  2026-03-01, 2 readings", "1 row without a value skipped"),
        (&["--csv", "none.csv"], 0, "(empty)  0 readings", "a header but no rows"),
        (&["--csv", "other.csv"], 6, "", "the file has no column `time`"),
        (&["--csv", "bad.csv"], 6, "", "line 2: `noon` is not a time"),
        (&["--csv", "absent.csv"], 2, "", "cannot read absent.csv"),
    ];
    for (arguments, code, data, talk) in rows {
        let said = place.run(&[&["metrics"], arguments].concat());
        assert_eq!(said.code, code, "{arguments:?}: {}", said.talk);
        assert!(said.data.starts_with(data), "{arguments:?}: {}", said.data);
        assert!(said.talk.contains(talk), "{arguments:?}: {}", said.talk);
    }
}

#[test]
fn nothing_and_one_reading() {
    let said = empty().run(&["metrics", "--json"]);
    let json: Value = serde_json::from_str(&said.data).expect("JSON");
    assert_eq!((said.code, &json["tandem"]["n"], &json["tandem"]["mean"]), (0, &Value::from(0), &Value::Null));
    assert!(said.talk.contains("no readings yet"), "{}", said.talk);
    let said = one_reading().run(&["metrics", "--json"]);
    let json: Value = serde_json::from_str(&said.data).expect("JSON");
    assert_eq!((&json["tandem"]["n"], &json["tandem"]["sd"]), (&Value::from(1), &Value::Null));
}

/// The rows of a query as JSON.
fn rows(place: &Place, query: &str) -> Vec<Value> {
    let said = place.run(&["query", query, "--format", "json"]);
    assert_eq!(said.code, 0, "{query}: {}", said.talk);
    serde_json::from_str(&said.data).expect("JSON")
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key} of {row} is no number"))
}

fn instant(row: &Value, key: &str) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(row[key].as_i64().expect("microseconds")).expect("an instant")
}

fn stamp(row: &Value, wall: &str, utc: &str) -> Timestamp {
    let wall: NaiveDateTime = instant(row, wall).naive_utc();
    Timestamp::new(wall, instant(row, utc))
}

fn readings(place: &Place) -> Vec<Reading> {
    let list = "SELECT epoch_us(timestamp) AS wall, epoch_us(timestamp_utc) AS utc, cgm_reading FROM cgm_readings ORDER BY timestamp_utc";
    let reading = |row: &Value| Reading {
        at: stamp(row, "wall", "utc"),
        glucose: MgPerDl::new(number(row, "cgm_reading")).expect("a concentration"),
        status: ReadingStatus::Ok,
        interval_minutes: 5.0,
    };
    rows(place, list).iter().map(reading).collect()
}

#[test]
fn the_views_of_glucose_agree_with_the_crate() {
    let place = holding_autumn();
    let mut by_day: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
    let all = readings(&place);
    for reading in &all {
        by_day.entry(reading.at.date().to_string()).or_default().push(*reading);
    }
    let views = rows(&place, "FROM glucose_daily ORDER BY day");
    assert_eq!(views.len(), by_day.len());
    for view in &views {
        let day = view["day"].as_str().expect("a day");
        let metrics = Metrics::of(&by_day[day], &MetricsOptions::default());
        let ranges = metrics.ranges.expect("readings");
        let pairs = [
            ("readings", metrics.counts.all as f64),
            ("mean_mgdl", metrics.summary.mean.expect("a mean")),
            ("sd_mgdl", metrics.summary.sd.expect("an SD")),
            ("cv_percent", metrics.summary.cv.expect("a CV")),
            ("below_54_percent", ranges.very_low),
            ("from_54_to_69_percent", ranges.low),
            ("from_70_to_180_percent", ranges.in_range),
            ("from_181_to_250_percent", ranges.high),
            ("above_250_percent", ranges.very_high),
        ];
        for (column, expected) in pairs {
            assert!(close(number(view, column), expected, 1e-9), "{day} {column}: {view}, the crate says {expected}");
        }
    }
    let slots: BTreeSet<i64> = all.iter().map(|reading| reading.at.utc.timestamp().div_euclid(300)).collect();
    assert_eq!(place.count("cgm_5min"), slots.len() as u64);
    let means = rows(&place, "SELECT avg(cgm_reading) AS mean, sum(readings) AS readings FROM cgm_5min");
    assert_eq!(number(&means[0], "readings") as usize, all.len());
}

#[test]
fn the_day_of_25_hours_has_25_hours() {
    let place = holding_autumn();
    let readings = |day: &str| {
        let said = place.run(&["metrics", "--from", day, "--to", day, "--json"]);
        let json: Value = serde_json::from_str(&said.data).expect("JSON");
        number(&json["tandem"], "n") as i64
    };
    let (usual, long) = (readings("2026-10-31"), readings("2026-11-01"));
    assert!((280..=288).contains(&usual) && (292..=300).contains(&long), "{usual} and {long} readings");
    let said = place.run(&["day", "2026-11-01"]);
    assert!(said.data.contains("25 hours: the clock changed"), "{}", said.data);
}

#[test]
fn the_view_of_insulin_agrees_with_the_crate() {
    let place = holding_autumn();
    let basal = rows(
        &place,
        "SELECT epoch_us(started) AS wall, epoch_us(started_utc) AS utc, seconds, rate_units_per_hour FROM basal_spans",
    );
    let boluses = rows(
        &place,
        "SELECT epoch_us(coalesce(started, timestamp)) AS wall, epoch_us(coalesce(started_utc, timestamp_utc)) AS utc, delivered_units,
                source = 'automatic' AS automatic, coalesce(carbs_grams, 0) AS carbs FROM boluses",
    );
    let insulin = InsulinRows {
        basal: basal.iter().map(basal_segment).collect(),
        boluses: boluses.iter().map(bolus).collect(),
        ..InsulinRows::default()
    };
    let starts = insulin.basal.iter().map(|segment| segment.start);
    let (first, last) = (starts.clone().min().expect("basal"), starts.max().expect("basal"));
    let window =
        Window { start: first, end: Timestamp::new(last.wall + TimeDelta::days(1), last.utc + TimeDelta::days(1)) };
    let days: BTreeMap<String, _> =
        daily(&insulin, &window).into_iter().map(|day| (day.date.to_string(), day)).collect();
    let views = rows(&place, "FROM insulin_daily ORDER BY day");
    assert!(views.len() >= 5, "{}", views.len());
    for view in views {
        let day = &days[view["day"].as_str().expect("a day")];
        let pairs = [
            ("basal_units", day.basal_units.expect("a known basal")),
            ("bolus_units", day.bolus_units),
            ("total_units", day.total_units().expect("a known basal")),
            ("basal_hours", day.basal_hours),
            ("boluses", day.user_bolus_count() as f64),
            ("automatic_boluses", day.auto_bolus_count as f64),
        ];
        for (column, expected) in pairs {
            assert!((number(&view, column) - expected).abs() < 1e-6, "{column}: {view}, the crate says {expected}");
        }
    }
}

fn basal_segment(row: &Value) -> BasalSegment {
    let start = stamp(row, "wall", "utc");
    let length = TimeDelta::seconds(row["seconds"].as_i64().expect("seconds"));
    let end = Timestamp::new(start.wall + length, start.utc + length);
    BasalSegment { start, end, units_per_hour: number(row, "rate_units_per_hour"), source: BasalSource::Profile }
}

fn bolus(row: &Value) -> Bolus {
    let start = stamp(row, "wall", "utc");
    let automatic = row["automatic"].as_bool().expect("true or false");
    Bolus {
        start,
        end: start,
        delivered_units: Some(number(row, "delivered_units")),
        extended_units: 0.0,
        requested_food_units: 0.0,
        requested_correction_units: 0.0,
        carbs_grams: number(row, "carbs"),
        origin: if automatic { BolusOrigin::Automatic } else { BolusOrigin::User },
        overridden: false,
    }
}
