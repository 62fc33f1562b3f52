//! `tandem bugreport`: what a maintainer needs to know, in a file, without personal data.

mod redaction;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};
use store_duckdb::{PumpFacts, RunFacts, StatusFacts};

use super::doctor;
use super::doctor::checks::Examination;
use super::status::Coverage;
use crate::arguments::AccountArgs;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::output::{atomic, format_thousands};
use redaction::Redaction;

const ABOUT: &str = "\
Examples:
  tandem bugreport
  tandem bugreport --output report.txt

Writes what `tandem doctor` finds, and counts: rows by table, events by pump, unknown types, oddities, the last runs. E-mail \
address, names, serial numbers, folders and the addresses of proxies are replaced, and no glucose or insulin is in it. Look at the \
file before you send it; it is a page of text. A file that is there is never replaced.";

/// Columns of the file's lines.
const WIDTH: usize = 100;

/// Write a diagnostic report for the maintainers, with all personal data removed
#[derive(Args, Debug)]
#[command(after_help = ABOUT)]
pub(crate) struct Arguments {
    /// File to write [default: tandem-bugreport-DATE-TIME.txt]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    account: AccountArgs,
}

/// Writes the report.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let usual = || Context::now().format("tandem-bugreport-%Y%m%d-%H%M%S.txt").to_string().into();
    let path = arguments.output.clone().unwrap_or_else(usual);
    may_write(&path)?;
    let examination = Examination::from_arguments(&arguments.account, context);
    let text = Redaction::new(&arguments.account, context, &examination).applied(&report(&examination));
    atomic::write_file(&path, false, |file| file.write_all(text.as_bytes()))?;
    context.terminal.say(format!("Wrote {}. Please review it before you send it.", path.display()));
    Ok(Exit::Done)
}

fn may_write(path: &Path) -> Result<()> {
    if path.exists() {
        let failure = Failure::new(Exit::Usage, format!("{} already exists", path.display()));
        return Err(failure.hint("use --output to choose another file").into());
    }
    Ok(())
}

fn report(examination: &Examination) -> String {
    let mut text = format!(
        "tandem {}, {} {}, {}\n\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        Context::now().format("%Y-%m-%d %H:%M UTC")
    );
    text += &console::strip_ansi_codes(&doctor::on_screen(&examination.checks, WIDTH));
    if let Some(facts) = &examination.facts {
        text += &describe_facts(facts);
    }
    text
}

fn describe_facts(facts: &StatusFacts) -> String {
    let list = |title: &str, lines: Vec<String>| {
        if lines.is_empty() { String::new() } else { format!("\n{title}\n  {}\n", lines.join("\n  ")) }
    };
    let rows = facts.tables.iter().filter(|table| table.rows > 0);
    let codes = facts.unknown_codes.iter().map(|(code, count)| format!("type {code}: {}", format_thousands(*count)));
    let problems = facts.problems.iter().map(|(kind, count)| format!("{kind}: {}", format_thousands(*count)));
    let zone = |(from, zone): &(Option<chrono::NaiveDate>, String)| match from {
        Some(from) => format!("{zone} from {from}"),
        None => zone.clone(),
    };
    [
        list("Rows", rows.map(|table| format!("{}: {}", table.name, format_thousands(table.rows))).collect()),
        list("Pumps", facts.pumps.iter().map(describe_pump).collect()),
        list("Zones", facts.zones.iter().map(zone).collect()),
        list("Events of unknown types", codes.collect()),
        list("Oddities of decoded events", problems.collect()),
        list("Last runs", facts.runs.iter().map(describe_run).collect()),
    ]
    .concat()
}

fn describe_pump(pump: &PumpFacts) -> String {
    let coverage = Coverage::from_days(&pump.days, Context::now());
    let model = pump.model_name.as_deref().unwrap_or("unknown model");
    let upload =
        pump.last_upload.map_or_else(|| "never".to_owned(), |upload| upload.format("%Y-%m-%d %H:%M UTC").to_string());
    format!(
        "no. {}: {model}, {}, gaps: {}, last upload: {upload}",
        pump.id,
        coverage.describe_span(),
        coverage.gaps.len()
    )
}

fn describe_run(run: &RunFacts) -> String {
    let outcome = run.outcome.as_deref().unwrap_or("not ended");
    let mut text = format!("{} {} {outcome}", run.started.format("%Y-%m-%d %H:%M UTC"), run.stage);
    let counts: Option<Map<String, Value>> = run.counts.as_deref().and_then(|counts| serde_json::from_str(counts).ok());
    for (name, count) in counts.into_iter().flatten() {
        let _ = write!(text, ", {name} {}", count.as_u64().map_or_else(|| "?".to_owned(), format_thousands));
    }
    if let Some(error) = &run.error {
        let _ = write!(text, ": {error}");
    }
    text
}
