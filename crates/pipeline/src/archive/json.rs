//! Archives of JSON: pump-logs bodies, event objects, arrays of them. Every event keeps its own text.

use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

use pump_events::{Envelope, read_json_envelope};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::pages::{ArchiveKind, Pages};
use crate::{EventKey, RawEvent, RejectedEvent};

/// The members of a pump-logs body that hold events.
pub(super) const BODY_KEYS: [&str; 2] = ["events", "clockChanges"];

/// The first key of the JSON object that `text` begins with.
pub(super) fn first_key(text: &[u8]) -> Option<&str> {
    let inside = text.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let end = inside.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(&inside[..end]).ok()
}

pub(super) fn read_slice(kind: ArchiveKind, content: &[u8], pages: &mut Pages<'_>) -> Result<(), String> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut input = serde_json::Deserializer::from_slice(content);
    if kind == ArchiveKind::PumpLogs {
        let body = Body::<&RawValue> { pages: &mut *pages, text: PhantomData };
        body.deserialize(&mut input).map_err(|error| describe_syntax_error(&error))?;
    }
    let taken = input.into_iter::<IgnoredAny>().byte_offset();
    take_values(&content[taken..], true, pages).map(|_| ())
}

pub(super) fn read_stream(kind: ArchiveKind, mut content: impl Read, pages: &mut Pages<'_>) -> Result<(), String> {
    if kind == ArchiveKind::PumpLogs {
        // The deserializer takes no byte beyond the closing brace, so other values may follow.
        let mut input = serde_json::Deserializer::from_reader(content.by_ref());
        let body = Body::<Box<RawValue>> { pages: &mut *pages, text: PhantomData };
        body.deserialize(&mut input).map_err(|error| describe_syntax_error(&error))?;
    }
    read_values(content, pages)
}

/// Reads a sequence of values piece by piece; a value that a piece cuts is completed by the next one.
fn read_values(mut content: impl Read, pages: &mut Pages<'_>) -> Result<(), String> {
    const PIECE: u64 = 8 << 20;
    let mut piece = Vec::new();
    loop {
        let before = piece.len();
        content.by_ref().take(PIECE).read_to_end(&mut piece).map_err(|error| format!("cannot read on: {error}"))?;
        let is_last = piece.len() == before;
        let taken = take_values(&piece, is_last, pages)?;
        if is_last || pages.stopped {
            return Ok(());
        }
        piece.drain(..taken);
    }
}

/// Takes the whole values that `piece` begins with, and returns how many bytes they were. A line that is no JSON is rejected, and
/// the lines after it are taken.
fn take_values(piece: &[u8], is_last: bool, pages: &mut Pages<'_>) -> Result<usize, String> {
    let mut taken = 0;
    loop {
        let mut values = serde_json::Deserializer::from_slice(&piece[taken..]).into_iter::<&RawValue>();
        let error = loop {
            match values.next() {
                Some(Ok(value)) if !take_value(value.get(), pages)? => return Ok(taken + values.byte_offset()),
                Some(Ok(_)) => {}
                Some(Err(error)) => break error,
                None => return Ok(piece.len()),
            }
        };
        taken += values.byte_offset();
        if error.is_eof() && !is_last {
            return Ok(taken);
        }
        let Some(line) = broken_line(&piece[taken..]) else { return Err(describe_syntax_error(&error)) };
        taken += line.len();
        reject_line(line, pages);
        if !pages.advance() {
            return Ok(taken);
        }
    }
}

/// The line that `piece` begins with, if another value begins on the next one: then the fault is within this line.
fn broken_line(piece: &[u8]) -> Option<&[u8]> {
    let start = piece.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let length = piece[start..].iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = piece.split_at(start + length + 1);
    matches!(rest.first(), Some(b'{' | b'[')).then_some(line)
}

/// Keeps a line that is no JSON, as the text in a JSON string.
fn reject_line(line: &[u8], pages: &mut Pages<'_>) {
    let text = String::from_utf8_lossy(line.trim_ascii());
    let data = serde_json::Value::from(&*text).to_string();
    let assignment = named_assignment(&text).map(str::to_owned).or_else(|| pages.last_assignment.clone());
    let rejected = RejectedEvent { data, reason: "the line is not valid JSON".to_owned() };
    pages.batch(assignment.as_deref()).reject(rejected);
}

