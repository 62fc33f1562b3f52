//! The members around an event's properties: which event it is, when, and of which pump.

use std::borrow::Cow;

use super::walk::{integer, quoted_number, string, walk_object};
use super::{JsonError, shorten_json};
use crate::event::Header;
use crate::event_code::EventCode;
use crate::{Problem, ProblemKind, PumpTime};

/// Which event a pump-logs event is, without its properties.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope<'a> {
    /// The pump, by the cloud's assignment id; `None` if absent, null or no string.
    pub device_assignment_id: Option<Cow<'a, str>>,
    /// The kind of event.
    pub code: EventCode,
    /// Identity, with the sequence number, within a pump; 0 if absent or null.
    pub sequence_group: u16,
    /// Identity, with the sequence group, within a pump.
    pub sequence_number: u32,
    /// When the pump logged it, by its wall clock.
    pub pump_time: PumpTime,
    /// As received; its meaning differs between reports, so nothing is derived from it.
    pub estimated_date_time: Option<Cow<'a, str>>,
}

/// Reads which event a pump-logs event is, passing over its properties.
///
/// This agrees with [`decode_json`](crate::decode_json) on every text and costs a fraction of it.
///
/// # Errors
///
/// The text is no JSON object, or `eventCode`, `sequenceNumber` or `pumpDateTime` is absent, null or unusable, or
/// `sequenceGroup` is not a number of 16 bits. Numbers in quotes and a `Z` after `pumpDateTime` are usable.
pub fn read_json_envelope(text: &str) -> Result<Envelope<'_>, JsonError> {
    Members::read(text)?.envelope()
}

/// The members of the outer object as texts.
#[derive(Default)]
pub(super) struct Members<'a> {
    values: [Option<&'a str>; NAMES.len()],
    /// Members that come twice with the same text, or that pump-logs events do not have.
    odd: Vec<Problem>,
}

#[derive(Copy, Clone)]
pub(super) enum Member {
    DeviceAssignmentId,
    EventCode,
    SequenceGroup,
    SequenceNumber,
    PumpDateTime,
    EventProperties,
    EstimatedDateTime,
}

/// By [`Member`].
const NAMES: [&str; 7] = [
    "deviceAssignmentId",
    "eventCode",
    "sequenceGroup",
    "sequenceNumber",
    "pumpDateTime",
    "eventProperties",
    "estimatedDateTime",
];

/// Members whose absence is a problem, not an error.
const REPORTED: [Member; 4] =
    [Member::DeviceAssignmentId, Member::SequenceGroup, Member::EventProperties, Member::EstimatedDateTime];

impl Member {
    pub(super) const fn name(self) -> &'static str {
        NAMES[self as usize]
    }
}

