//! `tandem cohort`: a lake with several people, beyond what an export of one of them does.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value};
use store_duckdb::{COHORT_METRICS, LakeReader, ReadOptions};

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::lake::{Key, Lake, PersonId};
use crate::output::format_count;
use crate::time_limit;

const EXAMPLES: &str = "\
Examples:
  tandem export --partitioned --person anna --db anna.db --output lake
  tandem export --partitioned --person ben --db ben.db --output lake
  tandem cohort metrics lake
  tandem cohort remove anna lake

docs/cohort.md shows how DuckDB and Spark read a lake.";

const METRICS_EXAMPLES: &str = "\
Examples:
  tandem cohort metrics lake
  tandem cohort metrics --sql > metrics.sql";

const REMOVE_EXAMPLES: &str = "\
Examples:
  tandem cohort remove anna lake
  tandem cohort remove anna lake --pseudonymize key.txt";

/// Work with a lake that holds several people
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Compute each person's metrics from the lake's Parquet files, as JSON
    #[command(after_help = METRICS_EXAMPLES)]
    Metrics {
        /// Folder of the lake
        #[arg(value_name = "LAKE", required_unless_present = "sql")]
        lake: Option<PathBuf>,
        /// Print the SQL instead, which runs in DuckDB and in Spark SQL
        #[arg(long, conflicts_with = "lake")]
        sql: bool,
    },
    /// Delete a person from a lake, and check that nothing of them is left
    #[command(after_help = REMOVE_EXAMPLES)]
    Remove {
        /// The person, as named by --person at the export, or their pseudonym
        // Not `person`: the global flag of that name would take it over.
        #[arg(value_name = "PERSON")]
        name: String,
        /// Folder of the lake
        #[arg(value_name = "LAKE")]
        lake: PathBuf,
        /// The key that pseudonyms in the lake were made with
        #[arg(long, value_name = "KEYFILE")]
        pseudonymize: Option<PathBuf>,
    },
}

/// Does what was asked.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    match &arguments.action {
        Action::Metrics { lake: Some(lake), .. } => metrics(&Lake::open_existing(lake)?, context),
        Action::Metrics { lake: None, .. } => {
            context.terminal.write_data(COHORT_METRICS.as_bytes())?;
            Ok(Exit::Done)
        }
        Action::Remove { name, lake, pseudonymize } => {
            let key = pseudonymize.as_deref().map(Key::read).transpose()?;
            remove(name, &Lake::open_existing(lake)?, key.as_ref(), context)
        }
    }
}

/// The metrics of each person under their name, as `tandem metrics --json` prints them.
fn metrics(lake: &Lake, context: &Context) -> Result<Exit> {
    if !lake.readable_kind()?.has_people {
        let message = format!("{} is a lake without people", lake.folder().display());
        let hint = "use `tandem metrics` for one person, or export with --person into a new folder";
        return Err(Failure::new(Exit::Usage, message).hint(hint).into());
    }
    let reader = LakeReader::open(lake.folder(), &ReadOptions::default())?;
    let interrupt_handle = reader.interrupt_handle();
    context.interrupt.on_signal("", move || time_limit::stop_for_good(interrupt_handle.clone()));
    let mut people = Map::new();
    for object in reader.metrics()? {
        let mut numbers: Map<String, Value> = serde_json::from_str(&object)?;
        if let Some(Value::String(person)) = numbers.remove("person") {
            people.insert(person, numbers.into());
        }
    }
    context.terminal.write_data(format!("{:#}\n", Value::Object(people)).as_bytes())?;
    Ok(Exit::Done)
}

fn remove(name: &str, lake: &Lake, key: Option<&Key>, context: &Context) -> Result<Exit> {
    let person = PersonId::new(name)?;
    let person = key.map_or_else(|| Ok(person.clone()), |key| key.person(&person))?;
    let part = lake.part(Some(person.clone()))?;
    if !part.exists()? {
        return Err(no_such_person(name, lake, key.is_some()).into());
    }
    let files = part.remove()?;
    let words = format!("{person}: {} removed; nothing of this person is left", format_count(files as u64, "file"));
    context.terminal.say(format!("{}: {words}", lake.folder().display()));
    Ok(Exit::Done)
}

fn no_such_person(name: &str, lake: &Lake, has_key: bool) -> Failure {
    let people = lake.people();
    let failure = Failure::new(Exit::Usage, format!("{} has no person {name:?}", lake.folder().display()));
    if people.is_empty() {
        return failure.hint("it has no people");
    }
    let names: Vec<_> = people.iter().take(10).map(ToString::to_string).collect();
    let more = if people.len() > names.len() { ", …" } else { "" };
    let failure = failure.hint(format!("it has {}{more}", names.join(", ")));
    if has_key { failure } else { failure.hint("people under pseudonyms are found with --pseudonymize KEYFILE") }
}
