//! `tandem init`: from nothing to a configuration that is known to work, by questions or by flags.
//!
//! Nothing is written before the login has worked, and no configuration is replaced unasked.

mod pump_clock;

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::absolute;

use anyhow::{Error, Result};
use chrono_tz::Tz;
use clap::Args;
use pipeline::{Account, Source as _, SourceError, SourceErrorKind};
use secrecy::SecretString;
use tandem_source::{Region, TandemSource};

use self::pump_clock::PumpClock;
use super::account::{self, describe_unkept};
use super::status::may_be_factory_date;
use super::sync;
use crate::arguments::AccountArgs;
use crate::context::Context;
use crate::error_output;
use crate::failure::{Exit, Failure};
use crate::output::format_count;
use crate::settings::{ConfigFile, Keyring, Settings, parse_region, parse_zone, password_prompt};
use crate::terminal::Terminal;

/// Passwords typed in all: a service that is asked too often locks the account.
const ATTEMPTS: u32 = 3;
const STOPPED: &str = "Stopped; nothing was written.";
const WRITTEN: &str = "Stopped; the configuration is written.";

const EXAMPLES: &str = "\
Examples:
  tandem init                          asks for everything
  tandem init --db ~/pump.db           put the database somewhere else
  tandem init --no-input --email you@example.org --region eu --sync
                                       never prompts; TANDEM_PASSWORD is set

The password is not written to the configuration. It can be stored in this computer's keyring; otherwise, it comes from \
TANDEM_PASSWORD or from a command (--password-command, which is written to the configuration), or `tandem` asks for it when a login needs it.";

/// Set up your account: answer a few questions, test the login, write the configuration
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent flag")]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Store the password in this computer's keyring
    #[arg(long)]
    remember: bool,
    /// Replace an existing configuration file
    #[arg(long)]
    overwrite: bool,
    /// Fetch the whole history right away
    #[arg(long)]
    sync: bool,
    /// Never prompt; use defaults for anything not given
    #[arg(long)]
    no_input: bool,
    #[command(flatten)]
    account: AccountArgs,
}

/// Sets up.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let interactive = std::io::stdin().is_terminal() && !arguments.no_input;
    let setup = Setup { arguments, context, interactive };
    context.interrupt.on_signal(STOPPED, || std::process::exit(i32::from(Exit::Interrupted as u8)));
    setup.may_replace()?;
    setup.complain_of_missing()?;
    let login = setup.log_in()?;
    context.terminal.say(describe_pumps(&login.pumps));
    let zone = setup.zone(&login.pumps)?;
    setup.remember(&login)?;
    setup.file(&login, zone)?.write(&context.settings.config)?;
    context.interrupt.on_signal(WRITTEN, || std::process::exit(i32::from(Exit::Interrupted as u8)));
    context.terminal.say(format!("Wrote {}.", context.settings.config.display()));
    setup.first_sync(login.account)
}

struct Setup<'a> {
    arguments: &'a Arguments,
    context: &'a Context,
    interactive: bool,
}

/// A login that worked.
struct Login {
    account: AccountArgs,
    /// The password, where it was typed.
    typed: Option<SecretString>,
    pumps: Account,
}

