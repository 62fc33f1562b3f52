//! One decoded event, the same whichever encoding it came from.
//!
//! Values are not held as values: an event is its header and the 16 payload bytes of the cloud's big-endian record, and is
//! read through its layout. An event out of JSON is *re-encoded* into those bytes, so that two encodings of one record are
//! equal by construction; what has no place in the bytes is kept beside them, verbatim.

mod build;
mod check;
mod extra_field;
mod finding;

use std::borrow::Cow;
use std::fmt;

pub use build::{BuildError, EventBuilder};
pub(crate) use check::is_empty_padding;
pub use extra_field::ExtraField;
pub(crate) use finding::Finding;

use crate::PumpTime;
use crate::dictionary::{Dictionary, EventLayout};
use crate::event_code::EventCode;
use crate::field::{Field, JsonForm, Value};

/// What every event has, whatever its kind.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Hash)]
pub struct Header {
    /// The high 4 bits of a record: 0 from the cloud, 0 (t:slim X2) or 1 (Mobi) over Bluetooth. 0 from JSON.
    pub source: u8,
    /// The kind of event.
    pub code: EventCode,
    /// When the pump logged it, by its wall clock.
    pub pump_time: PumpTime,
    /// Identity, with `sequence_number`, within a pump. 0 in every capture; records do not have it.
    pub sequence_group: u16,
    /// Ascends with each event the pump logs, also where its clock is set back.
    pub sequence_number: u32,
}

/// Which encoding an event came from.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Hash)]
pub enum Encoding {
    /// A 26-byte record, where every field is present.
    Record,
    /// A JSON object of pump-logs, where any field may be absent and others may be there.
    Json,
}

/// One decoded event.
///
/// Equality is strict: same header, bytes, present fields and extra fields. Whether two events tell the same, possibly in
/// two encodings, is [`Event::same_content`].
#[derive(Clone)]
pub struct Event {
    pub(crate) header: Header,
    pub(crate) payload: [u8; 16],
    /// Bit n is set if the layout's field n is there.
    pub(crate) present: u32,
    pub(crate) encoding: Encoding,
    pub(crate) layout: Option<&'static EventLayout>,
    pub(crate) extras: Option<Box<Extras>>,
}

/// What only some events out of JSON have.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Extras {
    pub(crate) fields: Vec<ExtraField>,
    pub(crate) findings: Vec<Finding>,
}

impl Event {
    /// What every event has.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The dictionary's entry; `None` for a code it does not have.
    #[must_use]
    pub fn layout(&self) -> Option<&'static EventLayout> {
        self.layout
    }

    /// The pump's name for the kind of event, `UNKNOWN_<code>` where it is not known.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        match self.layout {
            Some(layout) => Cow::Borrowed(layout.name),
            None => Cow::Owned(format!("UNKNOWN_{}", self.header.code)),
        }
    }

    /// The payload in the cloud's big-endian layout. Of an event out of JSON, bytes of absent fields are zero.
    #[must_use]
    pub fn payload(&self) -> &[u8; 16] {
        &self.payload
    }

    /// Which encoding the event came from.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The value of the field with that dictionary name; `None` if the layout or the event does not have it.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<Value> {
        self.value_at(self.layout?.index(field)?)
    }

    /// The present fields with their values, in dictionary order.
    pub fn values(&self) -> impl Iterator<Item = (&'static Field, Value)> + '_ {
        let payload = u128::from_be_bytes(self.payload);
        self.present_fields().map(move |field| (field, field.read_word(payload)))
    }

    /// JSON fields that have no place in the payload, in the order received.
    #[must_use]
    pub fn extra_fields(&self) -> &[ExtraField] {
        self.extras.as_deref().map_or(&[], |extras| &extras.fields)
    }

    /// Whether two events tell the same, so that one of them is a duplicate.
    ///
    /// The source nibble does not count. Two records must have the same bytes, two JSON events the same fields and extra
    /// fields; between a record and a JSON event the fields that both have decide, except bitmasks that the cloud is known
    /// to cut ([`JsonForm::NamedBits`]).
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        let header = Header { source: self.header.source, ..other.header };
        self.header == header
            && match (self.encoding, other.encoding) {
                (Encoding::Record, Encoding::Record) => self.payload == other.payload,
                (Encoding::Json, Encoding::Json) => {
                    self.present == other.present && self.payload == other.payload && self.same_extra_fields(other)
                }
                (Encoding::Record, Encoding::Json) | (Encoding::Json, Encoding::Record) => {
                    self.same_shared_fields(other)
                }
            }
    }

    pub(crate) fn value_at(&self, index: usize) -> Option<Value> {
        let field = self.layout?.fields.get(index)?;
        (self.present & 1 << index != 0).then(|| field.read_value(&self.payload))
    }

    pub(crate) fn present_fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let present = self.present;
        let fields = self.layout.map_or(&[][..], |layout| &layout.fields);
        fields.iter().enumerate().filter(move |(index, _)| present & 1 << index != 0).map(|(_, field)| field)
    }

    /// Same extra fields, in any order.
    fn same_extra_fields(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.extra_fields(), other.extra_fields());
        mine.len() == theirs.len() && mine.iter().all(|field| theirs.contains(field))
    }

    fn same_shared_fields(&self, other: &Self) -> bool {
        let (mine, theirs) = (u128::from_be_bytes(self.payload), u128::from_be_bytes(other.payload));
        let present = self.present & other.present;
        let fields = self.layout.map_or(&[][..], |layout| &layout.fields);
        let shared = fields.iter().enumerate().filter(|(index, _)| present & 1 << index != 0);
        shared
            .filter(|(_, field)| field.json_form != JsonForm::NamedBits)
            .all(|(_, field)| field.raw_bits(mine) == field.raw_bits(theirs))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header
            && self.payload == other.payload
            && self.present == other.present
            && self.extra_fields() == other.extra_fields()
    }
}

impl Eq for Event {}

impl fmt::Debug for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_json(&mut text);
        formatter
            .debug_struct("Event")
            .field("name", &self.name())
            .field("header", &self.header)
            .field("payload", &self.payload)
            .field("encoding", &self.encoding)
            .field("values", &format_args!("{text}"))
            .finish_non_exhaustive()
    }
}

/// The layout of `code`, from the compiled-in dictionary.
pub(crate) fn layout_of(code: EventCode) -> Option<&'static EventLayout> {
    Dictionary::event(code)
}
