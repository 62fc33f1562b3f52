//! One result of `tandem verify`.

use pipeline::PumpId;

use crate::check::Check;

/// Something that is not in order, or worth knowing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// What was looked for.
    pub check: Check,
    /// True when something is wrong; false when it is only work to be done, or odd.
    pub is_fault: bool,
    /// The pump it concerns.
    pub pump: PumpId,
    /// The table it was found in.
    pub table: String,
    /// How many rows (or, of a hole, events).
    pub count: u64,
    /// The id of the first row, where rows have one.
    pub first_id: Option<i64>,
    /// What was found, without readings or doses of single events.
    pub detail: String,
}
