//! Makes events field by field: for simulated pumps and for tests.

use super::{Encoding, Event, EventCode, Header, layout_of};
use crate::PumpTime;
use crate::field::Value;

/// An event in the making. Fields that are not set are zero, as in a record.
#[derive(Clone, Debug)]
pub struct EventBuilder {
    event: Event,
}

/// Why a field cannot be set.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The event's layout has no such field.
    #[error("event {code} has no field {field}")]
    UnknownField {
        /// The event.
        code: u32,
        /// The field asked for.
        field: String,
    },
    /// The field cannot hold the value.
    #[error("field {field} of event {code} cannot hold {value:?}")]
    OutOfRange {
        /// The event.
        code: u32,
        /// The field.
        field: String,
        /// The value.
        value: Value,
    },
}

impl Event {
    /// Begins an event of the given kind, all fields zero.
    #[must_use]
    pub fn build(code: EventCode) -> EventBuilder {
        EventBuilder::new(code)
    }
}

impl EventBuilder {
    fn new(code: EventCode) -> Self {
        let layout = layout_of(code);
        let header = Header { source: 0, code, pump_time: PumpTime::default(), sequence_group: 0, sequence_number: 0 };
        let present = layout.map_or(0, |layout| layout.all_fields);
        let encoding = Encoding::Record;
        Self { event: Event { header, payload: [0; 16], present, encoding, layout, extras: None } }
    }

    /// Sets when the pump logged it.
    #[must_use]
    pub fn pump_time(mut self, time: PumpTime) -> Self {
        self.event.header.pump_time = time;
        self
    }

    /// Sets the sequence number.
    #[must_use]
    pub fn sequence_number(mut self, number: u32) -> Self {
        self.event.header.sequence_number = number;
        self
    }

    /// Sets the sequence group.
    #[must_use]
    pub fn sequence_group(mut self, group: u16) -> Self {
        self.event.header.sequence_group = group;
        self
    }

    /// Replaces all payload bytes, in the cloud's big-endian layout.
    #[must_use]
    pub fn payload(mut self, payload: [u8; 16]) -> Self {
        self.event.payload = payload;
        self
    }

    /// Sets a field by its dictionary name.
    ///
    /// # Errors
    ///
    /// The layout has no such field, or the field cannot hold the value.
    pub fn set(mut self, field: &str, value: impl Into<Value>) -> Result<Self, BuildError> {
        let (code, value) = (self.event.header.code.0, value.into());
        let found = self.event.layout.and_then(|layout| layout.field(field));
        let found = found.ok_or_else(|| BuildError::UnknownField { code, field: field.to_owned() })?;
        let bits = found.bits_of(value);
        let bits = bits.ok_or_else(|| BuildError::OutOfRange { code, field: field.to_owned(), value })?;
        let payload = found.replace(u128::from_be_bytes(self.event.payload), bits);
        self.event.payload = payload.to_be_bytes();
        Ok(self)
    }

    /// The event.
    #[must_use]
    pub fn finish(self) -> Event {
        self.event
    }
}
