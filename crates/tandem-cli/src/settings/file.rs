//! The configuration file: a few keys of TOML. Its errors never quote the file, which may hold a password.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::NaiveDate;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::secret;
use crate::failure::{Exit, Failure};
use crate::output::atomic;

/// What comes before the keys.
const HEADING: &str = "# Settings of tandem, written by `tandem init`. Flags and TANDEM_* variables win over them.\n\n";

/// What the configuration file may say.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigFile {
    pub(crate) db: Option<PathBuf>,
    pub(crate) email: Option<String>,
    #[serde(default, with = "secret", skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<SecretString>,
    pub(crate) password_command: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) glucose_unit: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) paper: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) born: Option<NaiveDate>,
    pub(crate) targets: Option<Targets>,
    // A table: it must come after the keys.
    pub(crate) nightscout: Option<NightscoutSection>,
    /// The people of `[person.NAME]`, by name.
    #[serde(default, rename = "person", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) people: BTreeMap<String, Person>,
}

/// A person's own target range, in mg/dL or mmol/L.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Targets {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The table `[nightscout]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NightscoutSection {
    pub(crate) url: Option<String>,
    #[serde(default, with = "secret", skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<SecretString>,
    pub(crate) token_command: Option<String>,
    pub(crate) cgm: Option<String>,
    pub(crate) alarms: Option<bool>,
}

/// One person of several: their account, their file and their site.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// E-mail address of the account.
    #[serde(alias = "email")]
    account: Option<String>,
    region: Option<String>,
    db: Option<PathBuf>,
    time_zone: Option<String>,
    endpoint: Option<String>,
    #[serde(default, with = "secret", skip_serializing_if = "Option::is_none")]
    password: Option<SecretString>,
    password_command: Option<String>,
    nightscout: Option<NightscoutSection>,
}

impl ConfigFile {
    /// What the file says about the person `name`. What it says outside of `[person.NAME]` holds for them, too, except account, password, database,
    /// Nightscout site, name, date of birth and targets.
    pub(crate) fn of_person(&self, name: &str) -> Result<Self> {
        if !self.people.contains_key(name) {
            return Err(self.no_such_person(name).into());
        }
        Ok(self.of_person_or_stranger(name))
    }

    /// As [`ConfigFile::of_person`], where someone without a section is a person about whom the file says nothing.
    pub(crate) fn of_person_or_stranger(&self, name: &str) -> Self {
        let person = self.people.get(name).cloned().unwrap_or_default();
        Self {
            db: Some(person.db.unwrap_or_else(|| PathBuf::from(format!("data/{name}.db")))),
            email: person.account,
            password: person.password,
            password_command: person.password_command,
            region: person.region.or_else(|| self.region.clone()),
            time_zone: person.time_zone.or_else(|| self.time_zone.clone()),
            endpoint: person.endpoint.or_else(|| self.endpoint.clone()),
            glucose_unit: self.glucose_unit.clone(),
            language: self.language.clone(),
            paper: self.paper.clone(),
            name: None,
            born: None,
            targets: None,
            nightscout: person.nightscout,
            people: self.people.clone(),
        }
    }

    /// The file with the settings of `chosen` as those of the person `name`.
    pub(crate) fn with_person(mut self, name: &str, chosen: Self) -> Self {
        let person = Person {
            account: chosen.email,
            region: chosen.region,
            db: chosen.db,
            time_zone: chosen.time_zone,
            endpoint: chosen.endpoint,
            password: chosen.password,
            password_command: chosen.password_command,
            nightscout: chosen.nightscout,
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
        let failure = Failure::new(Exit::Configuration, format!("person {name:?} is not in the configuration file"));
        if self.people.is_empty() {
            return failure.hint(format!("add a section [person.{name}] with account, region and db"));
        }
        failure.hint(format!("it has {}", self.names()))
    }

    /// Reads the file. That it is missing matters only when it was asked for.
    pub(crate) fn read(path: &Path, asked_for: bool) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !asked_for => return Ok(Self::default()),
            Err(error) => {
                let message = format!("cannot read the configuration file {}", path.display());
                let failure = Failure::new(Exit::Configuration, message).because(error);
                return Err(failure.hint("create one with `tandem init`, or choose another with --config").into());
            }
        };
        let hint = "fix that line, or replace the file with `tandem init --overwrite`";
        Ok(parse(&text, path).map_err(|failure| failure.hint(hint))?)
    }

    /// Writes the file, whole or not at all, readable by its owner alone.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let unkept = |error: anyhow::Error| {
            Failure::new(Exit::Configuration, "the configuration was not written")
                .hint("choose a writable location with --config")
                .because(error)
        };
        let text = HEADING.to_owned() + &toml::to_string(self).map_err(|error| unkept(error.into()))?;
        // Where the file is a link into someone's collection of settings, the collection is written to.
        let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Ok(atomic::write_file(path, true, |file| file.write_all(text.as_bytes())).map_err(unkept)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "email = \"anna@example.org\"\npassword = \"hidden-1\"\n\n[nightscout]\ntoken = \"hidden-2\"\n\n[person.ben]\n\
                        password = \"hidden-3\"\n\n[person.ben.nightscout]\ntoken = \"hidden-4\"\n";

    fn read(text: &str) -> ConfigFile {
        parse(text, Path::new("config.toml")).unwrap_or_else(|_| panic!("a configuration: {text}"))
    }

    #[test]
    fn secrets_are_written_and_never_shown() {
        let file = read(FILE);
        for shown in [format!("{file:?}"), format!("{:?}", file.of_person("ben").expect("a person"))] {
            assert!(shown.contains("REDACTED") && !shown.contains("hidden"), "{shown}");
        }
        assert_eq!(toml::to_string(&file).expect("TOML"), FILE);
    }

    #[test]
    fn an_error_does_not_quote_a_secret() {
        for (quoted, bare) in [("\"hidden-1\"", "4711"), ("\"hidden-3\"", "[4711]"), ("\"hidden-4\"", "4711.5")] {
            let text = FILE.replace(quoted, bare);
            let error = parse::<ConfigFile>(&text, Path::new("config.toml")).expect_err("not a text");
            let words = format!("{error:?}");
            assert!(words.contains("expected text in quotes") && !words.contains("4711"), "{words}");
        }
    }
}
