//! Notices that the service changed its format: events without an identity, and fields of known events that are gone.
//!
//! One odd event is counted and kept, like any other. But when most events of an answer lack a field that they always had,
//! readings would be missing without an error. Such an answer is stored as it is and not taken for a good one.

use std::collections::BTreeMap;
use std::fmt;

use pump_events::{Event, Problem, ProblemKind, decode_raw};

use crate::RawBatch;

/// How many events of each type are examined, spread over the answer.
const SAMPLE: usize = 200;
/// With fewer events of a type, a field that is missing says nothing about the format.
const MIN_EVENTS: usize = 5;
/// With this many rejected of a hundred the format is not what it was.
const MAX_REJECTED_PERCENT: usize = 10;

/// What of an answer this version cannot read. Contains no values of events.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Drift {
    /// Events that cannot be identified.
    Rejected {
        /// How many.
        events: usize,
        /// Of how many.
        of: usize,
        /// Why the first of them was rejected.
        reason: String,
    },
    /// Events of types that the dictionary does not have.
    UnknownTypes {
        /// How many.
        events: usize,
        /// Of how many.
        of: usize,
    },
    /// A field that most events of one type no longer have.
    Field {
        /// The type's name in the dictionary.
        event: String,
        /// The field's name in the dictionary, or `eventProperties`.
        field: String,
        /// How many events lack it.
        events: usize,
        /// Of how many that were looked into.
        of: usize,
    },
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected { events, of, reason } => {
                write!(formatter, "{events} of {of} events cannot be identified, the first because {reason}")
            }
            Self::UnknownTypes { events, of } => write!(formatter, "{events} of {of} events are of unknown types"),
            Self::Field { event, field, events, of } => {
                write!(formatter, "{events} of {of} {event} events have no usable {field}")
            }
        }
    }
}

/// The first sign that `answer` has another format than the one this version reads.
#[must_use]
pub(crate) fn find_drift(answer: &RawBatch) -> Option<Drift> {
    find_rejected(answer).or_else(|| find_missing_fields(answer))
}

fn find_rejected(answer: &RawBatch) -> Option<Drift> {
    let (events, of) = (answer.rejected().len(), answer.rejected().len() + answer.len());
    let reason = answer.rejected().first()?.reason.clone();
    (events * 100 > of * MAX_REJECTED_PERCENT).then_some(Drift::Rejected { events, of, reason })
}

fn find_missing_fields(answer: &RawBatch) -> Option<Drift> {
    let mut counts = BTreeMap::<u32, usize>::new();
    answer.iter().for_each(|event| *counts.entry(event.code.0).or_default() += 1);
    let mut types = BTreeMap::<u32, TypeSample>::new();
    for event in answer.iter() {
        let step = counts.get(&event.code.0).map_or(1, |count| count.div_ceil(SAMPLE));
        types.entry(event.code.0).or_default().add(event.data, step);
    }
    let unknown: usize = types.values().filter(|sample| sample.is_unknown).map(|sample| sample.seen).sum();
    if unknown >= MIN_EVENTS && unknown * 2 > answer.len() {
        return Some(Drift::UnknownTypes { events: unknown, of: answer.len() });
    }
    types.into_values().find_map(TypeSample::into_drift)
}

/// What was found in the events of one type.
#[derive(Default)]
struct TypeSample {
    name: String,
    seen: usize,
    decoded: usize,
    is_unknown: bool,
    /// By field, how many events lack it.
    missing: BTreeMap<String, usize>,
}

impl TypeSample {
    fn add(&mut self, data: &str, step: usize) {
        self.seen += 1;
        if !self.seen.is_multiple_of(step) {
            return;
        }
        let Ok(event) = decode_raw(data) else { return };
        self.decoded += 1;
        self.is_unknown = event.layout().is_none();
        self.name = event.name().into_owned();
        for field in missing_fields(&event) {
            *self.missing.entry(field).or_default() += 1;
        }
    }

    fn into_drift(self) -> Option<Drift> {
        let Self { name: event, decoded: of, missing, .. } = self;
        let (field, events) = missing.into_iter().find(|(_, events)| *events >= MIN_EVENTS && events * 2 > of)?;
        Some(Drift::Field { event, field, events, of })
    }
}

