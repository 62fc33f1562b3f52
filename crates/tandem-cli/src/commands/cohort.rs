//! `tandem cohort`: a lake with several people, beyond what an export of one of them does.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::lake::{Key, Lake, PersonId};
use crate::output::counted;

const EXAMPLES: &str = "\
Examples:
  tandem export --partitioned --person anna --db anna.db --output lake
  tandem export --partitioned --person ben --db ben.db --output lake
  tandem cohort remove anna lake

docs/cohort.md shows how DuckDB and Spark read a lake.";

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
        Action::Remove { name, lake, pseudonymize } => {
            let key = pseudonymize.as_deref().map(Key::read).transpose()?;
            remove(name, &Lake::existing(lake)?, key.as_ref(), context)
        }
    }
}

fn remove(name: &str, lake: &Lake, key: Option<&Key>, context: &Context) -> Result<Exit> {
    let person = PersonId::new(name)?;
    let person = key.map_or_else(|| Ok(person.clone()), |key| key.person(&person))?;
    let part = lake.part(Some(person.clone()))?;
    if !part.exists()? {
        return Err(no_such_person(name, lake, key.is_some()).into());
    }
    let files = part.remove()?;
    let words = format!("{person}: {} removed; nothing of this person is left", counted(files as u64, "file"));
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
