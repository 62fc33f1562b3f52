//! The three stages of a pump history: **fetch** (or import), **parse**, **derive**.
//!
//! ```text
//! Source ──fetch──▶ raw events ──parse──▶ events ──derive──▶ domain tables
//! archives ─import─▶ (verbatim)          (decoded)          (readings, deliveries, boluses, …) ──push──▶ Sink
//! ```
//!
//! This crate owns the stages and the traits at their borders: [`Source`] (where history comes from), [`RawStore`],
//! [`EventStore`] and [`DomainStore`] (where it goes), [`PushStore`] and [`Sink`] (who else gets it), and [`Clock`]. It names no database and no HTTP library; other
//! crates implement the traits. [`Pipeline`] is the front door for programs that embed it.
//!
//! Read first: [`Pipeline`], then [`store`] for the contracts, then one module per stage.

pub mod account;
pub mod archive;
pub mod clock;
pub mod clock_model;
pub mod derive;
pub mod fetch;
pub mod identity;
pub mod import;
pub mod parse;
mod pipeline;
pub mod progress;
pub mod push;
pub mod raw;
pub mod retry;
pub mod sink;
pub mod source;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod text_rows;

pub use account::{Account, AccountId, AssignmentId, PumpListing, SerialNumber, SettingsSnapshot};
pub use clock::{Clock, FixedClock};
pub use identity::{EventId, PumpId};
pub use pipeline::{Pipeline, Store, SyncReport};
pub use progress::{OnProgress, Progress, StopSignal};
pub use push::{PushError, PushOptions, PushReport};
pub use raw::{EventKey, PumpKey, RawBatch, RawEvent, RejectedEvent};
pub use sink::{PushStore, Sink, SinkError, SinkErrorKind};
pub use source::{DayRange, Source, SourceError, SourceErrorKind, SourcePage};
pub use store::{DomainStore, EventStore, RawStore, RunStore, StoreError, StoreErrorKind};
pub use text_rows::TextBatch;
