//! Archives of 26-byte records: the records themselves, or their base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pump_events::{Dictionary, RECORD_LENGTH, decode_record};

use super::Pages;
use crate::{RawEvent, RawKey};

/// True when `head` begins with records: their types are mostly known, and the file is not text.
pub(super) fn looks_like_records(head: &[u8], size: u64) -> bool {
    let (records, _) = head.as_chunks::<RECORD_LENGTH>();
    if records.is_empty() {
        return false;
    }
    let known = records.iter().filter(|record| is_plausible(record)).count();
    let whole = size.is_multiple_of(RECORD_LENGTH as u64);
    known * 10 >= records.len() * if whole { 5 } else { 9 }
}

/// A type of the dictionary, and a clock between the pump's first possible day and 2100.
fn is_plausible(record: &[u8; RECORD_LENGTH]) -> bool {
    const YEAR_2100: u32 = 2_903_299_200;
    let header = *decode_record(record).header();
    Dictionary::event(header.code).is_some() && header.pump_time.seconds() < YEAR_2100
}

/// True when `text` is long unbroken runs of what occurs in base64; a stray byte here and there is damage, not prose.
pub(super) fn looks_like_base64(text: &[u8]) -> bool {
    let can_occur = |byte: &u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=".contains(byte);
    let odd = text.iter().filter(|byte| !can_occur(byte)).count();
    let longest_run = text.split(u8::is_ascii_whitespace).map(<[u8]>::len).max().unwrap_or(0);
    longest_run >= 30 && odd * 20 <= text.len()
}

/// So many records are looked at to tell a record of an unknown type from a file that lost its step.
const NEIGHBOURS: usize = 16;
/// Records of one log that are next to each other have numbers that are no further apart than this.
const NEAR: u32 = 1_000;

/// How many records at the beginning can be believed. A file that lost a byte is out of step from there on: most of what
/// follows has types nobody knows and numbers far from those before. The last record in step may be the one that lost it.
fn believable(records: &[[u8; RECORD_LENGTH]]) -> usize {
    let mut near = None;
    for (index, record) in records.iter().enumerate() {
        if is_in_step(record, near) {
            near = Some(decode_record(record).header().sequence_number);
            continue;
        }
        let next = &records[index..records.len().min(index + NEIGHBOURS)];
        let in_step = next.iter().filter(|record| is_in_step(record, near)).count();
        if in_step * 2 < next.len() {
            return index.saturating_sub(1);
        }
    }
    records.len()
}

fn is_in_step(record: &[u8; RECORD_LENGTH], near: Option<u32>) -> bool {
    let number = decode_record(record).header().sequence_number;
    is_plausible(record) || near.is_some_and(|near| near.abs_diff(number) <= NEAR)
}

/// Reads records; whatever cannot be believed, or is left after the last whole one, is reported.
pub(super) fn read(content: &[u8], pages: &mut Pages<'_>) -> Result<(), String> {
    let (records, tail) = content.as_chunks::<RECORD_LENGTH>();
    let believable = believable(records);
    let mut text = String::new();
    for record in &records[..believable] {
        let header = *decode_record(record).header();
        text.clear();
        text.push('"');
        STANDARD.encode_string(record, &mut text);
        text.push('"');
        let key = RawKey { sequence_group: header.sequence_group, sequence_number: header.sequence_number };
        let event = RawEvent { key, code: header.code, pump_time: header.pump_time, data: &text };
        pages.batch(None).push(event);
        if !pages.advance() {
            return Ok(());
        }
    }
    if believable < records.len() {
        let (at, left) = (believable * RECORD_LENGTH, records.len() - believable);
        return Err(format!(
            "from byte {at} on it is out of step, as if bytes were missing: {left} records are not taken"
        ));
    }
    if tail.is_empty() {
        return Ok(());
    }
    let at = content.len() - tail.len();
    Err(format!("{} bytes at byte {at} are not a whole record of {RECORD_LENGTH}", tail.len()))
}

/// Reads base64 of records, bare or between the quotes of a JSON string.
pub(super) fn read_base64(content: &[u8], pages: &mut Pages<'_>) -> Result<(), String> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).trim_ascii();
    let unquoted: String;
    let text = if content.first() == Some(&b'"') {
        unquoted = serde_json::from_slice(content).map_err(|error| format!("the JSON string is not whole: {error}"))?;
        unquoted.as_bytes()
    } else {
        content
    };
    let packed: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(&packed).map_err(|error| format!("the base64 does not decode: {error}"))?;
    read(&bytes, pages)
}
