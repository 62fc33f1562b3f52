//! The time each reading stands for, so that shares and means are shares and means of time, not of rows.
//!
//! A sensor reports at a fixed interval: every minute or every five minutes. In a series with one interval all readings weigh the
//! same and every result is that of plain counting. Where sensors with different intervals follow each other, a reading weighs
//! its sensor's interval.

use chrono::TimeDelta;

use crate::glucose::Reading;

/// The interval of a sensor that reports every minute.
const ONE_MINUTE: f64 = 1.0;
/// The interval of every other sensor.
const FIVE_MINUTES: f64 = 5.0;
/// Steps between readings of a one-minute sensor, repeated rows left out. One missing reading is within it.
const SHORT_STEP: std::ops::Range<TimeDelta> = TimeDelta::seconds(30)..TimeDelta::seconds(150);
/// A longer step says nothing about the interval: readings are missing, or a sensor was replaced.
const MAX_STEP: TimeDelta = TimeDelta::seconds(450);

/// Sets [`Reading::interval_minutes`] from the times of the readings alone, for series that do not name the sensor.
///
/// A reading belongs to a one-minute sensor when it follows another by less than two and a half minutes, in a run of at least
/// three; after a gap, the reading that follows it decides. A single short step, where one five-minute sensor replaces another,
/// changes nothing.
pub fn mark_intervals(readings: &mut [Reading]) {
    let mut order: Vec<usize> = (0..readings.len()).collect();
    order.sort_by_key(|index| readings[*index].at.utc);
    let steps: Vec<TimeDelta> =
        order.windows(2).map(|pair| readings[pair[1]].at.utc - readings[pair[0]].at.utc).collect();
    for (place, index) in order.into_iter().enumerate() {
        readings[index].interval_minutes = interval_at(&steps, place);
    }
}

/// The interval of the reading at `place`; `steps[place]` is the step to the next one.
fn interval_at(steps: &[TimeDelta], place: usize) -> f64 {
    let step = |index: Option<usize>| index.and_then(|index| steps.get(index)).copied();
    let is_short = |index: Option<usize>| step(index).is_some_and(|step| SHORT_STEP.contains(&step));
    let before = place.checked_sub(1);
    let follows_run = is_short(before) && (is_short(place.checked_sub(2)) || is_short(Some(place)));
    let after_gap = step(before).is_none_or(|step| step >= MAX_STEP);
    let begins_run = after_gap && is_short(Some(place)) && is_short(Some(place + 1));
    if follows_run || begins_run { ONE_MINUTE } else { FIVE_MINUTES }
}

/// What each of `readings` weighs: 1 where all have the same interval, else its interval in minutes.
pub(crate) fn weigh_readings(readings: &[Reading]) -> Vec<f64> {
    if has_one_interval(readings) {
        return vec![1.0; readings.len()];
    }
    readings.iter().map(|reading| reading.interval_minutes).collect()
}

/// Whether all readings have the same interval. True of an empty series.
#[expect(clippy::float_cmp, reason = "intervals are one of two constants")]
pub(crate) fn has_one_interval(readings: &[Reading]) -> bool {
    readings.windows(2).all(|pair| pair[0].interval_minutes == pair[1].interval_minutes)
}
