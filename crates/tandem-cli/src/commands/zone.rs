//! `tandem zone`: where the person was when, which is what turns the pump's wall clock into instants.

use std::sync::{Arc, PoisonError};

use anyhow::Result;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use pipeline::{EventStore as _, Pipeline};
use serde_json::json;
use store_duckdb::StatusFacts;

use super::stages;
use crate::clock::SystemClock;
use crate::context::{Context, shared_bar};
use crate::failure::Exit;
use crate::output::{Align, ScreenTable};
use crate::settings::parse_zone;
use crate::terminal::Terminal;

const WORDS: &str = "Stopping after this batch. Press Ctrl-C again to stop immediately.";

const EXAMPLES: &str = "\
Examples:
  tandem zone set Chicago                             for the whole history
  tandem zone set Europe/Berlin --from 2026-04-01     from the start of a move or a trip
  tandem zone list";

const SET_EXAMPLES: &str = "\
Examples:
  tandem zone set America/New_York                    for the whole history
  tandem zone set Europe/Berlin --from 2026-04-01     from the start of a move or a trip
  tandem zone set America/New_York --from 2026-04-15  and from the return";

const LIST_EXAMPLES: &str = "\
Examples:
  tandem zone list
  tandem zone list --json";

/// Show or set the time zone of the pump's clock
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Set the zone and update every timestamp in the database
    #[command(after_help = SET_EXAMPLES)]
    Set {
        /// A city or an IANA time zone, for example `Chicago` or `America/New_York`
        #[arg(value_name = "ZONE")]
        zone: String,
        /// First day in that zone [default: the beginning]
        #[arg(long, value_name = "DATE")]
        from: Option<NaiveDate>,
    },
    /// Show the time zones in the database
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Sets or lists.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    match &arguments.action {
        Action::Set { zone, from } => set(zone, *from, context),
        Action::List { json } => list(*json, context),
    }
}

fn set(name: &str, from: Option<NaiveDate>, context: &Context) -> Result<Exit> {
    let zone = parse_zone(name)?;
    let bar = shared_bar(context.terminal, "reading the clock");
    let shown = bar.clone();
    let tell = move |progress| shown.lock().unwrap_or_else(PoisonError::into_inner).show_progress(&progress);
    let stop = context.interrupt.stop_gracefully(WORDS);
    let mut pipeline = Pipeline::new(context.store()?, Arc::new(SystemClock)).stop_on(stop).on_progress(tell);
    let mut zones = pipeline.store()?.zone_history()?;
    let since = from.map_or_else(String::new, |from| format!(" from {from}"));
    let is_new = !zones.entries().contains(&(from, zone));
    if is_new {
        zones.set(from, zone);
        pipeline.set_zones(&zones)?;
    }
    // Also for a zone that is set: an earlier run may have ended before everything followed.
    let (parsed, derived) = (pipeline.parse()?, pipeline.derive()?);
    drop((pipeline, bar));
    if !is_new && parsed.events == 0 && derived.pumps == 0 {
        context.terminal.say(format!("The pump's clock is already set to {zone}{since}; nothing changed."));
        return Ok(Exit::Done);
    }
    let again = if parsed.events > 0 { stages::describe_parsed(&parsed) + "\n" } else { String::new() };
    context
        .terminal
        .say(format!("The pump's clock is read in {zone}{since}.\n{again}{}", stages::describe_derived(&derived)));
    Ok(stages::exit_after(context, parsed.interrupted || derived.interrupted))
}

fn list(as_json: bool, context: &Context) -> Result<Exit> {
    let zones = StatusFacts::read(&context.reader()?)?.zones;
    let text = if as_json {
        let entry = |(from, zone): &(Option<NaiveDate>, String)| json!({"valid_from": from, "zone": zone});
        format!("{:#}\n", serde_json::Value::Array(zones.iter().map(entry).collect()))
    } else if zones.is_empty() {
        "No zone is set: the pump's clock is taken as UTC. Set one with `tandem zone set ZONE`.\n".to_owned()
    } else {
        let mut table = ScreenTable::new([("from", Align::Left), ("zone", Align::Left)]);
        for (from, zone) in zones {
            table.push([Some(from.map_or_else(|| "ever".to_owned(), |from| from.to_string())), Some(zone)]);
        }
        table.fit(Terminal::width()).text
    };
    context.terminal.write_data(text.as_bytes())?;
    Ok(Exit::Done)
}
