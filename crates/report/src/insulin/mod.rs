//! Insulin: what was delivered per day, how it splits, and what the days average to.
//!
//! Units delivered are summed, never units requested. Basal is cut at wall-clock midnight and at the window; a bolus belongs
//! to the date it started. Nothing is rounded before it is printed.

mod average;
mod daily;
mod iob;
mod modes;
mod rows;

pub use average::{AverageDay, AverageDays};
pub use daily::{BasalBySource, BolusByClass, InsulinDay, daily};
pub use iob::exponential_iob;
pub use modes::ModeMinutes;
pub use rows::{BasalSegment, Bolus, CarbEntry, InsulinRows};

use crate::time::Window;
pub use crate::vocabulary::{BasalSource, BolusOrigin, LoopMode, UserMode};

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
            modes: modes::mode_minutes(rows, window),
            recorded_modes: modes::recorded_mode_minutes(rows, window),
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
