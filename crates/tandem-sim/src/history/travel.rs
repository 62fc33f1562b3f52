//! Where the person is and when the pump's clock is set: DST changes made late, trips with and without setting the clock,
//! a factory date, drift.

use chrono::{Offset, TimeZone};
use chrono_tz::Tz;

use super::clock::{ClockEvents, ClockPlan, DAY, HOUR, MINUTE, UtcSeconds, instant};
use super::dice::Dice;
use super::truth::ClockSegment;

/// A stay in another zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// Days after the scenario's start on which it begins.
    pub first_day: u32,
    /// Nights away.
    pub days: u32,
    /// Where to.
    pub zone: Tz,
    /// Whether the person sets the pump's clock there (and again at home).
    pub sets_clock: bool,
}

/// What may be wrong with a pump's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct ClockHabits {
    /// The pump starts in 2020 and is set after some minutes.
    pub(crate) factory_start: bool,
    /// The pump's year was set to 2066 and stays so.
    pub(crate) future: bool,
    /// The clock loses a second every half day and is set right by event 13 once a minute is lost.
    pub(crate) drift: bool,
    /// The person forgets the DST change for hours or days; otherwise the clock is set within the hour.
    pub(crate) late_settings: bool,
}

/// 2020-01-02T00:00:00, the wall clock of a pump fresh from the factory, in seconds since 1970.
const FACTORY_WALL: i64 = 1_577_923_200;
/// Forty years, for the pump whose year was mistyped.
const FORTY_YEARS: i64 = 14_610 * DAY;

/// A zone's offset from UTC in seconds.
pub(crate) fn zone_offset(zone: Tz, at: UtcSeconds) -> i64 {
    i64::from(zone.offset_from_utc_datetime(&instant(at).naive_utc()).fix().local_minus_utc())
}

/// Where the person is over the scenario.
#[derive(Clone, Debug)]
pub(crate) struct Whereabouts {
    home: Tz,
    start: UtcSeconds,
    trips: Vec<Trip>,
}

impl Whereabouts {
    pub(crate) fn new(home: Tz, start: UtcSeconds, trips: Vec<Trip>) -> Self {
        Self { home, start, trips }
    }

    /// The zone the person lives by.
    pub(crate) fn zone(&self, at: UtcSeconds) -> Tz {
        self.trip(at).map_or(self.home, |trip| trip.zone)
    }

    /// The offset a conscientious person's pump would have.
    fn wanted_offset(&self, at: UtcSeconds) -> i64 {
        zone_offset(self.clock_zone(at), at)
    }

    /// The zone that a person who sets the pump's clock now sets it to.
    pub(crate) fn clock_zone(&self, at: UtcSeconds) -> Tz {
        self.trip(at).filter(|trip| trip.sets_clock).map_or(self.home, |trip| trip.zone)
    }

    fn trip(&self, at: UtcSeconds) -> Option<&Trip> {
        let day = (at - self.start).div_euclid(DAY);
        self.trips.iter().find(|trip| (i64::from(trip.first_day)..i64::from(trip.first_day + trip.days)).contains(&day))
    }

    /// The clock of a pump in use from `start` to `end`.
    pub(crate) fn clock_plan(
        &self,
        start: UtcSeconds,
        end: UtcSeconds,
        habits: ClockHabits,
        mut dice: Dice,
    ) -> ClockPlan {
        let wanted = self.wanted_offset(start);
        if habits.future {
            return ClockPlan::new(start, wanted + FORTY_YEARS);
        }
        let mut plan = ClockPlan::new(start, if habits.factory_start { FACTORY_WALL - start } else { wanted });
        if habits.factory_start {
            plan.set(start + dice.whole(7, 25) * MINUTE, wanted, ClockEvents::DateAndTime);
        }
        self.follow(&mut plan, (start + HOUR, end), habits, &mut dice);
        plan
    }

    /// What is true of a pump's clock until `end`.
    pub(crate) fn clock_truth(&self, plan: &ClockPlan, end: UtcSeconds) -> Vec<ClockSegment> {
        let set_by = |start| plan.changes().iter().find(|change| change.at == start).map(|change| change.events);
        let segment = |(from, to, offset_seconds)| ClockSegment {
            start: instant(from),
            end: instant(to),
            offset_seconds,
            set_by: set_by(from),
            zone: self.clock_zone(from),
        };
        plan.segments(end).into_iter().map(segment).collect()
    }

    /// Walks the hours and sets the clock some time after it went wrong.
    fn follow(
        &self,
        plan: &mut ClockPlan,
        (start, end): (UtcSeconds, UtcSeconds),
        habits: ClockHabits,
        dice: &mut Dice,
    ) {
        let mut drifted = 0;
        let mut at = start;
        while at < end {
            let wanted = self.wanted_offset(at);
            if habits.drift && (at - start) % (12 * HOUR) < HOUR {
                drifted += 1;
                plan.set(at + 11, plan.last_offset() - 1, ClockEvents::Silent);
            }
            if plan.last_offset() != wanted - drifted {
                let lag = if habits.late_settings { dice.whole(2, 60) * HOUR } else { dice.whole(5, 50) * MINUTE };
                at += lag + dice.whole(1, 3_500);
                drifted = 0;
                plan.set(at, self.wanted_offset(at), ClockEvents::DateAndTime);
            } else if drifted >= 60 {
                drifted = 0;
                set_within_the_day(plan, at + 1_800, wanted);
            }
            at += HOUR;
        }
    }
}

/// Event 13 alone cannot cross midnight.
fn set_within_the_day(plan: &mut ClockPlan, at: UtcSeconds, offset: i64) {
    let crosses = plan.wall(at).div_euclid(DAY) != (at + offset).div_euclid(DAY);
    plan.set(at, offset, if crosses { ClockEvents::DateAndTime } else { ClockEvents::TimeOnly });
}
