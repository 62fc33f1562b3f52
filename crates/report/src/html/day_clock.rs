//! The time axis of one calendar day: elapsed time from midnight to midnight, 23 or 25 hours where the clock changes.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::chart::Tick;
use crate::time::{Timestamp, Window, minutes_between};

/// A day that would be longer or shorter than this is drawn with 24 hours: its stamps contradict each other.
const PLAUSIBLE_HOURS: std::ops::RangeInclusive<i64> = 18..=30;

/// From the first moment of a date to the first moment of the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DayClock {
    start: Timestamp,
    end: Timestamp,
    /// From when the wall clock shows something else, and how many minutes more.
    change: Option<(DateTime<Utc>, f64)>,
}

impl DayClock {
    /// The clock of `date`, by `zone` where the stamps agree with it, else by the stamps themselves.
    pub(super) fn new(date: NaiveDate, zone: Option<Tz>, stamps: &[Timestamp]) -> Self {
        let by_zone = zone.map(|zone| Self::in_zone(date, zone)).filter(|clock| clock.agrees_with(stamps));
        by_zone.unwrap_or_else(|| Self::of_stamps(date, stamps))
    }

    fn in_zone(date: NaiveDate, zone: Tz) -> Self {
        let (start, end) = (midnight_in(date, zone), midnight_in(next(date), zone));
        let offset = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local() - at.naive_utc();
        let half_hours =
            (0..).map(|half: i32| start.utc + TimeDelta::minutes(30) * half).take_while(|at| *at < end.utc);
        let change = half_hours.into_iter().find(|at| offset(*at) != offset(start.utc));
        Self { start, end, change: change.map(|at| (at, minutes(offset(at) - offset(start.utc)))) }
    }

    fn of_stamps(date: NaiveDate, stamps: &[Timestamp]) -> Self {
        let (midnight, tomorrow) = (date.and_time(NaiveTime::MIN), next(date).and_time(NaiveTime::MIN));
        let Some((first, last)) = stamps.iter().min().zip(stamps.iter().max()) else {
            let (start, end) = (Timestamp::from_wall_as_utc(midnight), Timestamp::from_wall_as_utc(tomorrow));
            return Self { start, end, change: None };
        };
        let (start, end) = (first.at_wall(midnight), last.at_wall(tomorrow));
        if !PLAUSIBLE_HOURS.contains(&(end.utc - start.utc).num_hours()) {
            return Self { start, end: first.at_wall(tomorrow), change: None };
        }
        let shifted = stamps.iter().filter(|stamp| stamp.offset_millis() != first.offset_millis()).min();
        let change =
            shifted.map(|stamp| (stamp.utc, (stamp.offset_millis() - first.offset_millis()) as f64 / 60_000.0));
        Self { start, end, change }
    }

    fn agrees_with(&self, stamps: &[Timestamp]) -> bool {
        stamps
            .iter()
            .all(|stamp| (self.wall_minutes(self.minute(*stamp)) - wall_minutes_of(*stamp, self.start)).abs() < 1.0)
    }

    /// How long the day is, in minutes.
    pub(super) fn length(&self) -> f64 {
        minutes_between(self.start, self.end)
    }

    /// The part of the day inside `window`.
    pub(super) fn within(&self, window: &Window) -> Option<Window> {
        let (start, end) = window.clip(self.start, self.end)?;
        Some(Window { start, end })
    }

    /// Elapsed minutes from midnight, held inside the day.
    pub(super) fn minute(&self, at: Timestamp) -> f64 {
        minutes_between(self.start, at).clamp(0.0, self.length())
    }

    /// What the wall clock shows after `minutes` have elapsed, in minutes from midnight.
    fn wall_minutes(&self, minute: f64) -> f64 {
        let changed = self.change.filter(|(at, _)| minutes((*at) - self.start.utc) <= minute);
        minute + changed.map_or(0.0, |(_, shift)| shift)
    }

    /// When the wall clock changes and by how much, in minutes, for the script of the page.
    pub(super) fn change(&self) -> Option<(f64, f64)> {
        self.change.map(|(at, shift)| (minutes(at - self.start.utc), shift))
    }

