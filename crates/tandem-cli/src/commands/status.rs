//! `tandem status`: what there is, what is missing, and what was done last.

mod coverage;

use std::fmt::Write as _;

use anyhow::Result;
use chrono::{DateTime, NaiveDateTime, Utc};
use clap::Args;
use console::style;
use pipeline::DayRange;
use pipeline::fetch::plausibility::{Doubt, DoubtReason};
use serde_json::{Value, json};
use store_duckdb::{EventTypeFacts, PumpFacts, RunFacts, StatusFacts};

use crate::clock_hints::ClockHints;
use crate::context::Context;
use crate::failure::Exit;
use crate::output::{format_age, format_count, format_size, format_thousands, wrap_text};
use crate::terminal::Terminal;
pub(crate) use coverage::{Coverage, may_be_factory_date};

/// Runs shown on a screen.
const RUNS: usize = 4;
/// Gaps shown on a screen.
const GAPS: usize = 3;
/// Event types shown in a line.
const EVENT_TYPES: usize = 6;
/// Lines about the pumps' clocks shown on a screen.
const HINTS: usize = 4;
/// Columns of a label and the gap after it.
const LABEL: usize = 11;

const EXAMPLES: &str = "\
Examples:
  tandem status
  tandem status --json | jq '.pumps[].gaps'

The bar of a pump has a sign for each month: █ events on every day, ▓ ▒ ░ on fewer, · on none.";

/// Show what the database holds: pumps, coverage by month, gaps, counts, last runs
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Shows the state of the database.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let reader = context.reader()?;
    let (facts, hints) = (StatusFacts::read(&reader)?, ClockHints::read(&reader)?);
    let path = &context.settings.database;
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    let now = Context::now();
    let text = if arguments.json {
        format!("{:#}\n", as_json(&facts, &hints, &path.display().to_string(), bytes, now))
    } else {
        on_screen(&facts, &hints, &path.display().to_string(), bytes, now)
    };
    context.terminal.write_data(text.as_bytes())?;
    Ok(Exit::Done)
}

fn on_screen(facts: &StatusFacts, hints: &ClockHints, path: &str, bytes: u64, now: DateTime<Utc>) -> String {
    let mut text = String::new();
    line(&mut text, "database", &format!("{path}  {}", style(format_size(bytes)).dim()));
    line(&mut text, "zone", &zones(facts));
    for hint in hints.open.iter().rev().take(HINTS) {
        line(&mut text, "clock", &wrap_text(hint, Terminal::width().saturating_sub(LABEL), LABEL));
    }
    for pump in &facts.pumps {
        text += &pump_on_screen(pump, now);
        text += &doubts_on_screen(facts.doubts.iter().filter(|(id, _)| *id == pump.id).map(|(_, doubt)| doubt));
    }
    if facts.pumps.is_empty() {
        text += "\nNo pumps yet. Run `tandem sync` or `tandem import PATH`.\n";
    }
    text += &tables(facts);
    text += &event_types(facts);
    text += &oddities(facts);
    text += &runs(&facts.runs, now);
    text
}

fn line(text: &mut String, label: &str, value: &str) {
    let _ = writeln!(text, "{}  {value}", style(format!("{label:>9}")).cyan());
}

fn zones(facts: &StatusFacts) -> String {
    if facts.zones.is_empty() {
        return "none; the pump's clock is taken as UTC. Set yours with `tandem zone set CITY`".to_owned();
    }
    let describe = |(from, zone): &(Option<chrono::NaiveDate>, String)| match from {
        None => zone.clone(),
        Some(from) => format!("{zone} from {from}"),
    };
    facts.zones.iter().map(describe).collect::<Vec<_>>().join(", ")
}

