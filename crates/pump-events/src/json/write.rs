//! Writes JSON text by hand: one event is written for every event parsed, and no intermediate tree is wanted.

use crate::PumpTime;
use crate::event::{Event, ExtraField};
use crate::field::{Field, LabelSet, Labels, Value};

impl Event {
    /// Appends the event's values as a JSON object: the text kept in `events.event_data`.
    ///
    /// Each present field comes under its dictionary name, in dictionary order, as the number the pump gives. After an
    /// enumeration comes its label as `<name>Name` (null without one), after a bitmask the labels of its set bits as
    /// `<name>Names` (`"bit 9"` without one). Floats are the shortest text that gives the same 32 bits, whole ones as
    /// integers; not-finite ones are null. Extra JSON fields follow verbatim, with `Raw` after a name that the event's layout
    /// uses: what a field cannot hold must not be taken for its value. A record and its JSON event give the same text up to the
    /// extra fields.
    ///
    /// ```
    /// use pump_events::{Event, EventCode};
    ///
    /// let event = Event::build(EventCode(279)).set("commandedRateSource", 3u32)?.set("commandedRate", 1279u32)?.finish();
    /// let mut text = String::new();
    /// event.write_json(&mut text);
    /// assert_eq!(
    ///     text,
    ///     r#"{"reservedA2":0,"commandedRateSource":3,"commandedRateSourceName":"algorithm","profileBasalRate":0,"#.to_owned()
    ///         + r#""commandedRate":1279,"tempRate":0,"algorithmRate":0}"#
    /// );
    /// # Ok::<(), pump_events::BuildError>(())
    /// ```
    pub fn write_json(&self, out: &mut String) {
        let payload = u128::from_be_bytes(self.payload);
        let start = open(out);
        for field in self.present_fields() {
            write_field(out, start, field, field.read_word(payload));
        }
        for extra in self.extra_fields() {
            separate(out, start);
            write_extra(out, self, extra);
        }
        out.push('}');
    }
}

/// Begins an object; the length with which it is still empty.
pub(super) fn open(out: &mut String) -> usize {
    out.push('{');
    out.len()
}

/// A comma, unless the object is still empty.
pub(super) fn separate(out: &mut String, start: usize) {
    if out.len() != start {
        out.push(',');
    }
}

fn write_field(out: &mut String, start: usize, field: &Field, value: Value) {
    separate(out, start);
    out.push_str(&field.key);
    write_value(out, value);
    if let Value::Unsigned(number) = value {
        match &field.labels {
            Labels::None | Labels::Bool => {}
            Labels::Enum(labels) => write_label(out, field, labels.label(number)),
            Labels::Bits(labels) => write_bit_labels(out, field, labels, number),
        }
    }
}

fn write_label(out: &mut String, field: &Field, label: Option<&'static str>) {
    out.push(',');
    out.push_str(&field.label_key);
    match label {
        Some(label) => write_plain(out, label),
        None => out.push_str("null"),
    }
}

fn write_bit_labels(out: &mut String, field: &Field, labels: &LabelSet, mask: u32) {
    out.push(',');
    out.push_str(&field.label_key);
    write_bits(out, mask, |out, bit| {
        if let Some(label) = labels.label(bit) {
            return write_plain(out, label);
        }
        out.push_str("\"bit ");
        write_unsigned(out, bit);
        out.push('"');
    });
}

/// An array with one item for each set bit, ascending.
pub(super) fn write_bits(out: &mut String, mut mask: u32, item: impl Fn(&mut String, u32)) {
    out.push('[');
    let start = out.len();
    while mask != 0 {
        separate(out, start);
        item(out, mask.trailing_zeros());
        mask &= mask - 1;
    }
    out.push(']');
}

/// A label in quotes; labels need no escaping, as the dictionary's checks make sure.
fn write_plain(out: &mut String, label: &str) {
    out.push('"');
    out.push_str(label);
    out.push('"');
}

fn write_extra(out: &mut String, event: &Event, extra: &ExtraField) {
    if extra.json == "null" || !is_taken(event, &extra.name) {
        write_string(out, &extra.name);
    } else {
        write_string(out, &raw_name(event, &extra.name));
    }
    out.push(':');
    if is_strict(&extra.json) { out.push_str(&extra.json) } else { write_string(out, &extra.json) }
}

/// True for a name of the event's layout: a field's, or that of its labels.
fn is_taken(event: &Event, name: &str) -> bool {
    let fields = event.layout.map(|layout| &*layout.fields).unwrap_or_default();
    fields.iter().any(|field| field.name == name || is_label_name(field, name))
}

fn raw_name(event: &Event, name: &str) -> String {
    let mut name = format!("{name}Raw");
    while event.extra_fields().iter().any(|extra| extra.name == name) {
        name.push_str("Raw");
    }
    name
}

/// False for what the grammar of JSON allows and many readers refuse, DuckDB among them: half a surrogate pair, numbers beyond
/// every float, a nesting without end. Such a value is written as a string of its text.
fn is_strict(json: &str) -> bool {
    let is_plain = json.len() <= 32 && !json.contains(['\\', 'e', 'E']);
    is_plain || serde_json::from_str::<serde_json::Value>(&format!("[{json}]")).is_ok()
}

fn is_label_name(field: &Field, name: &str) -> bool {
    let label_name = field.label_key.trim_matches(['"', ':']);
    !label_name.is_empty() && label_name == name
}

/// A JSON string.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    write_escaped(out, text);
    out.push('"');
}

fn write_escaped(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        return out.push_str(text);
    }
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..' ' => {
                let digit = |value: u32| char::from_digit(value, 16).unwrap_or('0');
                out.push_str("\\u00");
                out.extend([digit(character as u32 >> 4), digit(character as u32 & 0xf)]);
            }
            _ => out.push(character),
        }
    }
}

/// A value as a JSON number; null if it is not finite.
pub(super) fn write_value(out: &mut String, value: Value) {
    match value {
        Value::Unsigned(number) => write_unsigned(out, number),
        Value::Signed(number) => out.push_str(itoa::Buffer::new().format(number)),
        Value::Float(number) => write_float(out, number),
    }
}

pub(super) fn write_unsigned(out: &mut String, number: u32) {
    out.push_str(itoa::Buffer::new().format(number));
}

fn write_float(out: &mut String, number: f32) {
    if !number.is_finite() {
        return out.push_str("null");
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(number);
    out.push_str(text.strip_suffix(".0").unwrap_or(text));
}

/// A time in quotes, with `Z` after it where asked for.
pub(super) fn write_time(out: &mut String, time: PumpTime, suffix: &str) {
    out.push('"');
    out.push_str(time.text().as_str());
    out.push_str(suffix);
    out.push('"');
}
