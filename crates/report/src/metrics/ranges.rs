//! Readings and time per range, shares of time, and the glycemia risk index made of them.

use std::ops::AddAssign;

use chrono::Timelike;
use serde::Serialize;

use crate::{
    glucose::{Reading, Thresholds},
    statistics::ratio,
    weights::weigh_readings,
};

/// Below this many readings, sleep and wake shares are not said.
const FEWEST_FOR_SLEEP: usize = 3;

/// How many readings lie in each range.
pub type ReadingCounts = RangeTally<usize>;

/// How much time lies in each range, in minutes; where all readings have the same interval, in readings.
pub type RangeTimes = RangeTally<f64>;

/// What lies in each range. The names carry the usual thresholds; the amounts follow the configured ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct RangeTally<T> {
    /// All of it.
    #[serde(skip)]
    pub all: T,
    /// Very low.
    #[serde(rename = "count_lt54")]
    pub very_low: T,
    /// Low, without very low.
    #[serde(rename = "count_54_to_lt70")]
    pub low: T,
    /// Below range.
    #[serde(rename = "count_lt70")]
    pub below: T,
    /// In range.
    #[serde(rename = "count_70_to_180")]
    pub in_range: T,
    /// Above range.
    #[serde(rename = "count_gt180")]
    pub above: T,
    /// High, without very high.
    #[serde(rename = "count_gt180_to_250")]
    pub high: T,
    /// Very high.
    #[serde(rename = "count_gt250")]
    pub very_high: T,
    /// In the tight range.
    #[serde(rename = "count_70_to_140")]
    pub in_tight_range: T,
    /// Below the pregnancy range.
    #[serde(rename = "count_lt63")]
    pub below_pregnancy_range: T,
    /// In the pregnancy range.
    #[serde(rename = "count_63_to_140")]
    pub in_pregnancy_range: T,
    /// Above the pregnancy range.
    #[serde(rename = "count_gt140")]
    pub above_pregnancy_range: T,
    /// Below the pregnancy range, but not very low.
    #[serde(rename = "count_54_to_lt63")]
    pub low_in_pregnancy: T,
    /// With the wall clock in 00:00–06:00.
    #[serde(skip)]
    pub asleep: T,
    /// Of this, in range.
    #[serde(skip)]
    pub asleep_in_range: T,
}

impl ReadingCounts {
    pub(super) fn new(readings: &[Reading], thresholds: &Thresholds) -> Self {
        readings.iter().fold(Self::default(), |counts, reading| counts.with(reading, 1, thresholds))
    }
}

impl RangeTimes {
    pub(super) fn from_readings(readings: &[Reading], thresholds: &Thresholds) -> Self {
        let weighed = readings.iter().zip(weigh_readings(readings));
        weighed.fold(Self::default(), |times, (reading, weight)| times.with(reading, weight, thresholds))
    }
}

impl<T: Copy + AddAssign> RangeTally<T> {
    fn with(mut self, reading: &Reading, amount: T, t: &Thresholds) -> Self {
        let glucose = reading.glucose.get();
        let in_range = t.low <= glucose && glucose <= t.high;
        let asleep = reading.at.wall.hour() < 6;
        let tally = |sum: &mut T, belongs: bool| {
            if belongs {
                *sum += amount;
            }
        };
        tally(&mut self.all, true);
        tally(&mut self.very_low, glucose < t.very_low);
        tally(&mut self.low, t.very_low <= glucose && glucose < t.low);
        tally(&mut self.below, glucose < t.low);
        tally(&mut self.in_range, in_range);
        tally(&mut self.above, glucose > t.high);
        tally(&mut self.high, t.high < glucose && glucose <= t.very_high);
        tally(&mut self.very_high, glucose > t.very_high);
        tally(&mut self.in_tight_range, t.low <= glucose && glucose <= t.tight_high);
        tally(&mut self.below_pregnancy_range, glucose < t.pregnancy_low);
        tally(&mut self.in_pregnancy_range, t.pregnancy_low <= glucose && glucose <= t.pregnancy_high);
        tally(&mut self.above_pregnancy_range, glucose > t.pregnancy_high);
        tally(&mut self.low_in_pregnancy, t.very_low <= glucose && glucose < t.pregnancy_low);
        tally(&mut self.asleep, asleep);
        tally(&mut self.asleep_in_range, asleep && in_range);
        self
    }
}

