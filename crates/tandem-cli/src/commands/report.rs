//! `tandem report`: one page of HTML for a browser or a printer.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;
use chrono::TimeDelta;
use clap::Args;
use report::{Report, ReportInput, ReportOptions, Window};

use super::arguments::{Selection, Units, days_in_words, glucose_unit};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::History;
use crate::output::{atomic, counted, size};

/// Days of a report, unless others are named.
const USUAL_DAYS: u32 = 14;

const EXAMPLES: &str = "\
Examples:
  tandem report --open                             the last 14 days
  tandem report --days 90 --compare --units mmol/L
  tandem report --from 2026-03-01 --to 2026-03-31 --output march.html

The page holds everything it needs: it can be mailed, printed and read without a network. It carries a name only where \
--name gives one. Numbers to talk about with a care team; no advice on dosing.";

/// Write a report of glucose and insulin that a clinician recognises
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Show the period of the same length before it beside the figures
    #[arg(long)]
    compare: bool,
    /// The unit of glucose
    #[arg(long, value_name = "UNIT", ignore_case = true)]
    units: Option<Units>,
    /// The person's name, to be printed on the report
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The file to write; `-` is stdout [default: tandem-report-FIRST-LAST.html]
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    overwrite: bool,
    /// Show the report in the browser
    #[arg(long)]
    open: bool,
}

/// Writes the report.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let reader = context.reader()?;
    let history = History::new(&reader)?.of_pump(arguments.selection.pump.as_deref())?;
    let Some(window) = arguments.selection.window(&history, Some(USUAL_DAYS))? else {
        let failure =
            Failure::new(Exit::Data, "there is nothing to report: the database has no readings and no insulin");
        return Err(failure.hint("`tandem sync` or `tandem import PATH` brings some").into());
    };
    let path = arguments.output.clone().unwrap_or_else(|| usual_path(window));
    let to_stdout = path == Path::new("-");
    if !to_stdout {
        atomic::may_write(&path, arguments.overwrite)?;
    }
    let input = input(&history, window, arguments.compare)?;
    let page = Report::render(&input, &options(arguments, &history, context)?);
    if to_stdout {
        context.terminal.write_data(page.as_bytes())?;
        return Ok(Exit::Done);
    }
    atomic::write(&path, arguments.overwrite, |file| file.write_all(page.as_bytes()))?;
    let readings = counted(input.period.readings.len() as u64, "reading");
    context.terminal.say(format!(
        "{}: {}, {readings}, {}",
        path.display(),
        days_in_words(window),
        size(page.len() as u64)
    ));
    if arguments.open {
        open(&path, context);
    }
    Ok(Exit::Done)
}

fn input(history: &History<'_>, window: Window, compare: bool) -> Result<ReportInput> {
    let before = || {
        let length = window.end.date() - window.start.date();
        let first = window.start.date().checked_sub_signed(length).unwrap_or(window.start.date());
        history.period(history.days(first, window.start.date()))
    };
    Ok(ReportInput {
        period: history.period(window)?,
        previous: compare.then(before).transpose()?,
        zone: history.zone,
        pump: history.models(window)?,
    })
}

fn options(arguments: &Arguments, history: &History<'_>, context: &Context) -> Result<ReportOptions> {
    let now = Context::now();
    let made_at = history.zone.map_or_else(|| now.naive_utc(), |zone| now.with_timezone(&zone).naive_local());
    Ok(ReportOptions {
        unit: glucose_unit(arguments.units, context)?,
        name: arguments.name.clone(),
        made_at: Some(made_at),
        ..ReportOptions::default()
    })
}

fn usual_path(window: Window) -> PathBuf {
    let last = window.end.date() - TimeDelta::days(1);
    PathBuf::from(format!("tandem-report-{}-{last}.html", window.start.date()))
}

/// Asks the desktop to show the file; the report is written whether or not there is a desktop.
fn open(path: &Path, context: &Context) {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        Command::new("xdg-open")
    };
    let silent = command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = silent.spawn() {
        context.terminal.note(format!("no browser could be started ({error}); open the file yourself"));
    }
}
