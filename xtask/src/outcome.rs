//! What came of a step of the gate.

/// What came of a step that did not fail.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// It looked, and found nothing wrong.
    Passed,
    /// It could not look, for this reason.
    Skipped(String),
    /// It could not look, because what it needs is in no package registry and could not be downloaded. CI accepts that.
    Unavailable(String),
}
