//! Archives of 26-byte records: the records themselves, or their base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pump_events::{Header, RECORD_LENGTH, decode_record};

use super::pages::Pages;
use crate::{EventKey, RawEvent};

/// How many records are examined to distinguish a jump in the log, or an odd record, from a file that lost its step.
const NEIGHBOURS: usize = 16;
/// Records of one log that are next to each other have numbers that are no further apart than this.
const NEAR: u32 = 1_000;
/// And are logged within this time, in seconds: pumps log something every few minutes.
const HOUR: u32 = 3_600;

/// True when `head` begins with records: most of the first ones can be believed, and the file is not text. A file that loses a byte
/// later is a damaged archive, not something else.
pub(super) fn looks_like_records(head: &[u8], size: u64) -> bool {
    let whole = size.is_multiple_of(RECORD_LENGTH as u64);
    let most = |count: usize, of: usize| of > 0 && count * 10 >= of * if whole { 5 } else { 9 };
    let headers: Vec<Header> = headers(head, 0).take(2 * NEIGHBOURS).collect();
    let plausible = headers.iter().filter(|header| is_plausible(header)).count();
    let following = headers.windows(2).filter(|pair| follows(&pair[0], &pair[1])).count();
    most(plausible, headers.len()) || most(following, headers.len().saturating_sub(1))
}

/// Whether a record taken by itself can be one, by what every record has: a source that is known, a clock between the pump's
/// first possible day and 2040, and a number that a pump can reach. Its code says nothing: pumps log kinds of events that
/// the dictionary does not have.
fn is_plausible(header: &Header) -> bool {
    const MAX_SOURCE: u8 = 1;
    const YEAR_2040: u32 = 1_009_843_200;
    const MAX_NUMBER: u32 = 1 << 27;
    header.source <= MAX_SOURCE && header.pump_time.seconds() < YEAR_2040 && header.sequence_number < MAX_NUMBER
}

/// Whether `next` was logged soon after `header`: a little higher in number, and within the hour.
fn follows(header: &Header, next: &Header) -> bool {
    let ahead = next.sequence_number.wrapping_sub(header.sequence_number);
    (1..=NEAR).contains(&ahead) && header.pump_time.seconds().abs_diff(next.pump_time.seconds()) <= HOUR
}

/// The headers of the records that begin at byte `start` and every 26 bytes after it.
fn headers(content: &[u8], start: usize) -> impl Iterator<Item = Header> + '_ {
    let records = content.get(start..).unwrap_or_default().as_chunks::<RECORD_LENGTH>().0;
    records.iter().map(|record| *decode_record(record).header())
}

/// True when `text` is long unbroken runs of what occurs in base64; a stray byte here and there is damage, not prose.
pub(super) fn looks_like_base64(text: &[u8]) -> bool {
    let can_occur = |byte: &u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=".contains(byte);
    let odd = text.iter().filter(|byte| !can_occur(byte)).count();
    let longest_run = text.split(u8::is_ascii_whitespace).map(<[u8]>::len).max().unwrap_or(0);
    longest_run >= 30 && odd * 20 <= text.len()
}

/// How many records at the beginning can be believed. A record whose number is near that of the one before is in step; where
/// numbers jump (another pump's log, a hole, a byte that was lost), [`is_out_of_step`] decides. The last record in step may be
/// the one that lost a byte.
fn believable(content: &[u8]) -> usize {
    let mut last: Option<Header> = None;
    let mut count = 0;
    for header in headers(content, 0) {
        let is_near = last.is_some_and(|last| last.sequence_number.abs_diff(header.sequence_number) <= NEAR);
        if !(is_near && is_plausible(&header)) && is_out_of_step(content, count, last) {
            return count.saturating_sub(1);
        }
        last = Some(header);
        count += 1;
    }
    count
}

/// Whether the records from number `index` on are read at the wrong bytes: those at other bytes follow each other (and `last`)
/// better; or hardly any of these follows another, and hardly any can be a record at all.
fn is_out_of_step(content: &[u8], index: usize, last: Option<Header>) -> bool {
    let at = index * RECORD_LENGTH;
    let earliest = at.saturating_sub(RECORD_LENGTH - 1);
    let here = count_following(content, at, last);
    let others = (earliest..at + RECORD_LENGTH).filter(|&other| other % RECORD_LENGTH != 0);
    if others
        .map(|other| count_following(content, other, last))
        .any(|other| other.0 > here.0 && other.0 * 10 >= other.1 * 9)
    {
        return true;
    }
    let next: Vec<Header> = headers(content, at).take(NEIGHBOURS).collect();
    let plausible = next.iter().filter(|header| is_plausible(header)).count();
    here.0 * 2 < here.1 && plausible * 2 < next.len()
}

/// Of the records from byte `start` on, how many follow the one before them, and how many there are to ask.
fn count_following(content: &[u8], start: usize, last: Option<Header>) -> (usize, usize) {
    let next: Vec<Header> = last.into_iter().chain(headers(content, start).take(NEIGHBOURS)).collect();
    let following = next.windows(2).filter(|pair| follows(&pair[0], &pair[1])).count();
    (following, next.len().saturating_sub(1))
}

/// Reads records; whatever cannot be believed, or is left after the last whole one, is reported.
pub(super) fn read_records(content: &[u8], pages: &mut Pages<'_>) -> Result<(), String> {
    let (records, tail) = content.as_chunks::<RECORD_LENGTH>();
    let believable = believable(content);
    let mut text = String::new();
    for record in &records[..believable] {
        let header = *decode_record(record).header();
        text.clear();
        text.push('"');
        STANDARD.encode_string(record, &mut text);
        text.push('"');
        let key = EventKey { sequence_group: header.sequence_group, sequence_number: header.sequence_number };
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
    Err(format!("{} bytes at byte {at} are not a whole {RECORD_LENGTH}-byte record", tail.len()))
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
    read_records(&bytes, pages)
}