/// The assignment that a broken line still names.
fn named_assignment(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("\"deviceAssignmentId\"")?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    value.split_once('"').map(|(assignment, _)| assignment)
}

fn describe_syntax_error(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    if error.is_eof() { format!("the JSON is cut off at {place}") } else { format!("{error}") }
}

/// One JSON value of a sequence: an event, an array of events, or a body. False when reading is to stop.
fn take_value(text: &str, pages: &mut Pages<'_>) -> Result<bool, String> {
    let in_value = |error: serde_json::Error| describe_syntax_error(&error);
    match text.as_bytes().first() {
        Some(b'[') => {
            let events = Events::<&RawValue> { pages, text: PhantomData };
            events.deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(in_value)?;
            Ok(!pages.stopped)
        }
        Some(b'{') if is_body(text).map_err(in_value)? => {
            let body = Body::<&RawValue> { pages, text: PhantomData };
            body.deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(in_value)?;
            Ok(!pages.stopped)
        }
        _ => Ok(take_event(text, pages)),
    }
}

fn is_body(text: &str) -> Result<bool, serde_json::Error> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Shape {
        #[serde(default)]
        events: Option<IgnoredAny>,
        #[serde(default)]
        clock_changes: Option<IgnoredAny>,
    }
    let first = first_key(text.as_bytes());
    if first.is_some_and(|key| matches!(key, "deviceAssignmentId" | "eventCode" | "sequenceNumber")) {
        return Ok(false);
    }
    serde_json::from_str::<Shape>(text).map(|shape| shape.events.is_some() || shape.clock_changes.is_some())
}

/// Takes one event's text; without an identity it is quarantined. False when reading is to stop.
pub(super) fn take_event(text: &str, pages: &mut Pages<'_>) -> bool {
    match read_json_envelope(text) {
        Ok(envelope) => push(text, &envelope, pages),
        Err(error) => {
            let rejected = RejectedEvent { data: text.to_owned(), reason: error.to_string() };
            pages.batch(assignment_of(text).as_deref()).reject(rejected);
        }
    }
    pages.advance()
}

/// Whose it would be, had it an identity.
fn assignment_of(text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Whose {
        device_assignment_id: Option<String>,
    }
    serde_json::from_str::<Whose>(text).ok()?.device_assignment_id
}

fn push(text: &str, envelope: &Envelope<'_>, pages: &mut Pages<'_>) {
    if pages.last_assignment.as_deref() != envelope.device_assignment_id.as_deref() {
        pages.last_assignment = envelope.device_assignment_id.as_deref().map(str::to_owned);
    }
    let key = EventKey { sequence_group: envelope.sequence_group, sequence_number: envelope.sequence_number };
    let event = RawEvent { key, code: envelope.code, pump_time: envelope.pump_time, data: text };
    pages.batch(envelope.device_assignment_id.as_deref()).push(event);
}

/// The text of one JSON value, borrowed from a slice or owned out of a stream.
trait ValueText<'de>: serde::Deserialize<'de> {
    fn text(&self) -> &str;
}

impl<'de> ValueText<'de> for &'de RawValue {
    fn text(&self) -> &str {
        self.get()
    }
}

impl ValueText<'_> for Box<RawValue> {
    fn text(&self) -> &str {
        self.get()
    }
}

/// Reads a pump-logs body without holding more than one event of it.
struct Body<'p, 's, T> {
    pages: &'p mut Pages<'s>,
    text: PhantomData<T>,
}

impl<'de, T: ValueText<'de>> DeserializeSeed<'de> for Body<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: ValueText<'de>> Visitor<'de> for Body<'_, '_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a pump-logs body")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if BODY_KEYS.contains(&&*key) {
                map.next_value_seed(Events::<T> { pages: &mut *self.pages, text: PhantomData })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Reads an array of events; null is an empty one.
struct Events<'p, 's, T> {
    pages: &'p mut Pages<'s>,
    text: PhantomData<T>,
}

impl<'de, T: ValueText<'de>> DeserializeSeed<'de> for Events<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: ValueText<'de>> Visitor<'de> for Events<'_, '_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of events")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while let Some(value) = sequence.next_element::<T>()? {
            if !take_event(value.text(), self.pages) {
                // Stopped on request; the rest is read over so that the input stays well-formed.
                while sequence.next_element::<IgnoredAny>()?.is_some() {}
            }
        }
        Ok(())
    }
}
