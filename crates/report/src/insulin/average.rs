//! The average day by the three rules in use. They differ by what they divide by, so each says it.

use super::InsulinDay;
use crate::{
    statistics::ratio,
    time::{Window, minutes_between},
};

/// An average day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AverageDay {
    /// What the sums were divided by.
    pub days: f64,
    /// Basal units per day.
    pub basal_units: f64,
    /// Bolus units per day.
    pub bolus_units: f64,
    /// Carbohydrates per day, in grams.
    pub carbs_grams: f64,
}

impl AverageDay {
    /// Total daily dose.
    #[must_use]
    pub fn total_units(&self) -> f64 {
        self.basal_units + self.bolus_units
    }

    fn of(days: &[&InsulinDay], divisor: f64) -> Option<Self> {
        let per_day = |of: fn(&InsulinDay) -> f64| ratio(days.iter().map(|day| of(day)).sum(), divisor);
        Some(Self {
            days: divisor,
            basal_units: per_day(|day| day.basal_units)?,
            bolus_units: per_day(|day| day.bolus_units)?,
            carbs_grams: per_day(|day| day.carbs_grams)?,
        })
    }
}

/// The average day by each rule; `None` where no day counts.
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
        let with_data: Vec<&InsulinDay> = days.iter().filter(|day| day.has_data).collect();
        let complete: Vec<&InsulinDay> = days.iter().filter(|day| day.is_complete()).collect();
        let elapsed_days = minutes_between(window.start, window.end) / 1440.0;
        let counted = with_data.len() - usize::from(both_edges_cut(days, window));
        Self {
            of_days_with_data: AverageDay::of(&with_data, counted as f64),
            of_complete_days: AverageDay::of(&complete, complete.len() as f64),
            of_elapsed_days: AverageDay::of(&with_data, elapsed_days).filter(|_| !with_data.is_empty()),
        }
    }
}

fn both_edges_cut(days: &[InsulinDay], window: &Window) -> bool {
    let midnight = chrono::NaiveTime::MIN;
    let inside_a_day = window.start.wall.time() != midnight && window.end.wall.time() != midnight;
    let edges = days.first().zip(days.last()).filter(|(first, last)| first.date != last.date);
    inside_a_day && edges.is_some_and(|(first, last)| first.has_data && last.has_data)
}
