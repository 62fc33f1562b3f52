//! The configuration file: a few keys of TOML. Its errors never quote the file, which may hold a password.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Result;
use secrecy::SecretString;
use serde::Deserialize;

use crate::failure::{Exit, Failure};

/// What the configuration file may say.
#[derive(Default)]
pub(crate) struct ConfigFile {
    pub(crate) db: Option<PathBuf>,
    pub(crate) email: Option<String>,
    pub(crate) password: Option<SecretString>,
    pub(crate) password_command: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) glucose_unit: Option<String>,
}

#[derive(Deserialize)]
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
}

impl ConfigFile {
    /// Reads the file. That it is missing matters only when it was asked for.
    pub(crate) fn read(path: &Path, asked_for: bool) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !asked_for => return Ok(Self::default()),
            Err(error) => {
                let message = format!("cannot read the configuration file {}", path.display());
                return Err(Failure::new(Exit::Configuration, message).because(error).into());
            }
        };
        let Contents { db, email, password, password_command, region, time_zone, endpoint, glucose_unit } =
            parse(&text, path)?;
        let password = password.map(SecretString::from);
        Ok(Self { db, email, password, password_command, region, time_zone, endpoint, glucose_unit })
    }
}

/// Parses TOML; an error says where and what, without the text around it.
pub(super) fn parse<T: for<'a> Deserialize<'a>>(text: &str, path: &Path) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        let message = format!("{}, line {line}: {}", path.display(), error.message().trim_end());
        Failure::new(Exit::Configuration, message).into()
    })
}