impl<'a> Members<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, JsonError> {
        let start = text.trim_ascii_start().chars().next();
        if start != Some('{') {
            return Err(JsonError::NotAnObject { start });
        }
        let mut members = Self::default();
        let mut duplicate = None;
        walk_object(text, |key, value| duplicate = duplicate.or(members.add(&key, value)))
            .map_err(JsonError::Syntax)?;
        match duplicate {
            Some(name) => Err(JsonError::Duplicate { name }),
            None => Ok(members),
        }
    }

    /// Takes a member; gives its name if it contradicts an earlier one.
    fn add(&mut self, key: &str, value: &'a str) -> Option<&'static str> {
        let Some(position) = NAMES.iter().position(|&name| name == key) else {
            let known = "a member of pump-logs events";
            self.odd.push(Problem::of_name(ProblemKind::UnknownField, key, known, shorten_json(value)));
            return None;
        };
        match self.values[position] {
            None => self.values[position] = Some(value),
            Some(first) if first != value => return Some(NAMES[position]),
            Some(_) => {
                self.odd.push(Problem::of_name(ProblemKind::DuplicateField, key, "one value", shorten_json(value)));
            }
        }
        None
    }

    /// The text of a member that is there and not null.
    pub(super) fn value(&self, member: Member) -> Option<&'a str> {
        self.values[member as usize].filter(|&value| value != "null")
    }

    pub(super) fn envelope(&self) -> Result<Envelope<'a>, JsonError> {
        Ok(Envelope {
            device_assignment_id: self.text(Member::DeviceAssignmentId),
            code: EventCode(self.number(Member::EventCode, EventCode::MAX.0, "a code of 31 bits")?),
            sequence_group: self.sequence_group()?,
            sequence_number: self.number(Member::SequenceNumber, u32::MAX, "a number of 32 bits")?,
            pump_time: self.pump_time()?,
            estimated_date_time: self.text(Member::EstimatedDateTime),
        })
    }

    /// What is odd about the members but does not make the event unusable.
    pub(super) fn problems(self) -> Vec<Problem> {
        let missing = REPORTED.into_iter().filter(|&member| self.value(member).is_none()).map(|member| {
            let got = self.values[member as usize].unwrap_or("nothing");
            Problem::of_name(ProblemKind::MissingEnvelope, member.name(), "a value", got)
        });
        let texts = [Member::DeviceAssignmentId, Member::EstimatedDateTime].into_iter();
        let not_texts = texts.filter_map(|member| Some((member, self.value(member)?)));
        let not_texts = not_texts.filter(|&(member, _)| self.text(member).is_none()).map(|(member, value)| {
            Problem::of_name(ProblemKind::InvalidEnvelope, member.name(), "a string", shorten_json(value))
        });
        let mut problems: Vec<_> = missing.chain(not_texts).chain(self.zone_of_pump_time()).collect();
        problems.extend(self.odd);
        problems
    }

    fn text(&self, member: Member) -> Option<Cow<'a, str>> {
        let value = self.value(member)?;
        match value.as_bytes() {
            [b'"', content @ .., b'"'] if !content.contains(&b'\\') => Some(Cow::Borrowed(&value[1..value.len() - 1])),
            _ => string(value),
        }
    }

    fn number<T: Copy + TryFrom<i64> + PartialOrd>(
        &self,
        member: Member,
        greatest: T,
        expected: &'static str,
    ) -> Result<T, JsonError> {
        let name = member.name();
        let value = self.value(member).ok_or(JsonError::Missing { name })?;
        let digits = quoted_number(value).unwrap_or(value);
        let number = integer(digits).and_then(|number| T::try_from(number).ok()).filter(|number| *number <= greatest);
        number.ok_or_else(|| JsonError::Invalid { name, got: shorten_json(value), expected })
    }

    fn sequence_group(&self) -> Result<u16, JsonError> {
        match self.value(Member::SequenceGroup) {
            Some(_) => self.number(Member::SequenceGroup, u16::MAX, "a number of 16 bits"),
            None => Ok(0),
        }
    }

    fn pump_time(&self) -> Result<PumpTime, JsonError> {
        let name = Member::PumpDateTime.name();
        let value = self.value(Member::PumpDateTime).ok_or(JsonError::Missing { name })?;
        let got = || shorten_json(value);
        let text = self.text(Member::PumpDateTime);
        let text = text.ok_or_else(|| JsonError::Invalid { name, got: got(), expected: "a string" })?;
        let wall_clock = text.strip_suffix(['Z', 'z']).unwrap_or(&text);
        wall_clock.parse().map_err(|source| JsonError::PumpDateTime { got: got(), source })
    }

    /// A wall-clock time has no zone. The service writes `Z` after other wall-clock times, so it can only mean the same
    /// here, but may also be the first sign of a change.
    fn zone_of_pump_time(&self) -> Option<Problem> {
        let value = self.value(Member::PumpDateTime)?;
        let has_zone = value.trim_end_matches('"').ends_with(['Z', 'z']);
        let name = Member::PumpDateTime.name();
        has_zone.then(|| {
            Problem::of_name(
                ProblemKind::InvalidEnvelope,
                name,
                "a wall-clock time without a zone",
                shorten_json(value),
            )
        })
    }
}

impl Envelope<'_> {
    pub(super) fn header(&self) -> Header {
        Header {
            source: 0,
            code: self.code,
            pump_time: self.pump_time,
            sequence_group: self.sequence_group,
            sequence_number: self.sequence_number,
        }
    }
}