impl Setup<'_> {
    fn settings(&self) -> &Settings {
        &self.context.settings
    }

    /// Asks before anything else: no one likes to answer in vain.
    fn may_replace(&self) -> Result<()> {
        let path = &self.settings().config;
        if !path.exists() || self.arguments.overwrite {
            return Ok(());
        }
        let replace = format!("{} already exists. Replace it?", path.display());
        if self.interactive && Terminal::ask_confirmation(&replace, false)? {
            return Ok(());
        }
        let failure = Failure::new(Exit::Usage, format!("{} already exists and was not changed", path.display()));
        Err(failure.hint("use --overwrite to replace it, or --config to choose another file").into())
    }

    /// Without a terminal to ask on, everything must be given; what is missing is named at once.
    fn complain_of_missing(&self) -> Result<()> {
        if self.interactive {
            return Ok(());
        }
        let account = &self.arguments.account;
        let has_password = self.settings().account(account).is_ok_and(|account| account.password_place().is_some());
        let needed = [
            (self.settings().email(account).is_some(), "--email ADDRESS"),
            (self.known_region().is_some(), "--region us|eu"),
            (has_password, "a password with TANDEM_PASSWORD or --password-command COMMAND"),
            (self.usual_zone().is_some(), "--time-zone ZONE"),
        ];
        let missing: Vec<_> = needed.iter().filter(|(known, _)| !known).map(|(_, flag)| *flag).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let message = "this command asks questions, and there is no terminal";
        Err(Failure::new(Exit::Usage, message).hint(format!("give {}", missing.join(", "))).into())
    }

    fn known_region(&self) -> Option<&str> {
        self.arguments.account.region.as_deref().or(self.settings().file.region.as_deref())
    }

    fn usual_zone(&self) -> Option<Tz> {
        self.settings().zone.or_else(Settings::system_zone)
    }

    /// Logs in and lists the pumps. What was refused is asked for again, a few times.
    fn log_in(&self) -> Result<Login> {
        let mut account = self.account(&self.arguments.account)?;
        let mut attempt = 1;
        loop {
            let typed = self.typed_password(&account, attempt > 1)?;
            match self.pumps(&account, typed.clone()) {
                Ok(pumps) => return Ok(Login { account, typed, pumps }),
                Err(error) if typed.is_some() && attempt < ATTEMPTS && is_refusal(&error) => {
                    error_output::print_error(&error);
                    account = asked_again(account)?;
                }
                Err(error) => return Err(error),
            }
            attempt += 1;
        }
    }

    /// The account that flags name; the rest of it is asked for.
    fn account(&self, named: &AccountArgs) -> Result<AccountArgs> {
        if !self.interactive {
            return Ok(named.clone());
        }
        let mut account = named.clone();
        if account.region.is_none() {
            account.region = Some(ask_region(self.known_region())?);
        }
        if account.email.is_none() {
            account.email = Some(ask_email(self.settings().email(named).as_deref())?);
        }
        Ok(account)
    }

    /// The password as typed; `None` where some other place has one.
    fn typed_password(&self, account: &AccountArgs, again: bool) -> Result<Option<SecretString>> {
        let settings = self.settings().account(account)?;
        if !self.interactive || (settings.password_place().is_some() && !again) {
            return Ok(None);
        }
        let asked = password_prompt(&settings.email);
        asked.map_err(|error| Failure::new(Exit::Interrupted, format!("no password was given: {error}")).into())
    }

    fn pumps(&self, account: &AccountArgs, typed: Option<SecretString>) -> Result<Account> {
        let mut settings = self.settings().account(account)?;
        if let Some(password) = typed {
            settings = settings.with_password(password);
        }
        let source = TandemSource::new(settings.source_config())?;
        let asked = self.context.runtime.block_on(async {
            source.login().await?;
            source.account().await
        });
        Ok(asked?)
    }

    /// The zone that was named, or else asked for. One that the last upload contradicts is asked for again.
    fn zone(&self, pumps: &Account) -> Result<Tz> {
        let now = Context::now();
        let clock = PumpClock::from_account(pumps, now);
        let usual = self.usual_zone();
        if let Some(zone) = self.settings().named_zone.or(usual.filter(|_| !self.interactive)) {
            if let Some(difference) = clock.and_then(|clock| clock.difference(zone)) {
                self.note_difference(&difference, zone);
            }
            return Ok(zone);
        }
        let usual = usual.map(|zone| zone.name().to_owned());
        loop {
            let zone = ask_zone(usual.as_deref())?;
            let Some(clock) = clock else { return Ok(zone) };
            let difference = clock.difference(zone);
            let is_correct =
                Terminal::ask_confirmation(&format!("Your pump shows {} now, correct?", clock.shown(now)), true)?;
            match difference {
                Some(difference) if is_correct => self.note_difference(&difference, zone),
                _ => return Ok(zone),
            }
        }
    }

    fn note_difference(&self, difference: &str, zone: Tz) {
        self.context.terminal.note(format!(
            "at its last upload, the pump's clock was {difference} the time in {zone}; enter the city whose time \
             the pump shows"
        ));
    }

    /// Keeps the password in the keyring, where there is one and it is wanted.
    fn remember(&self, login: &Login) -> Result<()> {
        let settings = self.settings().account(&login.account)?;
        let keyring = Keyring::for_email(&settings.email);
        if !self.arguments.remember && (login.typed.is_none() || !self.offer(&keyring)?) {
            return Ok(());
        }
        let password = match &login.typed {
            Some(password) => password.clone(),
            None => settings.password().map_err(|error| describe_unkept(error.as_ref()))?,
        };
        Ok(keyring.write(&password).map_err(|error| describe_unkept(error.as_ref()))?)
    }

    fn offer(&self, keyring: &Keyring) -> Result<bool> {
        match keyring.read() {
            Ok(_) => Terminal::ask_confirmation("Store the password in this computer's keyring?", true),
            Err(error) => {
                tracing::debug!(%error, "cannot read the keyring");
                self.context.terminal.note(
                    "this computer has no keyring, so you will be asked for the password at each login; set \
                     TANDEM_PASSWORD or --password-command to avoid that",
                );
                Ok(false)
            }
        }
    }

    /// What is to be written: the answers, and what the file said before of other things.
    fn file(&self, login: &Login, zone: Tz) -> Result<ConfigFile> {
        let (settings, account) = (self.settings(), &login.account);
        let mut file = settings.file.clone();
        if login.typed.is_some() {
            // The password of before is not the one that works.
            (file.password, file.password_command) = (None, None);
        }
        file.email = settings.email(account).map(|email| email.trim().to_owned());
        file.region = account.region.clone().or(file.region).map(|region| region.trim().to_lowercase());
        file.time_zone = Some(zone.name().to_owned());
        file.endpoint = account.endpoint.clone().or(file.endpoint);
        file.password_command = account.password_command.clone().or(file.password_command);
        if let Some(database) = &settings.named_database {
            file.db = Some(absolute(database)?);
        }
        Ok(match &settings.person {
            Some(name) => settings.whole_file.clone().with_person(name, file),
            None => file,
        })
    }

    fn first_sync(&self, account: AccountArgs) -> Result<Exit> {
        let terminal = self.context.terminal;
        if self.settings().named_database.as_ref().or(self.settings().file.db.as_ref()).is_none() {
            terminal.say(
                "The database is data/tandem.db in the current folder; set --db or TANDEM_DB to use another file.",
            );
        }
        let wanted =
            self.arguments.sync || (self.interactive && Terminal::ask_confirmation("Fetch everything now?", true)?);
        if !wanted {
            terminal.say("Next: `tandem sync` fetches everything, `tandem doctor` checks the setup.");
            return Ok(Exit::Done);
        }
        let exit = sync::sync(&sync::SyncArguments::of(account), &self.context.reread()?)?;
        terminal.say("Next: `tandem status` shows what the database holds, `tandem day` the newest day.");
        Ok(exit)
    }
}

