//! Printed numbers.

use report::{
    CsvOptions, GlucoseUnit, Metrics, MetricsOptions,
    printing::{PrintedRanges, fixed, glucose},
    read_csv,
};
use serde_json::Value;

use crate::support::golden_file;

#[test]
fn ties_go_to_the_even_neighbour() {
    for (value, decimals, printed) in
        [(2.5, 0, "2"), (3.5, 0, "4"), (0.125, 2, "0.12"), (-0.4, 0, "0"), (7.05, 1, "7.0"), (99.96, 1, "100.0")]
    {
        assert_eq!(fixed(value, decimals), printed, "{value}");
    }
}

#[test]
fn glucose_is_printed_in_the_readers_unit() {
    for (mg_per_dl, milligrams, millimoles) in
        [(54.0, "54", "3.0"), (70.0, "70", "3.9"), (180.0, "180", "10.0"), (250.4, "250", "13.9"), (53.5, "54", "3.0")]
    {
        assert_eq!(glucose(mg_per_dl, GlucoseUnit::MgPerDl), milligrams);
        assert_eq!(glucose(mg_per_dl, GlucoseUnit::MmolPerL), millimoles);
    }
}

/// The printed shares of the golden notes are Tidepool's.
fn check(series: &str) {
    let Some(notes) = golden_file(&format!("{series}.json")) else { return };
    let Some(text) = golden_file(&format!("{series}.csv")) else { return };
    let notes: Value = serde_json::from_str(&notes).expect("JSON");
    let read = read_csv(text.as_bytes(), &CsvOptions::default()).expect("the file reads");
    let ranges = Metrics::of(&read[0].readings, &MetricsOptions::default()).ranges.expect("there are readings");
    let printed = PrintedRanges::new(&ranges);
    let expected = &notes["subjects"][&read[0].id]["tidepool_printed_percent"]["value"];
    let percent = |key: &str| expected[key].as_f64().map(|share| (share * 100.0).round() as i64);
    let got = [printed.very_low, printed.low, printed.in_range, printed.high, printed.very_high];
    assert_eq!(got.map(Some), ["veryLow", "low", "target", "high", "veryHigh"].map(percent), "{series}");
    assert_eq!(printed.below() + printed.in_range + printed.above(), 100);
}

#[test]
fn printed_shares_add_up_to_100() {
    for series in [
        "edge_1min_6h",
        "edge_dst_spring_ny",
        "edge_episodes",
        "edge_low_high_39_401",
        "edge_low_high_excluded",
        "edge_thresholds",
        "sim_adult002_90d",
        "sim_adult003_14d",
    ] {
        check(series);
    }
}
