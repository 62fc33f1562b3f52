//! Where every setting comes from: flags over environment over the configuration file over the predecessor's credentials.
//!
//! Flags and most environment variables arrive merged in the arguments; this module adds the files. Passwords have a module
//! of their own, because they are asked for only when a login needs one.

mod file;
mod nightscout;
mod password;
mod paths;
mod predecessor;
mod secret;
mod zones;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use anyhow::Result;
use chrono_tz::Tz;
use secrecy::SecretString;
use tandem_source::{PasswordError, PasswordProvider as _, Region, SourceConfig};
use url::Url;

use crate::arguments::{AccountArgs, GlobalArgs};
use crate::clock::SystemClock;
use crate::failure::{Exit, Failure};

pub(crate) use file::ConfigFile;
pub(crate) use nightscout::NightscoutSettings;
pub(crate) use password::{Keyring, prompt as password_prompt};
use password::{PasswordChain, PasswordSource};
pub(crate) use paths::Paths;
use predecessor::Predecessor;
pub(crate) use predecessor::pump_of_database;
pub(crate) use zones::{is_place, parse_zone};

/// The database's usual place, below the folder one is in.
const DEFAULT_DATABASE: &str = "data/tandem.db";

/// Everything that was configured outside of a command's own arguments.
pub(crate) struct Settings {
    /// The database file.
    pub(crate) database: PathBuf,
    /// The same, where a flag or the environment named it.
    pub(crate) named_database: Option<PathBuf>,
    /// The zone of the pump's clock, where one was named.
    pub(crate) zone: Option<Tz>,
    /// The same, where a flag or the environment named it.
    pub(crate) named_zone: Option<Tz>,
    /// The configuration file: where it is, or would be.
    pub(crate) config: PathBuf,
    /// The program's own files.
    pub(crate) paths: Paths,
    /// What it says about the person; empty where there is none.
    pub(crate) file: ConfigFile,
    /// All that it says.
    pub(crate) whole_file: ConfigFile,
    /// The person, where the configuration has several.
    pub(crate) person: Option<String>,
    /// The same, where a flag or the environment named it.
    pub(crate) named_person: Option<String>,
    /// True of one of several people in one run: a password in the environment belongs to none of them.
    pub(crate) is_one_of_many: bool,
    predecessor: Option<Predecessor>,
}

/// An account, ready to make a client of.
pub(crate) struct AccountSettings {
    /// The e-mail address.
    pub(crate) email: String,
    /// The cloud.
    pub(crate) region: Region,
    /// Replaces the service's origins.
    pub(crate) endpoint: Option<Url>,
    passwords: PasswordChain,
    tokens: PathBuf,
}

impl Settings {
    /// Reads the files.
    pub(crate) fn load(arguments: &GlobalArgs) -> Result<Self> {
        let mut settings = Self::without_files(arguments)?;
        settings.whole_file = ConfigFile::read(&settings.config, arguments.config.is_some())?;
        settings.choose_person(arguments.person.as_deref())?;
        if settings.zone.is_none() {
            settings.zone = settings.file.time_zone.as_deref().map(parse_zone).transpose()?;
        }
        if let Some(database) = settings.file.db.clone().filter(|_| arguments.db.is_none()) {
            settings.database = database;
        }
        refuse_other_places(&settings.database)?;
        settings.predecessor = Predecessor::read(Path::new(predecessor::DEFAULT_PATH))?;
        Ok(settings)
    }

    /// Takes what the file says about `name`; without a name, about the only person, or about no one in particular. A person whose database a
    /// flag or the environment names needs no section.
    fn choose_person(&mut self, name: Option<&str>) -> Result<()> {
        self.person = name.or(self.whole_file.only_person()).map(str::to_owned);
        self.file = match &self.person {
            Some(name) if self.named_database.is_some() => self.whole_file.of_person_or_stranger(name),
            Some(name) => self.whole_file.of_person(name)?,
            None => self.whole_file.clone(),
        };
        Ok(())
    }

