//! The average day by the three rules in use. They differ by what they divide by, so each says it.

use super::daily::InsulinDay;
use crate::{
    statistics::ratio,
    time::{Window, minutes_between},
};

/// An average day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AverageDay {
    /// What the sums were divided by.
    pub days: f64,
    /// Basal units per day, over the days whose basal is known. `None` where it is known of none.
    pub basal_units: Option<f64>,
    /// Bolus units per day.
    pub bolus_units: f64,
    /// Carbohydrates per day, in grams.
    pub carbs_grams: f64,
}

impl AverageDay {
    /// Total daily dose. `None` where the basal is not known.
    #[must_use]
    pub fn total_units(&self) -> Option<f64> {
        Some(self.basal_units? + self.bolus_units)
    }

    /// Basal as % of the total. `None` where it is not known, and without insulin.
    #[must_use]
    pub fn basal_percent(&self) -> Option<f64> {
        ratio(100.0 * self.basal_units?, self.total_units()?)
    }

    fn from_days(days: &[&InsulinDay], divisor: f64) -> Option<Self> {
        let per_day = |of: fn(&InsulinDay) -> f64| ratio(days.iter().map(|day| of(day)).sum(), divisor);
        let basal: Vec<f64> = days.iter().filter_map(|day| day.basal_units).collect();
        let days_without_basal = (days.len() - basal.len()) as f64;
        Some(Self {
            days: divisor,
            basal_units: ratio(basal.iter().sum(), divisor - days_without_basal).filter(|_| !basal.is_empty()),
            bolus_units: per_day(|day| day.bolus_units)?,
            carbs_grams: per_day(|day| day.carbs_grams)?,
        })
    }
}

/// The average day by each rule; `None` where no day counts. Days on which pumps logged basal at once count in none of them: which
/// pump the person wore is not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AverageDays {
    /// Over dates with any insulin on record, one fewer where the window starts and ends inside a day and both edges have
    /// data (Tidepool).
    pub of_days_with_data: Option<AverageDay>,
    /// Over dates with at least 18 hours of basal on record only (Tandem Source).
    pub of_complete_days: Option<AverageDay>,
    /// Over elapsed time ÷ 24 hours.
    pub of_elapsed_days: Option<AverageDay>,
}

impl AverageDays {
    pub(super) fn new(days: &[InsulinDay], window: &Window) -> Self {
        let with_data: Vec<&InsulinDay> = days.iter().filter(|day| day.counts_in_averages()).collect();
        let complete: Vec<&InsulinDay> = days.iter().filter(|day| day.is_complete()).collect();
        let overlapping = days.iter().filter(|day| day.pumps_overlap()).count();
        let elapsed_days = minutes_between(window.start, window.end) / 1440.0 - overlapping as f64;
        let counted = with_data.len() - usize::from(both_edges_cut(days, window));
        Self {
            of_days_with_data: AverageDay::from_days(&with_data, counted as f64),
            of_complete_days: AverageDay::from_days(&complete, complete.len() as f64),
            of_elapsed_days: AverageDay::from_days(&with_data, elapsed_days).filter(|_| !with_data.is_empty()),
        }
    }
}

fn both_edges_cut(days: &[InsulinDay], window: &Window) -> bool {
    let midnight = chrono::NaiveTime::MIN;
    let inside_a_day = window.start.wall.time() != midnight && window.end.wall.time() != midnight;
    let edges = days.first().zip(days.last()).filter(|(first, last)| first.date != last.date);
    inside_a_day && edges.is_some_and(|(first, last)| first.counts_in_averages() && last.counts_in_averages())
}
