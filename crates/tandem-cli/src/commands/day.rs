//! `tandem day`: one day in the terminal.

mod drawing;

use std::fmt::Write as _;

use anyhow::Result;
use chrono::{Days, NaiveDate, TimeDelta};
use clap::Args;
use console::style;
use report::insulin::{BasalSource, Bolus, BolusOrigin, InsulinDay, InsulinSummary};
use report::metrics::Ranges;
use report::printing::{self, PrintedRanges, fixed};
use report::{GlucoseUnit, Metrics, MetricsOptions, Period, wear};

use super::arguments::Units;
use super::preferences::glucose_unit;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::History;
use crate::output::{Align, ScreenTable, format_count};
use crate::terminal::Terminal;
use drawing::Drawing;

const EXAMPLES: &str = "\
Examples:
  tandem day
  tandem day 2026-03-14
  tandem day yesterday
  tandem day -2                the day before yesterday";

/// Show one day: glucose, basal, boluses, carbs, modes, alarms
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A date, `today`, `yesterday`, or -N for N days ago [default: the newest recorded day]
    #[arg(value_name = "DATE", allow_negative_numbers = true)]
    day: Option<String>,
    /// Unit for glucose
    #[arg(long, value_name = "UNIT", ignore_case = true)]
    units: Option<Units>,
    /// Only the pump with this serial number
    #[arg(long, value_name = "SERIAL")]
    pump: Option<String>,
}

/// Shows the day.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let reader = context.reader()?;
    let history = History::new(&reader)?.of_pump(arguments.pump.as_deref())?;
    let unit = glucose_unit(arguments.units, context, Some(&history))?;
    let recorded = history.recorded_days()?;
    let day = match &arguments.day {
        Some(text) => Some(parse_day(text, today(&history))?),
        None => recorded.map(|(_, newest)| newest),
    };
    let Some(day) = day else {
        context.terminal.note("no data yet; run `tandem sync` or `tandem import PATH`");
        return Ok(Exit::Done);
    };
    let window = history.days(day, day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX));
    let period = history.period(window)?;
    let hours = (0..=24).filter_map(|hour| history.instant_at(day, hour).map(|at| (hour, at))).collect();
    let page = Page { day, period, hours, unit, width: Terminal::width() };
    let mut text = page.text();
    if let Some((oldest, newest)) = recorded.filter(|(oldest, newest)| day < *oldest || *newest < day) {
        let _ = writeln!(text, "Recorded days: {oldest} to {newest}.");
    }
    context.terminal.write_data(text.as_bytes())?;
    Ok(Exit::Done)
}

/// Today, on the person's wall clock.
pub(crate) fn today(history: &History<'_>) -> NaiveDate {
    let now = Context::now();
    history.zone.map_or_else(|| now.date_naive(), |zone| now.with_timezone(&zone).date_naive())
}

/// The day that a person names.
pub(crate) fn parse_day(text: &str, today: NaiveDate) -> Result<NaiveDate> {
    let ago = |days: i64| TimeDelta::try_days(days).and_then(|days| today.checked_sub_signed(days));
    let day = match text.trim() {
        "today" => Some(today),
        "yesterday" => ago(1),
        text if text.starts_with('-') => text[1..].parse::<u32>().ok().and_then(|days| ago(i64::from(days))),
        text => text.parse().ok(),
    };
    Ok(day.ok_or_else(|| {
        Failure::new(Exit::Usage, format!("{text:?} is not a valid date"))
            .hint("give a date such as 2026-03-14, `yesterday`, or -2")
    })?)
}

/// One day, ready to be shown.
struct Page {
    day: NaiveDate,
    period: Period,
    /// The instants of the hours of the wall clock that the day has.
    hours: Vec<(u32, chrono::DateTime<chrono::Utc>)>,
    unit: GlucoseUnit,
    width: usize,
}

impl Page {
    fn text(&self) -> String {
        let mut text = self.heading();
        if self.is_empty() {
            text += "\nNo data for this day.\n";
            return text;
        }
        let drawing = Drawing::new(&self.period, &self.hours, self.unit, self.width);
        text += &drawing.text();
        text += &self.boluses();
        text += &self.others();
        text
    }

