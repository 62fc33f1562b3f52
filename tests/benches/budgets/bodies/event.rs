//! An event as the pump logs it.

use chrono::NaiveDateTime;

/// One event of the log.
pub(super) struct Event {
    pub(super) code: u16,
    pub(super) number: u32,
    /// What the pump's clock showed.
    pub(super) at: NaiveDateTime,
    pub(super) properties: Properties,
}

pub(super) type Properties = Vec<(&'static str, Value)>;

/// A value of `eventProperties`.
pub(super) enum Value {
    Whole(i64),
    Decimal(f32),
    Bits(&'static [u8]),
}

impl Value {
    /// As JSON. A decimal number without decimals is written as a whole one, as the service writes it.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Whole(value) => value.to_string(),
            Self::Decimal(value) => value.to_string(),
            Self::Bits(bits) => format!("{bits:?}").replace(' ', ""),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Whole(value)
    }
}

impl From<f32> for Value {
    fn from(value: f32) -> Self {
        Self::Decimal(value)
    }
}

impl From<&'static [u8]> for Value {
    fn from(value: &'static [u8]) -> Self {
        Self::Bits(value)
    }
}

/// Names of fields with their values.
macro_rules! properties {
    ($($name:ident: $value:expr),* $(,)?) => { vec![$((stringify!($name), $crate::bodies::event::Value::from($value))),*] };
}

pub(super) use properties;
