//! The configuration file: a few keys of TOML. Its errors never quote the file, which may hold a password.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Result;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure};
use crate::output::atomic;

/// What comes before the keys.
const HEADING: &str = "# Settings of tandem, written by `tandem init`. Flags and TANDEM_* variables win over them.\n\n";

/// What the configuration file may say.
#[derive(Clone, Default)]
pub(crate) struct ConfigFile {
    pub(crate) db: Option<PathBuf>,
    pub(crate) email: Option<String>,
    pub(crate) password: Option<SecretString>,
    pub(crate) password_command: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) glucose_unit: Option<String>,
    pub(crate) nightscout: Option<NightscoutSection>,
    /// The people of `[person.NAME]`, by name.
    pub(crate) people: BTreeMap<String, Person>,
}

/// The table `[nightscout]`.
#[derive(Clone, Default)]
pub(crate) struct NightscoutSection {
    pub(crate) url: Option<String>,
    pub(crate) token: Option<SecretString>,
    pub(crate) token_command: Option<String>,
    pub(crate) cgm: Option<String>,
    pub(crate) alarms: Option<bool>,
}

/// One person of several: their account, their file and their site.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// The account's e-mail address.
    #[serde(alias = "email")]
    account: Option<String>,
    region: Option<String>,
    db: Option<PathBuf>,
    time_zone: Option<String>,
    endpoint: Option<String>,
    password: Option<String>,
    password_command: Option<String>,
    nightscout: Option<NightscoutContents>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    db: Option<PathBuf>,
    email: Option<String>,
    password: Option<String>,
    password_command: Option<String>,
    region: Option<String>,
    time_zone: Option<String>,
    endpoint: Option<String>,
    glucose_unit: Option<String>,
    // A table: it must come after the keys.
    nightscout: Option<NightscoutContents>,
    #[serde(default, rename = "person", skip_serializing_if = "BTreeMap::is_empty")]
    people: BTreeMap<String, Person>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NightscoutContents {
    url: Option<String>,
    token: Option<String>,
    token_command: Option<String>,
    cgm: Option<String>,
    alarms: Option<bool>,
}

impl NightscoutSection {
    fn of(contents: NightscoutContents) -> Self {
        let NightscoutContents { url, token, token_command, cgm, alarms } = contents;
        Self { url, token: token.map(SecretString::from), token_command, cgm, alarms }
    }

    fn contents(self) -> NightscoutContents {
        let token = self.token.map(|token| token.expose_secret().to_owned());
        NightscoutContents {
            url: self.url,
            token,
            token_command: self.token_command,
            cgm: self.cgm,
            alarms: self.alarms,
        }
    }
}

impl ConfigFile {
    /// What the file says about the person `name`. What it says outside of `[person.NAME]` holds for them, too, except account, password, database and
    /// Nightscout site.
    pub(crate) fn of_person(&self, name: &str) -> Result<Self> {
        let Some(person) = self.people.get(name).cloned() else { return Err(self.no_such_person(name).into()) };
        Ok(Self {
            db: Some(person.db.unwrap_or_else(|| PathBuf::from(format!("data/{name}.db")))),
            email: person.account,
            password: person.password.map(SecretString::from),
            password_command: person.password_command,
            region: person.region.or_else(|| self.region.clone()),
            time_zone: person.time_zone.or_else(|| self.time_zone.clone()),
            endpoint: person.endpoint.or_else(|| self.endpoint.clone()),
            glucose_unit: self.glucose_unit.clone(),
            nightscout: person.nightscout.map(NightscoutSection::of),
            people: self.people.clone(),
        })
    }

    /// The file with the settings of `chosen` as those of the person `name`.
    pub(crate) fn with_person(mut self, name: &str, chosen: Self) -> Self {
        let person = Person {
            account: chosen.email,
            region: chosen.region,
            db: chosen.db,
            time_zone: chosen.time_zone,
            endpoint: chosen.endpoint,
            password: chosen.password.map(|password| password.expose_secret().to_owned()),
            password_command: chosen.password_command,
            nightscout: chosen.nightscout.map(NightscoutSection::contents),
        };
        self.people.insert(name.to_owned(), person);
        self
    }

    /// The only person, where the file names one and no account or database besides.
    pub(crate) fn only_person(&self) -> Option<&str> {
        let is_alone = self.people.len() == 1 && self.email.is_none() && self.db.is_none();
        self.people.keys().next().map(String::as_str).filter(|_| is_alone)
    }

    /// The person whose account has this e-mail address.
    pub(crate) fn person_of(&self, email: &str) -> Option<&str> {
        let is_theirs = |account: &str| account.trim().eq_ignore_ascii_case(email.trim());
        let mut people = self.people.iter();
        people.find(|(_, person)| person.account.as_deref().is_some_and(is_theirs)).map(|(name, _)| name.as_str())
    }

    /// The names of the people, separated by commas.
    pub(crate) fn names(&self) -> String {
        self.people.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    fn no_such_person(&self, name: &str) -> Failure {
        let failure = Failure::new(Exit::Configuration, format!("the configuration has no person {name:?}"));
        match self.people.is_empty() {
            true => failure.hint(format!("add a section [person.{name}] with account, region and db")),
            false => failure.hint(format!("it has {}", self.names())),
        }
    }

    /// Reads the file. That it is missing matters only when it was asked for.
    pub(crate) fn read(path: &Path, asked_for: bool) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !asked_for => return Ok(Self::default()),
            Err(error) => {
                let message = format!("cannot read the configuration file {}", path.display());
                let failure = Failure::new(Exit::Configuration, message).because(error);
                return Err(failure.hint("`tandem init` writes one; --config names another").into());
            }
        };
        let Contents {
            db,
            email,
            password,
            password_command,
            region,
            time_zone,
            endpoint,
            glucose_unit,
            nightscout,
            people,
        } = parse(&text, path)
            .map_err(|failure| failure.hint("mend that line, or write the file anew: `tandem init --overwrite`"))?;
        let password = password.map(SecretString::from);
        let nightscout = nightscout.map(NightscoutSection::of);
        Ok(Self {
            db,
            email,
            password,
            password_command,
            region,
            time_zone,
            endpoint,
            glucose_unit,
            nightscout,
            people,
        })
    }

    /// Writes the file, whole or not at all, readable by its owner alone.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let Self { db, email, password_command, region, time_zone, endpoint, glucose_unit, nightscout, people, .. } =
            self.clone();
        let nightscout = nightscout.map(NightscoutSection::contents);
        let password = self.password.as_ref().map(|password| password.expose_secret().to_owned());
        let contents = Contents {
            db,
            email,
            password,
            password_command,
            region,
            time_zone,
            endpoint,
            glucose_unit,
            nightscout,
            people,
        };
        let unkept = |error: anyhow::Error| {
            Failure::new(Exit::Configuration, "the configuration was not written")
                .hint("name a place where you may write with --config")
                .because(error)
        };
        let text = HEADING.to_owned() + &toml::to_string(&contents).map_err(|error| unkept(error.into()))?;
        // Where the file is a link into somebody's collection of settings, the collection is written to.
        let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Ok(atomic::write(path, true, |file| file.write_all(text.as_bytes())).map_err(unkept)?)
    }
}

/// Parses TOML; an error says where and what, without the text around it.
pub(super) fn parse<T: for<'a> Deserialize<'a>>(text: &str, path: &Path) -> Result<T, Failure> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        let message = format!("{}, line {line}: {}", path.display(), error.message().trim_end());
        Failure::new(Exit::Configuration, message)
    })
}
