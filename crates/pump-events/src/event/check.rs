//! Compares an event with its layout and finds what the layout does not explain.

use super::{Event, Finding};
use crate::field::{Field, LabelSet, Labels, Value};
use crate::{EventLayout, Problem, ProblemKind};

impl Event {
    /// What is odd about the event: found while decoding, and numbers and bits without a label.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        problems(self)
    }

    /// Calls `each` with the kind of every problem and the field that it concerns. Costs far less than
    /// [`Event::problems`], which words them.
    pub fn visit_problems<'e>(&'e self, mut each: impl FnMut(ProblemKind, Option<&'e str>)) {
        visit(self, &mut each);
    }
}

/// Problems found while decoding, then those of the values.
fn problems(event: &Event) -> Vec<Problem> {
    if let Some(kind) = whole_event(event) {
        let stored = stored(event).iter().filter(|finding| concerns_whole_event(finding));
        return std::iter::once(unexplained(event, kind))
            .chain(stored.map(|finding| finding.problem(event.extra_fields())))
            .collect();
    }
    let stored = stored(event).iter().map(|finding| finding.problem(event.extra_fields()));
    let values =
        event.values().filter_map(|(field, value)| Some(value_problem(field, value, value_kind(field, value)?)));
    stored.chain(values).collect()
}

/// The kind of each problem with the field that it concerns, without wording it.
fn visit<'e>(event: &'e Event, each: &mut dyn FnMut(ProblemKind, Option<&'e str>)) {
    let whole = whole_event(event);
    if let Some(kind) = whole {
        each(kind, None);
    }
    for finding in stored(event).iter().filter(|finding| whole.is_none() || concerns_whole_event(finding)) {
        each(finding.kind(), finding.field_name(event.extra_fields()));
    }
    if whole.is_none() {
        for (field, value) in event.values() {
            if let Some(kind) = value_kind(field, value) {
                each(kind, Some(field.name));
            }
        }
    }
}

fn stored(event: &Event) -> &[Finding] {
    event.extras.as_deref().map_or(&[], |extras| &extras.findings)
}

/// The one problem of an event that has no layout; its fields could only repeat it.
fn whole_event(event: &Event) -> Option<ProblemKind> {
    match event.layout {
        None => Some(ProblemKind::UnknownEvent),
        Some(layout) if layout.fields.is_empty() && has_content(event, layout) => Some(ProblemKind::UnknownLayout),
        Some(_) => None,
    }
}

fn concerns_whole_event(finding: &Finding) -> bool {
    finding.kind() != ProblemKind::UnknownField
}

fn unexplained(event: &Event, kind: ProblemKind) -> Problem {
    let expected =
        if kind == ProblemKind::UnknownEvent { "a code of the dictionary" } else { "an event without payload" };
    Problem::of_event(kind, expected, format!("code {}", event.header.code))
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

fn value_kind(field: &Field, value: Value) -> Option<ProblemKind> {
    let (is_odd, kind) = match (&field.labels, value) {
        (_, Value::Float(number)) => (!number.is_finite(), ProblemKind::NonFinite),
        (Labels::Enum(labels), Value::Unsigned(number)) => {
            (labels.label(number).is_none(), ProblemKind::UnknownEnumNumber)
        }
        (Labels::Bits(labels), Value::Unsigned(mask)) => {
            (unlabelled(labels, mask).next().is_some(), ProblemKind::UnknownBit)
        }
        (Labels::Bool, Value::Unsigned(number)) => (number > 1, ProblemKind::UnknownEnumNumber),
        _ => return None,
    };
    is_odd.then_some(kind)
}

fn value_problem(field: &Field, value: Value, kind: ProblemKind) -> Problem {
    let got = match value {
        Value::Float(number) => number.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Unsigned(number) => number.to_string(),
    };
    match (&field.labels, value) {
        (Labels::Bits(labels), Value::Unsigned(mask)) => {
            let bits = unlabelled(labels, mask).map(|bit| bit.to_string()).collect::<Vec<_>>();
            Problem::of_field(kind, field, format!("bits of {}", labels.name), format!("bit {}", bits.join(", ")))
        }
        (Labels::Enum(labels), _) => Problem::of_field(kind, field, format!("a number of {}", labels.name), got),
        (Labels::Bool, _) => Problem::of_field(kind, field, "0 or 1", got),
        _ => Problem::of_field(kind, field, "a finite number", got),
    }
}

fn unlabelled(labels: &LabelSet, mask: u32) -> impl Iterator<Item = u32> + '_ {
    (0..32).filter(move |&bit| mask & 1 << bit != 0 && labels.label(bit).is_none())
}
