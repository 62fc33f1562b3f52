//! `tandem parse`, `tandem derive`, `tandem rebuild`: the offline stages, alone.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use pipeline::derive::DeriveReport;
use pipeline::parse::ParseReport;

use crate::context::{Context, shared_bar};
use crate::failure::Exit;
use crate::output::{format_count, format_duration, format_thousands};

const WORDS: &str = "Stopping after this batch. Press Ctrl-C again to stop immediately.";

const PARSE_EXAMPLES: &str = "\
Examples:
  tandem import --raw-only FILE && tandem parse     one stage at a time
  tandem parse                                      after an update";

const DERIVE_EXAMPLES: &str = "\
Examples:
  tandem parse && tandem derive     one stage at a time";

const REBUILD_EXAMPLES: &str = "\
Examples:
  tandem rebuild && tandem verify     rebuild everything, then verify it

Raw events are not touched, nothing is asked of the service, and the outcome is the same as before.";

/// Decode stored events that have not been decoded yet
///
/// `sync` and `import` do this automatically. After an update that knows more event types, all events are decoded again.
#[derive(Args, Debug)]
#[command(after_help = PARSE_EXAMPLES)]
pub(crate) struct ParseArguments {}

/// Update the tables of readings, deliveries and so on from the events
///
/// `sync` and `import` do this automatically.
#[derive(Args, Debug)]
#[command(after_help = DERIVE_EXAMPLES)]
pub(crate) struct DeriveArguments {}

/// Rebuild everything from the stored raw events, offline
#[derive(Args, Debug)]
#[command(after_help = REBUILD_EXAMPLES)]
pub(crate) struct RebuildArguments {}

/// Decodes.
pub(crate) fn parse(context: &Context) -> Result<Exit> {
    let bar = shared_bar(context.terminal, "decoding");
    let report = context.pipeline(&bar, context.interrupt.stop_gracefully(WORDS))?.parse()?;
    drop(bar);
    context.terminal.say(describe_parsed(&report));
    Ok(exit_after(context, report.interrupted))
}

/// Derives.
pub(crate) fn derive(context: &Context) -> Result<Exit> {
    let bar = shared_bar(context.terminal, "deriving tables");
    let report = context.pipeline(&bar, context.interrupt.stop_gracefully(WORDS))?.derive()?;
    drop(bar);
    context.terminal.say(describe_derived(&report));
    Ok(exit_after(context, report.interrupted))
}

/// Rebuilds.
pub(crate) fn rebuild(context: &Context) -> Result<Exit> {
    let started = Instant::now();
    let bar = shared_bar(context.terminal, "rebuilding");
    let mut pipeline = context.pipeline(&bar, context.interrupt.stop_gracefully(WORDS))?;
    let (parse, derive) = pipeline.rebuild()?;
    drop((pipeline, bar));
    context.terminal.say(format!(
        "{}\n{}\nin {}",
        describe_parsed(&parse),
        describe_derived(&derive),
        format_duration(started.elapsed())
    ));
    Ok(exit_after(context, parse.interrupted || derive.interrupted))
}

/// What decoding did.
pub(crate) fn describe_parsed(report: &ParseReport) -> String {
    if report.events == 0 {
        return "Everything is decoded.".to_owned();
    }
    let mut words = format!("Decoded {}", format_count(report.events, "event"));
    let unknown: u64 = report.unknown_codes.values().sum();
    if unknown > 0 {
        let _ = write!(words, ", {} of unknown types (stored undecoded)", format_thousands(unknown));
    }
    words + "."
}

/// What deriving did.
pub(crate) fn describe_derived(report: &DeriveReport) -> String {
    let written: Vec<_> = report.tables.iter().filter(|table| table.rows > 0).collect();
    if written.is_empty() {
        return "All tables are up to date.".to_owned();
    }
    let words: Vec<_> =
        written.iter().map(|table| format!("{} {}", format_thousands(table.rows), table.table)).collect();
    format!("Derived {}.", words.join(", "))
}

/// The exit code of a stage that may have been interrupted, with the words for it.
pub(crate) fn exit_after(context: &Context, interrupted: bool) -> Exit {
    if interrupted {
        context.terminal.say("Interrupted. Progress is saved; run the same command again to continue.");
        Exit::Interrupted
    } else {
        Exit::Done
    }
}
