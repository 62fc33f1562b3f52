//! By which rules exported rows were made.

use pump_events::Dictionary;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::derived;
use crate::migrations::schema_version;

/// The rules that rows were made by: rows of equal versions mean the same, and only these belong into one lake.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct DataVersions {
    /// The newest migration and a digest of every table's and view's definition.
    #[serde(default)]
    pub schema_version: String,
    /// The digest of the event dictionary.
    #[serde(default)]
    pub dictionary_version: String,
}

impl DataVersions {
    /// Those of this program.
    #[must_use]
    pub fn current() -> Self {
        let mut hash = Sha256::new();
        derived::rule_digests().for_each(|digest| hash.update(digest));
        let digest = hex::encode(&hash.finalize()[..8]);
        Self {
            schema_version: format!("{}-{digest}", schema_version()),
            dictionary_version: Dictionary::get().digest().to_owned(),
        }
    }

    /// As entries of a Parquet file's metadata, in the syntax of `COPY`.
    pub(crate) fn parquet_entries(&self) -> String {
        let Self { schema_version, dictionary_version } = self;
        format!("tandem_schema_version: '{schema_version}', tandem_dictionary_version: '{dictionary_version}'")
    }
}
