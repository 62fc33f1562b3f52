//! Printed numbers.

use report::{
    CsvOptions, GlucoseUnit, Metrics, MetricsOptions,
    printing::{PrintedRanges, fixed, glucose},
    read_csv,
};
use test_data::Series;

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

/// Time in ranges is printed as Tidepool prints it.
fn check(series: &Series, expected: &test_data::PrintedRanges) {
    let read = read_csv(series.to_csv().as_bytes(), &CsvOptions::default()).expect("the file reads");
    let ranges = Metrics::of(&read[0].readings, &MetricsOptions::default()).ranges.expect("there are readings");
    let printed = PrintedRanges::new(&ranges);
    let got = [printed.very_low, printed.low, printed.in_range, printed.high, printed.very_high];
    let expected = [expected.very_low, expected.low, expected.in_range, expected.high, expected.very_high];
    assert_eq!(got, expected, "{}", series.name);
    assert_eq!(printed.below() + printed.in_range + printed.above(), 100);
}

#[test]
fn printed_shares_add_up_to_100() {
    let all = Series::all();
    let printed: Vec<_> = all.iter().filter_map(|series| Some((series, series.printed_ranges.as_ref()?))).collect();
    assert!(!printed.is_empty(), "some series say how their ranges are printed");
    for (series, expected) in printed {
        check(series, expected);
    }
}
