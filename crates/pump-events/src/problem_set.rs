//! The problems of an event as one number.

use crate::event::Event;
use crate::hash::fnv1a;
use crate::problem::ProblemKind;

/// Which problems an event has, as one number: the same for every event with the same code and the same kinds and fields, in
/// any order. Stores keep it instead of a row for each problem of each event.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct ProblemSetId(pub u64);

impl ProblemSetId {
    /// The set of the problems of `event` that `counts` lets pass; `None` if there are none.
    #[must_use]
    pub fn of_event(event: &Event, counts: impl Fn(ProblemKind) -> bool) -> Option<Self> {
        let mut sum = None::<u64>;
        event.visit_problems(|kind, field| {
            if counts(kind) {
                // A sum does not depend on the order of the fields, which differs between services.
                sum = Some(sum.unwrap_or(0).wrapping_add(fingerprint(kind, field)));
            }
        });
        let code = event.header().code.0.to_be_bytes();
        sum.map(|sum| Self(fnv1a(code.into_iter().chain(sum.to_be_bytes()))))
    }
}

fn fingerprint(kind: ProblemKind, field: Option<&str>) -> u64 {
    // A byte that no text has parts the two.
    fnv1a(kind.as_str().bytes().chain([0xff]).chain(field.unwrap_or_default().bytes()))
}
