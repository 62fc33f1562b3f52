//! What is known about one pump's clock.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

use super::Millis;
use crate::EventId;

/// One change of a pump's clock, event 13 or 14.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClockChange {
    /// The event, already on the new clock.
    pub id: EventId,
    /// The new wall clock.
    pub wall: NaiveDateTime,
    /// New minus old.
    pub forward: Duration,
}

/// The events of one run between two neighbouring clock changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogPiece {
    /// The run that brought them; runs count up.
    pub run: i64,
    /// The first of them by sequence, with its wall clock.
    pub first: (EventId, NaiveDateTime),
    /// The last of them by sequence, with its wall clock.
    pub last: (EventId, NaiveDateTime),
    /// The latest wall clock among them.
    pub latest: NaiveDateTime,
    /// When they had arrived: no event is later than this.
    pub arrived: Option<DateTime<Utc>>,
    /// The pump's last upload as known to the run that fetched them. A pump uploads everything it has, so its newest
    /// event is minutes older.
    pub uploaded: Option<DateTime<Utc>>,
}

/// A time that a phone sent along with a request (event 290). The manufacturer's app sends UTC, other apps send other
/// things.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PhoneTime {
    /// The event.
    pub id: EventId,
    /// The pump's wall clock.
    pub wall: NaiveDateTime,
    /// The phone's time, taken to be UTC.
    pub utc: DateTime<Utc>,
}

/// A pump's log as far as its clock is concerned.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ClockHistory {
    /// The clock changes, in order of sequence.
    pub changes: Vec<ClockChange>,
    /// All events, by run and by segment between two changes.
    pub pieces: Vec<LogPiece>,
    /// What phones said.
    pub phone_times: Vec<PhoneTime>,
}

impl LogPiece {
    /// The least offset from UTC at which no event is later than its arrival.
    pub(super) fn least_offset(&self) -> Option<Millis> {
        self.arrived.map(|arrived| millis(self.latest) - arrived.timestamp_millis())
    }

    /// The offset from UTC at which the newest event and the upload coincide.
    pub(super) fn offset_at_upload(&self) -> Option<Millis> {
        self.uploaded.map(|uploaded| millis(self.latest) - uploaded.timestamp_millis())
    }
}

/// A wall clock in milliseconds.
pub(super) fn millis(wall: NaiveDateTime) -> Millis {
    wall.and_utc().timestamp_millis()
}

/// A wall clock from milliseconds.
pub(super) fn wall(millis: Millis) -> NaiveDateTime {
    DateTime::from_timestamp_millis(millis).unwrap_or_default().naive_utc()
}