    fn is_empty(&self) -> bool {
        let Period { readings, insulin, alarms, site_changes, .. } = &self.period;
        readings.is_empty()
            && insulin.basal.is_empty()
            && insulin.boluses.is_empty()
            && insulin.carbs.is_empty()
            && alarms.is_empty()
            && site_changes.is_empty()
    }

    fn heading(&self) -> String {
        let mut text = format!("{}  ", style(self.day.format("%A %Y-%m-%d")).bold());
        let hours = self.period.window.elapsed_minutes() / 60.0;
        if (hours - 24.0).abs() > 0.01 {
            let _ = write!(text, "{}  ", style(format!("{} hours: the clock changed", fixed(hours, 0))).dim());
        }
        let metrics = Metrics::of(&self.period.readings, &MetricsOptions::default());
        text += &style(self.describe_wear()).dim().to_string();
        text.push('\n');
        if let (Some(ranges), Some(mean)) = (&metrics.ranges, metrics.summary.mean) {
            let mean = printing::glucose(mean, self.unit);
            let cv = metrics.summary.cv.map_or_else(String::new, |cv| format!(", CV {} %", fixed(cv, 1)));
            let _ = writeln!(text, "{}, mean {mean} {}{cv}", in_ranges(ranges), self.unit.name());
        }
        text += &self.insulin();
        text
    }

    fn describe_wear(&self) -> String {
        let readings = format_count(self.period.readings.len() as u64, "reading");
        match wear::percent_of_window(&self.period.readings, &self.period.window) {
            Some(percent) if !self.period.readings.is_empty() => {
                format!("{readings}, {} % of the day", fixed(percent, 0))
            }
            _ => readings,
        }
    }

    fn insulin(&self) -> String {
        let summary = InsulinSummary::new(&self.period.insulin, &self.period.window);
        let Some(day) = summary.days.iter().find(|day| day.date == self.day).filter(|day| day.has_data) else {
            return String::new();
        };
        let basal = day.basal_units.map_or_else(
            || "basal unknown".to_owned(),
            |units| format!("{} U basal over {} h", fixed(units, 1), fixed(day.basal_hours, 1)),
        );
        let total =
            day.total_units().map_or_else(|| "Total unknown".to_owned(), |units| format!("{} U", fixed(units, 1)));
        let (bolus, automatic) = (fixed(day.bolus_units, 1), fixed(day.bolus_by_class.auto_correction, 1));
        let carbs = fixed(day.carbs_grams, 0);
        let notes: String = notes_on(day).iter().flat_map(|note| [note.as_str(), "\n"]).collect();
        format!("{total}: {basal}, {bolus} U bolus ({automatic} U automatic), {carbs} g carbs\n{notes}")
    }

    fn boluses(&self) -> String {
        if self.period.insulin.boluses.is_empty() {
            return String::new();
        }
        let mut table = ScreenTable::new([
            ("time", Align::Left),
            ("units", Align::Right),
            ("carbs", Align::Right),
            ("glucose", Align::Right),
            ("bolus", Align::Left),
        ]);
        for bolus in &self.period.insulin.boluses {
            let glucose = self.glucose_at(bolus).map(|value| printing::glucose(value, self.unit));
            table.push([
                Some(bolus.start.wall.format("%H:%M").to_string()),
                Some(bolus.delivered_units.map_or_else(|| "unknown".to_owned(), |units| fixed(units, 2))),
                Some(if bolus.carbs_grams > 0.0 {
                    format!("{} g", fixed(bolus.carbs_grams, 0))
                } else {
                    String::new()
                }),
                Some(glucose.unwrap_or_default()),
                Some(kind(bolus)),
            ]);
        }
        format!("\n{}", table.fit(self.width).text)
    }

    /// The newest reading of the quarter of an hour before.
    fn glucose_at(&self, bolus: &Bolus) -> Option<f64> {
        let readings = self.period.readings.iter().rev();
        let before = readings.map(|reading| (bolus.start.utc - reading.at.utc, reading.glucose.get()));
        let near = |age: &TimeDelta| *age >= TimeDelta::zero() && *age <= TimeDelta::minutes(15);
        before.filter(|(age, _)| near(age)).min_by_key(|(age, _)| *age).map(|(_, glucose)| glucose)
    }

