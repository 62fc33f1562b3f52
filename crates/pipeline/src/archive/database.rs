//! Databases of other programs. This crate opens none: who can hands out the texts that one holds, and here they become
//! events.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pump_events::RECORD_LENGTH;
use serde::Deserialize;

use super::pages::{ArchiveError, Pages};
use super::{json, records};
use crate::{RejectedEvent, SerialNumber};

/// Takes the texts of a database one by one; false stops the reading.
pub type TextSink<'a> = dyn FnMut(&str) -> bool + 'a;

/// Reads the database of `tandem-fetch`, the Python program before this one.
pub trait DatabaseReader: fmt::Debug + Send + Sync {
    /// True when a file that begins with `head` is a database that this can open.
    fn can_open(&self, head: &[u8]) -> bool;

    /// Whose events the database in `path` holds, where something near it tells.
    fn likely_pump(&self, path: &Path) -> Option<SerialNumber>;

    /// Hands out every `raw_event_data` in the order it was stored. The file is not changed.
    ///
    /// # Errors
    /// [`ArchiveError`]; texts handed out before it are good.
    fn read(&self, path: &Path, texts: &mut TextSink<'_>) -> Result<(), ArchiveError>;
}

/// A row of `tandem-fetch`: the record as it came, and beside it what that program made of it (its `RawEvent` and
/// `write_raw_events_to_db`).
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    raw_event: RawEvent<'a>,
}

#[derive(Deserialize)]
struct RawEvent<'a> {
    /// Base64 of the 26 bytes.
    #[serde(borrow)]
    raw: Cow<'a, str>,
}

/// Takes what one row holds: a record beside its fields, base64 of records, or an event of the service. Anything else is
/// quarantined. False when reading is to stop.
pub(super) fn take_text(text: &str, pages: &mut Pages<'_>) -> bool {
    let encoded = match serde_json::from_str::<Row<'_>>(text) {
        Ok(row) => Some(row.raw_event.raw),
        Err(_) => serde_json::from_str(text).ok().map(Cow::Owned),
    };
    let Some(encoded) = encoded else { return json::take_event(text, pages) };
    match decode(&encoded).and_then(|bytes| records::read_records(&bytes, pages)) {
        Ok(()) => !pages.stopped,
        Err(reason) => {
            pages.batch(None).reject(RejectedEvent { data: text.to_owned(), reason });
            pages.advance()
        }
    }
}

/// Whole records or nothing: of a row that is cut off, no part is taken for an event.
fn decode(encoded: &str) -> Result<Vec<u8>, String> {
    let bytes = STANDARD.decode(encoded.trim()).map_err(|error| format!("the base64 does not decode: {error}"))?;
    if bytes.is_empty() || !bytes.len().is_multiple_of(RECORD_LENGTH) {
        return Err(format!("{} bytes are not whole records of {RECORD_LENGTH}", bytes.len()));
    }
    Ok(bytes)
}
