//! The clock model against stories of which the true instants are known.

mod evidence;
mod journeys;
mod local;
mod stories;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Tz;
use pipeline::clock_model::{ClockChange, ClockHistory, Instant, LogPiece, PumpClock};
use pipeline::{EventId, EventKey, PumpId};
use pump_events::PumpTime;

const NEW_YORK: Tz = chrono_tz::America::New_York;

fn id(sequence_number: u32) -> EventId {
    EventId::new(PumpId(1), EventKey { sequence_group: 0, sequence_number })
}

fn wall(text: &str) -> NaiveDateTime {
    text.parse().expect("a wall clock")
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// What `clock` says of event `number`, which shows `shown`.
fn found(clock: &PumpClock, number: u32, shown: NaiveDateTime) -> Instant {
    clock.instant(id(number), PumpTime::from_naive(shown).expect("within the pump's time"))
}

/// A log from `first` (number 1) to `last`, with clock changes `(number, new wall clock, put forward by)`; all of it arrived in
/// one run, on 1 July 2026.
fn log(first: &str, last: &str, changes: &[(u32, &str, Duration)]) -> ClockHistory {
    let mut history = ClockHistory::default();
    extend(&mut history, 1, (1, wall(first)), last, changes);
    history
}

/// Adds what a run brought: a log from `first` to `last`.
fn extend(
    history: &mut ClockHistory,
    run: i64,
    first: (u32, NaiveDateTime),
    last: &str,
    changes: &[(u32, &str, Duration)],
) {
    let mut open = first;
    for (number, to, forward) in changes {
        if *number > open.0 {
            history.pieces.push(piece(run, open, (number - 1, wall(to) - *forward)));
        }
        history.changes.push(ClockChange { id: id(*number), wall: wall(to), forward: *forward });
        open = (*number, wall(to));
    }
    history.pieces.push(piece(run, open, (open.0 + 99, wall(last))));
}

fn piece(run: i64, first: (u32, NaiveDateTime), last: (u32, NaiveDateTime)) -> LogPiece {
    LogPiece {
        run,
        first: (id(first.0), first.1),
        last: (id(last.0), last.1),
        latest: first.1.max(last.1),
        arrived: Some(instant("2026-07-01T12:00:00Z")),
        uploaded: None,
    }
}
