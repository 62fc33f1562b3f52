//! `tandem sync` and `tandem fetch`: data that the service has and the database does not.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use chrono::NaiveDate;
use clap::Args;
use pipeline::fetch::plan::FetchSelection;
use pipeline::fetch::plausibility::Doubt;
use pipeline::fetch::{FetchError, FetchOptions, FetchReport};
use pipeline::{Pipeline, SerialNumber, StoreErrorKind};
use store_duckdb::DuckStore;

use super::{push, stages};
use crate::arguments::AccountArgs;
use crate::clock_hints;
use crate::context::{Context, shared_bar};
use crate::failure::{Exit, Failure};
use crate::output::{format_count, format_thousands};
use crate::progress::Bar;

pub(crate) const WORDS: &str = "Storing the current page, then stopping. Press Ctrl-C again to stop immediately.";

const EXAMPLES: &str = "\
Examples:
  tandem sync                           new and late data
  tandem sync --from 2026-01-01 --full  everything since then, once more
  tandem sync --watch                   keep running and fetch each upload
  tandem sync --push                    also send new data to Nightscout
  tandem sync --all                     every person in the configuration, one after the other";

/// Fetch new data from Tandem Source, decode it and update all tables
///
/// First checks whether any pump has uploaded since the last sync; if none has, nothing is fetched. You can interrupt it at
/// any time: the next sync continues where it stopped.
#[derive(Args, Debug, Default)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SyncArguments {
    /// Sync every person in the configuration file; if one fails, the others continue
    #[arg(long, conflicts_with_all = ["watch", "pumps"])]
    pub(crate) all: bool,
    /// Keep running and check for new uploads regularly
    #[arg(long, conflicts_with_all = ["dry_run", "full", "from", "to"])]
    pub(super) watch: bool,
    /// Then push new data to Nightscout, like `tandem push nightscout`
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) push: bool,
    /// Minutes between checks
    #[arg(long, value_name = "MINUTES", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1440), requires = "watch")]
    pub(super) interval: u32,
    /// Warn when no pump has uploaded for this many hours
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..), requires = "watch")]
    pub(super) silent_after: u32,
    #[command(flatten)]
    pub(super) what: What,
}

const FETCH_EXAMPLES: &str = "\
Examples:
  tandem fetch --dry-run            what would be requested
  tandem fetch && tandem parse && tandem derive";

/// Only fetch: store new data as received; decode and derive later
#[derive(Args, Debug)]
#[command(after_help = FETCH_EXAMPLES)]
pub(crate) struct FetchArguments {
    #[command(flatten)]
    what: What,
}

/// Which part of the history.
#[derive(Args, Debug, Default)]
pub(crate) struct What {
    /// Not before this day
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Not after this day
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
    /// Only the pump with this serial number; may be repeated
    #[arg(long = "pump", value_name = "SERIAL")]
    pumps: Vec<String>,
    /// Fetch days again that are already final
    #[arg(long)]
    full: bool,
    /// Show what would be requested without storing anything
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    pub(super) account: AccountArgs,
}

impl SyncArguments {
    /// Everything of this account, once.
    pub(crate) fn of(account: AccountArgs) -> Self {
        Self { what: What { account, ..What::default() }, ..Self::default() }
    }
}

impl SyncArguments {
    /// The same, once, for the account that the configuration of a person names.
    pub(crate) fn for_configured_account(&self) -> Self {
        let What { account, from, to, full, dry_run, .. } = &self.what;
        let account = AccountArgs { endpoint: account.endpoint.clone(), ..AccountArgs::default() };
        Self {
            what: What { account, from: *from, to: *to, full: *full, dry_run: *dry_run, pumps: Vec::new() },
            push: self.push,
            ..Self::default()
        }
    }

    /// The e-mail address that a flag names; the environment does not count.
    pub(crate) fn email_by_flag(&self) -> Option<&str> {
        let by_environment = std::env::var("TANDEM_EMAIL").ok();
        self.what.account.email.as_deref().filter(|email| by_environment.as_deref() != Some(email))
    }
}

impl What {
    fn pipeline(&self, bar: &Arc<Mutex<Bar>>, context: &Context) -> Result<Pipeline<DuckStore>> {
        let stop = context.interrupt.stop_gracefully(WORDS);
        if self.dry_run { context.dry_pipeline(bar, stop) } else { context.pipeline(bar, stop) }
    }

    pub(super) fn options(&self) -> Result<FetchOptions> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            let failure = Failure::new(Exit::Usage, format!("--from {from} is after --to {to}"));
            return Err(failure.hint("--from is the first day and --to the last; both are included").into());
        }
        Ok(FetchOptions {
            selection: FetchSelection { from: self.from, to: self.to, full: self.full },
            pumps: self.pumps.iter().map(SerialNumber::new).collect(),
            dry_run: self.dry_run,
        })
    }
}

