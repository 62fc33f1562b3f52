//! One field of an event's payload: where it lies, how wide it is, what its numbers mean.
//!
//! Reading and writing work on the payload as one 128-bit big-endian number: a field is a shift and a width, so no byte
//! offset is checked at run time. That offsets lie inside the payload is checked once, when the dictionary is loaded.

use std::sync::Arc;

/// A number out of a payload, as the pump gives it. Its unit is [`Field::unit`].
#[derive(Copy, Clone, Debug, PartialEq)]
pub enum Value {
    /// An unsigned integer of 8, 16 or 32 bits.
    Unsigned(u32),
    /// A signed integer of 8 or 16 bits.
    Signed(i32),
    /// A 32-bit float, possibly not finite.
    Float(f32),
}

/// The width and type of a field.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// Unsigned, 8 bits.
    U8,
    /// Unsigned, 16 bits.
    U16,
    /// Unsigned, 32 bits.
    U32,
    /// Signed, 8 bits.
    I8,
    /// Signed, 16 bits.
    I16,
    /// IEEE 754 binary32.
    F32,
}

/// What the numbers of a field stand for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Labels {
    /// Nothing: the number is the value.
    None,
    /// Each number has a name.
    Enum(Arc<LabelSet>),
    /// Each bit has a name.
    Bits(Arc<LabelSet>),
    /// 0 is false, 1 is true.
    Bool,
}

/// Names of numbers or bits, shared by the fields that use the same ones.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LabelSet {
    /// The set's name in the dictionary.
    pub name: &'static str,
    pub(crate) by_number: Vec<Option<&'static str>>,
}

/// Where the seconds of a time field count from.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Epoch {
    /// 2008-01-01 on the pump's wall clock, as in the record header.
    Pump,
    /// 1970-01-01 on the pump's wall clock: only the Libre 3 sessions (477, 486).
    UnixWallClock,
    /// The start of the CGM transmitter.
    Transmitter,
}

/// How the cloud's JSON writes a field.
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonForm {
    /// As a number.
    #[default]
    Number,
    /// As an array of the indices of all set bits.
    Bits,
    /// As an array of the indices of those set bits that the server has names for: less than the record has.
    NamedBits,
}

/// One field of an event's payload.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// The name in the dictionary and in the cloud's JSON.
    pub name: &'static str,
    /// Width and type.
    pub kind: FieldKind,
    /// Offset of the first byte in the 16 payload bytes of the cloud's big-endian record.
    pub offset: u8,
    /// The unit of the raw number.
    pub unit: Option<&'static str>,
    /// What the numbers stand for.
    pub labels: Labels,
    /// Where the seconds count from, for times.
    pub epoch: Option<Epoch>,
    /// How the cloud's JSON writes it.
    pub json_form: JsonForm,
    /// Another name that the cloud's JSON gives it: the one it had while its byte was padding.
    pub json_alias: Option<&'static str>,
    /// Known to be absent from the JSON of some pumps or times, so that its absence is no problem.
    pub optional: bool,
    /// `"name":`, ready to be written.
    pub(crate) key: Box<str>,
    /// `"nameName":` or `"nameNames":`, ready to be written; empty without labels.
    pub(crate) label_key: Box<str>,
    /// [`signature`] of the name.
    pub(crate) signature: u64,
}

impl FieldKind {
    /// Bytes in the payload: 1, 2 or 4.
    #[must_use]
    pub const fn width(self) -> u8 {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::F32 => 4,
        }
    }

    /// The kind's short name, as in the dictionary file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::F32 => "f32",
        }
    }

    /// Whether the kind is an unsigned integer.
    #[must_use]
    pub(crate) const fn is_unsigned(self) -> bool {
        matches!(self, Self::U8 | Self::U16 | Self::U32)
    }

    const fn mask(self) -> u32 {
        match self {
            Self::U8 | Self::I8 => 0xff,
            Self::U16 | Self::I16 => 0xffff,
            Self::U32 | Self::F32 => u32::MAX,
        }
    }

    /// The integers the kind holds, least and greatest; those of `f32` are not bounded here.
    pub(crate) const fn integers(self) -> (i64, i64) {
        match self {
            Self::U8 => (0, 0xff),
            Self::U16 => (0, 0xffff),
            Self::U32 => (0, 0xffff_ffff),
            Self::I8 => (-0x80, 0x7f),
            Self::I16 => (-0x8000, 0x7fff),
            Self::F32 => (i64::MIN, i64::MAX),
        }
    }
}

