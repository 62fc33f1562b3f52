//! Metrics for people: a few tables, every number with its unit.

use std::fmt::Write as _;

use console::{measure_text_width, style};
use report::episodes::EpisodeSummary;
use report::insulin::{AverageDay, InsulinSummary};
use report::metrics::GriZone;
use report::printing::{self, fixed};
use report::{GlucoseUnit, Reading, Thresholds};

use super::subject::Subject;
use crate::output::{Align, ScreenTable, format_count};
use crate::summary::range_bars;
use crate::terminal::Terminal;

/// What stands for a number that is not defined.
const NONE: &str = "–";
/// What stands for insulin of which the pump logged nothing usable.
const UNKNOWN: &str = "unknown";

/// The first and the last day of `readings`.
pub(super) fn describe_span(readings: &[Reading]) -> Option<String> {
    let first = readings.iter().map(|reading| reading.at.date()).min()?;
    let last = readings.iter().map(|reading| reading.at.date()).max()?;
    Some(if first == last { first.to_string() } else { format!("{first} to {last}") })
}

/// The metrics of one subject.
pub(super) struct Page<'a> {
    pub(super) subject: &'a Subject,
    pub(super) unit: GlucoseUnit,
}

impl Page<'_> {
    /// The lines.
    pub(super) fn text(&self) -> String {
        let mut text = self.heading();
        let metrics = &self.subject.metrics;
        if let Some(ranges) = &metrics.ranges {
            text += &section("Time in ranges", &range_bars(ranges, self.unit));
            text += &section("Glucose", &pairs(&self.glucose()));
            text += &self.own_target();
            text += &section("Risk", &pairs(&self.risk()));
            text += &section("Variability", &pairs(&self.variability()));
            text += &section("Episodes", &self.episodes());
        }
        if let Some(insulin) = &self.subject.insulin {
            text += &section("Insulin, average day", &averages(insulin));
            text += &left_out(insulin);
            text += &section("Insulin, by kind", &pairs(&kinds(insulin)));
            text += &section("Modes", &pairs(&modes(insulin)));
        }
        text
    }

    /// Who, when, how many readings, how much of the time.
    fn heading(&self) -> String {
        let metrics = &self.subject.metrics;
        let mut words = Vec::new();
        words.extend(self.subject.days.clone());
        words.push(format_count(metrics.counts.all as u64, "reading"));
        words.extend(
            metrics.wear.active_percent.map(|percent| format!("sensor active {} % of the time", fixed(percent, 1))),
        );
        format!("{}  {}\n", style(&self.subject.id).bold(), style(words.join(", ")).dim())
    }

    /// Time in the person's own target range, where the configuration has one.
    fn own_target(&self) -> String {
        let Some((range, share)) = self.subject.own_target else { return String::new() };
        format!("  {}  {}\n", style(format!("own target {}", self.range(range))).cyan(), percent(share))
    }

    /// "70–140", or "3.9–7.8".
    fn range(&self, (low, high): (f64, f64)) -> String {
        format!("{}–{}", printing::glucose(low, self.unit), printing::glucose(high, self.unit))
    }

    fn glucose(&self) -> Vec<(String, String)> {
        let (metrics, quantiles) = (&self.subject.metrics, &self.subject.metrics.quantiles);
        let summary = &metrics.summary;
        let edges = |low, high| match (low, high) {
            (Some(low), Some(high)) => {
                format!(
                    "{}–{} {}",
                    printing::glucose(low, self.unit),
                    printing::glucose(high, self.unit),
                    self.unit.name()
                )
            }
            _ => NONE.to_owned(),
        };
        let t = Thresholds::default();
        vec![
            ("mean".to_owned(), self.concentration(summary.mean)),
            ("median".to_owned(), self.concentration(summary.median)),
            ("SD".to_owned(), self.concentration(summary.sd)),
            ("CV".to_owned(), percent(summary.cv)),
            ("GMI".to_owned(), percent(summary.gmi)),
            ("eA1c".to_owned(), percent(summary.ea1c)),
            ("middle half".to_owned(), edges(quantiles.p25, quantiles.p75)),
            ("5 % to 95 %".to_owned(), edges(quantiles.p05, quantiles.p95)),
            (
                format!("tight range {}", self.range((t.low, t.tight_high))),
                percent(metrics.ranges.map(|ranges| ranges.in_tight_range)),
            ),
            (
                format!("pregnancy {}", self.range((t.pregnancy_low, t.pregnancy_high))),
                percent(metrics.ranges.map(|ranges| ranges.in_pregnancy_range)),
            ),
        ]
    }

    fn risk(&self) -> Vec<(&'static str, String)> {
        let metrics = &self.subject.metrics;
        let gri = metrics
            .gri
            .map_or_else(|| NONE.to_owned(), |gri| format!("{}, zone {}", fixed(gri.index, 1), zone(gri.zone)));
        vec![
            ("GRI", gri),
            ("LBGI", format_number(metrics.risk.lbgi, 2)),
            ("HBGI", format_number(metrics.risk.hbgi, 2)),
            ("ADRR", format_number(metrics.risk.adrr, 1)),
            ("J-index", format_number(metrics.summary.j_index, 1)),
        ]
    }

    fn variability(&self) -> Vec<(&'static str, String)> {
        let variability = &self.subject.metrics.variability;
        vec![
            ("MAGE", self.concentration(variability.mage.average)),
            ("MODD", self.concentration(variability.modd)),
            ("CONGA 1 h", self.concentration(variability.conga_1h)),
            ("CONGA 24 h", self.concentration(variability.conga_24h)),
            ("GVP", percent(variability.gvp)),
            ("MAG per hour", self.concentration(variability.mag)),
            ("SD within days", self.concentration(variability.sd_within_days)),
            ("SD between days", self.concentration(variability.sd_between_days)),
            ("COGI", percent(variability.cogi)),
        ]
    }

    fn episodes(&self) -> String {
        let all = &self.subject.metrics.episodes;
        let rows = [
            ("low", all.low),
            ("very low", all.very_low),
            ("extended low", all.extended_low),
            ("high", all.high),
            ("very high", all.very_high),
            ("extended high", all.extended_high),
        ];
        let mut table = table(&["", "episodes", "per week", "minutes", self.unit.name()]);
        for (name, summary) in rows {
            table.push(self.episode_cells(name, summary.as_ref()).map(Some));
        }
        indented(&table.fit(Terminal::width().saturating_sub(2)).text)
    }

    fn episode_cells(&self, name: &str, summary: Option<&EpisodeSummary>) -> [String; 5] {
        let of = |value: Option<f64>, decimals| format_number(value, decimals);
        let total = summary.map_or_else(|| NONE.to_owned(), |summary| summary.total_episodes.to_string());
        let duration = summary.filter(|summary| summary.total_episodes > 0).map(|summary| summary.avg_ep_duration);
        let glucose = summary.and_then(|summary| summary.avg_ep_gl);
        [
            name.to_owned(),
            total,
            of(summary.and_then(|summary| summary.avg_ep_per_day).map(|per_day| per_day * 7.0), 1),
            of(duration, 0),
            glucose.map_or_else(|| NONE.to_owned(), |glucose| printing::glucose(glucose, self.unit)),
        ]
    }

    fn concentration(&self, mg_per_dl: Option<f64>) -> String {
        let words = |mg_per_dl| format!("{} {}", printing::glucose(mg_per_dl, self.unit), self.unit.name());
        mg_per_dl.map_or_else(|| NONE.to_owned(), words)
    }
}

