//! `tandem demo`: a simulated account, fetched by the real client into a real database, and what one sees of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Days, TimeDelta, Utc};
use clap::Args;
use console::style;
use pipeline::fetch::FetchOptions;
use pipeline::{FixedClock, Pipeline, StopSignal};
use report::{GlucoseUnit, Report, ReportInput, ReportOptions};
use store_duckdb::{DuckStore, ReadOptions, Reader, StoreOptions};
use tandem_sim::history::Scenario;
use tandem_sim::service::Filter;
use tandem_sim::timeline::Timeline;
use tandem_sim::{Sim, SimConfig, SimHandle};
use tandem_source::{FixedPassword, Region, SourceConfig, TandemSource};
use url::Url;

use crate::context::{Context, shared_bar};
use crate::failure::{Exit, Failure};
use crate::history::History;
use crate::output::{atomic, format_count, format_duration, format_size};
use crate::progress::Bar;
use crate::summary::Summary;

/// The usual place of the demo's database; a demo never touches a real one.
const DEFAULT_DATABASE: &str = "data/demo.db";
/// Days of the report, and of the period beside it.
const REPORT_DAYS: u64 = 14;
const WORDS: &str = "Stopping after this page. Press Ctrl-C again to stop immediately.";

const EXAMPLES: &str = "\
Examples:
  tandem demo                    writes data/demo.db and data/demo.html
  tandem demo --db sample.db     writes to other files; existing files are never overwritten

Then try other commands on it, for example:
  tandem week --db data/demo.db
  tandem day --db data/demo.db
  tandem metrics --days 14 --db data/demo.db
  tandem report --days 30 --open --db data/demo.db";

/// Try everything on a made-up person, with a simulated service
///
/// The real client logs in to a simulated Tandem Source on this computer, fetches everything, decodes it and writes a
/// database and a report that you can look at. Nothing leaves this computer.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {}

/// Runs the demonstration.
pub(crate) fn run(_: &Arguments, context: &Context) -> Result<Exit> {
    let started = Instant::now();
    let database = fresh_database(context)?;
    let report_path = database.with_extension("html");
    let bar = shared_bar(context.terminal, "generating a made-up person");
    let stop = context.interrupt.stop_gracefully(WORDS);
    let fetched = context.runtime.block_on(fetch(&database, &bar, stop))?;
    if fetched.interrupted {
        return Ok(super::stages::exit_after(context, true));
    }
    let reader = Reader::open(&database, &ReadOptions::default())?;
    let summary = Summary::read(&reader, GlucoseUnit::default())?;
    write_report(&reader, &report_path, context.settings.named_database.is_none())?;
    drop(bar);
    let mut text = format!(
        "{}\n\n",
        style("A made-up person's data, fetched by the real client from a simulated Tandem Source").bold()
    );
    text += &summary.on_screen();
    text += &closing(&database, &report_path, &fetched, started);
    context.terminal.write_data(text.as_bytes())?;
    Ok(Exit::Done)
}

/// What the fetch did.
struct Fetched {
    events: u64,
    windows: usize,
    interrupted: bool,
}

/// The demo's own database is replaced; one that was named must not exist yet.
fn fresh_database(context: &Context) -> Result<PathBuf> {
    if let Some(named) = &context.settings.named_database {
        for file in [named.clone(), named.with_extension("html")] {
            if file.exists() {
                let failure = Failure::new(Exit::Usage, format!("{} already exists", file.display()));
                return Err(failure.hint("choose a new file: the demo never writes to an existing one").into());
            }
        }
        return Ok(named.clone());
    }
    let path = PathBuf::from(DEFAULT_DATABASE);
    for old in [path.clone(), path.with_extension("db.wal")] {
        match fs::remove_file(&old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let failure = Failure::new(Exit::Database, format!("cannot replace {}", old.display()));
                return Err(failure.hint("choose another file with --db").because(error).into());
            }
            _ => {}
        }
    }
    Ok(path)
}

