//! Sensor wear: how much of the time there was a reading. Always elapsed time, so that daylight saving costs nothing.
//!
//! Where all readings have one interval, the interval is the usual distance of the readings themselves; where sensors with
//! different intervals follow each other, every reading covers its own.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::Serialize;

use crate::{glucose::Reading, grid::Trace, statistics::ratio, time::Window, weights::has_one_interval};

/// Minutes between readings where the data cannot tell.
const DEFAULT_INTERVAL_MINUTES: i64 = 5;

/// Wear by the three rules in use, in %.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Wear {
    /// Readings there are of those that could be between the first and the last ("time CGM active"). `None` below two.
    pub active_percent: Option<f64>,
    /// Readings × interval of the 14 × 24 hours that end with the last one, both ends inside: a whole trace gives 100.02.
    /// 0 with a single reading, whose interval is unknown.
    pub active_percent_last_14_days: Option<f64>,
    /// Readings × interval of the wall-clock dates that have one, 24 hours each.
    pub active_percent_of_calendar_days: Option<f64>,
}

impl Wear {
    pub(crate) fn new(readings: &[Reading], trace: &Trace) -> Self {
        Self {
            active_percent: active(readings, trace),
            active_percent_last_14_days: last_14_days(readings, trace),
            active_percent_of_calendar_days: calendar_days(readings),
        }
    }
}

/// Readings of those expected in `window`, in %: elapsed minutes ÷ interval are expected (276 and 300 on the days the clock
/// changes), and no more than 100 % is ever said. `None` for an empty window.
#[must_use]
pub fn percent_of_window(readings: &[Reading], window: &Window) -> Option<f64> {
    let covered = covered_minutes(readings, |reading| window.contains(reading.at));
    ratio(100.0 * covered, window.elapsed_minutes()).map(|percent| percent.min(100.0))
}

/// The sensor time of `readings` in minutes: readings × interval.
#[must_use]
pub fn sensor_minutes(readings: &[Reading]) -> f64 {
    covered_minutes(readings, |_| true)
}

/// The longest interval of any of `readings` in minutes: readings further apart than a few of these have a gap between them.
#[must_use]
pub(crate) fn longest_interval_minutes(readings: &[Reading]) -> f64 {
    if has_one_interval(readings) {
        return interval_minutes(readings) as f64;
    }
    readings.iter().map(|reading| reading.interval_minutes).fold(0.0, f64::max)
}

fn covered_minutes(readings: &[Reading], belongs: impl Fn(&Reading) -> bool) -> f64 {
    let inside = readings.iter().filter(|reading| belongs(reading));
    if has_one_interval(readings) {
        return inside.count() as f64 * interval_minutes(readings) as f64;
    }
    inside.map(|reading| reading.interval_minutes).sum()
}

/// The usual minutes between two readings; 5 where there are fewer than two.
fn interval_minutes(readings: &[Reading]) -> i64 {
    Trace::new(readings).interval_minutes().unwrap_or(DEFAULT_INTERVAL_MINUTES)
}

fn active(readings: &[Reading], trace: &Trace) -> Option<f64> {
    if !has_one_interval(readings) {
        return active_of_intervals(trace);
    }
    let interval = trace.interval_minutes()? as f64;
    let expected = (trace.span_minutes()?.round_ties_even() / interval).round_ties_even() + 1.0;
    let missing_minutes: f64 = trace
        .steps_minutes()
        .map(f64::round_ties_even)
        .filter(|step| *step > interval)
        .map(|step| step - interval)
        .sum();
    let missing = (missing_minutes / interval).round_ties_even();
    ratio(100.0 * (expected - missing), expected)
}

/// The same in minutes: a step that is longer than its reading's interval lacks what is beyond it.
fn active_of_intervals(trace: &Trace) -> Option<f64> {
    let expected = trace.span_minutes()? + trace.last_interval_minutes()?;
    let steps = trace.steps_minutes().map(f64::round_ties_even).zip(trace.intervals_minutes());
    let missing: f64 = steps.map(|(step, interval)| (step - interval).max(0.0)).sum();
    ratio(100.0 * (expected - missing).max(0.0), expected)
}

fn last_14_days(readings: &[Reading], trace: &Trace) -> Option<f64> {
    let last = readings.iter().map(|reading| reading.at.utc).max()?;
    trace.interval_minutes().map_or(Some(0.0), |_| {
        let covered = covered_minutes(readings, |reading| reading.at.utc >= last - TimeDelta::days(14));
        ratio(100.0 * covered, 14.0 * 1440.0)
    })
}

fn calendar_days(readings: &[Reading]) -> Option<f64> {
    let dates: BTreeSet<_> = readings.iter().map(|reading| reading.at.date()).collect();
    ratio(100.0 * sensor_minutes(readings), dates.len() as f64 * 1440.0)
}
