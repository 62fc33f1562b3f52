//! Compares an event with its layout and lists what the layout does not explain.

use super::Event;
use crate::field::{Field, LabelSet, Labels, Value};
use crate::{EventLayout, Problem, ProblemKind};

/// Problems found while decoding, then those of the values.
pub(super) fn problems(event: &Event) -> Vec<Problem> {
    let Some(layout) = event.layout else {
        return unknown(event, ProblemKind::UnknownEvent, "a code of the dictionary");
    };
    if layout.fields.is_empty() && has_content(event, layout) {
        return unknown(event, ProblemKind::UnknownLayout, "an event without payload");
    }
    let mut problems = stored(event).to_vec();
    problems.extend(event.values().filter_map(|(field, value)| value_problem(field, value)));
    problems
}

fn stored(event: &Event) -> &[Problem] {
    event.extras.as_deref().map_or(&[], |extras| &extras.problems)
}

/// One problem for the whole event; its fields could only repeat it.
fn unknown(event: &Event, kind: ProblemKind, expected: &str) -> Vec<Problem> {
    let mut problems = vec![Problem::of_event(kind, expected, format!("code {}", event.header.code))];
    problems.extend(stored(event).iter().filter(|problem| problem.kind != ProblemKind::UnknownField).cloned());
    problems
}

fn has_content(event: &Event, layout: &EventLayout) -> bool {
    let known = |name: &str| layout.undecoded.iter().any(|field| field.name == name);
    let extra =
        event.extra_fields().iter().any(|field| !is_empty_padding(&field.name, &field.json) && !known(&field.name));
    event.payload != [0; 16] || extra
}

/// Padding that the pump leaves at zero: says nothing, though it is kept.
pub(crate) fn is_empty_padding(name: &str, json: &str) -> bool {
    json == "0" && (name.starts_with("spare") || name.starts_with("reserved"))
}

fn value_problem(field: &Field, value: Value) -> Option<Problem> {
    match (&field.labels, value) {
        (_, Value::Float(number)) => non_finite(field, number),
        (Labels::Enum(labels), Value::Unsigned(number)) => unknown_number(field, labels, number),
        (Labels::Bits(labels), Value::Unsigned(mask)) => unknown_bit(field, labels, mask),
        (Labels::Bool, Value::Unsigned(number)) if number > 1 => {
            Some(Problem::of_field(ProblemKind::UnknownEnumNumber, field, "0 or 1", number.to_string()))
        }
        _ => None,
    }
}

fn non_finite(field: &Field, number: f32) -> Option<Problem> {
    let kind = ProblemKind::NonFinite;
    (!number.is_finite()).then(|| Problem::of_field(kind, field, "a finite number", number.to_string()))
}

fn unknown_number(field: &Field, labels: &LabelSet, number: u32) -> Option<Problem> {
    let expected = || format!("a number of {}", labels.name);
    let unknown = labels.label(number).is_none();
    unknown.then(|| Problem::of_field(ProblemKind::UnknownEnumNumber, field, expected(), number.to_string()))
}

fn unknown_bit(field: &Field, labels: &LabelSet, mask: u32) -> Option<Problem> {
    let unlabelled = (0..32).filter(|&bit| mask & 1 << bit != 0 && labels.label(bit).is_none());
    let bits = unlabelled.map(|bit| bit.to_string()).collect::<Vec<_>>();
    let expected = || format!("bits of {}", labels.name);
    (!bits.is_empty())
        .then(|| Problem::of_field(ProblemKind::UnknownBit, field, expected(), format!("bit {}", bits.join(", "))))
}
