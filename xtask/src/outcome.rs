//! What came of a step of the gate.

/// What came of a step that did not fail.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// It looked, and found nothing wrong.
    Passed,
    /// It could not look, for this reason.
    Skipped(String),
}