impl Field {
    /// Reads the field out of a payload.
    #[must_use]
    pub(crate) fn read_value(&self, payload: &[u8; 16]) -> Value {
        self.read_word(u128::from_be_bytes(*payload))
    }

    /// The label of the value `number`, where the field's labels have one.
    #[must_use]
    pub fn label(&self, number: u32) -> Option<&'static str> {
        match &self.labels {
            Labels::Enum(labels) => labels.label(number),
            Labels::None | Labels::Bits(_) | Labels::Bool => None,
        }
    }

    pub(crate) fn read_word(&self, payload: u128) -> Value {
        let bits = self.raw_bits(payload);
        match self.kind {
            FieldKind::U8 | FieldKind::U16 | FieldKind::U32 => Value::Unsigned(bits),
            FieldKind::I8 => Value::Signed(i32::from(bits as u8 as i8)),
            FieldKind::I16 => Value::Signed(i32::from(bits as u16 as i16)),
            FieldKind::F32 => Value::Float(f32::from_bits(bits)),
        }
    }

    /// The field's bytes as an unsigned number.
    pub(crate) fn raw_bits(&self, payload: u128) -> u32 {
        (payload >> self.shift()) as u32 & self.kind.mask()
    }

    /// The payload with the field's bytes replaced.
    pub(crate) fn replace(&self, payload: u128, bits: u32) -> u128 {
        let mask = u128::from(self.kind.mask());
        (payload & !(mask << self.shift())) | ((u128::from(bits) & mask) << self.shift())
    }

    /// The bytes that stand for `value` in this field; `None` if it cannot hold it.
    pub(crate) fn bits_of(&self, value: Value) -> Option<u32> {
        let integer = match value {
            Value::Float(number) if self.kind == FieldKind::F32 => return Some(number.to_bits()),
            _ if self.kind == FieldKind::F32 => return Some((value.as_f64() as f32).to_bits()),
            Value::Float(number) if number.fract() == 0.0 => number as i64,
            Value::Float(_) => return None,
            Value::Unsigned(number) => i64::from(number),
            Value::Signed(number) => i64::from(number),
        };
        let (least, greatest) = self.kind.integers();
        (least..=greatest).contains(&integer).then_some(integer as u32 & self.kind.mask())
    }

    const fn shift(&self) -> u32 {
        8 * (16 - self.offset as u32 - self.kind.width() as u32)
    }
}

impl Labels {
    /// The names, where numbers or bits have any.
    #[must_use]
    pub fn set(&self) -> Option<&LabelSet> {
        match self {
            Self::Enum(set) | Self::Bits(set) => Some(set),
            Self::None | Self::Bool => None,
        }
    }
}

impl LabelSet {
    /// The name of `number` (of the bit with that index).
    #[must_use]
    pub fn label(&self, number: u32) -> Option<&'static str> {
        self.by_number.get(number as usize).copied().flatten()
    }

    /// Every number (bit index) with its name, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &'static str)> + '_ {
        self.by_number.iter().enumerate().filter_map(|(number, label)| label.map(|label| (number as u32, label)))
    }
}

impl Value {
    /// The number as `f64`, exactly.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Unsigned(number) => f64::from(number),
            Self::Signed(number) => f64::from(number),
            Self::Float(number) => f64::from(number),
        }
    }

    /// The number, if it is an unsigned integer.
    #[must_use]
    pub fn as_unsigned(self) -> Option<u32> {
        match self {
            Self::Unsigned(number) => Some(number),
            Self::Signed(_) | Self::Float(_) => None,
        }
    }

    /// The number, if it is an integer.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Self::Unsigned(number) => Some(i64::from(number)),
            Self::Signed(number) => Some(i64::from(number)),
            Self::Float(_) => None,
        }
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Unsigned(number)
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Unsigned(number.into())
    }
}

impl From<u8> for Value {
    fn from(number: u8) -> Self {
        Self::Unsigned(number.into())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Unsigned(truth.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Signed(number)
    }
}

impl From<i16> for Value {
    fn from(number: i16) -> Self {
        Self::Signed(number.into())
    }
}

impl From<f32> for Value {
    fn from(number: f32) -> Self {
        Self::Float(number)
    }
}

/// A number that tells nearly all names of one layout apart: the last eight bytes and the length.
pub(crate) fn signature(name: &str) -> u64 {
    let length = name.len() as u64;
    let tail = match name.as_bytes().last_chunk::<8>() {
        Some(tail) => u64::from_le_bytes(*tail),
        None => name.bytes().fold(0, |word, byte| word << 8 | u64::from(byte)),
    };
    tail ^ length.rotate_right(8)
}
