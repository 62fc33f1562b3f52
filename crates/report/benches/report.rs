//! Five years of metrics, and what a report costs.

use std::hint::black_box;

use chrono::{DateTime, TimeDelta};
use divan::counter::BytesCount;
use report::{
    Metrics, MetricsOptions, MgPerDl, Reading, ReadingStatus, Report, ReportInput, ReportOptions, Thresholds,
    Timestamp, episodes::find_episodes,
};

#[path = "../examples/sample/mod.rs"]
mod sample;

fn main() {
    divan::main();
}

/// A reading every five minutes: two waves a day and a slower one, with a gap of ten hours each week.
fn readings(days: i64) -> Vec<Reading> {
    let start = DateTime::from_timestamp(1_709_510_400, 0).expect("in range").naive_utc();
    let in_gap = |index: i64| index % (7 * 288) >= 6 * 288 && index % (7 * 288) < 6 * 288 + 120;
    let kept = (0..days * 288).filter(|index| !in_gap(*index));
    kept.map(|index| {
        let day = index as f64 / 288.0 * std::f64::consts::TAU;
        let glucose = (135.0 + 50.0 * (2.0 * day).sin() + 25.0 * (day / 6.3).cos()).round();
        Reading {
            at: Timestamp::from_wall_as_utc(start + TimeDelta::minutes(5 * index)),
            glucose: MgPerDl::new(glucose).expect("a concentration"),
            status: ReadingStatus::Ok,
            interval_minutes: 5.0,
        }
    })
    .collect()
}

#[divan::bench(args = [14, 90, 5 * 365])]
fn metrics_of_days(bencher: divan::Bencher, days: i64) {
    let readings = readings(days);
    bencher.bench(|| Metrics::of(black_box(&readings), &MetricsOptions::default()));
}

#[divan::bench(args = [14, 90, 5 * 365])]
fn episodes_of_days(bencher: divan::Bencher, days: i64) {
    let readings = readings(days);
    bencher.bench(|| find_episodes(black_box(&readings), &Thresholds::default()));
}

fn sample_input(days: i64) -> ReportInput {
    let first = DateTime::from_timestamp(1_709_510_400, 0).expect("in range").naive_utc();
    let days = sample::Days::new(first, days);
    ReportInput {
        period: days.period(days.readings()),
        previous: None,
        zone: None,
        pump: None,
        settings: days.settings(),
    }
}

#[divan::bench(args = [14, 90])]
fn report_of_days(bencher: divan::Bencher, days: i64) {
    let input = sample_input(days);
    let bytes = Report::render(&input, &ReportOptions::default()).len() as u64;
    bencher.counter(BytesCount::new(bytes)).bench(|| Report::render(black_box(&input), &ReportOptions::default()));
}
