//! A JSON field without a place in the payload.

/// A JSON field that has no place in the payload: not in the dictionary, or with a value the field cannot hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExtraField {
    /// The name, unescaped.
    pub name: String,
    /// The value's JSON text as received.
    pub json: String,
}
