//! All SQL of the three stages: implements `pipeline`'s store traits on one DuckDB file.
//!
//! [`DuckStore`] is the store. Its methods are blocking and each is one transaction; async programs move the store to a
//! blocking thread. Between calls it can let go of the file ([`DuckStore::release`]), so that other programs can read.
//! What cannot be rebuilt is created by `migrations/` at the top of the workspace; everything else is defined in `src/derived/`.

mod account;
mod batch_digest;
mod check;
mod clocks;
mod cohort;
mod columns;
mod connection;
mod derive;
mod derived;
mod dictionary;
mod disguise;
mod documents;
mod doubts;
mod error;
mod events;
mod explain;
mod export;
mod migrations;
mod pumps;
mod query;
mod raw;
mod runs;
mod sinks;
mod status;
mod tandem_fetch;
mod texts;
mod unique;
mod verify;
mod versions;

pub use check::Check;
pub use clocks::ClockNotices;
pub use cohort::{COHORT_METRICS, LakeReader};
pub use connection::{DuckStore, Location, OnRebuild, StoreOptions};
pub use derived::{Rebuilding, exported_tables};
pub use dictionary::{Relation, RelationColumn};
pub use disguise::{Disguise, DisguiseError, DisguisedTable, Identifier};
pub use documents::{DocumentKind, DocumentScope, NIGHTSCOUT, NIGHTSCOUT_ALARMS, PumpNames, nightscout_documents};
pub use explain::{ExplainError, ExplainedColumn, ExplainedEvent, ExplainedField, Provenance, explained_tables};
pub use export::{Exporter, FileForm};
pub use migrations::schema_version;
pub use query::{CellForm, InterruptHandle, Query, QueryColumn, QueryError, ReadOptions, Reader};
pub use status::{DayCount, EventTypeFacts, PumpFacts, RunFacts, StatusFacts, TableFacts};
pub use tandem_fetch::TandemFetchReader;
pub use verify::Finding;
pub use versions::DataVersions;
