//! Reads a pump-logs event and re-encodes its properties into the payload of the record it came from.

use std::borrow::Cow;

use super::envelope::{Envelope, Member, Members};
use super::walk::{integer, quoted_number, walk_object};
use super::{JsonError, shorten_json};
use crate::dictionary::EventLayout;
use crate::event::{Encoding, Event, ExtraField, Extras, Finding, is_empty_padding, layout_of};
use crate::field::{Field, FieldKind, JsonForm, Labels};
use crate::{Problem, ProblemKind};

/// A pump-logs event: the event and what the cloud adds.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonEvent<'a> {
    /// The pump's event.
    pub event: Event,
    /// The pump, by the cloud's assignment id.
    pub device_assignment_id: Option<Cow<'a, str>>,
    /// As received; not to be trusted.
    pub estimated_date_time: Option<Cow<'a, str>>,
}

/// Decodes one pump-logs event from its verbatim text.
///
/// Properties may come in any order and spelling that real uploads have: floats written as integers, integers as floats,
/// booleans as 0/1 or true/false, bitmasks as arrays of bit indices or as numbers, all of them also in quotes. A property that the dictionary lacks or
/// whose value its field cannot hold is kept verbatim ([`Event::extra_fields`]) and reported ([`Event::problems`]). Of a
/// repeated property the first counts and the others are reported.
///
/// # Errors
///
/// The text is no JSON object, or `eventCode`, `sequenceNumber` or `pumpDateTime` is absent, null or unusable, or
/// `sequenceGroup` is not a number of 16 bits.
///
/// ```
/// use pump_events::{Value, decode_json};
///
/// let text = r#"{"eventCode":55,"sequenceGroup":0,"sequenceNumber":442682,"pumpDateTime":"2026-05-14T11:02:33",
///     "eventProperties":{"bolusId":1583,"selectedIob":1,"spareA3":0,"iob":0,"bolusSize":3.53}}"#;
/// let event = decode_json(text)?.event;
/// assert_eq!(event.value("bolusSize"), Some(Value::Float(3.53)));
/// assert_eq!(event.value("iob"), Some(Value::Float(0.0)));
/// assert_eq!(event.extra_fields()[0].name, "spareA3");
/// # Ok::<(), pump_events::JsonError>(())
/// ```
pub fn decode_json(text: &str) -> Result<JsonEvent<'_>, JsonError> {
    let members = Members::read(text)?;
    let envelope = members.envelope()?;
    let layout = layout_of(envelope.code);
    let mut properties = Properties { layout, payload: 0, present: 0, extras: Extras::default() };
    if let Some(text) = members.value(Member::EventProperties) {
        properties.read(text);
    }
    properties.extras.findings.splice(0..0, members.problems().into_iter().map(Finding::other));
    let event = properties.event(&envelope);
    let Envelope { device_assignment_id, estimated_date_time, .. } = envelope;
    Ok(JsonEvent { event, device_assignment_id, estimated_date_time })
}

/// The properties, as far as they are read.
struct Properties {
    layout: Option<&'static EventLayout>,
    payload: u128,
    present: u32,
    extras: Extras,
}

impl Properties {
    fn read(&mut self, text: &str) {
        if walk_object(text, |name, json| self.add(&name, json)).is_ok() {
            return self.report_missing();
        }
        // No object, or one with a name that is no text (half a surrogate pair): kept whole, nothing taken from it.
        let name = Member::EventProperties.name();
        *self = Self { layout: self.layout, payload: 0, present: 0, extras: Extras::default() };
        let problem = Problem::of_name(ProblemKind::InvalidEnvelope, name, "an object", shorten_json(text));
        self.report(Finding::other(problem));
        self.keep(name, text);
    }

    fn add(&mut self, name: &str, json: &str) {
        let field = self.layout.and_then(|layout| Some((layout.json_index(name)?, layout)));
        match field {
            Some((index, layout)) => self.add_field(index, &layout.fields[index], json),
            None => self.add_unknown(name, json),
        }
    }