/// The fields of its layout that an event should have and has not, or not in a form that can be read.
fn missing_fields(event: &Event) -> impl Iterator<Item = String> {
    let has_fields = event.layout().is_some_and(|layout| !layout.fields.is_empty());
    let problems = if has_fields { event.problems() } else { Vec::new() };
    problems.into_iter().filter(is_missing).filter_map(|problem| problem.field)
}

fn is_missing(problem: &Problem) -> bool {
    match problem.kind {
        ProblemKind::MissingField | ProblemKind::WrongType | ProblemKind::OutOfRange => true,
        ProblemKind::MissingEnvelope | ProblemKind::InvalidEnvelope => {
            problem.field.as_deref() == Some("eventProperties")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use pump_events::{PumpTime, read_json_envelope};

    use super::*;
    use crate::{EventKey, RawEvent, RejectedEvent};

    /// Basal deliveries, of which the first `changed` went through `change`; texts that are no events are rejected.
    fn answer(changed: u32, of: u32, change: impl Fn(&str) -> String) -> RawBatch {
        let mut batch = RawBatch::default();
        for number in 0..of {
            let event = Event::build(pump_events::EventCode(279)).sequence_number(number);
            let event = event.pump_time(PumpTime::from_seconds(580_000_000 + number * 300)).finish();
            let text = pump_events::encode_json(&event, "7f0c9d1e-0000-4000-8000-000000000001");
            let text = if number < changed { change(&text) } else { text };
            match read_json_envelope(&text) {
                Ok(envelope) => batch.push(RawEvent {
                    key: EventKey { sequence_group: 0, sequence_number: number },
                    code: envelope.code,
                    pump_time: envelope.pump_time,
                    data: &text,
                }),
                Err(error) => batch.reject(RejectedEvent { data: text.clone(), reason: error.to_string() }),
            }
        }
        batch
    }

    #[test]
    fn a_format_has_changed_when_most_events_of_a_type_are_affected() {
        let replaced = |from: &'static str, to: &'static str| move |text: &str| text.replace(from, to);
        let drift = |batch: RawBatch| find_drift(&batch).map(|drift| drift.to_string());
        let missing = |field: &str, events: u32, of: u32| {
            Some(format!("{events} of {of} LID_BASAL_DELIVERY events have no usable {field}"))
        };
        let renamed = replaced("\"commandedRate\"", "\"rate\"");
        assert_eq!(drift(answer(0, 100, renamed)), None);
        assert_eq!(drift(answer(50, 100, renamed)), None, "half of the events have it");
        assert_eq!(drift(answer(51, 100, renamed)), missing("commandedRate", 51, 100));
        assert_eq!(drift(answer(4, 4, renamed)), None, "too few to tell");
        assert_eq!(drift(answer(5, 5, renamed)), missing("commandedRate", 5, 5));
        assert_eq!(drift(answer(4_000, 4_000, renamed)), missing("commandedRate", 200, 200));
        for wrong in ["\"commandedRate\":null", "\"commandedRate\":{\"value\":1}", "\"commandedRate\":1e12"] {
            let batch = answer(100, 100, replaced("\"commandedRate\":0", wrong));
            assert_eq!(drift(batch), missing("commandedRate", 100, 100), "{wrong}");
        }
        let quoted = answer(100, 100, replaced("\"commandedRate\":0", "\"commandedRate\":\"0\""));
        assert_eq!(drift(quoted), None, "a number in quotes is read");
        let properties = answer(9, 9, replaced("\"eventProperties\"", "\"properties\""));
        assert_eq!(drift(properties), missing("eventProperties", 9, 9));
        let unknown = drift(answer(60, 100, replaced("\"eventCode\":279", "\"eventCode\":4000")));
        assert_eq!(unknown.as_deref(), Some("60 of 100 events are of unknown types"));
        let without = replaced("\"sequenceNumber\"", "\"number\"");
        assert_eq!(drift(answer(10, 100, without)), None);
        let rejected = drift(answer(11, 100, without));
        let expected = "11 of 100 events cannot be identified, the first because the event has no sequenceNumber";
        assert_eq!(rejected.as_deref(), Some(expected));
    }
}
