//! `tandem push nightscout`: a Nightscout site follows the database.

mod tconnectsync;

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use clap::{Args, Subcommand, ValueEnum};
use nightscout::{CgmPolicy, Nightscout};
use pipeline::push::{KindCounts, PushOptions, PushReport};
use pipeline::{EventStore as _, Pipeline, Sink as _};
use store_duckdb::{DocumentKind, DuckStore, NIGHTSCOUT, NIGHTSCOUT_ALARMS, ReadOptions, Reader};

use super::stages;
use crate::context::{Context, shared_bar};
use crate::failure::{Exit, Failure};
use crate::output::{format_count, format_thousands};
use crate::settings::{NightscoutSettings, Settings};

const STOPPING: &str = "Stopping after this batch. Press Ctrl-C again to stop immediately.";

const EXAMPLES: &str = "\
Examples:
  tandem push nightscout                        from now on: what is new since the last push
  tandem push nightscout --from 2026-01-01      also everything since then
  tandem push nightscout --dry-run              count what would be sent";

/// Send readings and treatments to another service
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    destination: Destination,
}

#[derive(Debug, Subcommand)]
enum Destination {
    Nightscout(NightscoutArguments),
}

const NIGHTSCOUT_EXAMPLES: &str = "\
Examples:
  tandem push nightscout --from 2026-01-01 --dry-run
  tandem push nightscout --only entries,profile
  tandem push nightscout --replace-tconnectsync --from 2026-01-01

The address comes from `url` in the table [nightscout] of the configuration file, or TANDEM_NIGHTSCOUT_URL. The token comes from \
TANDEM_NIGHTSCOUT_TOKEN, `token_command` or `token` in the same table, or this computer's keyring.

Interrupt it at any moment: the next push continues. Documents of other uploaders are never changed.";

/// Keep a Nightscout site up to date
///
/// Sends only what changed since the last push. The first push starts with today unless --from names an earlier day.
#[derive(Args, Debug, Default)]
#[command(after_help = NIGHTSCOUT_EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent flag")]
pub(crate) struct NightscoutArguments {
    /// Address of the site [env: TANDEM_NIGHTSCOUT_URL]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// First day to send; remembered for later pushes
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Only these collections (comma-separated)
    #[arg(long, value_name = "COLLECTIONS", value_delimiter = ',')]
    only: Vec<Collection>,
    /// Show what would be sent without sending it
    #[arg(long)]
    dry_run: bool,
    /// Send all documents again and delete outdated ones, for example after the site was restored from a backup
    #[arg(long, conflicts_with = "dry_run")]
    replace: bool,
    /// List what tconnectsync uploaded, and delete it after confirmation
    #[arg(long)]
    replace_tconnectsync: bool,
    /// Delete without asking
    #[arg(long, requires = "replace_tconnectsync")]
    yes: bool,
}

/// The collections of a site.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Collection {
    /// Glucose readings
    Entries,
    /// Boluses, carbs, basal rates, site changes and so on
    Treatments,
    /// The pump's profiles
    Profile,
    /// Battery, insulin on board, reservoir
    Devicestatus,
}

impl Collection {
    fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Treatments => "treatments",
            Self::Profile => "profile",
            Self::Devicestatus => "devicestatus",
        }
    }
}

/// Pushes.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let Destination::Nightscout(arguments) = &arguments.destination;
    push(arguments, context)
}

/// Pushes what a sync brought, as configured.
pub(crate) fn push_after_sync(context: &Context) -> Result<Exit> {
    push(&NightscoutArguments::default(), context)
}

fn push(arguments: &NightscoutArguments, context: &Context) -> Result<Exit> {
    let settings = context.settings.nightscout(arguments.url.as_deref())?;
    let (kinds, is_everything) = chosen_kinds(arguments, &settings);
    let site = Nightscout::new(settings.site_config())?;
    if !context.settings.database.exists() {
        drop(context.reader()?);
    }
    if let Some(report) = find_nothing_new(arguments, &site, context) {
        show_report(&report, false, context);
        return Ok(Exit::Done);
    }
    let bar = shared_bar(context.terminal, "comparing with the site");
    let stop = context.interrupt.stop_gracefully(STOPPING);
    let mut pipeline =
        if arguments.dry_run { context.dry_pipeline(&bar, stop)? } else { context.pipeline(&bar, stop)? };
    let from = arguments.from.map(|day| start_of(day, &mut pipeline)).transpose()?;
    if arguments.replace_tconnectsync {
        tconnectsync::replace(&site, from, arguments.yes, arguments.dry_run, context)?;
    }
    let options = PushOptions { kinds, is_everything, from, dry_run: arguments.dry_run, replace: arguments.replace };
    let outcome = context.runtime.block_on(pipeline.push(&site, &options));
    drop((pipeline, bar));
    let report = outcome?;
    show_report(&report, arguments.dry_run, context);
    Ok(match stages::exit_after(context, report.interrupted) {
        Exit::Done if report.total().refused > 0 => Exit::Data,
        exit => exit,
    })
}