/// Asks for region and address once more, with the answers of before as the usual ones.
fn asked_again(before: AccountArgs) -> Result<AccountArgs> {
    let region = Some(ask_region(before.region.as_deref())?);
    let email = Some(ask_email(before.email.as_deref())?);
    Ok(AccountArgs { email, region, ..before })
}

fn ask_region(usual: Option<&str>) -> Result<String> {
    let question = format!("Region: us ({}) or eu (everywhere else)", Region::Us.countries());
    loop {
        let answer = Terminal::ask_question(&question, usual)?;
        match parse_region(&answer) {
            Ok(_) => return Ok(answer),
            Err(error) => error_output::print_error(&error),
        };
    }
}

fn ask_zone(usual: Option<&str>) -> Result<Tz> {
    loop {
        match parse_zone(&Terminal::ask_question("City or time zone of the pump's clock", usual)?) {
            Ok(zone) => return Ok(zone),
            Err(error) => error_output::print_error(&error),
        };
    }
}

fn ask_email(usual: Option<&str>) -> Result<String> {
    loop {
        let answer = Terminal::ask_question("E-mail address on Tandem Source", usual)?;
        if answer.contains('@') && !answer.contains(char::is_whitespace) {
            return Ok(answer);
        }
        error_output::print_error(&Failure::new(Exit::Usage, format!("{answer:?} is not an e-mail address")).into());
    }
}

fn is_refusal(error: &Error) -> bool {
    let kind = error.downcast_ref::<SourceError>().map(|error| error.kind);
    kind == Some(SourceErrorKind::CredentialsRefused)
}

/// The pumps, and from when to when the service has their events.
fn describe_pumps(account: &Account) -> String {
    if account.pumps.is_empty() {
        return "Logged in. The account has no pumps yet; there will be data to fetch after a pump's first upload."
            .to_owned();
    }
    let mut text = format!("Logged in.\n\n{}", account::on_screen(&account.pumps));
    let firsts = account.pumps.iter().filter_map(|pump| pump.first_event).map(|first| first.date());
    let lasts = account.pumps.iter().filter_map(|pump| pump.last_event).map(|last| last.date());
    if let Some((first, last)) = firsts.filter(|first| !may_be_factory_date(*first)).min().zip(lasts.max()) {
        let days = u64::try_from((last - first).num_days() + 1).unwrap_or_default();
        let _ = writeln!(text, "\nHistory from {first} to {last}, {}.", format_count(days, "day"));
    }
    text
}
