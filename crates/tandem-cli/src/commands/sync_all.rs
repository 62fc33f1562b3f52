//! `tandem sync --all`: every person in the configuration, one after the other.
//!
//! Each person has an account and a database file of their own. What goes wrong with one is reported, and the next one is synced.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;

use super::sync::{self, SyncArguments};
use crate::context::Context;
use crate::error_output;
use crate::failure::{Exit, Failure};

/// Syncs everyone. Ends with the exit code of the first failure.
pub(crate) fn run(arguments: &SyncArguments, context: &Context) -> Result<Exit> {
    refuse_one_account(arguments, context)?;
    let people = people(context)?;
    let arguments = arguments.for_configured_account();
    let mut failed = Vec::new();
    for person in &people {
        context.terminal.say(format!("{}:", person.name()));
        let synced = sync::sync(&arguments, &person.context);
        match synced.unwrap_or_else(|error| error_output::print_error(&error)) {
            Exit::Done => {}
            Exit::Interrupted => return Ok(Exit::Interrupted),
            exit => failed.push((person.name(), exit)),
        }
    }
    let Some((_, exit)) = failed.first() else { return Ok(Exit::Done) };
    let names = failed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let synced = people.len() - failed.len();
    context.terminal.say(format!("Synced {synced} of {}; failed: {names}.", people.len()));
    Ok(*exit)
}

/// One of the people to be synced.
struct PersonToSync {
    person: Option<String>,
    context: Context,
}

impl PersonToSync {
    fn name(&self) -> &str {
        self.person.as_deref().unwrap_or("The account outside of [person.NAME]")
    }
}

fn refuse_one_account(arguments: &SyncArguments, context: &Context) -> Result<()> {
    let failure = if arguments.email_by_flag().is_some() {
        Failure::new(Exit::Usage, "--all syncs every account in the configuration file, but --email names one")
    } else if context.settings.named_database.is_some() {
        Failure::new(Exit::Usage, "--all syncs each person to a separate file, but --db (or TANDEM_DB) names one file")
    } else {
        return Ok(());
    };
    Err(failure.hint("leave one of the two out").into())
}

/// Everyone, each with a file of their own.
fn people(context: &Context) -> Result<Vec<PersonToSync>> {
    let file = &context.settings.whole_file;
    let unnamed = file.email.is_some().then_some(None);
    let names = unnamed.into_iter().chain(file.people.keys().map(|name| Some(name.clone())));
    let person = |person: Option<String>| {
        let context = context.for_person(person.as_deref())?;
        Ok(PersonToSync { person, context })
    };
    let people: Vec<PersonToSync> = names.map(person).collect::<Result<_>>()?;
    if people.is_empty() {
        let failure = Failure::new(Exit::Configuration, "the configuration file has no people");
        return Err(failure
            .hint("run `tandem init`, or add sections [person.NAME] with account, region and db")
            .into());
    }
    refuse_shared_files(&people)?;
    Ok(people)
}

fn refuse_shared_files(people: &[PersonToSync]) -> Result<()> {
    let mut files: BTreeMap<PathBuf, &str> = BTreeMap::new();
    for person in people {
        let database = &person.context.settings.database;
        if let Some(other) = files.insert(database.clone(), person.name()) {
            let message = format!("{other} and {} use the same database, {}", person.name(), database.display());
            let failure = Failure::new(Exit::Configuration, message);
            return Err(failure
                .hint("a database holds one person's history: set a different db in one of the sections")
                .into());
        }
    }
    Ok(())
}
