//! The answer of `bff/pump-logs`: taken apart into events, each in its own words.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use pipeline::{AssignmentId, DayRange, EventKey, RawBatch, RawEvent, RejectedEvent};
use pump_events::{EventCode, PumpTime, read_json_envelope};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Failure;
use crate::http::HttpResponse;

/// Clock and date changes: the service sends those of the pump's whole life along with any window.
const CLOCK_CHANGES: [EventCode; 2] = [EventCode(13), EventCode(14)];

const SECONDS_PER_DAY: u32 = 24 * 60 * 60;

/// One answer's events, and how they lie to the days asked for.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) batch: RawBatch,
    pub(crate) bytes: u64,
    pub(crate) spread: DateCoverage,
}

/// How the events of one answer lie to the days asked for. Clock changes do not count.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct DateCoverage {
    /// Events more than a day outside.
    pub(crate) outside: usize,
    /// The oldest and the newest day with an event inside.
    pub(crate) inside: Option<DayRange>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PumpLogs<'a> {
    #[serde(borrow, default)]
    events: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    clock_changes: Option<Vec<&'a RawValue>>,
}

/// Takes the answer to a question for `days` of `pump` apart.
pub(crate) fn read_events(answer: &HttpResponse, pump: &AssignmentId, days: DayRange) -> Result<Events, Failure> {
    let events = take_apart(&answer.body, pump, days).map_err(|error| answer.unreadable(&error))?;
    events.ok_or_else(|| {
        let detail = format!("it has no usable events; it answered {}", answer.outline());
        Failure::UnknownShape { label: answer.label.clone(), detail }
    })
}

/// The events of a body; `None` when they are `null`, or when there are none and other members instead, such as a message.
pub(crate) fn take_apart(body: &str, pump: &AssignmentId, days: DayRange) -> serde_json::Result<Option<Events>> {
    let logs: PumpLogs<'_> = serde_json::from_str(body)?;
    let is_empty = logs.events.as_ref().is_none_or(Vec::is_empty);
    if (is_empty || logs.clock_changes.is_none()) && !is_known_shape(body, is_empty)? {
        return Ok(None);
    }
    let (events, clock_changes) = (logs.events.unwrap_or_default(), logs.clock_changes.unwrap_or_default());
    let mut reader = Reader::new(RawBatch::with_capacity(events.len() + clock_changes.len(), body.len()), pump, days);
    events.iter().chain(&clock_changes).for_each(|event| reader.add(event.get()));
    Ok(Some(Events { bytes: body.len() as u64, spread: reader.spread(), batch: reader.batch }))
}

/// An array without an event may be missing, but not `null`; where there are no events, no other member may be there.
fn is_known_shape(body: &str, is_empty: bool) -> serde_json::Result<bool> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(body)?;
    let is_known = |(name, value): (&String, &&RawValue)| match name.as_str() {
        "events" | "clockChanges" => value.get() != "null",
        _ => !is_empty,
    };
    Ok(members.iter().all(is_known))
}

struct Reader<'a> {
    batch: RawBatch,
    pump: &'a AssignmentId,
    days: DayRange,
    window: std::ops::RangeInclusive<i64>,
    inside: Option<(i64, i64)>,
    outside: usize,
}

impl<'a> Reader<'a> {
    fn new(batch: RawBatch, pump: &'a AssignmentId, days: DayRange) -> Self {
        let window = day_number(days.first())..=day_number(days.last());
        Self { batch, pump, days, window, inside: None, outside: 0 }
    }

    fn add(&mut self, data: &str) {
        let envelope = match read_json_envelope(data) {
            Ok(envelope) => envelope,
            Err(error) => return self.reject(data, error.to_string()),
        };
        if envelope.device_assignment_id.is_some_and(|owner| !self.pump.is(&owner)) {
            return self.reject(data, "it belongs to another pump than the one asked for".to_owned());
        }
        let key = EventKey { sequence_group: envelope.sequence_group, sequence_number: envelope.sequence_number };
        self.place(envelope.code, envelope.pump_time);
        self.batch.push(RawEvent { key, code: envelope.code, pump_time: envelope.pump_time, data });
    }

    fn reject(&mut self, data: &str, reason: String) {
        self.batch.reject(RejectedEvent { data: data.to_owned(), reason });
    }

    fn place(&mut self, code: EventCode, time: PumpTime) {
        if CLOCK_CHANGES.contains(&code) {
            return;
        }
        let day = i64::from(time.seconds() / SECONDS_PER_DAY);
        if self.window.contains(&day) {
            let (oldest, newest) = self.inside.unwrap_or((day, day));
            self.inside = Some((oldest.min(day), newest.max(day)));
        } else if !(self.window.start() - 1..=self.window.end() + 1).contains(&day) {
            self.outside += 1;
        }
    }

    fn spread(&self) -> DateCoverage {
        let day = |number: i64| self.days.first() + chrono::TimeDelta::days(number - self.window.start());
        let inside = self.inside.and_then(|(oldest, newest)| DayRange::new(day(oldest), day(newest)));
        DateCoverage { outside: self.outside, inside }
    }
}

/// Days since 2008-01-01, as the pump counts.
fn day_number(day: NaiveDate) -> i64 {
    (day - PumpTime::from_seconds(0).to_naive().date()).num_days()
}
