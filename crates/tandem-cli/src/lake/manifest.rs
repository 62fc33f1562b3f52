//! What a part consists of, and what is being done to it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::notes::{damaged_file, read_json, write_json};
use super::{Kind, PersonId, folder};

/// Changes when files of the same rows would be written differently.
const VERSION: u32 = 2;

/// What a part consists of.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
pub(crate) struct Manifest {
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<PersonId>,
    #[serde(flatten)]
    pub(crate) kind: Kind,
    /// By path below the lake: what the file holds.
    pub(crate) files: BTreeMap<String, Content>,
}

/// What a file holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Content {
    pub(crate) rows: u64,
    /// The sum of the rows' hashes, in decimal: it outgrows the numbers of JSON.
    pub(crate) hash: String,
}

/// What a commit does to a part.
#[derive(Deserialize, Serialize)]
pub(super) struct Journal {
    pub(super) person: Option<PersonId>,
    /// The part's next state; `None` where it goes.
    pub(super) manifest: Option<Manifest>,
    /// By a file's place: the file that takes it.
    pub(super) moved: BTreeMap<String, String>,
    pub(super) removed: Vec<String>,
}

/// The name of a part's manifest.
pub(super) fn name(person: Option<&PersonId>) -> String {
    person.map_or_else(|| "_tandem_export.json".to_owned(), PersonId::manifest)
}

impl Manifest {
    /// That of a part without files.
    pub(crate) fn new(person: Option<PersonId>, kind: Kind) -> Self {
        Self { version: VERSION, person, kind, files: BTreeMap::new() }
    }

    /// True where its files are of the form and kind that files of `kind` have now.
    pub(crate) fn is_of(&self, kind: &Kind) -> bool {
        self.version == VERSION && self.kind == *kind
    }

    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let manifest: Option<Self> = read_json(path)?;
        if let Some(manifest) = &manifest {
            folder::refuse_outside(manifest.files.keys()).with_context(|| damaged_file(path))?;
        }
        Ok(manifest)
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        write_json(path, self)
    }
}

impl Journal {
    pub(super) fn read(path: &Path) -> Result<Option<Self>> {
        let journal: Option<Self> = read_json(path)?;
        if let Some(journal) = &journal {
            let files = journal.moved.iter().flat_map(|(place, staged)| [place, staged]);
            folder::refuse_outside(files.chain(&journal.removed)).with_context(|| damaged_file(path))?;
        }
        Ok(journal)
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        write_json(path, self)
    }
}
