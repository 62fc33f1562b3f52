//! The credentials file of the Python program that came before this one, in both forms it has had.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Result;
use secrecy::SecretString;
use serde::Deserialize;

use super::file;
use crate::failure::{Exit, Failure};

/// Where that program keeps it, below the folder one is in.
pub(super) const USUAL_PLACE: &str = "sensitive/credentials.toml";

/// What it says. Its pump number is left unread: all pumps of the account are fetched.
pub(super) struct Predecessor {
    pub(super) email: String,
    pub(super) password: SecretString,
}

#[derive(Deserialize)]
struct Contents {
    tandem: Option<Section>,
    #[serde(rename = "TANDEM_SOURCE_EMAIL")]
    email: Option<String>,
    #[serde(rename = "TANDEM_SOURCE_PASSWORD")]
    password: Option<String>,
}

#[derive(Deserialize)]
struct Section {
    email: String,
    password: String,
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
        let contents: Contents = file::parse(&text, path)?;
        let newer = contents.tandem.map(|section| (section.email, section.password));
        let found = newer.or_else(|| contents.email.zip(contents.password));
        Ok(found.map(|(email, password)| Self { email, password: password.into() }))
    }
}
