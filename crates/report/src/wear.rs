//! Sensor wear: how much of the time there was a reading. Always elapsed time, so that daylight saving costs nothing.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::Serialize;

use crate::{glucose::Reading, grid::Trace, statistics::ratio, time::Window};

/// Minutes between readings where the data cannot tell.
const USUAL_INTERVAL_MINUTES: i64 = 5;

/// Wear by the three rules in use, in %.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Wear {
    /// Readings there are of those that could be between the first and the last ("time CGM active"). `None` below two.
    pub active_percent: Option<f64>,
    /// Readings of the 14 × 24 hours that end with the last one, both ends inside: a whole trace gives 100.02.
    /// 0 with a single reading, whose interval is unknown.
    pub active_percent_last_14_days: Option<f64>,
    /// Readings × interval of the wall-clock dates that have one, 24 hours each.
    pub active_percent_of_calendar_days: Option<f64>,
}

impl Wear {
    pub(crate) fn new(readings: &[Reading], trace: &Trace) -> Self {
        Self {
            active_percent: active(trace),
            active_percent_last_14_days: last_14_days(readings, trace),
            active_percent_of_calendar_days: calendar_days(readings, trace),
        }
    }
}

/// Readings of those expected in `window`, in %: elapsed minutes ÷ interval are expected (276 and 300 on the days the clock
/// changes), and no more than 100 % is ever said. `None` for an empty window.
#[must_use]
pub fn percent_of_window(readings: &[Reading], window: &Window) -> Option<f64> {
    let interval = interval_minutes(readings);
    let inside = readings.iter().filter(|reading| window.contains(reading.at)).count();
    ratio(100.0 * inside as f64 * interval as f64, window.elapsed_minutes()).map(|percent| percent.min(100.0))
}

/// The usual minutes between two readings; 5 where there are fewer than two.
#[must_use]
pub fn interval_minutes(readings: &[Reading]) -> i64 {
    Trace::new(readings).interval_minutes().unwrap_or(USUAL_INTERVAL_MINUTES)
}

fn active(trace: &Trace) -> Option<f64> {
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

fn last_14_days(readings: &[Reading], trace: &Trace) -> Option<f64> {
    let last = readings.iter().map(|reading| reading.at.utc).max()?;
    let Some(interval) = trace.interval_minutes() else { return Some(0.0) };
    let inside = readings.iter().filter(|reading| reading.at.utc >= last - TimeDelta::days(14)).count();
    ratio(100.0 * inside as f64 * interval as f64, 14.0 * 1440.0)
}

fn calendar_days(readings: &[Reading], trace: &Trace) -> Option<f64> {
    let dates: BTreeSet<_> = readings.iter().map(|reading| reading.at.date()).collect();
    let interval = trace.interval_minutes().unwrap_or(USUAL_INTERVAL_MINUTES);
    ratio(100.0 * readings.len() as f64 * interval as f64, dates.len() as f64 * 1440.0)
}