    /// What flags and environment say alone.
    pub(crate) fn without_files(arguments: &GlobalArgs) -> Result<Self> {
        let paths = Paths::find()?;
        let named_zone = arguments.time_zone.as_deref().map(parse_zone).transpose()?;
        Ok(Self {
            database: arguments.db.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_DATABASE)),
            named_database: arguments.db.clone(),
            zone: named_zone,
            named_zone,
            config: arguments.config.clone().unwrap_or_else(|| paths.config_file()),
            paths,
            file: ConfigFile::default(),
            whole_file: ConfigFile::default(),
            person: arguments.person.clone(),
            named_person: arguments.person.clone(),
            is_one_of_many: false,
            predecessor: None,
        })
    }

    /// The e-mail address that `arguments` or the files name.
    pub(crate) fn email(&self, arguments: &AccountArgs) -> Option<String> {
        let predecessor = || self.predecessor.as_ref().map(|credentials| credentials.email.clone());
        let named = arguments.email.clone().or_else(|| self.file.email.clone()).or_else(predecessor);
        named.filter(|email| !email.trim().is_empty())
    }

    /// The account that `arguments` and the files name.
    pub(crate) fn account(&self, arguments: &AccountArgs) -> Result<AccountSettings> {
        let email = self.email(arguments).ok_or_else(|| self.no_email())?;
        let region = arguments.region.as_deref().or(self.file.region.as_deref()).map(parse_region).transpose()?;
        let endpoint =
            arguments.endpoint.as_deref().or(self.file.endpoint.as_deref()).map(parse_endpoint).transpose()?;
        Ok(AccountSettings {
            passwords: self.passwords(arguments, &email),
            email,
            region: region.unwrap_or(Region::Us),
            endpoint,
            tokens: self.paths.token_file(),
        })
    }

    fn no_email(&self) -> Failure {
        let failure = Failure::new(Exit::Configuration, "no e-mail address is configured");
        match (&self.person, self.whole_file.people.is_empty()) {
            (Some(name), _) => {
                failure.hint(format!("add `account = \"ADDRESS\"` to [person.{name}] in the configuration file"))
            }
            (None, false) => failure.hint(self.person_hint()),
            (None, true) => failure.hint("run `tandem init`, use --email, or set TANDEM_EMAIL"),
        }
    }

    /// How to say whose history is meant.
    pub(crate) fn person_hint(&self) -> String {
        format!("several people are configured; choose one with --person NAME ({})", self.whole_file.names())
    }

    /// The zone of this computer, where it is known. `TZ` wins, as for every program.
    pub(crate) fn system_zone() -> Option<Tz> {
        let zone = |name: String| Tz::from_str(name.trim_start_matches(':')).ok().filter(|zone| is_place(*zone));
        let named = std::env::var("TZ").ok().and_then(zone);
        named.or_else(|| iana_time_zone::get_timezone().ok().and_then(zone))
    }

    /// A password of a file belongs to the address beside it, and to no other.
    fn passwords(&self, arguments: &AccountArgs, email: &str) -> PasswordChain {
        let is_mine = |other: &str| other.trim().eq_ignore_ascii_case(email.trim());
        let mut chain = PasswordChain::default();
        let fixed = |password: SecretString, place| PasswordSource::Fixed { password, place };
        chain.add(arguments.password_command.clone().map(password_command));
        if !self.is_one_of_many {
            chain.add(std::env::var("TANDEM_PASSWORD").ok().map(|password| fixed(password.into(), "TANDEM_PASSWORD")));
            chain.add(std::env::var("TANDEM_PASSWORD_COMMAND").ok().map(password_command));
        }
        if self.file.email.as_deref().is_none_or(is_mine) {
            chain.add(self.file.password_command.clone().map(password_command));
            chain.add(self.file.password.clone().map(|password| fixed(password, "the configuration file")));
        }
        let predecessor = self.predecessor.as_ref().filter(|credentials| is_mine(&credentials.email));
        chain.add(predecessor.map(|credentials| fixed(credentials.password.clone(), predecessor::DEFAULT_PATH)));
        chain.add(Some(PasswordSource::Keyring(Keyring::for_email(email))));
        chain.add(Some(PasswordSource::Prompt(email.to_owned())));
        chain
    }
}

impl AccountSettings {
    /// The client's configuration.
    pub(crate) fn source_config(self) -> SourceConfig {
        let mut config = SourceConfig::new(self.region, self.email, Arc::new(self.passwords), Arc::new(SystemClock));
        config.endpoint = self.endpoint;
        config.token_cache = Some(self.tokens);
        config
    }

    /// Uses `password` and no other source.
    pub(crate) fn with_password(mut self, password: SecretString) -> Self {
        self.passwords = PasswordChain::default();
        self.passwords.add(Some(PasswordSource::Fixed { password, place: "the terminal" }));
        self
    }

    /// Never asks a person.
    pub(crate) fn without_prompt(mut self) -> Self {
        self.passwords.leave_out_prompt();
        self
    }

    /// The place that has the password; `None` where a person must be asked. Commands are believed, not run.
    pub(crate) fn password_place(&self) -> Option<&'static str> {
        self.passwords.place()
    }

    /// The password, from the first place that has one.
    pub(crate) fn password(&self) -> Result<SecretString, PasswordError> {
        self.passwords.password()
    }
}

fn password_command(command: String) -> PasswordSource {
    PasswordSource::Command { command, what: "password" }
}

/// Refuses what DuckDB would open elsewhere than in a file: `:memory:`, or `md:…` for a service.
fn refuse_other_places(database: &Path) -> Result<()> {
    let name = database.to_string_lossy();
    let scheme = name.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_scheme = scheme.len() > 1 && scheme.chars().all(|letter| letter.is_ascii_alphanumeric());
    if !(name.starts_with(':') || is_scheme) || database.exists() {
        return Ok(());
    }
    let message = format!("`{name}` is not the name of a file");
    Err(Failure::new(Exit::Usage, message)
        .hint("give --db a file on this computer, for example --db data/tandem.db")
        .into())
}

pub(crate) fn parse_region(text: &str) -> Result<Region> {
    Ok(text.parse::<Region>().map_err(|error| Failure::new(Exit::Configuration, error.to_string()))?)
}

fn parse_endpoint(text: &str) -> Result<Url> {
    Ok(Url::parse(text).map_err(|error| {
        Failure::new(Exit::Configuration, format!("the endpoint {text:?} is not a URL")).because(error)
    })?)
}
