//! Every number of the golden set, series by series.

use std::collections::BTreeMap;

use report::{CsvOptions, Metrics, MetricsOptions, profile::profile, read_csv};
use serde_json::Value;

use crate::support::{close, golden_file};

struct Expected {
    series: String,
    subject: String,
    metric: String,
    value: String,
    tolerance: f64,
}

fn expected_values(text: &str) -> Vec<Expected> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("expected.csv is CSV"));
    rows.map(|row| Expected {
        series: row[0].to_owned(),
        subject: row[1].to_owned(),
        metric: row[2].to_owned(),
        value: row[3].to_owned(),
        tolerance: row[6].parse().unwrap_or(1e-9),
    })
    .collect()
}

fn metrics_of_series(series: &str) -> BTreeMap<String, Value> {
    let text = golden_file(&format!("{series}.csv")).expect("each series of expected.csv has a file");
    let read = read_csv(text.as_bytes(), &CsvOptions::default()).expect("the file reads");
    let json = |readings: &_| serde_json::to_value(Metrics::of(readings, &MetricsOptions::default()));
    let mut subjects: BTreeMap<String, Value> =
        read.iter().map(|one| (one.id.clone(), json(&one.readings).expect("metrics are JSON"))).collect();
    if subjects.is_empty() {
        subjects.insert("(empty)".to_owned(), json(&Vec::new()).expect("metrics are JSON"));
    }
    subjects
}

fn met(got: &Value, expected: &Expected) -> bool {
    match (got, expected.value.parse::<f64>()) {
        (Value::Null, _) => expected.value.is_empty(),
        (Value::String(text), Err(_)) => *text == expected.value,
        (Value::Number(number), Ok(value)) => number.as_f64().is_some_and(|got| close(got, value, expected.tolerance)),
        _ => false,
    }
}

#[test]
fn every_expected_value_is_met() {
    let Some(text) = golden_file("expected.csv") else { return };
    let mut by_series: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let mut unmet = Vec::new();
    let expected = expected_values(&text);
    for row in &expected {
        let subjects = by_series.entry(row.series.clone()).or_insert_with(|| metrics_of_series(&row.series));
        let got = &subjects[&row.subject][&row.metric];
        if !met(got, row) {
            unmet.push(format!("{} {} = {got}, expected {:?}", row.series, row.metric, row.value));
        }
    }
    assert!(expected.len() > 2000, "expected.csv has lost rows: {}", expected.len());
    assert!(unmet.is_empty(), "{} of {} values differ:\n{}", unmet.len(), expected.len(), unmet.join("\n"));
}

#[test]
fn the_keys_are_those_of_the_golden_set() {
    let Some(text) = golden_file("expected.csv") else { return };
    let mut expected: Vec<String> = expected_values(&text).into_iter().map(|row| row.metric).collect();
    expected.sort_unstable();
    expected.dedup();
    let json = serde_json::to_value(Metrics::of(&[], &MetricsOptions::default())).expect("metrics are JSON");
    let mut keys: Vec<String> = json.as_object().expect("an object").keys().cloned().collect();
    keys.sort_unstable();
    assert_eq!(keys, expected);
}

fn check_bands(series: &str) {
    let Some(bands) = golden_file(&format!("{series}.agp_tidepool.csv")) else { return };
    let Some(text) = golden_file(&format!("{series}.csv")) else { return };
    let read = read_csv(text.as_bytes(), &CsvOptions::default()).expect("the file reads");
    let bins = profile(&read[0].readings);
    let mut reader = csv::Reader::from_reader(bands.as_bytes());
    for (row, bin) in reader.records().map(|row| row.expect("bands are CSV")).zip(&bins) {
        let number = |column: usize| row[column].parse::<f64>().ok();
        let (raw, smooth) = (bin.raw.expect("no bin is empty"), bin.smoothed.expect("no bin is empty"));
        let got =
            [raw.p05, raw.p25, raw.p50, raw.p75, raw.p95, smooth.p05, smooth.p25, smooth.p50, smooth.p75, smooth.p95];
        assert_eq!((number(0), number(2)), (Some(bin.hour as f64), Some(bin.readings as f64)), "{series}");
        for (column, got) in (3..).zip(got) {
            let expected = number(column).expect("a number");
            assert!(
                close(got, expected, 1e-9),
                "{series} hour {} column {column}: {got}, expected {expected}",
                bin.hour
            );
        }
    }
}

#[test]
fn the_profile_bands_are_tidepools() {
    for series in ["edge_agp_ladder_20d", "edge_dst_spring_ny", "edge_gaps", "sim_adult002_90d", "sim_adult003_14d"] {
        check_bands(series);
    }
}
