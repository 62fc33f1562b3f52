//! Whatever comes in, metrics neither panic nor say NaN.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use report::{
    GlucoseUnit, Metrics, MetricsOptions, MgPerDl, Reading, ReadingStatus, Thresholds, Timestamp, Window,
    episodes::find_episodes, metrics::conga, printing, profile::profile, wear,
};
use serde_json::Value;

use crate::support::{block, reading, series};

fn metrics(readings: &[Reading]) -> Metrics {
    Metrics::of(readings, &MetricsOptions::default())
}

#[test]
fn nothing_gives_nulls() {
    let json = serde_json::to_value(metrics(&[])).expect("metrics are JSON");
    let counted = |key: &str| key == "n" || key.starts_with("count_");
    for (key, value) in json.as_object().expect("an object") {
        assert_eq!(*value, if counted(key) { Value::from(0) } else { Value::Null }, "{key}");
    }
}

#[test]
fn one_reading_gives_what_one_reading_can() {
    let metrics = metrics(&[reading(0, 123.0)]);
    assert_eq!((metrics.summary.mean, metrics.summary.sd), (Some(123.0), None));
    assert_eq!(metrics.ranges.map(|ranges| ranges.in_range), Some(100.0));
    assert_eq!((metrics.wear.active_percent, metrics.wear.active_percent_last_14_days), (None, Some(0.0)));
    assert_eq!(metrics.episodes.low, None);
}

#[test]
fn thresholds_can_be_moved() {
    let thresholds = Thresholds { high: 200.0, ..Thresholds::default() };
    let readings = series(&[block(190.0, 6), block(210.0, 2)].concat());
    let moved = Metrics::of(&readings, &MetricsOptions { thresholds });
    assert_eq!((moved.counts.in_range, moved.counts.above), (6, 2));
    assert!(find_episodes(&readings, &thresholds).is_empty());
    assert_eq!(find_episodes(&readings, &Thresholds::default()).len(), 1);
}

#[test]
fn order_does_not_matter() {
    let values: Vec<f64> = (0..600).map(|index| 100.0 + f64::from(index * 37 % 150)).collect();
    let forward = series(&values);
    let mut backward = forward.clone();
    backward.reverse();
    assert_eq!(metrics(&forward), metrics(&backward));
}

#[test]
fn conga_looks_back_the_given_hours() {
    let values: Vec<f64> = (0..600).map(|index| 100.0 + f64::from(index * 37 % 150)).collect();
    let readings = series(&values);
    let all = metrics(&readings).variability;
    assert_eq!([1, 2, 4, 24].map(|h| conga(&readings, h)), [all.conga_1h, all.conga_2h, all.conga_4h, all.conga_24h]);
    assert_eq!(conga(&readings, 1000), None);
}

#[test]
fn a_number_that_is_no_concentration_is_refused() {
    for number in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        assert_eq!(MgPerDl::new(number), None, "{number}");
    }
}

#[test]
fn stamps_that_cannot_be_one_persons_leave_the_grid_out() {
    let far_apart = [reading(0, 100.0), reading(1, 150.0), reading(2, 110.0), reading(60 * 24 * 365 * 100, 120.0)];
    let metrics = metrics(&far_apart);
    assert_eq!((metrics.summary.n, metrics.variability.gvp, metrics.episodes.low), (4, None, None));
}

/// Any reading: an instant of a year, often of the same days, and any offset a clock could have.
fn any_reading() -> impl Strategy<Value = Reading> {
    let instant = prop_oneof![1_690_000_000_i64..1_720_000_000, 1_700_000_000_i64..1_700_200_000];
    (instant, -900_i64..900, 1_u32..1000).prop_map(|(seconds, offset_minutes, tenths)| {
        let utc = DateTime::from_timestamp(seconds, 0).expect("in range");
        let wall = utc.naive_utc() + TimeDelta::minutes(offset_minutes);
        let glucose = MgPerDl::new(f64::from(tenths) / 2.0).expect("a concentration");
        Reading { at: Timestamp::new(wall, utc), glucose, status: ReadingStatus::Ok, interval_minutes: 5.0 }
    })
}

#[test]
fn printed_shares_add_up_where_nothing_is_high() {
    let blocks = [block(50.0, 16), block(60.0, 497), block(100.0, 487)].concat();
    let ranges = metrics(&series(&blocks)).ranges.expect("there are readings");
    let printed = printing::PrintedRanges::new(&ranges);
    assert_eq!((printed.very_low, printed.low, printed.in_range, printed.high), (2, 49, 49, 0));
}

fn assert_no_nan(json: &Value) {
    for (key, value) in json.as_object().expect("an object") {
        assert!(value.is_null() || value.is_string() || value.as_f64().is_some_and(f64::is_finite), "{key}: {value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_series_panics_or_gives_nan(readings in prop::collection::vec(any_reading(), 0..60)) {
        let metrics = metrics(&readings);
        assert_no_nan(&serde_json::to_value(&metrics).expect("metrics are JSON"));
        if let Some(ranges) = metrics.ranges {
            let five = ranges.very_low + ranges.low + ranges.in_range + ranges.high + ranges.very_high;
            prop_assert!((five - 100.0).abs() < 1e-9);
            let printed = printing::PrintedRanges::new(&ranges);
            prop_assert_eq!(printed.below() + printed.in_range + printed.above(), 100);
        }
        for episode in find_episodes(&readings, &Thresholds::default()) {
            prop_assert!(episode.duration_minutes >= 15.0 && episode.mean.is_finite() && episode.start < episode.end);
        }
        prop_assert_eq!(profile(&readings).iter().map(|bin| bin.readings).sum::<usize>(), readings.len());
    }

    #[test]
    fn wear_of_a_window_is_a_share(readings in prop::collection::vec(any_reading(), 0..20), minutes in -10_i64..100_000) {
        let start = reading(0, 100.0).at;
        let window = Window { start, end: reading(minutes, 100.0).at };
        if let Some(share) = wear::percent_of_window(&readings, &window) {
            prop_assert!((0.0..=100.0).contains(&share));
        }
    }

    #[test]
    fn printed_numbers_are_numbers(value in 0.1_f64..1000.0) {
        prop_assert!(printing::glucose(value, GlucoseUnit::MmolPerL).parse::<f64>().is_ok());
    }
}
