//! Tables of facts: their columns, and how each is read.

use std::borrow::Cow;

use crate::event_code::EventCode;

/// One table of facts: a row for each event of its codes.
#[derive(Debug)]
pub struct FactTable {
    /// Its name.
    pub name: String,
    /// Which events it shows.
    pub about: String,
    /// The codes of these events.
    pub codes: Vec<EventCode>,
    /// The columns beside the event's identity.
    pub columns: Vec<FactColumn>,
}

/// One column of a table of facts.
#[derive(Debug)]
pub struct FactColumn {
    /// Its name.
    pub name: String,
    /// What it shows, with the unit.
    pub about: String,
    /// The type of its values.
    pub kind: FactKind,
    /// How the value is read, by the position of the event's code in the table.
    pub(super) readers: Vec<Reader>,
}

/// The type of a column.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum FactKind {
    /// 32 bits, signed.
    Integer,
    /// 64 bits, signed.
    BigInteger,
    /// A double that is the decimal the pump shows, not its 32-bit float widened.
    Double,
    /// A label.
    Label,
}

/// How a column is read from an event of one code.
#[derive(Debug)]
pub(super) enum Reader {
    /// Events of this code have no such field.
    Absent,
    /// The same for every event of the code.
    Constant(&'static str),
    /// The field with this position, as a number.
    Number(usize),
    /// The field with this position, as a label.
    Labelled(usize, LabelMap),
}

/// What numbers are called.
#[derive(Debug)]
pub(super) struct LabelMap {
    pub(super) by_number: Vec<Option<&'static str>>,
    pub(super) others: Others,
}

/// What a number without a label is called.
#[derive(Copy, Clone, Debug)]
pub(super) enum Others {
    /// `unknown_<number>`.
    Unknown,
    /// The number: the field has no labels.
    Number,
    /// Nothing.
    Nothing,
}

impl LabelMap {
    /// What this number is called, if anything.
    pub(super) fn label(&self, number: u32) -> Option<Cow<'static, str>> {
        if let Some(label) = self.by_number.get(number as usize).copied().flatten() {
            return Some(Cow::Borrowed(label));
        }
        match self.others {
            Others::Unknown => Some(Cow::Owned(format!("unknown_{number}"))),
            Others::Number => Some(Cow::Owned(number.to_string())),
            Others::Nothing => None,
        }
    }
}