fn section(title: &str, text: &str) -> String {
    format!("\n{}\n{text}", style(title).bold())
}

/// Two pairs of label and value side by side, read downwards.
fn pairs<L: AsRef<str>>(all: &[(L, String)]) -> String {
    let label = all.iter().map(|(label, _)| measure_text_width(label.as_ref())).max().unwrap_or(0);
    let value = all.iter().map(|(_, value)| measure_text_width(value)).max().unwrap_or(0);
    let across = if 2 * (label + value) + 10 <= Terminal::width() { 2 } else { 1 };
    let down = all.len().div_ceil(across);
    let mut text = String::new();
    for row in 0..down {
        let cells = all.iter().skip(row).step_by(down).map(|(name, shown)| {
            let room = " ".repeat(value - measure_text_width(shown));
            format!("{}  {shown}{room}", style(format!("{:<label$}", name.as_ref())).cyan())
        });
        let _ = writeln!(text, "  {}", cells.collect::<Vec<_>>().join("      ").trim_end());
    }
    text
}

fn table(names: &[&str]) -> ScreenTable {
    ScreenTable::new(
        names.iter().enumerate().map(|(index, name)| (*name, if index == 0 { Align::Left } else { Align::Right })),
    )
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |all, line| all + "  " + line + "\n")
}

