//! The ambulatory glucose profile: percentiles of glucose by time of day, by Tidepool's rule.
//!
//! Twenty-four one-hour bins of the wall clock, all days pooled, raw readings, type 7 quantiles, smoothed 1-4-1 across
//! midnight. Every reading weighs the time it stands for; there is no averaging per day.

use chrono::Timelike;

use crate::{glucose::Reading, statistics::Weighted, weights::weigh_readings};

/// Glucose at five percentiles, in mg/dL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentiles {
    /// 5 % of the readings are below.
    pub p05: f64,
    /// A quarter of the readings is below.
    pub p25: f64,
    /// The median.
    pub p50: f64,
    /// A quarter of the readings is above.
    pub p75: f64,
    /// 5 % of the readings are above.
    pub p95: f64,
}

/// One hour of the profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfileBin {
    /// The hour on the wall clock, 0..=23. The bin is drawn at its half hour.
    pub hour: usize,
    /// How many readings it pools.
    pub readings: usize,
    /// The percentiles of its readings; `None` of an empty bin.
    pub raw: Option<Percentiles>,
    /// The percentiles smoothed with the neighbouring hours; `None` of an empty bin.
    pub smoothed: Option<Percentiles>,
}

/// The twenty-four bins, midnight first.
#[must_use]
pub fn profile(readings: &[Reading]) -> Vec<ProfileBin> {
    let mut by_hour: [Vec<(f64, f64)>; 24] = std::array::from_fn(|_| Vec::new());
    for (reading, weight) in readings.iter().zip(weigh_readings(readings)) {
        by_hour[reading.at.wall.hour() as usize].push((reading.glucose.get(), weight));
    }
    let counts: Vec<usize> = by_hour.iter().map(Vec::len).collect();
    let raw: Vec<Option<Percentiles>> = by_hour.into_iter().map(Percentiles::from_values).collect();
    (0..24)
        .map(|hour| {
            let (before, after) = (raw[(hour + 23) % 24], raw[(hour + 1) % 24]);
            let smoothed = raw[hour].map(|this| this.smoothed_with(before, after));
            ProfileBin { hour, readings: counts[hour], raw: raw[hour], smoothed }
        })
        .collect()
}

impl Percentiles {
    fn from_values(values: Vec<(f64, f64)>) -> Option<Self> {
        let values = Weighted::new(values);
        let at = |p| values.quantile(p);
        Some(Self { p05: at(0.05)?, p25: at(0.25)?, p50: at(0.5)?, p75: at(0.75)?, p95: at(0.95)? })
    }

    /// 1-4-1 over six; 4-1 over five where one neighbour is empty; as it is where both are.
    fn smoothed_with(self, before: Option<Self>, after: Option<Self>) -> Self {
        let smooth = |of: fn(&Self) -> f64| {
            let neighbours: Vec<f64> = [before, after].iter().flatten().map(of).collect();
            (neighbours.iter().sum::<f64>() + 4.0 * of(&self)) / (4.0 + neighbours.len() as f64)
        };
        Self {
            p05: smooth(|p| p.p05),
            p25: smooth(|p| p.p25),
            p50: smooth(|p| p.p50),
            p75: smooth(|p| p.p75),
            p95: smooth(|p| p.p95),
        }
    }
}