/// Syncs once.
pub(crate) fn sync(arguments: &SyncArguments, context: &Context) -> Result<Exit> {
    let source = context.source(&arguments.what.account)?;
    let options = arguments.what.options()?;
    let bar = shared_bar(context.terminal, "checking the account");
    let mut pipeline = arguments.what.pipeline(&bar, context)?;
    pipeline.store()?.release()?;
    let report = context.runtime.block_on(pipeline.sync(&source, &options));
    let report = report.map_err(|error| explain_other_account(error, &arguments.what.account, context))?;
    drop((pipeline, bar));
    show_report(&report.fetch, &options, context);
    if !options.dry_run && report.fetch.total().new + report.fetch.total().revised > 0 {
        context.terminal.say(format!(
            "{}\n{}",
            stages::describe_parsed(&report.parse),
            stages::describe_derived(&report.derive)
        ));
        clock_hints::note_newest(context)?;
    }
    let interrupted = report.fetch.interrupted || report.parse.interrupted || report.derive.interrupted;
    let exit = ended(&report.fetch, interrupted, context);
    if !interrupted && arguments.push {
        let pushed = push::push_after_sync(context)?;
        return Ok(if pushed == Exit::Done { exit } else { pushed });
    }
    Ok(exit)
}

/// Fetches only.
pub(crate) fn fetch(arguments: &FetchArguments, context: &Context) -> Result<Exit> {
    let source = context.source(&arguments.what.account)?;
    let options = arguments.what.options()?;
    let bar = shared_bar(context.terminal, "checking the account");
    let mut pipeline = arguments.what.pipeline(&bar, context)?;
    pipeline.store()?.release()?;
    let report = context.runtime.block_on(pipeline.fetch(&source, &options));
    let report = report.map_err(|error| explain_other_account(error, &arguments.what.account, context))?;
    drop((pipeline, bar));
    show_report(&report, &options, context);
    Ok(ended(&report, report.interrupted, context))
}

/// The exit code: a doubtful answer is a problem of the data, as the next sync asks for its days again.
fn ended(report: &FetchReport, interrupted: bool, context: &Context) -> Exit {
    let is_doubtful = report.pumps.iter().any(|pump| !pump.doubts.is_empty());
    match stages::exit_after(context, interrupted) {
        Exit::Done if is_doubtful => Exit::Data,
        exit => exit,
    }
}

/// Adds which file to use, where the database holds another person's history.
pub(crate) fn explain_other_account(error: FetchError, account: &AccountArgs, context: &Context) -> anyhow::Error {
    let is_other = matches!(&error, FetchError::Store(store) if store.kind == StoreErrorKind::OtherAccount);
    if !is_other {
        return error.into();
    }
    let settings = &context.settings;
    let hint = match settings.email(account).and_then(|email| settings.whole_file.person_of(&email).map(str::to_owned))
    {
        Some(name) if settings.person.as_ref() != Some(&name) => {
            format!("this account is that of {name}: run `tandem sync --person {name}`")
        }
        _ => format!(
            "each person needs a separate database: add `--db {}`, or a section [person.NAME] with account and db \
             to the configuration file",
            unused_path_beside(&settings.database).display()
        ),
    };
    Failure::wrapping(error).hint(hint).into()
}

/// The first of `tandem-2.db`, `tandem-3.db`, … that does not exist.
fn unused_path_beside(database: &Path) -> PathBuf {
    let stem = database.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let named = |number: u32| database.with_file_name(format!("{stem}-{number}.db"));
    (2..1000).map(named).find(|path| !path.exists()).unwrap_or_else(|| database.to_owned())
}

/// What a fetch did, pump by pump.
pub(crate) fn show_report(report: &FetchReport, options: &FetchOptions, context: &Context) {
    for notice in &report.notices {
        context.terminal.note(notice);
    }
    if report.pumps.is_empty() && !report.interrupted {
        context.terminal.say("The account has no pumps yet; there will be data to fetch after a pump's first upload.");
    }
    for pump in &report.pumps {
        context.terminal.say(describe_pump(pump, options.dry_run));
        pump.doubts.iter().for_each(|doubt| context.terminal.note(describe_doubt(doubt)));
    }
    if options.dry_run {
        context.terminal.say("Dry run: nothing was stored.");
    }
}

fn describe_doubt(doubt: &Doubt) -> String {
    let missing =
        doubt.missing.map_or_else(String::new, |missing| format!(" (about {} events)", format_thousands(missing)));
    let Doubt { days, reason, .. } = doubt;
    format!("{days} is probably incomplete: {reason}{missing}; the next sync fetches these days again")
}

fn describe_pump(pump: &pipeline::fetch::PumpReport, dry_run: bool) -> String {
    let name = format!("Pump {}", pump.listing.serial_number);
    let (Some(first), Some(last)) = (pump.windows.first(), pump.windows.last()) else {
        return match pump.listing.last_upload {
            None => format!("{name} has never uploaded."),
            Some(upload) => {
                format!("{name} has nothing new since its upload of {} UTC.", upload.format("%Y-%m-%d %H:%M"))
            }
        };
    };
    let asked =
        format!("{} to {} in {}", first.first(), last.last(), format_count(pump.windows.len() as u64, "request"));
    if dry_run {
        return format!("{name}: would request {asked}.");
    }
    let counts = pump.counts;
    let mut words =
        format!("{name}: {} new, {} known", format_thousands(counts.new), format_thousands(counts.duplicate));
    for (count, what) in [(counts.revised, "revised"), (counts.rejected, "without an id (quarantined)")] {
        if count > 0 {
            let _ = write!(words, ", {} {what}", format_thousands(count));
        }
    }
    format!("{words}; {asked}.")
}
