//! A digest of the raw events of a batch. It is noted when they arrive and never again, so that a text that was edited later shows.

use duckdb::{Transaction, params};
use pipeline::StoreError;
use xxhash_rust::xxh3::xxh3_64;

use crate::error::DuckdbContext as _;

/// The texts of a batch, current or superseded, in any order. A batch keeps its texts when one of them becomes a revision.
const TEXTS: &str = "
    SELECT raw_event_data FROM raw_events WHERE batch_id = ?1
    UNION ALL
    SELECT raw_event_data FROM raw_event_revisions WHERE batch_id = ?1";

/// How many texts, and the sum of their hashes: the same whatever their order.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct BatchDigest {
    pub(crate) texts: u64,
    pub(crate) sum: u64,
}

impl BatchDigest {
    pub(crate) fn from_texts<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut digest = Self::default();
        texts.for_each(|text| digest.add(text));
        digest
    }

    /// What the database holds of `batch`.
    pub(crate) fn read_in_tx(transaction: &Transaction<'_>, batch: i64) -> Result<Self, StoreError> {
        let doing = "cannot read a batch";
        let mut digest = Self::default();
        let mut statement = transaction.prepare(TEXTS).context(doing)?;
        let mut rows = statement.query(params![batch]).context(doing)?;
        while let Some(row) = rows.next().context(doing)? {
            digest.add(&row.get::<_, String>(0).context(doing)?);
        }
        Ok(digest)
    }

    pub(crate) fn add(&mut self, text: &str) {
        self.texts += 1;
        self.sum = self.sum.wrapping_add(xxh3_64(text.as_bytes()));
    }
}