fn pump_on_screen(pump: &PumpFacts, now: DateTime<Utc>) -> String {
    let serial = pump.serial_number.as_deref().unwrap_or("without a number");
    let model = pump.model_name.as_deref().unwrap_or_default();
    let mut text = format!("\n{}  {}\n", style(format!("Pump {serial}")).bold(), style(model).dim());
    if let Some(newest) = pump.newest_event {
        let age = pump.newest_event_utc.map_or_else(String::new, |utc| format!("  ({})", format_age(utc, now)));
        line(&mut text, "newest", &(describe_newest(newest, pump.newest_event_local) + &age));
    }
    if let Some(upload) = pump.last_upload {
        line(&mut text, "upload", &format!("{} UTC  ({})", upload.format("%Y-%m-%d %H:%M"), format_age(upload, now)));
    }
    let coverage = Coverage::from_days(&pump.days, now);
    line(&mut text, "events", &coverage.describe_span());
    text += &coverage.draw_months();
    for gap in coverage.gaps.iter().rev().take(GAPS) {
        line(&mut text, "gap", &format!("{gap}  ({})", format_count(u64::from(gap.days()), "day")));
    }
    if coverage.gaps.len() > GAPS {
        line(&mut text, "", &format!("and {} before", format_count((coverage.gaps.len() - GAPS) as u64, "gap")));
    }
    text
}

/// When the newest event was, and what a wrong clock showed then.
fn describe_newest(wall: NaiveDateTime, local: Option<NaiveDateTime>) -> String {
    let minute = |time: NaiveDateTime| time.format("%Y-%m-%d %H:%M").to_string();
    match local {
        Some(local) if local != wall => format!("{}, {} on its clock", minute(local), minute(wall)),
        _ => format!("{} on its clock", minute(wall)),
    }
}

/// Days that the next sync asks for again.
fn doubts_on_screen<'a>(doubts: impl Iterator<Item = &'a Doubt>) -> String {
    let mut text = String::new();
    for doubt in doubts.filter(|doubt| doubt.is_open() || doubt.reason == DoubtReason::Format) {
        line(&mut text, "doubtful", &format!("{}: {}", doubt.days, doubt.reason));
    }
    text
}

