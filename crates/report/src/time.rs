//! The two clocks of every row, and half-open periods of time on them.
//!
//! The wall clock decides the calendar day and the place on a 24-hour axis; the instant decides every duration. Turning one
//! into the other is the work of whoever brings the rows, for whom [`Timestamp::in_zone`] does it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// One moment on both clocks: what the pump's wall clock showed, and the instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// The instant. First, so that stamps sort by it.
    pub utc: DateTime<Utc>,
    /// The wall clock of the person, without a zone.
    pub wall: NaiveDateTime,
}

impl Timestamp {
    /// A moment given by both clocks.
    #[must_use]
    pub fn new(wall: NaiveDateTime, utc: DateTime<Utc>) -> Self {
        Self { utc, wall }
    }

    /// A moment of a person whose wall clock is UTC.
    #[must_use]
    pub fn from_wall_as_utc(wall: NaiveDateTime) -> Self {
        Self { utc: wall.and_utc(), wall }
    }

    /// The first moment at which clocks of `zone` show `wall`; where a change of the clocks skips it, when it would have been
    /// without the change.
    #[must_use]
    pub fn in_zone(wall: NaiveDateTime, zone: Tz) -> Self {
        let first = |wall: NaiveDateTime| Some(zone.from_local_datetime(&wall).earliest()?.to_utc());
        let before_the_skip = TimeDelta::hours(3);
        let skipped = || Some(first(wall - before_the_skip)? + before_the_skip);
        Self { utc: first(wall).or_else(skipped).unwrap_or(wall.and_utc()), wall }
    }

    /// The calendar date on the wall.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.wall.date()
    }

    /// The moment of the wall clock `wall`, carried over with this stamp's offset.
    #[must_use]
    pub(crate) fn at_wall(&self, wall: NaiveDateTime) -> Self {
        Self { utc: self.utc + (wall - self.wall), wall }
    }

    /// Wall clock minus instant, in milliseconds.
    pub(crate) fn offset_millis(&self) -> i64 {
        self.wall.and_utc().timestamp_millis() - self.utc.timestamp_millis()
    }
}

/// A half-open period of time with something said about it: a mode, a suspension, a sensor session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<T> {
    /// The first moment of the segment.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
    /// What held during it.
    pub value: T,
}

/// The half-open period of time that a metric or a report is about: days on the wall clock.
///
/// What belongs to it is decided by the wall clock, as every grouping by day is; how long it lasts, by the instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment inside.
    pub start: Timestamp,
    /// The first moment outside.
    pub end: Timestamp,
}

impl Window {
    /// Elapsed minutes, by the instants; 0 when the end is not after the start.
    #[must_use]
    pub fn elapsed_minutes(&self) -> f64 {
        minutes_between(self.start, self.end).max(0.0)
    }

    /// Whether `stamp` lies inside, on the wall clock.
    #[must_use]
    pub fn contains(&self, stamp: Timestamp) -> bool {
        self.start.wall <= stamp.wall && stamp.wall < self.end.wall
    }

    /// The wall-clock dates the window touches, oldest first. A window that ends at midnight does not touch that day.
    #[must_use]
    pub fn dates(&self) -> Vec<NaiveDate> {
        let last = (self.end.wall - TimeDelta::nanoseconds(1)).date();
        self.start.date().iter_days().take_while(|date| *date <= last).collect()
    }

    /// The part of `start..end` inside this window, or `None` when there is none.
    #[must_use]
    pub fn clip(&self, start: Timestamp, end: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let first = if start.wall < self.start.wall { start.at_wall(self.start.wall) } else { start };
        let last = if end.wall > self.end.wall { end.at_wall(self.end.wall) } else { end };
        (first.utc < last.utc).then_some((first, last))
    }
}

/// Elapsed minutes from `start` to `end`, by the instants.
pub(crate) fn minutes_between(start: Timestamp, end: Timestamp) -> f64 {
    (end.utc - start.utc).num_milliseconds() as f64 / 60_000.0
}

/// Cuts `start..end` at each wall-clock midnight, so that every piece lies on one date.
///
/// Where the offset changes inside a piece, the midnight is placed with the offset that held at the piece's start; the last
/// piece takes what remains. No piece is ever negative, and their lengths add up to the whole.
pub(crate) fn pieces_by_date(start: Timestamp, end: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut pieces = Vec::new();
    let mut from = start;
    while from.utc < end.utc {
        let midnight = next_midnight(from);
        let to = if midnight.utc < end.utc && midnight.wall < end.wall { midnight } else { end };
        pieces.push((from, to));
        from = to;
    }
    pieces
}

fn next_midnight(stamp: Timestamp) -> Timestamp {
    let next = stamp.date().succ_opt().unwrap_or(NaiveDate::MAX);
    stamp.at_wall(next.and_time(chrono::NaiveTime::MIN))
}
