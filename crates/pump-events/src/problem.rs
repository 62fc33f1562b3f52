//! What a decoder found odd in an event: values, never errors, so that one odd event cannot stop a batch.

use std::borrow::Cow;

/// Something in an event that the dictionary does not explain.
///
/// The parts are fields rather than a sentence so that they can be counted and queried.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// What kind of oddity.
    pub kind: ProblemKind,
    /// The dictionary or JSON name of the field, where one is concerned.
    pub field: Option<String>,
    /// The field's offset in the 16 payload bytes, where one is concerned.
    pub offset: Option<u8>,
    /// What the dictionary expects.
    pub expected: Cow<'static, str>,
    /// What the event has, in the words of its encoding.
    pub got: String,
}

/// The kinds of [`Problem`].
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The dictionary does not have the event's code.
    UnknownEvent,
    /// The dictionary has the code but not the layout of its payload.
    UnknownLayout,
    /// A JSON field that the event's layout does not have.
    UnknownField,
    /// A number without label in an enumeration, or other than 0 and 1 in a boolean.
    UnknownEnumNumber,
    /// A set bit without label in a bitmask.
    UnknownBit,
    /// A JSON value that the field's width cannot hold.
    OutOfRange,
    /// A JSON value of a type that the field cannot have.
    WrongType,
    /// A field of the layout that is absent or null in the JSON.
    MissingField,
    /// A JSON field that comes twice; the first is taken.
    DuplicateField,
    /// An envelope field that is absent or null.
    MissingEnvelope,
    /// An envelope field whose value cannot be used.
    InvalidEnvelope,
    /// A floating-point field that is infinite or not a number.
    NonFinite,
    /// A stream that ends inside a record.
    CutRecord,
}

impl ProblemKind {
    /// Every kind, for tables and tests.
    pub const ALL: [Self; 13] = [
        Self::UnknownEvent,
        Self::UnknownLayout,
        Self::UnknownField,
        Self::UnknownEnumNumber,
        Self::UnknownBit,
        Self::OutOfRange,
        Self::WrongType,
        Self::MissingField,
        Self::DuplicateField,
        Self::MissingEnvelope,
        Self::InvalidEnvelope,
        Self::NonFinite,
        Self::CutRecord,
    ];

    /// The stable `snake_case` name under which the kind is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownEvent => "unknown_event",
            Self::UnknownLayout => "unknown_layout",
            Self::UnknownField => "unknown_field",
            Self::UnknownEnumNumber => "unknown_enum_number",
            Self::UnknownBit => "unknown_bit",
            Self::OutOfRange => "out_of_range",
            Self::WrongType => "wrong_type",
            Self::MissingField => "missing_field",
            Self::DuplicateField => "duplicate_field",
            Self::MissingEnvelope => "missing_envelope",
            Self::InvalidEnvelope => "invalid_envelope",
            Self::NonFinite => "non_finite",
            Self::CutRecord => "cut_record",
        }
    }
}

impl Problem {
    /// A problem of the whole event.
    pub(crate) fn of_event(kind: ProblemKind, expected: impl Into<Cow<'static, str>>, got: impl Into<String>) -> Self {
        Self { kind, field: None, offset: None, expected: expected.into(), got: got.into() }
    }

    /// A problem of a JSON field that has no place in the payload.
    pub(crate) fn of_name(
        kind: ProblemKind,
        name: &str,
        expected: impl Into<Cow<'static, str>>,
        got: impl Into<String>,
    ) -> Self {
        Self { field: Some(name.to_owned()), ..Self::of_event(kind, expected, got) }
    }

    /// A problem of a dictionary field.
    pub(crate) fn of_field(
        kind: ProblemKind,
        field: &crate::Field,
        expected: impl Into<Cow<'static, str>>,
        got: impl Into<String>,
    ) -> Self {
        Self { offset: Some(field.offset), ..Self::of_name(kind, field.name, expected, got) }
    }
}