/// Shares of time, in %.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ranges {
    /// Very low (TBR2).
    pub very_low: f64,
    /// Low without very low (TBR1).
    pub low: f64,
    /// Below range (TBR).
    pub below: f64,
    /// In range (TIR).
    pub in_range: f64,
    /// In the tight range (TITR).
    pub in_tight_range: f64,
    /// Above range (TAR).
    pub above: f64,
    /// High without very high (TAR1).
    pub high: f64,
    /// Very high (TAR2).
    pub very_high: f64,
    /// In the range for pregnancy with type 1 diabetes.
    pub in_pregnancy_range: f64,
    /// Below that range.
    pub below_pregnancy_range: f64,
    /// Above that range.
    pub above_pregnancy_range: f64,
    /// In range, of the readings with the wall clock in 00:00–06:00. `None` without such readings or below three in all.
    pub in_range_asleep: Option<f64>,
    /// In range, of the other readings.
    pub in_range_awake: Option<f64>,
}

impl Ranges {
    /// The shares of `times`, which `readings` readings make up. `None` without readings.
    #[must_use]
    pub fn new(times: &RangeTimes, readings: usize) -> Option<Self> {
        let percent = |part: f64, whole: f64| ratio(100.0 * part, whole);
        let share = |part| percent(part, times.all);
        let awake = percent(times.in_range - times.asleep_in_range, times.all - times.asleep);
        let enough = readings >= FEWEST_FOR_SLEEP;
        Some(Self {
            very_low: share(times.very_low)?,
            low: share(times.low)?,
            below: share(times.below)?,
            in_range: share(times.in_range)?,
            in_tight_range: share(times.in_tight_range)?,
            above: share(times.above)?,
            high: share(times.high)?,
            very_high: share(times.very_high)?,
            in_pregnancy_range: share(times.in_pregnancy_range)?,
            below_pregnancy_range: share(times.below_pregnancy_range)?,
            above_pregnancy_range: share(times.above_pregnancy_range)?,
            in_range_asleep: percent(times.asleep_in_range, times.asleep).filter(|_| enough),
            in_range_awake: awake.filter(|_| enough),
        })
    }
}

/// The glycemia risk index (Klonoff et al. 2022).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gri {
    /// 0 (best) to 100.
    pub index: f64,
    /// What lows bring: TBR2 + 0.8 × TBR1.
    pub hypo_component: f64,
    /// What highs bring: TAR2 + 0.5 × TAR1.
    pub hyper_component: f64,
    /// The fifth of the scale.
    pub zone: GriZone,
}

/// The fifths of the GRI scale: A 0–20, B 21–40, C 41–60, D 61–80, E 81–100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[expect(missing_docs, reason = "the letters are the names")]
pub enum GriZone {
    A,
    B,
    C,
    D,
    E,
}

impl Gri {
    /// The index of five exclusive bands.
    #[must_use]
    pub fn new(ranges: &Ranges) -> Self {
        let hypo_component = ranges.very_low + 0.8 * ranges.low;
        let hyper_component = ranges.very_high + 0.5 * ranges.high;
        let weighted = 3.0 * ranges.very_low + 2.4 * ranges.low + 1.6 * ranges.very_high + 0.8 * ranges.high;
        let index = weighted.min(100.0);
        Self { index, hypo_component, hyper_component, zone: GriZone::from_index(index) }
    }
}

impl GriZone {
    fn from_index(index: f64) -> Self {
        match index {
            ..=20.0 => Self::A,
            ..=40.0 => Self::B,
            ..=60.0 => Self::C,
            ..=80.0 => Self::D,
            _ => Self::E,
        }
    }
}
