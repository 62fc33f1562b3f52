//! The credentials file of the Python program that came before this one, in both forms it has had.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Result;
use pipeline::SerialNumber;
use secrecy::SecretString;
use serde::Deserialize;

use super::{file, secret};
use crate::failure::{Exit, Failure};

/// Where that program keeps it, below the folder one is in.
pub(super) const DEFAULT_PATH: &str = "sensitive/credentials.toml";

/// What it says.
pub(super) struct Predecessor {
    pub(super) email: String,
    pub(super) password: SecretString,
    /// The one pump that that program fetched; this one fetches all of the account.
    pump: Option<SerialNumber>,
}

#[derive(Deserialize)]
struct Contents {
    tandem: Option<Section>,
    #[serde(rename = "TANDEM_SOURCE_EMAIL")]
    email: Option<String>,
    #[serde(default, rename = "TANDEM_SOURCE_PASSWORD", deserialize_with = "secret::deserialize")]
    password: Option<SecretString>,
    #[serde(rename = "PUMP_SERIAL_NUMBER")]
    pump: Option<toml::Value>,
}

#[derive(Deserialize)]
struct Section {
    email: String,
    #[serde(deserialize_with = "secret::deserialize_required")]
    password: SecretString,
    pump_serial: Option<toml::Value>,
}

impl Predecessor {
    /// Reads the file, if there is one.
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => {
                let message = format!("cannot read {}", path.display());
                return Err(Failure::new(Exit::Configuration, message).because(error).into());
            }
        };
        let hint = "fix that line or delete the file; `tandem init` writes this program's own configuration";
        let contents: Contents = file::parse(&text, path).map_err(|failure| failure.hint(hint))?;
        let older = contents.email.zip(contents.password).map(|(email, password)| (email, password, contents.pump));
        let newer = contents.tandem.map(|section| (section.email, section.password, section.pump_serial));
        Ok(newer.or(older).map(|(email, password, pump)| Self {
            email,
            password,
            pump: pump.and_then(|serial| serial_number(&serial)),
        }))
    }
}

/// With or without quotes: no one should be kept from logging in by a number that is not needed for it.
fn serial_number(value: &toml::Value) -> Option<SerialNumber> {
    let text = value.as_str().map(str::to_owned).or_else(|| value.as_integer().map(|number| number.to_string()))?;
    Some(text.trim()).filter(|text| !text.is_empty()).map(SerialNumber::new)
}

/// Whose events that program's database holds: its folder is `data`, and the credentials' folder is beside that.
pub(crate) fn pump_of_database(database: &Path) -> Option<SerialNumber> {
    let database = database.canonicalize().ok()?;
    let credentials = database.parent()?.parent()?.join(DEFAULT_PATH);
    Predecessor::read(&credentials).ok().flatten()?.pump
}
