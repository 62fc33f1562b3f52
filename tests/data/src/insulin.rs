//! Four days of insulin, what they add up to, and curves of insulin on board.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Insulin that was delivered, and the totals it must have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insulin {
    basal: String,
    /// Boluses in order of their start.
    pub boluses: Vec<Bolus>,
    /// What the pump and the person had chosen.
    pub modes: Modes,
    /// What each day adds up to.
    pub days: Vec<Day>,
    /// What a day has on average.
    pub average: AverageDays,
    /// Minutes in each mode.
    pub minutes_in_mode: BTreeMap<String, f64>,
    /// Per cent of the time in each mode.
    pub percent_in_mode: BTreeMap<String, f64>,
    /// The part of a dose that is still on board.
    pub on_board: OnBoard,
}

/// Basal rates, one after the other.
#[derive(Debug)]
pub struct BasalRun<'a> {
    /// When the first rate begins.
    pub start: &'a str,
    /// How long each rate lasts.
    pub seconds: i64,
    /// Who set it.
    pub source: &'a str,
    /// The rates.
    pub milliunits_per_hour: Vec<f64>,
}

/// A bolus.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it, with units")]
pub struct Bolus {
    pub start: String,
    pub end: String,
    pub automatic: bool,
    pub overridden: bool,
    pub delivered_milliunits: f64,
    pub extended_milliunits: f64,
    pub correction_milliunits: f64,
    pub food_milliunits: f64,
    pub carbs_grams: f64,
}

/// Changes of the pump's mode and of the person's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Modes {
    pub end: String,
    pub r#loop: Vec<ModeChange>,
    pub user: Vec<ModeChange>,
}

/// A mode that holds until the next change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ModeChange {
    pub start: String,
    pub mode: String,
}

/// The totals of a day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the report crate")]
pub struct Day {
    pub date: String,
    pub basal_units: f64,
    pub basal_hours: f64,
    pub basal_by_source: BTreeMap<String, f64>,
    pub bolus_units: f64,
    pub bolus_units_spread: f64,
    pub total_units: f64,
    pub basal_percent: f64,
    pub bolus_count: usize,
    pub auto_bolus_count: usize,
    pub user_bolus_count: usize,
    pub bolus_by_class: BolusClasses,
    pub carbs_grams: f64,
    pub is_complete: bool,
}

/// Units of a day by what the boluses were for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the report crate")]
pub struct BolusClasses {
    pub auto_correction: f64,
    pub correction_only: f64,
    pub meal_only: f64,
    pub meal_with_correction_food: f64,
    pub meal_with_correction_correction: f64,
    pub other: f64,
}

/// Averages by two rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the report crate")]
pub struct AverageDays {
    pub of_days_with_data: Average,
    pub of_complete_days: Average,
}

/// An average day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the report crate")]
pub struct Average {
    pub days: f64,
    pub basal_units: f64,
    pub bolus_units: f64,
    pub total_units: f64,
}

/// Curves of insulin on board.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnBoard {
    /// The parameters of each curve.
    pub curves: [Curve; 4],
    /// Minutes since the dose, then the part on board by each curve.
    pub rows: Vec<[f64; 5]>,
}

/// The parameters of a curve.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Curve {
    pub duration_minutes: f64,
    pub peak_minutes: f64,
}

/// Reads the days of insulin.
///
/// # Panics
/// The file cannot be read.
#[must_use]
pub fn insulin() -> Insulin {
    toml::from_str(include_str!("../insulin.toml")).unwrap_or_else(|error| panic!("insulin.toml: {error}"))
}

impl Insulin {
    /// Basal rates in order of their start.
    ///
    /// # Panics
    /// A line is not of the form `START SECONDS SOURCE : RATE …`.
    #[must_use]
    pub fn basal(&self) -> Vec<BasalRun<'_>> {
        let mut runs: Vec<BasalRun<'_>> = Vec::new();
        for line in self.basal.trim().lines() {
            let rates = match line.split_once(" : ") {
                Some((head, rates)) => {
                    runs.push(read_run(head).unwrap_or_else(|| panic!("not a run of basal rates: {line}")));
                    rates
                }
                None => line,
            };
            let run = runs.last_mut().expect("a run begins with its start");
            run.milliunits_per_hour.extend(rates.split_whitespace().flat_map(read_rates));
        }
        runs
    }
}

fn read_run(head: &str) -> Option<BasalRun<'_>> {
    let (start, rest) = head.split_at_checked("2024-05-06 00:00:00".len())?;
    let (seconds, source) = rest.trim().split_once(' ')?;
    Some(BasalRun { start, seconds: seconds.parse().ok()?, source, milliunits_per_hour: Vec::new() })
}

/// `800` is one rate, `800*3` is three.
fn read_rates(text: &str) -> Vec<f64> {
    let (rate, times) = text.split_once('*').unwrap_or((text, "1"));
    vec![rate.parse().expect("a rate"); times.parse().expect("how many times")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rate_and_no_day_is_missing() {
        let insulin = insulin();
        let rates = insulin.basal().iter().map(|run| run.milliunits_per_hour.len()).sum::<usize>();
        assert_eq!((rates, insulin.boluses.len(), insulin.days.len(), insulin.on_board.rows.len()), (847, 14, 4, 75));
    }
}
