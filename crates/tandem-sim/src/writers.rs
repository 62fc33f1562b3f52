//! A history in the encodings it comes in: 26-byte records, pump-logs bodies, JSON lines, the base64 string of the retired
//! interface.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pump_events::{Event, encode_json, encode_record};

use crate::history::SimPump;

/// Codes whose events go into `clockChanges`.
const CLOCK_CODES: [u32; 2] = [13, 14];

/// Whether an event is a change of the clock (13 or 14), which the service keeps in an array of its own.
#[must_use]
pub fn is_clock_change(event: &Event) -> bool {
    CLOCK_CODES.contains(&event.header().code.0)
}

/// Writes 26 bytes per event, big-endian, as the cloud keeps them.
///
/// # Errors
///
/// The writer's.
pub fn write_records<'a>(out: &mut impl Write, events: impl IntoIterator<Item = &'a Event>) -> io::Result<()> {
    events.into_iter().try_for_each(|event| out.write_all(&encode_record(event)))
}

/// One event as the service writes it. Codes without a layout get made-up property names for their payload, as real ones
/// have names that no dictionary knows.
#[must_use]
pub fn event_json(event: &Event, assignment_id: &str) -> String {
    let text = encode_json(event, assignment_id);
    let payload = event.payload();
    if event.layout().is_some_and(|layout| !layout.fields.is_empty()) || *payload == [0; 16] {
        return text;
    }
    let word = |at: usize| u32::from_be_bytes(std::array::from_fn(|index| payload[at + index]));
    let properties =
        format!("\"eventProperties\":{{\"word0\":{},\"word1\":{},\"last\":{}}}", word(0), word(4), payload[15]);
    text.replacen("\"eventProperties\":{}", &properties, 1)
}

/// Writes one event per line, as [`event_json`].
///
/// # Errors
///
/// The writer's.
pub fn write_json_lines<'a>(
    out: &mut impl Write,
    assignment_id: &str,
    events: impl IntoIterator<Item = &'a Event>,
) -> io::Result<()> {
    events.into_iter().try_for_each(|event| writeln!(out, "{}", event_json(event, assignment_id)))
}

/// Writes a pump's whole log as one pump-logs body: `{"events":[…],"clockChanges":[…]}`.
///
/// # Errors
///
/// The writer's.
pub fn write_pump_logs(out: &mut impl Write, pump: &SimPump) -> io::Result<()> {
    let (clock, other): (Vec<&Event>, Vec<&Event>) = pump.events.iter().partition(|event| is_clock_change(event));
    out.write_all(b"{\"events\":")?;
    write_array(out, &pump.assignment_id, &other)?;
    out.write_all(b",\"clockChanges\":")?;
    write_array(out, &pump.assignment_id, &clock)?;
    out.write_all(b"}")
}

fn write_array(out: &mut impl Write, assignment_id: &str, events: &[&Event]) -> io::Result<()> {
    out.write_all(b"[")?;
    for (index, event) in events.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        out.write_all(event_json(event, assignment_id).as_bytes())?;
    }
    out.write_all(b"]")
}

/// The answer of the interface that was retired in 2026: a JSON string with the base64 of all records.
#[must_use]
pub fn base64_body<'a>(events: impl IntoIterator<Item = &'a Event>) -> String {
    let bytes: Vec<u8> = events.into_iter().flat_map(encode_record).collect();
    format!("\"{}\"", STANDARD.encode(bytes))
}
