//! The wall clock of a simulated pump: an offset from true time that holds until someone sets the clock.
//!
//! Which moments need a new setting (DST, travel, a factory date) is planned in [`super::travel`]; this file only knows
//! offsets and where the wall clock strikes midnight.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use pump_events::PumpTime;

/// True time in seconds since 1970-01-01T00:00:00Z.
pub(crate) type UtcSeconds = i64;

/// 2008-01-01T00:00:00 as seconds since 1970, the zero of pump time.
pub(crate) const PUMP_EPOCH: i64 = 1_199_145_600;
/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// Seconds of an hour.
pub(crate) const HOUR: i64 = 3_600;
/// Seconds of a minute.
pub(crate) const MINUTE: i64 = 60;

/// Which of the two clock events a setting leaves in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEvents {
    /// 14 (date) and 13 (time), both logged in the same second: what the captures show for a DST change.
    DateAndTime,
    /// 13 alone: a correction within the day.
    TimeOnly,
    /// Nothing: the clock drifted, no one set it.
    Silent,
}

/// One change of the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockChange {
    pub(crate) at: UtcSeconds,
    pub(crate) offset_before: i64,
    pub(crate) offset_after: i64,
    pub(crate) events: ClockEvents,
}

/// All offsets of one pump's life: `wall = true + offset`.
#[derive(Clone, Debug)]
pub(crate) struct ClockPlan {
    start: UtcSeconds,
    initial_offset: i64,
    changes: Vec<ClockChange>,
}

impl ClockPlan {
    pub(crate) fn new(start: UtcSeconds, initial_offset: i64) -> Self {
        Self { start, initial_offset, changes: Vec::new() }
    }

    /// Sets the clock to `offset` at `at`, which must not lie before the last change. Setting the offset it has is no change.
    pub(crate) fn set(&mut self, at: UtcSeconds, offset: i64, events: ClockEvents) {
        let before = self.last_offset();
        if before != offset {
            self.changes.push(ClockChange { at, offset_before: before, offset_after: offset, events });
        }
    }

    pub(crate) fn last_offset(&self) -> i64 {
        self.changes.last().map_or(self.initial_offset, |change| change.offset_after)
    }

    pub(crate) fn changes(&self) -> &[ClockChange] {
        &self.changes
    }

    /// The offset in force at `at`; in the second of a change the new one holds.
    pub(crate) fn offset_at(&self, at: UtcSeconds) -> i64 {
        let passed = self.changes.partition_point(|change| change.at <= at);
        passed.checked_sub(1).map_or(self.initial_offset, |index| self.changes[index].offset_after)
    }

    /// The wall clock at `at`, in seconds since 1970 as if it were UTC.
    pub(crate) fn wall(&self, at: UtcSeconds) -> i64 {
        at + self.offset_at(at)
    }

    /// Minutes since midnight on the wall clock.
    pub(crate) fn minute_of_day(&self, at: UtcSeconds) -> u32 {
        (self.wall(at).rem_euclid(DAY) / MINUTE) as u32
    }

    /// Spans of constant offset from the plan's start to `end`: (start, end, offset).
    pub(crate) fn segments(&self, end: UtcSeconds) -> Vec<(UtcSeconds, UtcSeconds, i64)> {
        let starts = std::iter::once((self.start, self.initial_offset))
            .chain(self.changes.iter().map(|change| (change.at, change.offset_after)));
        let ends = self.changes.iter().map(|change| change.at).chain(std::iter::once(end));
        starts
            .zip(ends)
            .map(|((from, offset), to)| (from, to.min(end), offset))
            .filter(|(from, to, _)| from < to)
            .collect()
    }

    /// The true times before `end` at which the running wall clock strikes `second_of_day`. A clock that is set past that
    /// time does not strike; one that is set back over it strikes again.
    pub(crate) fn strikes(&self, second_of_day: i64, end: UtcSeconds) -> Vec<UtcSeconds> {
        self.segments(end).into_iter().flat_map(|segment| strikes_in(segment, second_of_day)).collect()
    }
}

fn strikes_in(
    (from, to, offset): (UtcSeconds, UtcSeconds, i64),
    second_of_day: i64,
) -> impl Iterator<Item = UtcSeconds> {
    let first = ((from + offset - second_of_day).div_euclid(DAY) + 1) * DAY + second_of_day - offset;
    (0..).map(move |day| first + day * DAY).take_while(move |at| *at < to)
}

/// Pump time of a wall clock reading in seconds since 1970. Readings outside pump time's range are a fault of the scenario.
pub(crate) fn pump_time(wall: i64) -> PumpTime {
    PumpTime::from_seconds(
        u32::try_from(wall - PUMP_EPOCH).expect("scenarios keep the wall clock between 2008 and 2144"),
    )
}

/// Days since 2008-01-01, as event 14 counts them.
pub(crate) fn pump_day(wall: i64) -> u32 {
    u32::try_from((wall - PUMP_EPOCH).div_euclid(DAY)).expect("scenarios keep the wall clock between 2008 and 2144")
}

/// The wall clock as a naive date and time.
pub(crate) fn naive(wall: i64) -> NaiveDateTime {
    instant(wall).naive_utc()
}

/// The wall clock's date.
pub(crate) fn date(wall: i64) -> NaiveDate {
    naive(wall).date()
}

/// A true instant.
pub(crate) fn instant(at: UtcSeconds) -> DateTime<Utc> {
    DateTime::from_timestamp(at, 0).expect("simulated times lie between 2008 and 2144")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_strikes_once_a_day_and_again_after_the_clock_goes_back_over_it() {
        let mut plan = ClockPlan::new(0, 0);
        plan.set(2 * DAY + 10 * MINUTE, -HOUR, ClockEvents::DateAndTime);
        assert_eq!(plan.strikes(0, 3 * DAY), [DAY, 2 * DAY, 2 * DAY + HOUR]);
    }

    #[test]
    fn the_new_offset_holds_in_the_second_of_the_change() {
        let mut plan = ClockPlan::new(0, 7);
        plan.set(100, 9, ClockEvents::TimeOnly);
        plan.set(200, 9, ClockEvents::TimeOnly);
        assert_eq!([99, 100, 101].map(|at| plan.offset_at(at)), [7, 9, 9]);
        assert_eq!(plan.segments(300), [(0, 100, 7), (100, 300, 9)]);
    }
}
