//! Days the clock changes: elapsed time for wear and durations, the wall clock for dates and times of day.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{America::New_York, Tz};
use report::{
    Metrics, MetricsOptions, MgPerDl, Reading, ReadingStatus, Timestamp, Window, deduplicate,
    insulin::{BasalSegment, BasalSource, InsulinRows, InsulinSummary},
    profile::profile,
    wear,
};

use crate::support::{close, reading};

fn stamp(utc: DateTime<Utc>, zone: Tz) -> Timestamp {
    Timestamp::new(utc.with_timezone(&zone).naive_local(), utc)
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A reading every five minutes of the New York day that starts at `start`.
pub(crate) fn whole_day(start: &str, count: i64) -> Vec<Reading> {
    let at = |index| stamp(instant(start) + TimeDelta::minutes(5 * index), New_York);
    let glucose = |index: i64| MgPerDl::new(100.0 + (index % 40) as f64).expect("a concentration");
    (0..count)
        .map(|index| Reading {
            at: at(index),
            glucose: glucose(index),
            status: ReadingStatus::Ok,
            interval_minutes: 5.0,
        })
        .collect()
}

pub(crate) fn window(start: &str, end: &str) -> Window {
    Window { start: stamp(instant(start), New_York), end: stamp(instant(end), New_York) }
}

pub(crate) const SPRING: (&str, &str) = ("2024-03-10T05:00:00Z", "2024-03-11T04:00:00Z");
pub(crate) const AUTUMN: (&str, &str) = ("2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z");

#[test]
fn a_sensor_that_missed_nothing_wears_100_percent() {
    for ((start, end), count) in [(SPRING, 276), (AUTUMN, 300)] {
        let readings = whole_day(start, count);
        let metrics = Metrics::of(&readings, &MetricsOptions::default());
        assert_eq!(metrics.wear.active_percent, Some(100.0), "{start}");
        assert_eq!(wear::percent_of_window(&readings, &window(start, end)), Some(100.0), "{start}");
        let day_later: Vec<Reading> = readings[1..].to_vec();
        let share = wear::percent_of_window(&day_later, &window(start, end)).expect("a share");
        assert!(close(share, 100.0 * (count - 1) as f64 / count as f64, 1e-12), "{start}: {share}");
    }
}

#[test]
fn the_repeated_hour_counts_twice_and_the_skipped_one_not_at_all() {
    let autumn = profile(&whole_day(AUTUMN.0, 300));
    assert_eq!((autumn[1].readings, autumn[2].readings), (24, 12));
    let spring = profile(&whole_day(SPRING.0, 276));
    assert_eq!((spring[2].readings, spring[3].readings), (0, 12));
    assert_eq!(spring[2].raw, None);
}

#[test]
fn duplicates_are_recognized_by_the_instant() {
    let (kept, left_out) = deduplicate(whole_day(AUTUMN.0, 300), 5);
    assert_eq!((kept.len(), left_out), (300, 0), "the repeated hour is no duplicate");
    let jittered = vec![reading(0, 100.0), reading(4, 101.0), reading(5, 102.0), reading(5, 103.0)];
    let (kept, left_out) = deduplicate(jittered, 5);
    let values: Vec<f64> = kept.iter().map(|reading| reading.glucose.get()).collect();
    assert_eq!((values.as_slice(), left_out), ([100.0, 102.0].as_slice(), 2), "the first stays");
}

#[test]
fn basal_lasts_as_long_as_it_elapsed() {
    for ((start, end), hours) in [(SPRING, 23.0), (AUTUMN, 25.0)] {
        let window = window(start, end);
        let source = BasalSource::Profile;
        let basal = vec![BasalSegment { start: window.start, end: window.end, units_per_hour: 1.0, source }];
        let summary = InsulinSummary::new(&InsulinRows { basal, ..InsulinRows::default() }, &window);
        assert_eq!(summary.days.len(), 1);
        assert_eq!((summary.days[0].basal_hours, summary.days[0].basal_units), (hours, Some(hours)), "{start}");
    }
}

#[test]
fn a_segment_over_midnight_is_cut_there() {
    let at = |minutes| reading(minutes, 100.0).at;
    let window = Window { start: at(0), end: at(3 * 1440) };
    let basal = vec![BasalSegment {
        start: at(-600),
        end: at(2 * 1440 + 60),
        units_per_hour: 1.0,
        source: BasalSource::Profile,
    }];
    let summary = InsulinSummary::new(&InsulinRows { basal, ..InsulinRows::default() }, &window);
    let hours: Vec<f64> = summary.days.iter().map(|day| day.basal_hours).collect();
    assert_eq!(hours, [24.0, 24.0, 1.0]);
}

#[test]
fn a_window_that_ends_at_midnight_does_not_touch_the_next_day() {
    let at = |minutes| reading(minutes, 100.0).at;
    for (minutes, days) in [(0, 0), (1, 1), (1440, 1), (1441, 2)] {
        let window = Window { start: at(0), end: at(minutes) };
        assert_eq!(window.dates().len(), days, "{minutes}");
    }
}
