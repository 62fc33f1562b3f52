//! The code of an event.

use std::fmt;

/// The kind of an event: the low 12 bits of a record, `eventCode` in the cloud's JSON.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct EventCode(pub u32);

impl EventCode {
    /// The greatest code that a record can hold, and that the dictionary has.
    pub(crate) const MAX_OF_RECORDS: Self = Self(0x0fff);
    /// The greatest code that JSON can have. Codes beyond those of records are of events that are not known.
    pub const MAX: Self = Self(i32::MAX as u32);
}

impl fmt::Display for EventCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