    /// The elapsed minutes at which the wall clock first shows each full hour that `step` divides.
    fn hours(&self, step: u32) -> Vec<(f64, u32)> {
        let quarters = (0..=(self.length() / 15.0) as u32).map(|quarter| f64::from(quarter) * 15.0);
        let shown = quarters.filter_map(|minute| {
            let wall = self.wall_minutes(minute).round() as i64;
            (wall % 60 == 0).then_some((minute, (wall / 60) as u32))
        });
        let mut hours: Vec<(f64, u32)> = Vec::new();
        for (minute, hour) in shown.filter(|(_, hour)| hour % step == 0) {
            if hours.iter().all(|(_, other)| *other != hour) {
                hours.push((minute, hour));
            }
        }
        hours
    }

    /// Labels of the axis every `step` hours; those that six does not divide are left out on a narrow screen.
    pub(super) fn ticks(&self, step: u32) -> Vec<Tick> {
        let tick = |(minute, hour): (f64, u32)| Tick {
            place: minute / self.length(),
            label: format!("{hour:02}:00"),
            minor: hour % 6 != 0,
        };
        self.hours(step).into_iter().map(tick).collect()
    }

    /// Vertical lines every three hours.
    pub(super) fn hour_lines(&self, height: f64) -> String {
        let inner = self.hours(3).into_iter().filter(|(minute, _)| 0.0 < *minute && *minute < self.length());
        let height = super::chart::format_coordinate(height);
        inner.fold(String::new(), |path, (minute, _)| {
            path + "M" + &super::chart::format_coordinate(minute) + " 0V" + &height
        })
    }
}

fn wall_minutes_of(stamp: Timestamp, start: Timestamp) -> f64 {
    minutes(stamp.wall - start.wall)
}

fn minutes(length: TimeDelta) -> f64 {
    length.num_seconds() as f64 / 60.0
}

fn midnight_in(date: NaiveDate, zone: Tz) -> Timestamp {
    Timestamp::in_zone(date.and_time(NaiveTime::MIN), zone)
}

fn next(date: NaiveDate) -> NaiveDate {
    date.succ_opt().unwrap_or(NaiveDate::MAX)
}

/// The hour on the wall clock.
pub(super) fn hour_of(at: Timestamp) -> u32 {
    at.wall.hour()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use chrono_tz::America::New_York;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date")
    }

    /// Every quarter of an hour of `date` in New York.
    fn stamps(date: NaiveDate) -> Vec<Timestamp> {
        let start = midnight_in(date, New_York);
        let all = (0..120).map(|quarter| start.utc + TimeDelta::minutes(15 * quarter));
        let stamps = all.map(|utc| Timestamp::new(New_York.from_utc_datetime(&utc.naive_utc()).naive_local(), utc));
        stamps.filter(|stamp| stamp.date() == date).collect()
    }

    #[test]
    fn days_have_the_hours_that_the_clock_gives_them() {
        let rows = [
            (day(2024, 3, 9), 24.0, 720.0, None),
            (day(2024, 3, 10), 23.0, 660.0, Some((120.0, 60.0))),
            (day(2024, 11, 3), 25.0, 780.0, Some((120.0, -60.0))),
        ];
        for (date, hours, noon, change) in rows {
            for zone in [Some(New_York), None, Some(chrono_tz::Europe::Berlin)] {
                let clock = DayClock::new(date, zone, &stamps(date));
                assert!((clock.length() / 60.0 - hours).abs() < 1e-9, "{date} {zone:?}");
                assert_eq!(clock.change(), change, "{date} {zone:?}");
                let places: Vec<(f64, u32)> = clock.hours(12);
                assert_eq!(places, [(0.0, 0), (noon, 12), (hours * 60.0, 24)], "{date} {zone:?}");
            }
        }
    }

    #[test]
    fn a_day_without_rows_has_its_zone_or_24_hours() {
        let date = day(2024, 11, 3);
        assert!((DayClock::new(date, Some(New_York), &[]).length() - 1500.0).abs() < 1e-9);
        assert!((DayClock::new(date, None, &[]).length() - 1440.0).abs() < 1e-9);
    }
}