    fn add_field(&mut self, index: usize, field: &'static Field, json: &str) {
        if self.present & 1 << index != 0 || self.is_kept(field.name) {
            let problem = Problem::of_field(ProblemKind::DuplicateField, field, "one value", shorten_json(json));
            return self.report(Finding::other(problem));
        }
        match bits_of(field, json) {
            Ok(bits) => {
                self.payload = field.replace(self.payload, bits);
                self.present |= 1 << index;
            }
            Err(kind) => {
                if kind != ProblemKind::MissingField || !field.optional {
                    self.report(Finding::OfField(kind, field));
                }
                self.keep(field.name, json);
            }
        }
    }

    fn add_unknown(&mut self, name: &str, json: &str) {
        if self.is_kept(name) {
            let problem = Problem::of_name(ProblemKind::DuplicateField, name, "one value", shorten_json(json));
            return self.report(Finding::other(problem));
        }
        let declared = self.layout.is_some_and(|layout| layout.undecoded.iter().any(|field| field.name == name));
        if !declared && !is_empty_padding(name, json) {
            self.report(Finding::UnknownField(self.extras.fields.len()));
        }
        self.keep(name, json);
    }

    fn report_missing(&mut self) {
        let Some(layout) = self.layout else { return };
        let missing = layout.required_fields & !self.present;
        for (index, field) in layout.fields.iter().enumerate() {
            if missing & 1 << index != 0 && !self.is_kept(field.name) {
                self.report(Finding::OfField(ProblemKind::MissingField, field));
            }
        }
    }

    fn is_kept(&self, name: &str) -> bool {
        self.extras.fields.iter().any(|field| field.name == name)
    }

    fn keep(&mut self, name: &str, json: &str) {
        self.extras.fields.push(ExtraField { name: name.to_owned(), json: json.to_owned() });
    }

    fn report(&mut self, finding: Finding) {
        self.extras.findings.push(finding);
    }

    fn event(self, envelope: &Envelope<'_>) -> Event {
        let nothing_kept = self.extras.fields.is_empty() && self.extras.findings.is_empty();
        Event {
            header: envelope.header(),
            payload: self.payload.to_be_bytes(),
            present: self.present,
            encoding: Encoding::Json,
            layout: self.layout,
            extras: (!nothing_kept).then(|| Box::new(self.extras)),
        }
    }
}

/// The field's bytes for a JSON value.
fn bits_of(field: &Field, json: &str) -> Result<u32, ProblemKind> {
    match json.as_bytes() {
        [b'0'..=b'9' | b'-', ..] if field.kind == FieldKind::F32 => float_bits(json),
        [b'0'..=b'9' | b'-', ..] => integer_bits(field, json),
        [b'[', indices @ .., b']'] if field.json_form != JsonForm::Number => mask_of(field, indices),
        b"true" | b"false" if takes_booleans(field) => Ok((json == "true").into()),
        b"\"true\"" | b"\"false\"" if takes_booleans(field) => Ok((json == "\"true\"").into()),
        b"null" => Err(ProblemKind::MissingField),
        _ => quoted_number(json).map_or(Err(ProblemKind::WrongType), |number| bits_of(field, number)),
    }
}

fn float_bits(json: &str) -> Result<u32, ProblemKind> {
    let number = json.parse::<f32>().map_err(|_| ProblemKind::WrongType)?;
    if number.is_finite() { Ok(number.to_bits()) } else { Err(ProblemKind::OutOfRange) }
}

fn integer_bits(field: &Field, json: &str) -> Result<u32, ProblemKind> {
    let (least, greatest) = field.kind.integers();
    match integer(json) {
        Some(number) if (least..=greatest).contains(&number) => Ok(number as u32),
        Some(_) => Err(ProblemKind::OutOfRange),
        None => Err(ProblemKind::WrongType),
    }
}

/// The mask of an array of bit indices, given without its brackets.
fn mask_of(field: &Field, indices: &[u8]) -> Result<u32, ProblemKind> {
    if indices.trim_ascii().is_empty() {
        return Ok(0);
    }
    let width = i64::from(field.kind.width()) * 8;
    indices.split(|&byte| byte == b',').try_fold(0, |mask, index| {
        let index = std::str::from_utf8(index.trim_ascii()).ok().and_then(integer).ok_or(ProblemKind::WrongType)?;
        if (0..width).contains(&index) { Ok(mask | 1 << index) } else { Err(ProblemKind::OutOfRange) }
    })
}

fn takes_booleans(field: &Field) -> bool {
    field.kind.is_unsigned() && field.json_form == JsonForm::Number && !matches!(field.labels, Labels::Bits(_))
}
