//! The text under which an event is kept verbatim, whatever its encoding: a JSON object is a pump-logs event, a JSON string is
//! the base64 of one 26-byte record.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Event;
use crate::json::{JsonError, decode_json};
use crate::record::{RECORD_LENGTH, decode_record};

/// Why a kept text is no event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RawError {
    /// An object that is no pump-logs event.
    #[error("the kept text is no pump-logs event")]
    Json(#[from] JsonError),
    /// A string that is broken JSON.
    #[error("the kept text is no JSON string")]
    Text(#[source] serde_json::Error),
    /// A string that is not base64.
    #[error("the kept text is not base64")]
    Base64(#[source] base64::DecodeError),
    /// Base64 of something else than one record.
    #[error("the kept text holds {length} bytes, not a record of {RECORD_LENGTH}")]
    Length {
        /// Bytes found.
        length: usize,
    },
    /// Neither an object nor a string.
    #[error("the kept text is neither a JSON object nor a JSON string")]
    Form,
}

/// Decodes an event from the text it is kept under.
///
/// # Errors
///
/// The text is neither a pump-logs event (see [`decode_json`]) nor a JSON string with one record in base64.
///
/// ```
/// use pump_events::{decode_raw, encode_raw_record};
///
/// let record = [0x10, 0x1c, 0x22, 0x9d, 0xf6, 0xb7, 0, 7, 0x7e, 0x45, 0, 0, 0, 23, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// let text = encode_raw_record(&record);
/// assert_eq!(text, "\"EBwinfa3AAd+RQAAABcAAAAAAAAAAAAAAAA=\"");
/// assert_eq!(decode_raw(&text)?.name(), "LID_ALARM_CLEARED");
/// # Ok::<(), pump_events::RawError>(())
/// ```
pub fn decode_raw(text: &str) -> Result<Event, RawError> {
    match text.trim_ascii_start().as_bytes() {
        [b'{', ..] => Ok(decode_json(text)?.event),
        [b'"', ..] => decode_text(text),
        _ => Err(RawError::Form),
    }
}

/// The text under which a record is kept.
#[must_use]
pub fn encode_raw_record(record: &[u8; RECORD_LENGTH]) -> String {
    let mut text = String::with_capacity(38);
    text.push('"');
    STANDARD.encode_string(record, &mut text);
    text.push('"');
    text
}

fn decode_text(text: &str) -> Result<Event, RawError> {
    let content = content(text)?;
    let bytes = STANDARD.decode(content.as_bytes()).map_err(RawError::Base64)?;
    let record = bytes.as_slice().try_into().map_err(|_| RawError::Length { length: bytes.len() })?;
    Ok(decode_record(record))
}

/// The string's content; base64 has no escapes but `\/`, which some writers use.
fn content(text: &str) -> Result<Cow<'_, str>, RawError> {
    match text.trim_ascii().as_bytes() {
        [b'"', content @ .., b'"'] if content.iter().all(|&byte| !matches!(byte, b'"' | b'\\') && byte >= b' ') => {
            Ok(Cow::Borrowed(text.trim_ascii().trim_matches('"')))
        }
        _ => serde_json::from_str(text).map(Cow::Owned).map_err(RawError::Text),
    }
}
