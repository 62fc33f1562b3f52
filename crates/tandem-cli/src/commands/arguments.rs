//! Flags that several commands share: which days, which pump, which unit.

use anyhow::Result;
use chrono::{Days, NaiveDate};
use clap::{Args, ValueEnum};
use report::Window;

use crate::failure::{Exit, Failure};
use crate::history::History;

/// Which days, and of which pump.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Selection {
    /// First day, for example 2026-03-01
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<NaiveDate>,
    /// Last day, inclusive [default: the newest]
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<NaiveDate>,
    /// Number of days, ending with the last day
    #[arg(long, value_name = "DAYS", conflicts_with = "from", value_parser = clap::value_parser!(u32).range(1..=36_600))]
    pub(crate) days: Option<u32>,
    /// Only the pump with this serial number
    #[arg(long, value_name = "SERIAL")]
    pub(crate) pump: Option<String>,
}

/// The unit that glucose is shown in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Units {
    /// Milligrams per decilitre
    #[value(name = "mg/dL", alias = "mg", alias = "mgdl")]
    MgPerDl,
    /// Millimoles per litre
    #[value(name = "mmol/L", alias = "mmol", alias = "mmoll")]
    MmolPerL,
}

impl Selection {
    /// The selected segment of `history`: all of it where no flag says less. `None` where there is nothing at all and no
    /// flag names a day.
    pub(crate) fn window(&self, history: &History<'_>, usual_days: Option<u32>) -> Result<Option<Window>> {
        let recorded = history.recorded_days()?;
        let Some(last) = self.to.or(recorded.map(|(_, newest)| newest)).or(self.from) else { return Ok(None) };
        let usual_days = usual_days.filter(|_| self.from.is_none());
        let first = match (self.from, self.days.or(usual_days)) {
            (Some(from), _) => from,
            (None, Some(days)) => last.checked_sub_days(Days::new(u64::from(days) - 1)).unwrap_or(NaiveDate::MIN),
            (None, None) => recorded.map_or(last, |(oldest, _)| oldest.min(last)),
        };
        if first > last {
            let failure = Failure::new(Exit::Usage, format!("the first day, {first}, is after the last, {last}"));
            return Err(failure.hint("give --from and --to as dates, oldest first").into());
        }
        let end = last.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        Ok(Some(history.days(first, end)))
    }
}

/// A window as text: its first and its last day.
pub(crate) fn describe_days(window: Window) -> String {
    let first = window.start.date();
    match window.end.date().pred_opt() {
        Some(last) if last > first => format!("{first} to {last}"),
        _ => first.to_string(),
    }
}
