//! Every expected metric of every series, and the profiles.

use std::collections::{BTreeMap, BTreeSet};

use report::{CsvOptions, Metrics, MetricsOptions, profile::profile, read_csv};
use serde_json::Value;
use test_data::{Expected, ExpectedValue, HourOfDay, Series};

use crate::support::close;

fn metrics_by_subject(series: &Series) -> BTreeMap<String, Value> {
    let read = read_csv(series.to_csv().as_bytes(), &CsvOptions::default()).expect("the file reads");
    let json = |readings: &_| serde_json::to_value(Metrics::of(readings, &MetricsOptions::default()));
    let mut subjects: BTreeMap<String, Value> =
        read.iter().map(|one| (one.id.clone(), json(&one.readings).expect("metrics are JSON"))).collect();
    if subjects.is_empty() {
        subjects.insert("(empty)".to_owned(), json(&Vec::new()).expect("metrics are JSON"));
    }
    subjects
}

fn is_met(got: &Value, expected: &Expected<'_>) -> bool {
    match (got, expected.value) {
        (Value::Null, None) => true,
        (Value::String(text), Some(ExpectedValue::Text(expected))) => text == expected,
        (Value::Number(number), Some(ExpectedValue::Number(value))) => {
            number.as_f64().is_some_and(|got| close(got, *value, expected.tolerance))
        }
        _ => false,
    }
}

#[test]
fn every_expected_value_is_met() {
    let mut unmet = Vec::new();
    for series in Series::all() {
        let subjects = metrics_by_subject(&series);
        for expected in series.expected() {
            let got = &subjects[&series.subject][expected.metric];
            if !is_met(got, &expected) {
                unmet.push(format!("{}: {} is {got}, expected {expected:?}", series.name, expected.metric));
            }
        }
    }
    assert!(unmet.is_empty(), "{} values differ:\n{}", unmet.len(), unmet.join("\n"));
}

#[test]
fn every_metric_has_an_expected_value() {
    let all = Series::all();
    let expected: BTreeSet<&str> = all.iter().flat_map(Series::expected).map(|expected| expected.metric).collect();
    let json = serde_json::to_value(Metrics::of(&[], &MetricsOptions::default())).expect("metrics are JSON");
    let keys: BTreeSet<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, expected);
}

fn check_hour(series: &str, bin: &report::profile::ProfileBin, expected: &HourOfDay) {
    let (raw, smooth) = (bin.raw.expect("no hour is empty"), bin.smoothed.expect("no hour is empty"));
    assert_eq!((bin.hour as u32, bin.readings as u32), (expected.hour, expected.readings), "{series}");
    let got = [raw.p05, raw.p25, raw.p50, raw.p75, raw.p95, smooth.p05, smooth.p25, smooth.p50, smooth.p75, smooth.p95];
    for (got, expected) in got.iter().zip(expected.raw.iter().chain(&expected.smoothed)) {
        assert!(close(*got, *expected, 1e-9), "{series}, hour {}: {got}, expected {expected}", bin.hour);
    }
}

#[test]
fn the_profiles_are_those_of_tidepool() {
    for series in Series::all() {
        let Some(expected) = &series.profile else { continue };
        let read = read_csv(series.to_csv().as_bytes(), &CsvOptions::default()).expect("the file reads");
        let bins = profile(&read[0].readings);
        assert_eq!(bins.len(), expected.hours.len(), "{}", series.name);
        bins.iter().zip(&expected.hours).for_each(|(bin, hour)| check_hour(&series.name, bin, hour));
    }
}
