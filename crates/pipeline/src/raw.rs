//! Events as received: their identity and their own text, nothing decoded.

use pump_events::{EventCode, PumpTime};

use crate::{AssignmentId, TextBatch};

/// What makes an event itself within one pump. Never time: a pump's clock is set back, its sequence never is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct EventKey {
    /// The service's `sequenceGroup`; 0 in every capture so far.
    pub sequence_group: u16,
    /// The pump's own history-log number.
    pub sequence_number: u32,
}

/// One event as received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RawEvent<'a> {
    /// Identity within the pump.
    pub key: EventKey,
    /// The event's type.
    pub code: EventCode,
    /// The pump's wall clock when it logged the event.
    pub pump_time: PumpTime,
    /// Verbatim: a pump-logs event object, or a JSON string holding the base64 of one 26-byte record.
    pub data: &'a str,
}

/// Something that came where an event was due but has no identity. It is kept, counted and reported, never dropped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RejectedEvent {
    /// Verbatim, as valid JSON (other bytes: a JSON string of their base64).
    pub data: String,
    /// Why it cannot be identified.
    pub reason: String,
}

/// Many raw events of one pump.
#[derive(Clone, Debug, Default)]
pub struct RawBatch {
    events: TextBatch<Row>,
    rejected: Vec<RejectedEvent>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    key: EventKey,
    code: EventCode,
    pump_time: PumpTime,
}

impl RawBatch {
    /// An empty batch with room for `events` events of `bytes` bytes of text in all.
    #[must_use]
    pub fn with_capacity(events: usize, bytes: usize) -> Self {
        Self { events: TextBatch::with_capacity(events, bytes), rejected: Vec::new() }
    }

    /// Adds one event.
    pub fn push(&mut self, event: RawEvent<'_>) {
        let RawEvent { key, code, pump_time, data } = event;
        self.events.push(Row { key, code, pump_time }, data);
    }

    /// Adds something that came in an event's place but cannot be identified.
    pub fn reject(&mut self, event: RejectedEvent) {
        self.rejected.push(event);
    }

    /// The events in the order they came.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = RawEvent<'_>> {
        self.events.iter().map(|(Row { key, code, pump_time }, data)| RawEvent {
            key: *key,
            code: *code,
            pump_time: *pump_time,
            data,
        })
    }

    /// What came without an identity.
    #[must_use]
    pub fn rejected(&self) -> &[RejectedEvent] {
        &self.rejected
    }

    /// The number of events, rejected ones not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// True when there is neither an event nor anything rejected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.rejected.is_empty()
    }
}

/// Which pump an archive's events belong to, as far as the archive itself tells.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub enum PumpKey {
    /// Known by the number printed on it.
    Serial(crate::SerialNumber),
    /// Known by the cloud's identifier.
    Assignment(AssignmentId),
}
