//! A log entry in the making: a code and sixteen payload bytes, filled by the dictionary's field names.
//!
//! Fields that are not set stay zero, as on the pump.

use pump_events::{Dictionary, Event, EventCode, FieldKind, RECORD_LENGTH, decode_record};

/// A raw number for a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Raw {
    Integer(i64),
    Float(f32),
}

impl From<i64> for Raw {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Raw {
    fn from(value: u32) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<i32> for Raw {
    fn from(value: i32) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<bool> for Raw {
    fn from(value: bool) -> Self {
        Self::Integer(i64::from(value))
    }
}

impl From<f32> for Raw {
    fn from(value: f32) -> Self {
        Self::Float(value)
    }
}

/// Code and payload of an entry that has no place in the log yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft {
    pub(crate) code: u16,
    pub(crate) payload: [u8; 16],
}

impl Draft {
    pub(crate) fn new(code: u16) -> Self {
        Self { code, payload: [0; 16] }
    }

    /// An entry without a known layout.
    pub(crate) fn opaque(code: u16, payload: [u8; 16]) -> Self {
        Self { code, payload }
    }

    /// Sets the field `name` of the dictionary's layout for this code.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Raw>) -> Self {
        let field = Dictionary::event(EventCode(self.code.into()))
            .and_then(|layout| layout.field(name))
            .expect("the simulator names only fields of the dictionary");
        self.write(usize::from(field.offset), field.kind, value.into());
        self
    }

    /// Writes at a payload offset, cutting integers to the field's width.
    fn write(&mut self, offset: usize, kind: FieldKind, value: Raw) {
        let mut put = |bytes: &[u8]| self.payload[offset..offset + bytes.len()].copy_from_slice(bytes);
        match kind {
            FieldKind::U8 | FieldKind::I8 => put(&[value.integer() as u8]),
            FieldKind::U16 | FieldKind::I16 => put(&(value.integer() as u16).to_be_bytes()),
            FieldKind::U32 => put(&(value.integer() as u32).to_be_bytes()),
            FieldKind::F32 => put(&value.float().to_be_bytes()),
        }
    }

    /// The 26 bytes of this entry at a place in the log.
    pub(crate) fn record(&self, pump_seconds: u32, sequence: u32) -> [u8; RECORD_LENGTH] {
        let mut record = [0; RECORD_LENGTH];
        record[0..2].copy_from_slice(&(self.code & 0x0fff).to_be_bytes());
        record[2..6].copy_from_slice(&pump_seconds.to_be_bytes());
        record[6..10].copy_from_slice(&sequence.to_be_bytes());
        record[10..26].copy_from_slice(&self.payload);
        record
    }

    /// The event of this entry at a place in the log.
    pub(crate) fn event(&self, pump_seconds: u32, sequence: u32) -> Event {
        decode_record(&self.record(pump_seconds, sequence))
    }
}

impl Raw {
    fn integer(self) -> i64 {
        match self {
            Self::Integer(value) => value,
            Self::Float(value) => value as i64,
        }
    }

    fn float(self) -> f32 {
        match self {
            Self::Integer(value) => value as f32,
            Self::Float(value) => value,
        }
    }
}
