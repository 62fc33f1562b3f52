//! Small JSON files that say what a lake holds.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Exit, Failure};
use crate::output::atomic;

/// What a file says; `None` without one.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        outcome => outcome.with_context(|| format!("cannot read {}", path.display()))?,
    };
    let value = serde_json::from_str(&text).map_err(|error| damaged_file(path).because(error))?;
    Ok(Some(value))
}

pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    atomic::write_file(path, true, |file| file.write_all(text.as_bytes()))
}

pub(super) fn damaged_file(path: &Path) -> Failure {
    let failure = Failure::new(Exit::Data, format!("{} is damaged", path.display()));
    failure.hint("delete it and the table=… folders beside it, then export again")
}
