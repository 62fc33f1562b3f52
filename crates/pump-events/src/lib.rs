//! Decodes the history of Tandem insulin pumps (t:slim X2, Mobi): bytes or JSON in, events and problems out.
//!
//! No input or output, no clock, no async: the same code serves a stream, a file, a database and a test.
//!
//! Read in this order: [`Event`] (what both encodings become), [`Dictionary`] (how payloads are laid out: data, not code),
//! [`decode_record`] and [`RecordDecoder`] (26-byte records), [`decode_json`] (pump-logs events), [`decode_raw`] (either, as
//! kept by a store), [`Problem`] (what a decoder says instead of failing),
//! then [`FactTable`] (typed columns of the events that tables are made of) and [`Vocabulary`] (what these call things).
//!
//! What an event *means* (which rate was delivered, what a bolus consisted of, which instant a wall-clock time was) is left to
//! the consumer.

mod dictionary;
mod event;
mod event_code;
mod facts;
mod field;
mod hash;
mod json;
mod problem;
mod problem_set;
mod raw;
mod record;
mod time;
mod vocabulary;

pub use dictionary::{Certainty, Dictionary, DictionaryError, EventLayout, UndecodedField};
pub use event::{BuildError, Encoding, Event, EventBuilder, ExtraField, Header};
pub use event_code::EventCode;
pub use facts::{FactColumn, FactKind, FactRows, FactTable, FactValues};
pub use field::{Epoch, Field, FieldKind, JsonForm, LabelSet, Labels, Value};
pub use json::{Envelope, JsonError, JsonEvent, decode_json, encode_json, read_json_envelope};
pub use problem::{Problem, ProblemKind};
pub use problem_set::ProblemSetId;
pub use raw::{RawError, decode_raw, encode_raw_record};
pub use record::{RECORD_LENGTH, RecordDecoder, TruncatedRecord, decode_record, decode_records, encode_record};
pub use time::{PumpTime, PumpTimeError};
pub use vocabulary::{SpecialNumber, Vocabulary, VocabularyLabel};
