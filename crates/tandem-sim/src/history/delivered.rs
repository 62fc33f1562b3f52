//! Delivered insulin, exact: basal by spans and days, boluses by days.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::clock::{DAY, MINUTE, date, naive};
use super::travel::zone_offset;
use super::truth::{BasalSpan, ClockSegment, Milliunits, PumpTruth};

/// Delivered basal insulin, exact: a rate in mU/h times seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeliveredBasal {
    /// mU/h × s; 3 600 000 of them are a unit.
    pub milliunit_per_hour_seconds: i64,
}

impl DeliveredBasal {
    /// What `rate` mU/h delivers in `seconds`.
    #[must_use]
    pub fn from_rate(rate: Milliunits, seconds: i64) -> Self {
        Self { milliunit_per_hour_seconds: i64::from(rate) * seconds }
    }

    /// In insulin units.
    #[must_use]
    pub fn units(self) -> f64 {
        self.milliunit_per_hour_seconds as f64 / 3_600_000.0
    }
}

impl std::ops::AddAssign for DeliveredBasal {
    fn add_assign(&mut self, other: Self) {
        self.milliunit_per_hour_seconds += other.milliunit_per_hour_seconds;
    }
}

impl std::ops::Add for DeliveredBasal {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl BasalSpan {
    /// What was delivered in the span.
    #[must_use]
    pub fn delivered(&self) -> DeliveredBasal {
        DeliveredBasal::from_rate(self.rate, (self.end - self.start).num_seconds())
    }
}

impl PumpTruth {
    /// Delivered basal per day of the pump's wall clock. Every second counts for the day its wall clock shows, so an hour
    /// that the clock repeats counts twice for its day and a day may have 25 hours of basal.
    #[must_use]
    pub fn basal_by_wall_day(&self) -> BTreeMap<NaiveDate, DeliveredBasal> {
        self.basal_by_day(|span| vec![(span.start.timestamp(), span.end.timestamp(), span.offset_seconds)])
    }

    /// Delivered basal per local day of `zone`, by true time.
    #[must_use]
    pub fn basal_by_zone_day(&self, zone: Tz) -> BTreeMap<NaiveDate, DeliveredBasal> {
        self.basal_by_day(|span| {
            let (start, end) = (span.start.timestamp(), span.end.timestamp());
            constant_offsets(zone, start, end)
        })
    }

    /// Delivered basal per day that a correct clock would have shown the person. A span belongs to the clock at its start.
    #[must_use]
    pub fn basal_by_local_day(&self) -> BTreeMap<NaiveDate, DeliveredBasal> {
        self.basal_by_day(|span| {
            vec![(span.start.timestamp(), span.end.timestamp(), self.local_offset_at(span.start, span.offset_seconds))]
        })
    }

    fn basal_by_day(&self, pieces: impl Fn(&BasalSpan) -> Vec<(i64, i64, i64)>) -> BTreeMap<NaiveDate, DeliveredBasal> {
        let mut days = BTreeMap::new();
        for span in &self.basal {
            for (start, end, offset) in pieces(span) {
                add_by_day(&mut days, (start + offset, end + offset), span.rate);
            }
        }
        days
    }

    /// Wall clock minus UTC at a true instant, in seconds; of the nearest segment outside the pump's life.
    #[must_use]
    pub fn offset_at(&self, at: DateTime<Utc>) -> i64 {
        self.clock_segment_at(at).map_or(0, |segment| segment.offset_seconds)
    }

    /// What a correct clock would have shown the person at a true instant.
    #[must_use]
    pub fn local_time_at(&self, at: DateTime<Utc>) -> NaiveDateTime {
        naive(at.timestamp() + self.local_offset_at(at, self.offset_at(at)))
    }

    /// What a correct clock would have shown, minus UTC, in seconds: `offset` while it is right up to drift, else the zone's.
    fn local_offset_at(&self, at: DateTime<Utc>, offset: i64) -> i64 {
        let correct = self.clock_segment_at(at).map(|segment| zone_offset(segment.zone, at.timestamp()));
        correct.filter(|correct| (correct - offset).abs() > MAX_DRIFT).unwrap_or(offset)
    }

    fn clock_segment_at(&self, at: DateTime<Utc>) -> Option<&ClockSegment> {
        let passed = self.clock.partition_point(|segment| segment.start <= at);
        self.clock.get(passed.saturating_sub(1))
    }
}

/// A clock that is less wrong than this many seconds only drifts.
const MAX_DRIFT: i64 = 15 * MINUTE;

fn add_by_day(days: &mut BTreeMap<NaiveDate, DeliveredBasal>, (start, end): (i64, i64), rate: Milliunits) {
    let mut from = start;
    while from < end {
        let to = end.min((from.div_euclid(DAY) + 1) * DAY);
        *days.entry(date(from)).or_default() += DeliveredBasal::from_rate(rate, to - from);
        from = to;
    }
}

/// Cuts a true-time span where the zone's offset changes, to the minute.
fn constant_offsets(zone: Tz, start: i64, end: i64) -> Vec<(i64, i64, i64)> {
    let mut pieces = vec![];
    let mut from = start;
    while from < end {
        let offset = zone_offset(zone, from);
        let mut to = (from.div_euclid(60) + 1) * 60;
        while to < end && zone_offset(zone, to) == offset {
            to += 60;
        }
        pieces.push((from, to.min(end), offset));
        from = to;
    }
    pieces
}