fn averages(insulin: &InsulinSummary) -> String {
    let mut table = table(&["average of", "days", "total U", "basal U", "bolus U", "basal %", "carbs g"]);
    let average = &insulin.average;
    let rows = [
        ("days with insulin", average.of_days_with_data),
        ("complete days", average.of_complete_days),
        ("all the time elapsed", average.of_elapsed_days),
    ];
    for (name, day) in rows {
        table.push(average_cells(name, day).map(Some));
    }
    indented(&table.fit(Terminal::width().saturating_sub(2)).text)
}

/// What the averages leave out, where they do.
fn left_out(insulin: &InsulinSummary) -> String {
    let mut text = String::new();
    if insulin.overlapping_days() > 0 {
        let days = format_count(insulin.overlapping_days() as u64, "day");
        let _ = writeln!(
            text,
            "  Two pumps logged basal at the same time on {days}: incomplete, excluded from \
             averages."
        );
    }
    let boluses: usize = insulin.days.iter().map(|day| day.unknown_bolus_count).sum();
    if boluses > 0 {
        let boluses = if boluses == 1 { "a bolus".to_owned() } else { format!("{boluses} boluses") };
        let _ = writeln!(
            text,
            "  The pump logged an impossible amount for {boluses}; unknown and not part of any \
             total."
        );
    }
    text
}

fn average_cells(name: &str, day: Option<AverageDay>) -> [String; 7] {
    let of = |value: fn(&AverageDay) -> f64, decimals| format_number(day.as_ref().map(value), decimals);
    let units = |value: fn(&AverageDay) -> Option<f64>| {
        let known = |day: &AverageDay| value(day).map_or_else(|| UNKNOWN.to_owned(), |units| fixed(units, 1));
        day.as_ref().map_or_else(|| NONE.to_owned(), known)
    };
    [
        name.to_owned(),
        of(|day| day.days, 1),
        units(AverageDay::total_units),
        units(|day| day.basal_units),
        of(|day| day.bolus_units, 1),
        format_number(day.and_then(|day| day.basal_percent()), 0),
        of(|day| day.carbs_grams, 0),
    ]
}

/// Units of all boluses of the days by kind, per day with insulin on record.
fn kinds(insulin: &InsulinSummary) -> Vec<(&'static str, String)> {
    let average = insulin.average.of_days_with_data.filter(|day| day.days > 0.0);
    let per_day = |of: fn(&report::insulin::InsulinDay) -> f64| {
        let sum: f64 = insulin.averaged_days().map(of).sum();
        average.map_or_else(|| NONE.to_owned(), |day| format!("{} U/day", fixed(sum / day.days, 1)))
    };
    let basal = average.and_then(|day| day.basal_units);
    vec![
        ("basal", basal.map_or_else(|| UNKNOWN.to_owned(), |units| format!("{} U/day", fixed(units, 1)))),
        ("meal", per_day(|day| day.bolus_by_class.meal())),
        ("correction", per_day(|day| day.bolus_by_class.user_correction())),
        ("automatic correction", per_day(|day| day.bolus_by_class.auto_correction)),
        ("other boluses", per_day(|day| day.bolus_by_class.other)),
    ]
}

fn modes(insulin: &InsulinSummary) -> Vec<(&'static str, String)> {
    let modes = &insulin.recorded_modes;
    vec![
        ("automation on", percent(modes.closed_loop_percent_of_control())),
        ("basal by algorithm", percent(insulin.automated_basal_percent())),
        ("sleep", percent(modes.sleep_percent())),
        ("exercise", percent(modes.exercise_percent())),
    ]
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{} %", fixed(value, 1)))
}

fn format_number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| fixed(value, decimals))
}

fn zone(zone: GriZone) -> char {
    match zone {
        GriZone::A => 'A',
        GriZone::B => 'B',
        GriZone::C => 'C',
        GriZone::D => 'D',
        GriZone::E => 'E',
    }
}
