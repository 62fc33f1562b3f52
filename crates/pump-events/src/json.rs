//! The cloud's JSON: pump-logs events in, pump-logs events and `event_data` out.
//!
//! Numbers are read from their own text, never through `f64`, so that a float field gets exactly the 32 bits that its shortest
//! decimal stands for.

mod decode;
mod encode;
mod envelope;
mod walk;
mod write;

pub use decode::{JsonEvent, decode_json};
pub use encode::encode_json;
pub use envelope::{Envelope, read_json_envelope};

use crate::PumpTimeError;

/// Why a text is not a pump-logs event: without these parts it is not known which event it is, or when it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON at all, or cut.
    #[error("the event is not valid JSON")]
    Syntax(#[source] serde_json::Error),
    /// JSON, but not an object.
    #[error("the event is not a JSON object but begins with {start:?}")]
    NotAnObject {
        /// The first character; `None` for an empty text.
        start: Option<char>,
    },
    /// A part of the identity is absent or null.
    #[error("the event has no {name}")]
    Missing {
        /// The JSON name.
        name: &'static str,
    },
    /// A part of the identity has a value that it cannot have.
    #[error("{name} is {got}, not {expected}")]
    Invalid {
        /// The JSON name.
        name: &'static str,
        /// The value as received, shortened.
        got: String,
        /// What it should be.
        expected: &'static str,
    },
    /// `pumpDateTime` is not a time of the pump.
    #[error("pumpDateTime {got} cannot be used")]
    PumpDateTime {
        /// The value as received, shortened.
        got: String,
        /// Why.
        source: PumpTimeError,
    },
    /// An envelope field comes twice with different values.
    #[error("{name} comes twice with different values")]
    Duplicate {
        /// The JSON name.
        name: &'static str,
    },
}

/// A verbatim value, shortened for messages and problems.
pub(crate) fn shorten_json(json: &str) -> String {
    const LONGEST: usize = 80;
    match json.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json.to_owned(),
    }
}
