//! `tandem week`: the last seven days, a line each.

use anyhow::Result;
use chrono::{Days, NaiveDate};
use clap::Args;
use console::style;
use report::insulin::{InsulinDay, InsulinSummary};
use report::printing::{self, PrintedRanges, fixed};
use report::{GlucoseUnit, Metrics, MetricsOptions, Reading, Window, wear};

use super::arguments::Units;
use super::day;
use super::preferences::glucose_unit;
use crate::context::Context;
use crate::failure::Exit;
use crate::history::History;
use crate::output::{Align, ScreenTable};
use crate::terminal::Terminal;

/// Days of a week.
pub(super) const WEEK: u64 = 7;
/// What stands for a number that is not defined.
pub(super) const NONE: &str = "–";

const EXAMPLES: &str = "\
Examples:
  tandem week
  tandem week 2026-03-14       the week that ends on this day
  tandem week --units mmol/L";

/// Show the last seven days, one line per day
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Last day: a date, `today`, `yesterday`, or -N for N days ago [default: the newest recorded day]
    #[arg(value_name = "DATE", allow_negative_numbers = true)]
    day: Option<String>,
    /// Unit for glucose
    #[arg(long, value_name = "UNIT", ignore_case = true)]
    units: Option<Units>,
    /// Only the pump with this serial number
    #[arg(long, value_name = "SERIAL")]
    pump: Option<String>,
}

/// Shows the week.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let reader = context.reader()?;
    let history = History::new(&reader)?.of_pump(arguments.pump.as_deref())?;
    let last = match &arguments.day {
        Some(text) => Some(day::parse_day(text, day::today(&history))?),
        None => history.recorded_days()?.map(|(_, newest)| newest),
    };
    let Some(last) = last else {
        context.terminal.note("no data yet; run `tandem sync` or `tandem import PATH`");
        return Ok(Exit::Done);
    };
    let unit = glucose_unit(arguments.units, context, Some(&history))?;
    let week = Week::read(&history, last)?;
    context.terminal.write_data(week.on_screen(unit).as_bytes())?;
    Ok(Exit::Done)
}

/// Seven days.
pub(super) struct Week {
    pub(super) window: Window,
    pub(super) readings: Vec<Reading>,
    pub(super) metrics: Metrics,
    pub(super) insulin: InsulinSummary,
    days: Vec<DayLine>,
}

/// One of them.
struct DayLine {
    date: NaiveDate,
    window: Window,
    metrics: Metrics,
    readings: Vec<Reading>,
    insulin: InsulinDay,
}

impl Week {
    /// The week that ends with `last`.
    pub(super) fn read(history: &History<'_>, last: NaiveDate) -> Result<Self> {
        let end = last.checked_add_days(Days::new(1)).unwrap_or(last);
        let window = history.days(end.checked_sub_days(Days::new(WEEK)).unwrap_or(last), end);
        let readings = history.readings(window)?;
        let insulin = InsulinSummary::new(&history.insulin(window)?, &window);
        let line = |insulin: &InsulinDay| {
            let date = insulin.date;
            let window = history.days(date, date.checked_add_days(Days::new(1)).unwrap_or(date));
            let readings: Vec<Reading> =
                readings.iter().filter(|reading| window.contains(reading.at)).copied().collect();
            DayLine { date, window, metrics: metrics_of(&readings), readings, insulin: insulin.clone() }
        };
        Ok(Self {
            days: insulin.days.iter().map(line).collect(),
            metrics: metrics_of(&readings),
            readings,
            insulin,
            window,
        })
    }

    /// A line per day, and one for all of them. Eighty columns hold it in either unit.
    fn on_screen(&self, unit: GlucoseUnit) -> String {
        let heads = ["", "in range", "below", "mean", "low–high", "insulin", "basal", "carbs", "wear"];
        let mut table = ScreenTable::new(
            heads.iter().enumerate().map(|(index, head)| (*head, if index == 0 { Align::Left } else { Align::Right })),
        );
        for day in &self.days {
            table.push(day.cells(unit).map(Some));
        }
        table.push(self.total(unit).map(Some));
        let units = format!("Glucose in {}, insulin in U, carbs in g, basal and wear in %", unit.name());
        format!("{}\n{}", style(units).dim(), table.fit(Terminal::width()).text)
    }

    fn total(&self, unit: GlucoseUnit) -> [String; 9] {
        let day = self.insulin.average.of_complete_days;
        let [in_range, below, mean, extremes] = glucose_cells(&self.metrics, &self.readings, unit);
        [
            "7 days".to_owned(),
            in_range,
            below,
            mean,
            extremes,
            format_number(day.and_then(|day| day.total_units()), 1),
            format_number(day.and_then(|day| day.basal_percent()), 0),
            format_number(day.map(|day| day.carbs_grams), 0),
            format_number(wear::percent_of_window(&self.readings, &self.window), 0),
        ]
    }
}

impl DayLine {
    fn cells(&self, unit: GlucoseUnit) -> [String; 9] {
        let insulin = Some(&self.insulin).filter(|insulin| insulin.has_data);
        let mark = if insulin.is_some_and(|insulin| !insulin.is_complete()) { "*" } else { "" };
        let [in_range, below, mean, extremes] = glucose_cells(&self.metrics, &self.readings, unit);
        [
            self.date.format("%a %Y-%m-%d").to_string(),
            in_range,
            below,
            mean,
            extremes,
            format_number(insulin.and_then(InsulinDay::total_units), 1) + mark,
            format_number(insulin.and_then(InsulinDay::basal_percent), 0),
            format_number(insulin.map(|insulin| insulin.carbs_grams), 0),
            format_number(wear::percent_of_window(&self.readings, &self.window), 0),
        ]
    }
}

fn glucose_cells(metrics: &Metrics, readings: &[Reading], unit: GlucoseUnit) -> [String; 4] {
    let printed = metrics.ranges.map(|ranges| PrintedRanges::new(&ranges));
    let share = |of: fn(&PrintedRanges) -> i64| {
        printed.as_ref().map_or_else(|| NONE.to_owned(), |printed| format!("{} %", of(printed)))
    };
    let extreme = |of: fn(f64, f64) -> f64| readings.iter().map(|reading| reading.glucose.get()).reduce(of);
    let glucose = |value: f64| printing::glucose(value, unit);
    let extremes =
        extreme(f64::min).zip(extreme(f64::max)).map(|(low, high)| format!("{}–{}", glucose(low), glucose(high)));
    [
        share(|printed| printed.in_range),
        share(PrintedRanges::below),
        metrics.summary.mean.map_or_else(|| NONE.to_owned(), glucose),
        extremes.unwrap_or_else(|| NONE.to_owned()),
    ]
}

pub(super) fn metrics_of(readings: &[Reading]) -> Metrics {
    Metrics::of(readings, &MetricsOptions::default())
}

fn format_number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| fixed(value, decimals))
}
