//! The borders of the push stage: [`Sink`], a destination that keeps documents, and [`PushStore`], which makes the documents and
//! logs what each destination holds.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::StoreError;

/// A destination that keeps documents.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Names the destination in the store's log: kind and address, no secret.
    fn destination(&self) -> String;

    /// Applies changes of different identifiers. The contract:
    ///
    /// * **Idempotent by identifier.** Applying a change again, also after its outcome was lost, leaves one document.
    /// * **Others' documents are not touched**, whatever their times.
    /// * **Bounded.** Retries and waits end; answers have a size limit.
    /// * **Nothing is claimed.** An outcome is given for what is known to have happened and for nothing else. After an error the
    ///   other changes may or may not have been applied.
    async fn apply(&self, changes: &[Change]) -> Applied;

    /// The documents at the destination whose identifiers begin with one of `prefixes`, from `from` on: what a destination that
    /// was restored from a backup really holds.
    ///
    /// # Errors
    /// [`SinkError`].
    async fn held(&self, prefixes: &[String], from: DateTime<Utc>) -> Result<Vec<HeldDocument>, SinkError>;
}

/// What became of changes.
#[derive(Debug, Default)]
pub struct Applied {
    /// For each change that is known to have been dealt with: its place among the changes, and how.
    pub outcomes: Vec<(usize, Outcome)>,
    /// What kept the rest from being applied.
    pub error: Option<SinkError>,
    /// Things a person should know.
    pub notices: Vec<String>,
}

/// What became of one change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The destination holds the document, or no longer holds it.
    Done,
    /// The destination had exactly this document already.
    Unchanged,
    /// Another device's document says the same; this one was not sent.
    Present,
    /// The destination does not take this one document.
    Refused {
        /// Its reason, without readings.
        reason: String,
    },
}

/// One document that is to be sent or deleted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// The document's identifier.
    pub identifier: String,
    /// The collection it belongs to.
    pub collection: String,
    /// Its kind.
    pub kind: String,
    /// Its time, in milliseconds since 1970; where it is to be deleted, the time it has at the destination.
    pub date_ms: i64,
    /// What the destination holds of it.
    pub held: Held,
    /// The document as a JSON object; `None` deletes it.
    pub content: Option<String>,
}

/// What a destination holds of a document, as far as is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Held {
    /// Nothing.
    Nothing,
    /// It was about to be sent; the outcome is not known.
    Maybe {
        /// The time it may have there.
        date_ms: i64,
    },
    /// An earlier version.
    Earlier {
        /// Its time.
        date_ms: i64,
    },
}

/// A document at a destination.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeldDocument {
    /// The collection it was found in.
    pub collection: String,
    /// Its identifier.
    pub identifier: String,
    /// Its time, in milliseconds since 1970.
    pub date_ms: i64,
}

/// A destination as the store knows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Destination {
    /// Its name: [`Sink::destination`].
    pub name: String,
    /// Documents from this instant on are kept there.
    pub since: DateTime<Utc>,
    /// The state of the store that was pushed in full.
    pub stamp: Option<String>,
}

/// The documents of one kind on one day: the unit of comparison.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Part {
    /// The kind.
    pub kind: String,
    /// The UTC day, in days since 1970.
    pub day: i32,
    /// A digest of what its documents are made from.
    pub digest: String,
}

/// Makes documents, and keeps the log of what each destination holds. As every store: atomic, repeatable, durable, blocking.
pub trait PushStore: crate::store::RunStore {
    /// The destination called `name`; `None` before the first push.
    ///
    /// # Errors
    /// [`StoreError`].
    fn destination(&mut self, name: &str) -> Result<Option<Destination>, StoreError>;

    /// Makes `destination` known, or changes since when it keeps documents.
    ///
    /// # Errors
    /// [`StoreError`].
    fn keep_destination(&mut self, destination: &Destination) -> Result<(), StoreError>;

    /// Changes whenever documents may differ; `None` while that is not known, because tables are being derived.
    ///
    /// # Errors
    /// [`StoreError`].
    fn document_stamp(&mut self) -> Result<Option<String>, StoreError>;

    /// What the identifiers of this store's documents begin with.
    ///
    /// # Errors
    /// [`StoreError`].
    fn identifier_prefixes(&mut self) -> Result<Vec<String>, StoreError>;

    /// The parts of `kinds` that `destination` does not hold in full, oldest first within a kind.
    ///
    /// # Errors
    /// [`StoreError`].
    fn changed_parts(&mut self, destination: &Destination, kinds: &[&str]) -> Result<Vec<Part>, StoreError>;

    /// The changes that make `destination` hold `part`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn changes(&mut self, destination: &Destination, part: &Part) -> Result<Vec<Change>, StoreError>;

    /// Logs that `changes` are about to be made: from now on it is not known what the destination holds of them.
    ///
    /// # Errors
    /// [`StoreError`].
    fn begin_changes(
        &mut self,
        destination: &Destination,
        changes: &[Change],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Logs that `done` were made, and that the destination holds `parts` in full.
    ///
    /// # Errors
    /// [`StoreError`].
    fn finish_changes(
        &mut self,
        destination: &Destination,
        done: &[&Change],
        parts: &[Part],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Logs that a push has ended; with a stamp where everything is pushed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn finish_push(
        &mut self,
        destination: &Destination,
        stamp: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Takes nothing that the log says for certain: every document is sent again, and `found` are known as being there, too.
    ///
    /// # Errors
    /// [`StoreError`].
    fn distrust(
        &mut self,
        destination: &Destination,
        found: &[HeldDocument],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
}

/// Why a destination could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SinkError {
    /// The family, for exit codes, hints and back-off.
    pub kind: SinkErrorKind,
    /// What happened; names host and path, never a secret or a reading.
    pub message: String,
    /// The technical cause, where there is one.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The families of [`SinkError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SinkErrorKind {
    /// The settings of the sink itself are unusable.
    Configuration,
    /// No token was given.
    TokenMissing,
    /// The token is not accepted.
    TokenRefused,
    /// The token does not allow what is needed.
    PermissionMissing,
    /// What answers there is no such destination.
    NotADestination,
    /// A single request is too large for the destination.
    TooLarge,
    /// Asked too often.
    RateLimited,
    /// The destination answered that it cannot answer now.
    Unavailable,
    /// No answer: name not found, connection refused or cut, timeout.
    Network,
    /// An answer of an unknown shape.
    Unexpected,
}

impl SinkErrorKind {
    /// True when trying again later, with nothing changed, may succeed.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable | Self::Network)
    }
}
