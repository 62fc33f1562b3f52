//! Archives of history: finds out what a file is, and reads it page by page.
//!
//! A file may be a pump-logs body (`{"events":[…],"clockChanges":[…]}`), a sequence of JSON values (event objects, one
//! a line or not; arrays of them; bodies), base64 text of 26-byte records (bare, or as the JSON string that the retired
//! service answered), the records themselves, or the database of `tandem-fetch`. Nothing needs to be said about it: the
//! content tells.

mod database;
mod json;
mod pages;
mod records;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use pump_events::EventCode;

use crate::RawBatch;

pub use database::{DatabaseReader, TextSink};
use pages::Pages;
pub use pages::{ArchiveError, ArchiveKind, ArchivePage, PageSink};

/// Files up to this size are read at once, which is faster; larger ones as a stream.
const READ_AT_ONCE: u64 = 128 << 20;
/// Reads the archive in `path` and hands it to `sink` in pages; databases by means of `databases`.
///
/// # Errors
/// [`ArchiveError`]; pages handed over before a [`ArchiveError::Damaged`] are good and stay with the caller.
pub fn read_archive<'a>(
    path: &Path,
    databases: Option<&dyn DatabaseReader>,
    sink: &'a mut PageSink<'a>,
) -> Result<ArchiveKind, ArchiveError> {
    let unreadable = |source| ArchiveError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(unreadable)?;
    if let Some(reader) = databases.filter(|reader| reader.can_open(&head)) {
        // Closing it later would take away the lock that the database puts on the file.
        drop(file);
        return read_database(path, reader, sink);
    }
    let kind = detect(path, &head, size)?;
    let mut pages = Pages::new(sink);
    let outcome = match kind {
        ArchiveKind::PumpLogs | ArchiveKind::EventLines if size > READ_AT_ONCE => {
            json::read_stream(kind, BufReader::with_capacity(1 << 20, head.as_slice().chain(file)), &mut pages)
        }
        _ => {
            let mut content = head;
            file.read_to_end(&mut content).map_err(unreadable)?;
            read_content(kind, &content, &mut pages)
        }
    };
    let events = pages.finish();
    outcome.map_err(|detail| ArchiveError::Damaged { path: path.to_owned(), events, detail })?;
    Ok(kind)
}

fn read_database<'a>(
    path: &Path,
    reader: &dyn DatabaseReader,
    sink: &'a mut PageSink<'a>,
) -> Result<ArchiveKind, ArchiveError> {
    let mut pages = Pages::new(sink);
    pages.likely_pump = reader.likely_pump(path);
    let outcome = reader.read(path, &mut |text| database::take_text(text, &mut pages));
    pages.finish();
    outcome.map(|()| ArchiveKind::Database)
}

fn read_content(kind: ArchiveKind, content: &[u8], pages: &mut Pages<'_>) -> Result<(), String> {
    match kind {
        ArchiveKind::PumpLogs | ArchiveKind::EventLines => json::read_slice(kind, content, pages),
        ArchiveKind::Base64Records => records::read_base64(content, pages),
        // A database does not come here: its reader has it.
        ArchiveKind::Records | ArchiveKind::Database => records::read_records(content, pages),
    }
}

fn detect(path: &Path, head: &[u8], size: u64) -> Result<ArchiveKind, ArchiveError> {
    let path = path.to_owned();
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if text.is_empty() {
        return Err(ArchiveError::Empty { path });
    }
    match text[0] {
        b'{' if json::first_key(text).is_some_and(|key| json::BODY_KEYS.contains(&key)) => Ok(ArchiveKind::PumpLogs),
        b'{' | b'[' => Ok(ArchiveKind::EventLines),
        b'"' => Ok(ArchiveKind::Base64Records),
        _ if records::looks_like_records(head, size) => Ok(ArchiveKind::Records),
        _ if records::looks_like_base64(text) => Ok(ArchiveKind::Base64Records),
        _ => Err(ArchiveError::NotAnArchive { path, detail: describe_content(head) }),
    }
}

fn describe_content(head: &[u8]) -> String {
    let known: [(&[u8], &str); 5] = [
        (b"PK\x03\x04", "it is a zip file; unpack it first"),
        (b"\x1f\x8b", "it is gzip-compressed; unpack it first"),
        (b"SQLite format 3", "it is an SQLite database"),
        (b"%PDF", "it is a PDF"),
        (b"<", "it is HTML or XML, not JSON; an error page of the service may have been saved instead of a response"),
    ];
    let found = known.iter().find(|(magic, _)| head.trim_ascii_start().starts_with(magic));
    found.map_or_else(|| "neither JSON, nor base64, nor 26-byte records".to_owned(), |(_, words)| (*words).to_owned())
}

/// How many of these events have a type that the dictionary does not know.
#[must_use]
pub(crate) fn count_unknown(events: &RawBatch) -> u64 {
    let unknown = |code: EventCode| pump_events::Dictionary::event(code).is_none();
    events.iter().filter(|event| unknown(event.code)).count() as u64
}
