//! What all rows of a lake have in common, so that they can be read as one table.

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use store_duckdb::DataVersions;

use super::notes::{read_json, write_json};
use crate::failure::{Exit, Failure};

/// What kind of rows a lake has.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Kind {
    /// True where folders tell people apart.
    #[serde(default)]
    pub(crate) has_people: bool,
    #[serde(flatten)]
    pub(crate) versions: DataVersions,
    /// How people are disguised, where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pseudonyms: Option<Pseudonyms>,
}

/// How people are disguised.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Pseudonyms {
    /// Tells keys apart without giving one away.
    pub(crate) key_id: String,
    pub(crate) has_shifted_days: bool,
}

impl Kind {
    /// The kind of lakes that are older than this file: no people, versions not noted.
    pub(super) fn of_first_lakes() -> Self {
        Self { has_people: false, versions: DataVersions::default(), pseudonyms: None }
    }

    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        read_json(path)
    }

    /// Writes it, unless it is there.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        if Self::read(path)?.as_ref() == Some(self) {
            return Ok(());
        }
        write_json(path, self)
    }

    /// Refuses to read rows that were made by the rules of another version.
    pub(super) fn refuse_other_versions(&self, folder: &Path) -> Result<()> {
        if self.versions == DataVersions::current() {
            return Ok(());
        }
        let message = format!("{} was written by another version of tandem", folder.display());
        let hint = "export everyone again with this version, into a new folder, or use the version that wrote it";
        Err(Failure::new(Exit::Usage, message).hint(hint).into())
    }

    /// Refuses to put rows of the kind `new` into a lake of this kind.
    pub(super) fn refuse_other(&self, new: &Self, folder: &Path) -> Result<()> {
        let folder = folder.display();
        let refuse = |message: String, hint: &str| Err(Failure::new(Exit::Usage, message).hint(hint).into());
        match (self.has_people, new.has_people) {
            (true, false) => {
                return refuse(
                    format!("{folder} has a folder for each person"),
                    "say whose history it is with --person NAME, or choose a new folder with --output",
                );
            }
            (false, true) => {
                return refuse(
                    format!("{folder} is a lake without people"),
                    "choose a new folder with --output; there, every export names its person",
                );
            }
            _ => {}
        }
        if self.versions != new.versions {
            let (there, here) = (&self.versions, &new.versions);
            let message = format!(
                "{folder} was written by another version of tandem: schema {} and dictionary {} instead of {} and {}",
                there.schema_version, there.dictionary_version, here.schema_version, here.dictionary_version
            );
            return refuse(
                message,
                "nothing was changed: rows of two versions must not be mixed. Use the same version of tandem for everyone, and \
                 export everyone into a new folder with --output after an update",
            );
        }
        match (&self.pseudonyms, &new.pseudonyms) {
            (there, here) if there == here => Ok(()),
            (None, Some(_)) => refuse(
                format!("{folder} holds people under their names"),
                "choose a new folder with --output for people under pseudonyms",
            ),
            (Some(_), None) => refuse(
                format!("{folder} holds people under pseudonyms"),
                "use --pseudonymize with the same key, or choose a new folder with --output",
            ),
            (Some(there), Some(here)) if there.key_id != here.key_id => refuse(
                format!("{folder} was pseudonymized with another key"),
                "use the key of the first export, or choose a new folder with --output",
            ),
            _ => refuse(
                format!("in {folder}, dates are moved for all people or for none"),
                "use --shift-days as in the first export, or choose a new folder with --output",
            ),
        }
    }
}
