//! `tandem login`, `tandem logout`, `tandem pumps`: the account, and nothing of the history.

use anyhow::{Context as _, Result};
use clap::Args;
use pipeline::{PumpListing, Source as _};
use tandem_source::TandemSource;

use crate::arguments::AccountArgs;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::output::{Align, ScreenTable, format_age};
use crate::settings::{Keyring, password_prompt};
use crate::terminal::Terminal;

const LOGIN_EXAMPLES: &str = "\
Examples:
  tandem login                 try the login, and keep its token
  tandem login --remember      and keep the password in the keyring";

const LOGOUT_EXAMPLES: &str = "\
Examples:
  tandem logout                forget the token; the next sync logs in again
  tandem logout --forget       and the password in the keyring";

const PUMPS_EXAMPLES: &str = "\
Examples:
  tandem pumps
  tandem pumps --json";

/// Log in to Tandem Source to check e-mail address, password and region
///
/// The token is stored for about eight hours in a file that only you can read; the password is not stored.
#[derive(Args, Debug)]
#[command(after_help = LOGIN_EXAMPLES)]
pub(crate) struct LoginArguments {
    /// Ask for the password and store it in this computer's keyring
    #[arg(long)]
    remember: bool,
    #[command(flatten)]
    account: AccountArgs,
}

/// Delete the stored login token
#[derive(Args, Debug)]
#[command(after_help = LOGOUT_EXAMPLES)]
pub(crate) struct LogoutArguments {
    /// Also delete the password stored by `tandem login --remember`
    #[arg(long)]
    forget: bool,
    #[command(flatten)]
    account: AccountArgs,
}

/// List the account's pumps
#[derive(Args, Debug)]
#[command(after_help = PUMPS_EXAMPLES)]
pub(crate) struct PumpsArguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArgs,
}

/// Logs in.
pub(crate) fn login(arguments: &LoginArguments, context: &Context) -> Result<Exit> {
    if arguments.remember {
        return remember(arguments, context);
    }
    let source = context.source(&arguments.account)?;
    let token = context.runtime.block_on(source.login())?;
    context
        .terminal
        .say(format!("Logged in; the token is valid until {}.", token.expires.format("%Y-%m-%d %H:%M UTC")));
    Ok(Exit::Done)
}

/// Logs in with a password typed now, and keeps it when it is right.
fn remember(arguments: &LoginArguments, context: &Context) -> Result<Exit> {
    let settings = context.settings.account(&arguments.account)?;
    let keyring = Keyring::for_email(&settings.email);
    let asked = password_prompt(&settings.email);
    let password = asked.map_err(|error| describe_unkept(error.as_ref()))?.ok_or_else(|| {
        Failure::new(Exit::Configuration, "cannot ask for the password without a terminal")
            .hint("set TANDEM_PASSWORD or TANDEM_PASSWORD_COMMAND instead")
    })?;
    let source = TandemSource::new(settings.with_password(password.clone()).source_config())?;
    context.runtime.block_on(source.login())?;
    keyring.write(&password).map_err(|error| describe_unkept(error.as_ref()))?;
    context.terminal.say("Logged in; the password is stored in this computer's keyring.");
    Ok(Exit::Done)
}

/// Says that the keyring does not work here, and what does.
pub(crate) fn describe_unkept(error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Configuration, format!("cannot use this computer's keyring: {error}"))
        .hint("set TANDEM_PASSWORD_COMMAND to a command that prints the password, or TANDEM_PASSWORD")
}

/// Forgets the token.
pub(crate) fn logout(arguments: &LogoutArguments, context: &Context) -> Result<Exit> {
    let source = context.source(&arguments.account)?;
    let forgotten = context.runtime.block_on(source.logout()).context("cannot remove the token")?;
    if arguments.forget {
        let email = context.settings.account(&arguments.account)?.email;
        let removed = Keyring::for_email(&email).remove().map_err(|error| describe_unkept(error.as_ref()))?;
        context.terminal.say(if removed {
            "The password was deleted from the keyring."
        } else {
            "There was no password in the keyring."
        });
    }
    context.terminal.say(if forgotten { "The token was deleted." } else { "There was no token." });
    Ok(Exit::Done)
}

/// Lists the pumps.
pub(crate) fn pumps(arguments: &PumpsArguments, context: &Context) -> Result<Exit> {
    let source = context.source(&arguments.account)?;
    let account = context.runtime.block_on(source.account())?;
    let text = if arguments.json { json(&account.pumps)? } else { on_screen(&account.pumps) };
    context.terminal.write_data(text.as_bytes())?;
    if account.pumps.is_empty() {
        context.terminal.say("The account has no pumps.");
    }
    Ok(Exit::Done)
}

/// The pumps as a table.
pub(crate) fn on_screen(pumps: &[PumpListing]) -> String {
    let columns = ["serial", "model", "software", "last upload", "from", "to", "algorithm"];
    let mut table = ScreenTable::new(columns.map(|name| (name, Align::Left)));
    let now = Context::now();
    for pump in pumps {
        let day = |wall: Option<chrono::NaiveDateTime>| wall.map(|wall| wall.date().to_string());
        table.push([
            Some(pump.serial_number.to_string()),
            pump.model_name.clone(),
            pump.software_version.clone(),
            Some(pump.last_upload.map_or_else(|| "never".to_owned(), |upload| format_age(upload, now))),
            day(pump.first_event),
            day(pump.last_event),
            pump.algorithm.clone(),
        ]);
    }
    table.fit(Terminal::width()).text
}

fn json(pumps: &[PumpListing]) -> Result<String> {
    let pump = |pump: &PumpListing| {
        serde_json::json!({
            "serial_number": pump.serial_number.as_str(),
            "assignment_id": pump.assignment_id.as_ref().map(pipeline::AssignmentId::as_str),
            "model_name": pump.model_name,
            "model_number": pump.model_number,
            "software_version": pump.software_version,
            "algorithm": pump.algorithm,
            "last_upload": pump.last_upload,
            "first_event": pump.first_event,
            "last_event": pump.last_event,
        })
    };
    let list: Vec<_> = pumps.iter().map(pump).collect();
    Ok(serde_json::to_string_pretty(&list)? + "\n")
}
