//! What a person may know about the pump's clock and the log does not tell.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

use super::{ClockSegment, UtcSource};

/// A clock is wrong for this long while its date and then its time are set.
const SETTING: Duration = Duration::minutes(5);

/// Something about a pump's clock that is worth saying.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ClockNotice {
    /// The clock was set to the time of another place than the configured zone's.
    Moved {
        /// When, by the new clock.
        at: NaiveDateTime,
        /// The same instant.
        utc: DateTime<Utc>,
        /// How far it was put forward; `None` if it showed that time from the first event on.
        forward: Option<Duration>,
        /// The clock minus UTC since then.
        offset: Duration,
        /// When it was set to the zone's time again, by the clock of then.
        returned: Option<NaiveDateTime>,
    },
    /// The clock showed a time that cannot have been right.
    Wrong {
        /// From when, as a correct clock would have shown.
        from: NaiveDateTime,
        /// Until when; `None` if it still does.
        until: Option<NaiveDateTime>,
        /// How far it was ahead.
        ahead: Duration,
    },
    /// Daylight-saving time began or ended, and the clock was not set.
    NotAdjusted {
        /// From when, as a correct clock would have shown.
        from: NaiveDateTime,
        /// How far the clock is ahead.
        ahead: Duration,
    },
    /// Instants are not known for certain.
    Unsure {
        /// From when, as far as it is known.
        from: NaiveDateTime,
        /// Why.
        source: UtcSource,
    },
}

/// What is worth saying about a clock of these segments, oldest first.
#[must_use]
pub fn notices(segments: &[ClockSegment]) -> Vec<ClockNotice> {
    let segments = without_settings(segments);
    let mut notices = Vec::new();
    let mut before: Option<&ClockSegment> = None;
    for (index, segment) in segments.iter().enumerate() {
        let state = State::from_segment(segment);
        if before.is_none_or(|before| State::from_segment(before) != state) {
            let end = segments[index..].iter().find(|later| State::from_segment(later) != state);
            notices.extend(notice(segment, before, end, state));
        }
        before = Some(segment);
    }
    notices
}

/// The segments without those in which the clock is just being set: its date is, its time is not yet.
fn without_settings(segments: &[ClockSegment]) -> Vec<ClockSegment> {
    let ends = segments.iter().skip(1).map(|next| Some(utc(next))).chain([None]);
    let is_setting = |segment: &ClockSegment, end: Option<DateTime<Utc>>| {
        end.is_some_and(|end| end >= utc(segment) && end - utc(segment) <= SETTING)
    };
    let lasting = segments.iter().zip(ends).filter(|(segment, end)| !is_setting(segment, *end));
    lasting.map(|(segment, _)| *segment).collect()
}

/// How a clock stands to the zone, as far as a notice is concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Home,
    Elsewhere { offset: i64 },
    Wrong { ahead: i64 },
    NotAdjusted { ahead: i64 },
    Unsure(UtcSource),
}

impl State {
    fn from_segment(segment: &ClockSegment) -> Self {
        let ahead = segment.offset_seconds - segment.local_offset_seconds;
        match segment.source {
            UtcSource::Zone => Self::Home,
            UtcSource::Held => Self::NotAdjusted { ahead },
            // A clock that was set a little late or early for daylight-saving time is at home.
            UtcSource::ClockChange | UtcSource::Phone if (1..=7_200).contains(&ahead.abs()) => Self::Home,
            UtcSource::ClockChange | UtcSource::Phone if ahead != 0 => Self::Wrong { ahead },
            UtcSource::ClockChange | UtcSource::Phone => Self::Elsewhere { offset: segment.offset_seconds },
            source => Self::Unsure(source),
        }
    }
}

fn notice(
    segment: &ClockSegment,
    before: Option<&ClockSegment>,
    end: Option<&ClockSegment>,
    state: State,
) -> Option<ClockNotice> {
    let from = local(segment);
    match state {
        State::Home => None,
        State::Elsewhere { offset } => {
            let forward = before.map(|before| Duration::seconds(offset - before.local_offset_seconds));
            let returned = end.filter(|end| State::from_segment(end) == State::Home).map(|end| end.from_wall);
            let (at, offset) = (segment.from_wall, Duration::seconds(offset));
            Some(ClockNotice::Moved { at, utc: utc(segment), forward, offset, returned })
        }
        State::Wrong { ahead } => {
            Some(ClockNotice::Wrong { from, until: end.map(local), ahead: Duration::seconds(ahead) })
        }
        State::NotAdjusted { ahead } => Some(ClockNotice::NotAdjusted { from, ahead: Duration::seconds(ahead) }),
        State::Unsure(source) => Some(ClockNotice::Unsure { from, source }),
    }
}

fn utc(segment: &ClockSegment) -> DateTime<Utc> {
    segment.from_wall.and_utc() - Duration::seconds(segment.offset_seconds)
}

fn local(segment: &ClockSegment) -> NaiveDateTime {
    utc(segment).naive_utc() + Duration::seconds(segment.local_offset_seconds)
}