/// Tables side by side, as many as the screen takes.
fn tables(facts: &StatusFacts) -> String {
    let cell = |table: &store_duckdb::TableFacts| format!("{:>11} {:<22}", format_thousands(table.rows), table.name);
    let cells: Vec<_> = facts.tables.iter().filter(|table| table.rows > 0).map(cell).collect();
    let across = (Terminal::width() / 36).clamp(1, 3);
    let down = cells.len().div_ceil(across);
    let mut text = format!("\n{}\n", style("Rows").bold());
    for row in 0..down {
        let line: String =
            (row..cells.len()).step_by(down).map(|index| cells[index].clone()).collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Which types of events arrive: the most frequent, and those that were known only from Bluetooth.
fn event_types(facts: &StatusFacts) -> String {
    if facts.event_types.is_empty() {
        return String::new();
    }
    let describe =
        |kind: &EventTypeFacts| format!("{} {} ({})", kind.code, short_name(kind), format_thousands(kind.events));
    let named = |kinds: Vec<&EventTypeFacts>| {
        let shown: Vec<_> = kinds.iter().take(EVENT_TYPES).map(|kind| describe(kind)).collect();
        let rest = kinds.len().saturating_sub(EVENT_TYPES);
        shown.join(", ") + &if rest > 0 { format!(" and {rest} more") } else { String::new() }
    };
    let mut known: Vec<_> = facts.event_types.iter().filter(|kind| kind.name.is_some()).collect();
    known.sort_by_key(|kind| std::cmp::Reverse(kind.events));
    let mut text = format!("\n{}\n", style("Event types that arrive").bold());
    let news: Vec<_> = known.iter().copied().filter(|kind| kind.is_known_from_bluetooth).collect();
    let mut list = |label: &str, kinds: Vec<&EventTypeFacts>| {
        if !kinds.is_empty() {
            let _ = writeln!(text, "  {}", wrap_text(&format!("{label}: {}", named(kinds)), Terminal::width() - 2, 2));
        }
    };
    list(&format!("{} known types", known.len()), known);
    list("of these, so far known only from Bluetooth", news);
    text + "  `tandem status --json` lists all\n"
}

/// The name without the prefix that most have.
fn short_name(kind: &EventTypeFacts) -> String {
    kind.name.unwrap_or_default().trim_start_matches("LID_").to_lowercase()
}

fn oddities(facts: &StatusFacts) -> String {
    let mut text = String::new();
    if !facts.unknown_codes.is_empty() {
        let codes: Vec<_> =
            facts.unknown_codes.iter().map(|(code, count)| format!("{code} ({})", format_thousands(*count))).collect();
        let _ =
            writeln!(text, "\n{}\n  {}", style("Events of unknown types (stored undecoded)").bold(), codes.join(", "));
    }
    let others: Vec<_> = facts.problems.iter().filter(|(kind, _)| kind != "unknown_event").collect();
    if !others.is_empty() {
        let words: Vec<_> = others
            .iter()
            .map(|(kind, count)| format!("{} ({})", kind.replace('_', " "), format_thousands(*count)))
            .collect();
        let _ = writeln!(text, "\n{}\n  {}", style("Oddities of decoded events").bold(), words.join(", "));
    }
    text
}

fn runs(runs: &[RunFacts], now: DateTime<Utc>) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", style("Last runs").bold());
    for run in runs.iter().take(RUNS) {
        let outcome = run.outcome.as_deref().unwrap_or("not ended");
        let error = run.error.as_deref().map_or_else(String::new, |error| format!(": {error}"));
        let _ = writeln!(text, "  {:<7} {outcome}{error}  {}", run.stage, style(format_age(run.started, now)).dim());
    }
    text
}

fn as_json(facts: &StatusFacts, hints: &ClockHints, path: &str, bytes: u64, now: DateTime<Utc>) -> Value {
    let run = |run: &RunFacts| {
        let counts = run.counts.as_deref().and_then(|counts| serde_json::from_str::<Value>(counts).ok());
        json!({
            "stage": run.stage, "started": run.started, "ended": run.ended, "outcome": run.outcome, "counts": counts,
            "error": run.error,
        })
    };
    let zone = |(from, zone): &(Option<chrono::NaiveDate>, String)| json!({"valid_from": from, "zone": zone});
    json!({
        "database": path,
        "bytes": bytes,
        "schema_version": facts.schema_version,
        "zones": facts.zones.iter().map(zone).collect::<Vec<_>>(),
        "clock_hints": hints.open,
        "pumps": facts.pumps.iter().map(|pump| pump_as_json(pump, now)).collect::<Vec<_>>(),
        "tables": facts.tables.iter().map(|table| (table.name.clone(), table.rows.into())).collect::<serde_json::Map<_, _>>(),
        "event_types": facts.event_types.iter().map(|kind| json!({"code": kind.code, "name": kind.name, "known_only_from_bluetooth": kind.is_known_from_bluetooth, "events": kind.events})).collect::<Vec<_>>(),
        "unknown_codes": facts.unknown_codes.iter().map(|(code, count)| (code.to_string(), (*count).into())).collect::<serde_json::Map<_, _>>(),
        "problems": facts.problems.iter().map(|(kind, count)| (kind.clone(), (*count).into())).collect::<serde_json::Map<_, _>>(),
        "doubtful_days": facts.doubts.iter().map(doubt_as_json).collect::<Vec<_>>(),
        "rejected_events": facts.rejected,
        "unparsed_batches": facts.unparsed_batches,
        "underived_pumps": facts.underived_pumps,
        "runs": facts.runs.iter().map(run).collect::<Vec<_>>(),
    })
}

fn doubt_as_json((pump, doubt): &(i32, Doubt)) -> Value {
    json!({
        "pump_id": pump, "first_day": doubt.days.first(), "last_day": doubt.days.last(), "reason": doubt.reason.to_string(),
        "missing_events": doubt.missing, "asked": doubt.asked, "asks_again": doubt.is_open(),
    })
}

/// One pump with its months and gaps.
pub(crate) fn pump_as_json(pump: &PumpFacts, now: DateTime<Utc>) -> Value {
    let coverage = Coverage::from_days(&pump.days, now);
    let months: Vec<_> = coverage
        .months()
        .map(|month| json!({"month": month.first.format("%Y-%m").to_string(), "days": month.days, "days_with_events": month.with_events, "events": month.events}))
        .collect();
    let gaps: Vec<_> =
        coverage.gaps.iter().map(|gap| json!({"first_day": gap.first(), "last_day": gap.last()})).collect();
    json!({
        "id": pump.id, "serial_number": pump.serial_number, "model_name": pump.model_name, "last_upload": pump.last_upload,
        "newest_event": pump.newest_event, "newest_event_utc": pump.newest_event_utc,
        "newest_event_local": pump.newest_event_local, "events": coverage.events,
        "misdated_events": coverage.misdated, "first_day": coverage.span.map(DayRange::first),
        "last_day": coverage.span.map(DayRange::last), "months": months, "gaps": gaps,
    })
}
