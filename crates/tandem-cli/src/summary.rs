//! A history in few lines, for people: span, time in range, insulin per day.

use std::fmt::Write as _;

use anyhow::Result;
use console::{Color, measure_text_width, style};
use report::metrics::Ranges;
use report::printing::{self, PrintedRanges};
use report::{GlucoseUnit, Metrics, MetricsOptions, Thresholds};
use store_duckdb::Reader;

use crate::history::{History, InsulinPerDay, PumpSpan};
use crate::output::{format_count, format_thousands};
use crate::terminal::Terminal;

/// The segment that the summary is about, as usual among clinicians.
const DAYS: u64 = 90;
/// Columns before a line, and between its parts.
const INDENT: usize = 2;

/// A history in few lines.
pub(crate) struct Summary {
    pumps: Vec<PumpSpan>,
    metrics: Option<Metrics>,
    insulin: Option<InsulinPerDay>,
    unit: GlucoseUnit,
}

impl Summary {
    /// Reads what is to be said.
    pub(crate) fn read(reader: &Reader, unit: GlucoseUnit) -> Result<Self> {
        let history = History::new(reader)?;
        let mut summary = Self { pumps: history.pumps()?, metrics: None, insulin: None, unit };
        if let Some(window) = history.last_days(DAYS)? {
            summary.metrics = Some(Metrics::of(&history.readings(window)?, &MetricsOptions::default()));
            summary.insulin = history.insulin_per_day(window)?;
        }
        Ok(summary)
    }

    /// The lines.
    pub(crate) fn on_screen(&self) -> String {
        let mut text = String::new();
        for pump in &self.pumps {
            text += &pump_line(pump);
        }
        if let Some(metrics) = &self.metrics {
            text += &self.glucose(metrics);
        }
        if let Some(insulin) = &self.insulin {
            text += &insulin_lines(insulin);
        }
        text
    }

    fn glucose(&self, metrics: &Metrics) -> String {
        let Some(ranges) = &metrics.ranges else { return String::new() };
        let title = format!("Glucose, last {DAYS} days");
        let readings = format_count(metrics.counts.all as u64, "reading");
        let wear =
            metrics.wear.active_percent.map_or_else(String::new, |percent| format!(", {percent:.0} % of the time"));
        let mut text = format!("\n{}  {}\n", style(title).bold(), style(format!("{readings}{wear}")).dim());
        text += &range_bars(ranges, self.unit);
        let glucose =
            |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| printing::glucose(value, self.unit));
        let percent = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| printing::fixed(value, 1));
        let _ = writeln!(
            text,
            "  mean {} {}   GMI {} %   CV {} %",
            glucose(metrics.summary.mean),
            self.unit.name(),
            percent(metrics.summary.gmi),
            percent(metrics.summary.cv)
        );
        text
    }
}

fn pump_line(pump: &PumpSpan) -> String {
    let serial = pump.serial_number.as_deref().unwrap_or("without a number");
    let model = pump.model_name.as_deref().unwrap_or_default();
    let days = (pump.last - pump.first).num_days() + 1;
    let (first, last, readings) = (pump.first, pump.last, format_count(pump.readings, "reading"));
    let span = format!("pump {serial:<9}  {first} to {last}");
    let details = format!("{} days, {readings}  {model}", format_thousands(days as u64));
    let is_wide = INDENT + measure_text_width(&span) + INDENT + measure_text_width(&details) <= Terminal::width();
    let gap = if is_wide { "  " } else { "\n    " };
    format!("  {}{gap}{}\n", style(span).bold(), style(details).dim())
}

/// A bar per range, top to bottom as glucose goes.
pub(crate) fn range_bars(ranges: &Ranges, unit: GlucoseUnit) -> String {
    let printed = PrintedRanges::new(ranges);
    let edge = |mg_per_dl: f64| printing::glucose(mg_per_dl, unit);
    let t = Thresholds::default();
    let rows = [
        ("very high", format!("above {}", edge(t.very_high)), ranges.very_high, printed.very_high, Color::Magenta),
        ("high", format!("to {}", edge(t.very_high)), ranges.high, printed.high, Color::Yellow),
        ("in range", format!("{}–{}", edge(t.low), edge(t.high)), ranges.in_range, printed.in_range, Color::Green),
        ("low", format!("from {}", edge(t.very_low)), ranges.low, printed.low, Color::Red),
        ("very low", format!("below {}", edge(t.very_low)), ranges.very_low, printed.very_low, Color::Red),
    ];
    let room = Terminal::width().saturating_sub(34).clamp(10, 60);
    let mut text = String::new();
    for (name, edges, exact, percent, color) in rows {
        let bar = bar(exact / 100.0, room);
        let _ = writeln!(
            text,
            "  {name:<9}  {}  {percent:>3} %  {}",
            style(format!("{edges:<10}")).dim(),
            style(bar).fg(color)
        );
    }
    text
}

/// A bar of eighths of a column; what is not nothing shows something.
fn bar(share: f64, room: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share * room as f64 * 8.0).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}

fn insulin_lines(insulin: &InsulinPerDay) -> String {
    let total = insulin.basal_units + insulin.bolus_units;
    let share = |units: f64| if total > 0.0 { 100.0 * units / total } else { 0.0 };
    format!(
        "\n{}  {}\n  {:.1} U = {:.1} U basal ({:.0} %) + {:.1} U bolus ({:.1} U automatic); {:.0} g carbs\n",
        style("Insulin, per day").bold(),
        style(format!("average of {}", format_count(insulin.days, "complete day"))).dim(),
        total,
        insulin.basal_units,
        share(insulin.basal_units),
        insulin.bolus_units,
        insulin.automatic_units,
        insulin.carbs_grams
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_what_is_not_nothing() {
        for (share, expected) in [(0.0, ""), (0.0001, "▏"), (0.5, "█████"), (1.0, "██████████"), (0.06, "▋")]
        {
            assert_eq!(bar(share, 10), expected, "{share}");
        }
    }
}
