//! Insulin: what was delivered per day, how it splits, and what the days average to.
//!
//! Units delivered are summed, never units requested. Basal is cut at wall-clock midnight and at the window; a bolus belongs
//! to the date it started. Nothing is rounded before it is printed.

mod average;
mod daily;
mod iob;
mod modes;

pub use average::{AverageDay, AverageDays};
pub use daily::{BasalBySource, BolusByClass, InsulinDay, daily};
pub use iob::exponential_iob;
pub use modes::{ModeMinutes, mode_minutes, recorded_mode_minutes};

use crate::time::{Span, Timestamp, Window};
pub use crate::vocabulary::{BasalSource, BolusOrigin, LoopMode, UserMode};

/// A segment of constant basal rate, in the words of the pump.
#[derive(Debug, Clone, PartialEq)]
pub struct BasalSegment {
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
    /// The delivered rate in units per hour.
    pub units_per_hour: f64,
    /// Where the rate came from.
    pub source: BasalSource,
}

/// One bolus as it was delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct Bolus {
    /// When delivery started.
    pub start: Timestamp,
    /// When delivery ended, the extended part included.
    pub end: Timestamp,
    /// Units delivered. `None` where it is not known: the pump logged an amount that cannot be.
    pub delivered_units: Option<f64>,
    /// Of these, units delivered after the first part, evenly up to the end (an extended bolus).
    pub extended_units: f64,
    /// Units requested for food, before any stop or override.
    pub requested_food_units: f64,
    /// Units requested as correction, before any stop or override.
    pub requested_correction_units: f64,
    /// Carbohydrates entered with it. Days add up [`InsulinRows::carbs`], which has them too.
    pub carbs_grams: f64,
    /// Who started it.
    pub origin: BolusOrigin,
    /// Whether the person changed the amount the calculator proposed.
    pub overridden: bool,
}

/// Carbohydrates entered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CarbEntry {
    /// When.
    pub at: Timestamp,
    /// Grams.
    pub grams: f64,
    /// Whether a bolus carries them.
    pub has_bolus: bool,
}

/// Everything the insulin metrics are made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InsulinRows {
    /// Basal, in any order; segments of one pump do not overlap. A segment whose rate is not known is left out.
    pub basal: Vec<BasalSegment>,
    /// Boluses, in any order.
    pub boluses: Vec<Bolus>,
    /// Every entry of carbohydrates, with a bolus or without.
    pub carbs: Vec<CarbEntry>,
    /// Control-IQ over time.
    pub loop_modes: Vec<Span<LoopMode>>,
    /// Sleep, exercise and the rest over time.
    pub user_modes: Vec<Span<UserMode>>,
}

/// Insulin over a window: per day, on average, and by mode.
#[derive(Debug, Clone, PartialEq)]
pub struct InsulinSummary {
    /// One entry per wall-clock date of the window, also where nothing was delivered.
    pub days: Vec<InsulinDay>,
    /// The averages of the days by three rules.
    pub average: AverageDays,
    /// Minutes in each mode of the whole window.
    pub modes: ModeMinutes,
    /// Minutes in each mode of the time with basal on record: what shares are made of.
    pub recorded_modes: ModeMinutes,
}

impl InsulinSummary {
    /// The days that enter averages: those with insulin on record, but for days on which pumps logged basal at once.
    pub fn averaged_days(&self) -> impl Iterator<Item = &InsulinDay> {
        self.days.iter().filter(|day| day.counts_in_averages())
    }

    /// How many days are left out of averages because pumps logged basal at once.
    #[must_use]
    pub fn overlapping_days(&self) -> usize {
        self.days.iter().filter(|day| day.pumps_overlap()).count()
    }

    /// What `rows` amount to in `window`.
    #[must_use]
    pub fn new(rows: &InsulinRows, window: &Window) -> Self {
        let days = daily(rows, window);
        Self {
            average: AverageDays::new(&days, window),
            modes: mode_minutes(rows, window),
            recorded_modes: recorded_mode_minutes(rows, window),
            days,
        }
    }

    /// Minutes of basal that Control-IQ drove, as % of all basal minutes (Tidepool's rule). `None` without basal.
    #[must_use]
    pub fn automated_basal_percent(&self) -> Option<f64> {
        let hours = |of: fn(&InsulinDay) -> f64| self.days.iter().map(of).sum::<f64>();
        crate::statistics::ratio(100.0 * hours(|day| day.automated_basal_hours), hours(|day| day.basal_hours))
    }
}
