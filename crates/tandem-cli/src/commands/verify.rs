//! `tandem verify`: whether the database is in order, all of it compared with the events it was made from.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use console::style;
use serde_json::{Value, json};
use store_duckdb::{Finding, StatusFacts};

use crate::clock_hints::ClockHints;
use crate::context::{Context, shared_bar};
use crate::failure::Exit;
use crate::output::{Align, ScreenTable, format_count, format_thousands, wrap_text};
use crate::terminal::Terminal;

const ABOUT: &str = "\
Examples:
  tandem verify
  tandem verify --json

Looks for gaps in the pump's numbering, events that were not decoded or differ from their raw text, times that do not follow from the \
log and the zones, rows that are missing, left over or differ from their events, overlapping time spans, duplicate measurements or carbs, \
impossible numbers, unknown insulin, pumps that logged at the same time, accounts of several people, and totals that differ from the pump's own. \
Changes nothing. The exit code is 6 if there are errors; oddities and pending work are listed but do not count as errors.

`tandem explain TABLE ID` shows what a row was made from.";

/// Verify the database against its raw events and the pump's own totals
#[derive(Args, Debug)]
#[command(after_help = ABOUT)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Serial numbers by the number of the pump.
type Serials = BTreeMap<i64, String>;

/// Looks, and tells.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let reader = context.reader()?;
    let (facts, hints) = (StatusFacts::read(&reader)?, ClockHints::read(&reader)?);
    drop(reader);
    let bar = shared_bar(context.terminal, "verifying");
    let findings = context.store_to_read()?.verify()?;
    drop(bar);
    let name = |pump: &store_duckdb::PumpFacts| {
        let serial = pump.serial_number.clone().unwrap_or_else(|| format!("no. {}", pump.id));
        (i64::from(pump.id), serial)
    };
    let serials: Serials = facts.pumps.iter().map(name).collect();
    let rows = |name: &str| facts.tables.iter().find(|table| table.name == name).map_or(0, |table| table.rows);
    let events = rows("raw_events");
    let coverage = Coverage {
        events,
        has_own_totals: rows("basal_totals") > 0,
        is_decoded: facts.unparsed_batches == 0,
        is_derived: facts.underived_pumps == 0,
    };
    let text = if arguments.json {
        format!("{:#}\n", as_json(&findings, &hints, &serials, events))
    } else {
        on_screen(&findings, &serials, &coverage) + &clocks_on_screen(&hints)
    };
    context.terminal.write_data(text.as_bytes())?;
    Ok(if findings.iter().any(|finding| finding.is_fault) { Exit::Data } else { Exit::Done })
}

/// What could be checked.
struct Coverage {
    events: u64,
    has_own_totals: bool,
    is_decoded: bool,
    is_derived: bool,
}

impl Coverage {
    fn checked(&self) -> String {
        let mut checked = vec!["numbering", "decoding"];
        checked.extend(self.is_decoded.then_some("times"));
        checked.extend(["derived rows", "accounts"]);
        checked.extend(self.has_own_totals.then_some("the pump's own totals"));
        checked.join(", ")
    }

    fn unchecked(&self) -> impl Iterator<Item = &'static str> {
        let times = (!self.is_decoded).then_some("times, because events wait to be decoded");
        let rows = (!self.is_derived).then_some("derived rows of pumps whose tables are out of date, listed below");
        let totals = (!self.has_own_totals).then_some("the pump's own totals, because it logged none");
        [times, rows, totals].into_iter().flatten()
    }
}

fn on_screen(findings: &[Finding], serials: &Serials, coverage: &Coverage) -> String {
    let (faults, others): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.is_fault);
    let mut text = String::new();
    if faults.is_empty() {
        let found =
            format!("no errors found in {}; checked: {}", format_count(coverage.events, "event"), coverage.checked());
        let _ = writeln!(text, "{} {}", style("✓").green(), wrap_text(&found, Terminal::width().saturating_sub(2), 2));
    } else {
        let words =
            format!("{} in {}", format_count(faults.len() as u64, "fault"), format_count(coverage.events, "event"));
        let _ = writeln!(text, "{} {words}\n\n{}", style("✗").red(), table(&faults, serials));
    }
    for part in coverage.unchecked() {
        let _ = writeln!(text, "  Not checked: {part}");
    }
    if !others.is_empty() {
        let _ = write!(text, "\n{}\n{}", style("Oddities (not errors)").bold(), table(&others, serials));
    }
    text
}

/// What the pumps' clocks did: nothing is wrong with the database, but the person should know.
fn clocks_on_screen(hints: &ClockHints) -> String {
    let lines: Vec<_> = hints.corrected.iter().chain(&hints.open).collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", style("The pump's clock").bold());
    for line in lines {
        let _ = writeln!(text, "  {}", wrap_text(line, Terminal::width().saturating_sub(2), 2));
    }
    text
}

fn table(findings: &[&Finding], serials: &Serials) -> String {
    let mut table = ScreenTable::new([
        ("check", Align::Left),
        ("pump", Align::Right),
        ("table", Align::Left),
        ("count", Align::Right),
        ("first id", Align::Right),
        ("what", Align::Left),
    ]);
    for finding in findings {
        table.push([
            Some(finding.check.as_str().replace('_', " ")),
            Some(serial(finding, serials)),
            Some(finding.table.clone()),
            Some(format_thousands(finding.count)),
            Some(finding.first_id.map_or_else(String::new, |id| id.to_string())),
            Some(finding.detail.clone()),
        ]);
    }
    table.fit(Terminal::width()).text
}

fn serial(finding: &Finding, serials: &Serials) -> String {
    let number = i64::from(finding.pump.0);
    serials.get(&number).cloned().unwrap_or_else(|| format!("no. {number}"))
}

fn as_json(findings: &[Finding], hints: &ClockHints, serials: &Serials, events: u64) -> Value {
    let entry = |finding: &Finding| {
        json!({
            "check": finding.check.as_str(), "fault": finding.is_fault, "pump_id": finding.pump.0,
            "serial_number": serials.get(&i64::from(finding.pump.0)), "table": finding.table, "count": finding.count,
            "first_id": finding.first_id, "detail": finding.detail,
        })
    };
    json!({
        "ok": !findings.iter().any(|finding| finding.is_fault),
        "raw_events": events,
        "clock": hints.corrected.iter().chain(&hints.open).collect::<Vec<_>>(),
        "findings": findings.iter().map(entry).collect::<Vec<_>>(),
    })
}
