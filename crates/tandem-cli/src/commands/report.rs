//! `tandem report`: one page of HTML for a browser or a printer.

use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{NaiveDate, TimeDelta};
use clap::Args;
use report::{Period, Report, ReportInput, ReportOptions, Window};

use super::arguments::{Selection, Units, describe_days};
use super::preferences::{self, LanguageName, PaperName};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::History;
use crate::output::{atomic, browser, format_count, format_size};

/// Days of a report, unless others are named.
const DEFAULT_DAYS: u32 = 14;

const EXAMPLES: &str = "\
Examples:
  tandem report --open                             the last 14 days, beside the 14 before
  tandem report --name 'Ann Example' --born 1990-05-17 --paper letter
  tandem report --days 90 --units mmol/L --language de
  tandem report --from 2026-03-01 --to 2026-03-31 --output march.html

Printed from a browser, 14 days take four pages and 30 days six. The page holds everything it needs: it can be mailed, \
printed and read offline. A name is printed only if --name or the configuration gives one. For \
discussion with your care team; not advice on dosing.";

/// Write a glucose and insulin report for a clinic visit
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent flag")]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Do not compare with the preceding period of the same length
    #[arg(long)]
    no_compare: bool,
    /// The preceding period is shown unless --no-compare is given
    #[arg(long, hide = true, conflicts_with = "no_compare")]
    compare: bool,
    #[command(flatten)]
    look: Look,
    /// Paper size [default: letter in American time zones, else A4]
    #[arg(long, value_name = "PAPER", ignore_case = true)]
    paper: Option<PaperName>,
    /// Omit the daily pages
    #[arg(long)]
    no_days: bool,
    /// Print days large, three to a page, instead of all days on one or two pages
    #[arg(long, conflicts_with = "no_days")]
    large_days: bool,
    #[command(flatten)]
    file: OutputFile,
}

/// How a page looks, and whose it is.
#[derive(Args, Clone, Debug)]
pub(crate) struct Look {
    /// Unit for glucose [default: the pump's]
    #[arg(long, value_name = "UNIT", ignore_case = true)]
    units: Option<Units>,
    /// Language of the report
    #[arg(long, value_name = "LANGUAGE", ignore_case = true)]
    language: Option<LanguageName>,
    /// Name to print on every page
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Date of birth to print on every page
    #[arg(long, value_name = "DATE")]
    born: Option<NaiveDate>,
}

/// The file a page is written to.
#[derive(Args, Clone, Debug)]
pub(crate) struct OutputFile {
    /// File to write; `-` for stdout. An earlier page written by tandem is replaced
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Replace the file even if tandem did not write it
    #[arg(long)]
    overwrite: bool,
    /// Open the page in a browser
    #[arg(long)]
    open: bool,
}

/// Writes the report.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let reader = context.reader()?;
    let history = History::new(&reader)?.of_pump(arguments.selection.pump.as_deref())?;
    let Some(window) = arguments.selection.window(&history, Some(DEFAULT_DAYS))? else {
        return Err(nothing_to_show().into());
    };
    let path = arguments.file.path(|| default_path(window));
    arguments.file.check(&path)?;
    let input = read_input(&history, window, !arguments.no_compare)?;
    let page = Report::render(&input, &options(arguments, &history, context)?);
    let days = format!("{}, {}", describe_days(window), format_count(input.period.readings.len() as u64, "reading"));
    arguments.file.write(&path, &page, &days, context)
}

/// The error of a database without rows.
pub(crate) fn nothing_to_show() -> Failure {
    let failure = Failure::new(Exit::Data, "nothing to report: the database has no readings and no insulin data");
    failure.hint("run `tandem sync` or `tandem import PATH`")
}

/// Everything that a page about `window` shows.
pub(crate) fn read_input(history: &History<'_>, window: Window, compare: bool) -> Result<ReportInput> {
    Ok(ReportInput {
        period: history.period(window)?,
        previous: if compare { previous(history, window)? } else { None },
        zone: history.zone,
        pump: history.models(window)?,
        settings: history.settings(window)?,
    })
}

/// The period of the same length before; `None` where nothing is on record in it.
fn previous(history: &History<'_>, window: Window) -> Result<Option<Period>> {
    let length = window.end.date() - window.start.date();
    let first = window.start.date().checked_sub_signed(length).unwrap_or(window.start.date());
    let period = history.period(history.days(first, window.start.date()))?;
    let is_empty = period.readings.is_empty() && period.insulin.basal.is_empty() && period.insulin.boluses.is_empty();
    Ok(Some(period).filter(|_| !is_empty))
}

fn options(arguments: &Arguments, history: &History<'_>, context: &Context) -> Result<ReportOptions> {
    Ok(ReportOptions {
        day_pages: !arguments.no_days,
        large_days: arguments.large_days,
        paper: preferences::paper(arguments.paper, context, history.zone)?,
        ..arguments.look.options(history, context)?
    })
}

impl Look {
    /// The options of a page: from flags, else from the configuration.
    pub(crate) fn options(&self, history: &History<'_>, context: &Context) -> Result<ReportOptions> {
        let now = Context::now();
        let made_at = history.zone.map_or_else(|| now.naive_utc(), |zone| now.with_timezone(&zone).naive_local());
        let file = &context.settings.file;
        Ok(ReportOptions {
            unit: preferences::glucose_unit(self.units, context, Some(history))?,
            language: preferences::language(self.language, context)?,
            own_target: preferences::own_target(context)?,
            name: self.name.clone().or_else(|| file.name.clone()),
            born: self.born.or(file.born),
            made_at: Some(made_at),
            ..ReportOptions::default()
        })
    }
}

impl OutputFile {
    /// The file that was named, else another.
    pub(crate) fn path(&self, default: impl FnOnce() -> PathBuf) -> PathBuf {
        self.output.clone().unwrap_or_else(default)
    }

    fn is_stdout(path: &Path) -> bool {
        path == Path::new("-")
    }

    /// Refuses to replace what tandem has not written.
    pub(crate) fn check(&self, path: &Path) -> Result<()> {
        if Self::is_stdout(path) { Ok(()) } else { atomic::may_write(path, self.may_replace(path)) }
    }

    fn may_replace(&self, path: &Path) -> bool {
        self.overwrite || is_page_of_tandem(path)
    }

    /// Writes the page, says where, and opens it where that is wanted.
    pub(crate) fn write(&self, path: &Path, page: &str, about: &str, context: &Context) -> Result<Exit> {
        if Self::is_stdout(path) {
            context.terminal.write_data(page.as_bytes())?;
            return Ok(Exit::Done);
        }
        atomic::write_file(path, self.may_replace(path), |file| file.write_all(page.as_bytes()))?;
        context.terminal.say(format!("{}: {about}, {}", path.display(), format_size(page.len() as u64)));
        context.terminal.say(browser::file_address(path));
        if self.open {
            browser::open(path, context.terminal);
        }
        Ok(Exit::Done)
    }
}

/// Whether a file begins like the pages that tandem writes.
fn is_page_of_tandem(path: &Path) -> bool {
    use std::io::Read as _;
    let mut beginning = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(1024).read_to_end(&mut beginning));
    read.is_ok() && String::from_utf8_lossy(&beginning).contains(report::GENERATOR)
}

fn default_path(window: Window) -> PathBuf {
    let last = window.end.date() - TimeDelta::days(1);
    PathBuf::from(format!("tandem-report-{}-{last}.html", window.start.date()))
}
