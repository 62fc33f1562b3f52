//! Writes events as the cloud does.

use super::write::{open, separate, write_bits, write_string, write_time, write_unsigned, write_value};
use crate::event::Event;
use crate::field::{Field, JsonForm, Value};

/// The pump-logs form of an event.
///
/// Bitmasks are arrays of bit indices, enumerations and booleans integers, whole floats integers; `estimatedDateTime` is the
/// pump's time with a `Z` that is not meant. Extra fields are written as received. A float that is not finite is null, the
/// source nibble and the payload bytes outside the layout's fields are lost: JSON has no place for them.
///
/// ```
/// use pump_events::{Event, EventCode, decode_json, encode_json};
///
/// let event = Event::build(EventCode(280)).sequence_number(7).set("bolusType", 25u32)?.finish();
/// let text = encode_json(&event, "4ff6bebc-d4d6-4423-b123-eecfcf5a4238");
/// assert!(text.contains(r#""bolusType":[0,3,4]"#));
/// assert_eq!(decode_json(&text)?.event, event);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn encode_json(event: &Event, device_assignment_id: &str) -> String {
    let header = event.header();
    let mut text = String::with_capacity(512);
    text.push_str("{\"deviceAssignmentId\":");
    write_string(&mut text, device_assignment_id);
    for (key, number) in [
        (",\"eventCode\":", header.code.0),
        (",\"sequenceGroup\":", u32::from(header.sequence_group)),
        (",\"sequenceNumber\":", header.sequence_number),
    ] {
        text.push_str(key);
        write_unsigned(&mut text, number);
    }
    text.push_str(",\"pumpDateTime\":");
    write_time(&mut text, header.pump_time, "");
    text.push_str(",\"eventProperties\":");
    write_properties(&mut text, event);
    text.push_str(",\"estimatedDateTime\":");
    write_time(&mut text, header.pump_time, "Z");
    text.push('}');
    text
}

fn write_properties(out: &mut String, event: &Event) {
    let start = open(out);
    for (field, value) in event.values() {
        separate(out, start);
        out.push_str(&field.key);
        write_property(out, field, value);
    }
    for extra in event.extra_fields() {
        separate(out, start);
        write_string(out, &extra.name);
        out.push(':');
        out.push_str(&extra.json);
    }
    out.push('}');
}

fn write_property(out: &mut String, field: &Field, value: Value) {
    match (field.json_form, value) {
        (JsonForm::Bits | JsonForm::NamedBits, Value::Unsigned(mask)) => write_bits(out, mask, write_unsigned),
        _ => write_value(out, value),
    }
}