async fn fetch(database: &Path, bar: &Arc<std::sync::Mutex<Bar>>, stop: StopSignal) -> Result<Fetched> {
    let scenario = tokio::task::spawn_blocking(|| Scenario::demo().simulate()).await?;
    let zone = scenario.zone;
    let history = Arc::new(scenario);
    let now = end_of(&history);
    let mut config = SimConfig::new(history, move || SystemTime::from(now));
    // Everything comes, types that no dictionary has included: the demo's log is whole.
    config.behaviour.filter = Filter::Ignored;
    let (email, password) = (config.account.email.clone(), config.account.password.clone());
    let service = Sim::start(config).await.context("cannot start the simulated service")?;
    let source = client(&service, email, password, now)?;
    let store = DuckStore::open(database, StoreOptions::default())?;
    let shown = bar.clone();
    let tell = move |progress| shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner).show_progress(&progress);
    let pipeline = Pipeline::new(store, Arc::new(FixedClock(now))).stop_on(stop).on_progress(tell);
    let report = pipeline.with_zone(zone)?.sync(&source, &FetchOptions::default()).await?;
    service.shutdown().await.context("the simulated service failed")?;
    let interrupted = report.fetch.interrupted || report.parse.interrupted || report.derive.interrupted;
    Ok(Fetched { events: report.fetch.total().new, windows: report.fetch.windows(), interrupted })
}

/// An hour after the last upload: the demo has a present of its own, so that it is the same every day.
fn end_of(history: &tandem_sim::history::History) -> DateTime<Utc> {
    let timeline = Timeline::complete(history);
    let last = timeline.uploads().iter().map(|upload| upload.at).max();
    last.unwrap_or(DateTime::UNIX_EPOCH) + TimeDelta::hours(1)
}

fn client(service: &SimHandle, email: String, password: String, now: DateTime<Utc>) -> Result<TandemSource> {
    let password = Arc::new(FixedPassword(password.into()));
    let mut config = SourceConfig::new(Region::Us, email, password, Arc::new(FixedClock(now)));
    config.endpoint = Some(Url::parse(&service.url()).context("the simulated service has no address")?);
    Ok(TandemSource::new(config)?)
}

fn write_report(reader: &Reader, path: &Path, overwrite: bool) -> Result<()> {
    let history = History::new(reader)?;
    let Some(window) = history.last_days(REPORT_DAYS)? else { return Ok(()) };
    let before = history.days(window.start.date() - Days::new(REPORT_DAYS), window.start.date());
    let input = ReportInput {
        previous: Some(history.period(before)?),
        pump: history.pumps()?.pop().and_then(|pump| pump.model_name),
        ..super::report::read_input(&history, window, false)?
    };
    let options = ReportOptions { name: Some("A made-up person".to_owned()), ..ReportOptions::default() };
    let page = Report::render(&input, &options);
    atomic::write_file(path, overwrite, |file| file.write_all(page.as_bytes()))
}

fn closing(database: &Path, report: &Path, fetched: &Fetched, started: Instant) -> String {
    let bytes = fs::metadata(database).map_or(0, |file| file.len());
    let (database, report) = (database.display(), report.display());
    let command = |text: &str| style(text.to_owned()).cyan();
    let lines = [
        format!("\n{}", style("Files").bold()),
        format!("  {database}  {}", style(format!("{}, opens with DuckDB 1.4 or later", format_size(bytes))).dim()),
        format!("  {report}  {}", style("report of the last two weeks, for screen or print").dim()),
        format!("\n{}", style("Try next").bold()),
        format!("  {}", command(&format!("tandem status --db {database}"))),
        format!(
            "  {}",
            command(&format!("tandem query --db {database} 'FROM cgm_readings ORDER BY local_time DESC LIMIT 5'"))
        ),
        format!("  {}    {}", command("tandem init"), style("your own history").dim()),
        format!(
            "\n{}\n",
            style(format!(
                "{} in {}: fetched, stored and decoded in {}",
                format_count(fetched.events, "event"),
                format_count(fetched.windows as u64, "answer"),
                format_duration(started.elapsed())
            ))
            .dim()
        ),
    ];
    lines.join("\n")
}