/// The report of a push that finds nothing new, where a look at the database is enough to know: to open it for writing takes longer than
/// all else that such a push does. Where it cannot be read, the push itself says why.
fn find_nothing_new(arguments: &NightscoutArguments, site: &Nightscout, context: &Context) -> Option<PushReport> {
    if arguments.dry_run || arguments.replace || arguments.replace_tconnectsync || arguments.from.is_some() {
        return None;
    }
    let options = ReadOptions { lock_timeout: Duration::ZERO, ..ReadOptions::default() };
    let reader = Reader::open(&context.settings.database, &options).ok()?;
    let destination = reader.current_destination(&site.destination()).ok()??;
    Some(PushReport { since: Some(destination.since), is_current: true, ..PushReport::default() })
}

/// The kinds of documents, and whether they are all that the site is meant to hold.
fn chosen_kinds(arguments: &NightscoutArguments, settings: &NightscoutSettings) -> (Vec<&'static str>, bool) {
    let alarms = settings.alarms.then_some(&NIGHTSCOUT_ALARMS);
    let wanted = |kind: &&DocumentKind| kind.collection != "entries" || settings.cgm != CgmPolicy::Never;
    let all: Vec<_> = NIGHTSCOUT.iter().chain(alarms).filter(wanted).collect();
    let is_chosen = |kind: &&&DocumentKind| {
        arguments.only.is_empty() || arguments.only.iter().any(|only| only.name() == kind.collection)
    };
    let chosen: Vec<_> = all.iter().filter(is_chosen).map(|kind| kind.name).collect();
    let is_everything = chosen.len() == all.len();
    (chosen, is_everything)
}

/// The first instant of a day where the person lived then.
fn start_of(day: NaiveDate, pipeline: &mut Pipeline<DuckStore>) -> Result<DateTime<Utc>> {
    let zone = pipeline.store()?.zone_history()?.zone_on(day).or_else(Settings::system_zone).unwrap_or(Tz::UTC);
    let midnight = day.and_time(NaiveTime::MIN);
    // Where clocks skip midnight, the day begins with the next hour.
    let instant =
        (0..4).find_map(|hour| zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(hour))).earliest());
    let unknown = || Failure::new(Exit::Usage, format!("{day} does not begin in {zone}"));
    Ok(instant.ok_or_else(unknown)?.with_timezone(&Utc))
}

fn show_report(report: &PushReport, dry_run: bool, context: &Context) {
    for notice in &report.notices {
        context.terminal.note(notice);
    }
    let total = report.total();
    let since = report.since.map_or_else(String::new, |since| since.format("%Y-%m-%d %H:%M UTC").to_string());
    if report.is_first {
        context
            .terminal
            .say(format!("First push to this site: sending data from {since} on; use --from DATE to start earlier."));
    }
    if total.sent + total.deleted + total.refused == 0 {
        context.terminal.say("The site is up to date.");
    } else {
        context.terminal.say(summary(&total, dry_run));
    }
    for counts in &report.kinds {
        context.terminal.say(format!("  {}", details(counts)));
    }
    for reason in &report.refusals {
        context.terminal.note(format!("the site rejected documents: {reason}; the next push tries again"));
    }
    if dry_run {
        context.terminal.say("Dry run: nothing was sent.");
    }
}

fn summary(total: &KindCounts, dry_run: bool) -> String {
    let (sent, deleted) = (format_count(total.sent, "document"), format_count(total.deleted, "document"));
    if dry_run {
        format!("Would send {sent} and delete {deleted}.")
    } else {
        format!("Sent {sent} and deleted {deleted}.")
    }
}

fn details(counts: &KindCounts) -> String {
    let mut words = counts.kind.replace('_', " ");
    for (count, what) in [
        (counts.sent, "sent"),
        (counts.deleted, "deleted"),
        (counts.unchanged, "already there"),
        (counts.present, "already there from another device"),
        (counts.refused, "not taken"),
    ] {
        if count > 0 {
            let separator = if words.contains(':') { "," } else { ":" };
            let _ = write!(words, "{separator} {} {what}", format_thousands(count));
        }
    }
    words
}
