//! A person's name in a lake.

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::failure::{Exit, Failure};

/// A person's name in a lake: a letter, then letters, digits, `-` and `_`, so that it can be a folder everywhere and no reader takes it for a number
/// or a date.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct PersonId(String);

impl PersonId {
    const MAX_LENGTH: usize = 64;

    /// The person `name`.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be one.
    pub(crate) fn new(name: &str) -> Result<Self, Failure> {
        let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        let begins = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if begins && name.len() <= Self::MAX_LENGTH && name.chars().all(is_allowed) {
            return Ok(Self(name.to_owned()));
        }
        let failure = Failure::new(Exit::Usage, format!("{name:?} cannot be the name of a person in a lake"));
        Err(failure.hint(format!(
            "use a letter, then letters, digits, - and _, at most {} in all; for example p017",
            Self::MAX_LENGTH
        )))
    }

    /// The folder of their files in each table.
    pub(crate) fn folder(&self) -> String {
        format!("person={}", self.0)
    }

    pub(super) fn manifest(&self) -> String {
        format!("_tandem_export.{}.json", self.folder())
    }

    /// The person whose manifest this is.
    pub(super) fn of_manifest(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let name = name.strip_prefix("_tandem_export.person=")?.strip_suffix(".json")?;
        Self::new(name).ok()
    }

    /// One of 255 locks, so that locks name no one and stay when people go. Lock 0 is for lakes without people.
    pub(super) fn slot(&self) -> u8 {
        // Names that differ in capitals may be one folder.
        Sha256::digest(self.0.to_ascii_lowercase())[0].max(1)
    }
}

impl std::fmt::Display for PersonId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for PersonId {
    type Error = Failure;

    fn try_from(name: String) -> Result<Self, Failure> {
        Self::new(&name)
    }
}

impl From<PersonId> for String {
    fn from(person: PersonId) -> Self {
        person.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folders_and_never_numbers_or_dates() {
        for name in ["anna", "A-1_b", "p017"] {
            assert!(PersonId::new(name).is_ok(), "{name}");
        }
        for name in ["", "17", "2026-01-01", "_x", "-x", "a/b", "..", "a b", "ä", "a=b", "a.b", &"a".repeat(65)] {
            assert!(PersonId::new(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_manifest_names_its_person() {
        let person = PersonId::new("anna").expect("a name");
        assert_eq!(PersonId::of_manifest(Path::new(&person.manifest())), Some(person));
        assert_eq!(PersonId::of_manifest(Path::new("_tandem_export.json")), None);
    }
}