    /// Alarms and changes of the site, a line each time.
    fn others(&self) -> String {
        let alarms = self
            .period
            .alarms
            .iter()
            .map(|alarm| (alarm.at, format!("{} {}", drawing::ALARM, readable_name(&alarm.name))));
        let sites = self
            .period
            .site_changes
            .iter()
            .map(|site| (site.at, format!("{} {}", drawing::SITE, readable_name(site.kind.as_str()))));
        let sensors = self.period.sensor_starts.iter().map(|at| (*at, format!("{} sensor started", drawing::SITE)));
        let mut all: Vec<_> =
            alarms.chain(sites).chain(sensors).filter(|(at, _)| self.period.window.contains(*at)).collect();
        all.sort();
        let mut text = String::new();
        for (at, words) in all {
            let _ = writeln!(text, "{}  {words}", style(at.wall.format("%H:%M")).cyan());
        }
        if text.is_empty() { text } else { format!("\n{text}") }
    }
}

/// Why the day's insulin is not the whole truth.
fn notes_on(day: &InsulinDay) -> Vec<String> {
    let mut notes = Vec::new();
    if day.pumps_overlap() {
        let hours = fixed(day.overlapping_basal_hours, 1);
        notes.push(format!(
            "Two pumps logged basal at the same time for {hours} h: an incomplete day, excluded from \
             averages."
        ));
    } else if day.basal_units.is_none() {
        notes.push("No basal rate recorded: an incomplete day.".to_owned());
    } else if !day.is_complete() {
        notes.push("Less than 18 h of basal recorded: an incomplete day.".to_owned());
    }
    if day.unknown_bolus_count > 0 {
        let boluses = match day.unknown_bolus_count {
            1 => "a bolus".to_owned(),
            count => format!("{count} boluses"),
        };
        notes.push(format!("The pump logged an impossible amount for {boluses}; unknown and not part of any total."));
    }
    for (source, units) in &day.basal_by_source {
        if let BasalSource::Unknown(label) = source {
            notes.push(format!("{} U of basal came from the source {label}.", fixed(*units, 1)));
        }
    }
    notes
}

fn in_ranges(ranges: &Ranges) -> String {
    let printed = PrintedRanges::new(ranges);
    format!(
        "{} {} % low, {} {} % in range, {} {} % high",
        style("■").red(),
        printed.below(),
        style("■").green(),
        printed.in_range,
        style("■").yellow(),
        printed.above()
    )
}

/// What a bolus was for.
pub(crate) fn kind(bolus: &Bolus) -> String {
    let mut words = vec![match (&bolus.origin, bolus.carbs_grams > 0.0 || bolus.requested_food_units > 0.0) {
        (BolusOrigin::Automatic, _) => "automatic",
        (BolusOrigin::User | BolusOrigin::Remote, true) => "meal",
        (BolusOrigin::User | BolusOrigin::Remote, false) => "correction",
        (BolusOrigin::Unknown(label), _) => label,
    }];
    if bolus.extended_units > 0.0 {
        words.push("extended");
    }
    if bolus.overridden {
        words.push("amount changed by the person");
    }
    words.join(", ")
}

/// The pump's own name of something, for people: `user_low_egv` is `user low glucose`.
pub(crate) fn readable_name(name: &str) -> String {
    if !name.contains('_') {
        return name.to_owned();
    }
    let word = |word| match word {
        "egv" => "glucose",
        "lipo" => "battery",
        other => other,
    };
    name.to_lowercase().split('_').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_understood() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 1).expect("a date");
        let rows = [
            ("today", Some((2026, 3, 1))),
            ("yesterday", Some((2026, 2, 28))),
            ("-2", Some((2026, 2, 27))),
            ("2025-12-31", Some((2025, 12, 31))),
            ("-x", None),
            ("2025-02-30", None),
            ("-4294967295", None),
        ];
        for (text, expected) in rows {
            let expected = expected.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
            assert_eq!(parse_day(text, today).ok(), expected, "{text}");
        }
    }
}
