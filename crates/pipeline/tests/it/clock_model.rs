//! The clock model against stories of which the true instants are known.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Tz;
use pipeline::clock_model::{ClockChange, ClockHistory, PumpClock, UtcSource, ZoneHistory};
use pipeline::{EventId, PumpId, RawKey};
use proptest::prelude::*;
use pump_events::PumpTime;

const NEW_YORK: Tz = chrono_tz::America::New_York;

fn id(sequence_number: u32) -> EventId {
    EventId::new(PumpId(1), RawKey { sequence_group: 0, sequence_number })
}

fn wall(text: &str) -> NaiveDateTime {
    text.parse().expect("a wall clock")
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A log from `first` (number 1) to `last`, with clock changes `(number, new wall clock, put forward by)`.
fn log(first: &str, last: &str, changes: &[(u32, &str, Duration)]) -> ClockHistory {
    let change = |(number, to, forward): &(u32, &str, Duration)| ClockChange {
        id: id(*number),
        wall: wall(to),
        forward: *forward,
    };
    ClockHistory { first: (id(1), wall(first)), last: wall(last), changes: changes.iter().map(change).collect() }
}

/// Each row: number of the event, its wall clock, its true instant, and how the model says it knows.
fn check(history: &ClockHistory, zones: &ZoneHistory, rows: &[(u32, &str, &str, UtcSource)]) {
    let clock = PumpClock::build(history, zones, instant("2026-07-01T12:00:00Z"));
    for (number, shown, truth, source) in rows {
        let found = clock.instant(id(*number), PumpTime::from_naive(wall(shown)).expect("within the pump's time"));
        assert_eq!((found.utc, found.source), (instant(truth), *source), "event {number} at {shown}: {clock:#?}");
        let offset = (wall(shown) - found.utc.naive_utc()).num_seconds();
        assert_eq!(found.offset_seconds, offset, "the offset is the wall clock minus UTC");
    }
}

#[test]
fn a_clock_set_back_fourteen_hours_late() {
    // The captured pair of 2025-11-02: event 14 with the date unchanged, then 13, an hour and 21 seconds back.
    let back = Duration::milliseconds(55_657_000 - 59_278_139);
    let changes = [(100, "2025-11-02T16:27:58", Duration::zero()), (101, "2025-11-02T15:27:37", back)];
    let history = log("2025-10-01T08:00:00", "2025-12-24T18:00:00", &changes);
    check(
        &history,
        &ZoneHistory::of(NEW_YORK),
        &[
            (1, "2025-10-01T08:00:00", "2025-10-01T12:00:00Z", UtcSource::Zone),
            (50, "2025-11-02T00:30:00", "2025-11-02T04:30:00Z", UtcSource::Zone),
            (99, "2025-11-02T16:20:00", "2025-11-02T20:20:00Z", UtcSource::ClockChange),
            (101, "2025-11-02T15:27:37", "2025-11-02T20:27:37Z", UtcSource::Zone),
            (200, "2025-12-24T18:00:00", "2025-12-24T23:00:00Z", UtcSource::Zone),
        ],
    );
}

#[test]
fn a_clock_set_forward_the_evening_before() {
    let history =
        log("2026-02-01T00:00:00", "2026-06-01T00:00:00", &[(100, "2026-03-07T23:00:00", Duration::hours(1))]);
    check(
        &history,
        &ZoneHistory::of(NEW_YORK),
        &[
            (99, "2026-03-07T21:59:00", "2026-03-08T02:59:00Z", UtcSource::Zone),
            (100, "2026-03-07T23:00:00", "2026-03-08T03:00:00Z", UtcSource::ClockChange),
            (200, "2026-05-01T12:00:00", "2026-05-01T16:00:00Z", UtcSource::Zone),
        ],
    );
}

#[test]
fn a_journey_with_the_clock_changed_and_changed_back() {
    let changes = [(100, "2026-05-10T09:00:00", Duration::hours(-3)), (200, "2026-05-20T21:00:00", Duration::hours(3))];
    let history = log("2026-04-01T00:00:00", "2026-06-01T00:00:00", &changes);
    check(
        &history,
        &ZoneHistory::of(NEW_YORK),
        &[
            (99, "2026-05-10T11:59:00", "2026-05-10T15:59:00Z", UtcSource::Zone),
            (150, "2026-05-15T08:00:00", "2026-05-15T15:00:00Z", UtcSource::ClockChange),
            (201, "2026-05-20T21:01:00", "2026-05-21T01:01:00Z", UtcSource::Zone),
        ],
    );
}

#[test]
fn drift_is_snapped_and_does_not_add_up() {
    let minute_back = Duration::seconds(-70);
    let changes: Vec<_> = [(100, "2025-12-01T12:00:00"), (200, "2026-01-01T12:00:00"), (300, "2026-02-01T12:00:00")]
        .map(|(number, to)| (number, to, minute_back))
        .to_vec();
    let history = log("2025-11-10T00:00:00", "2026-03-01T00:00:00", &changes);
    let rows =
        [(1, "2025-11-10T00:00:00", "2025-11-10T05:00:00Z"), (150, "2025-12-15T00:00:00", "2025-12-15T05:00:00Z")];
    check(
        &history,
        &ZoneHistory::of(NEW_YORK),
        &rows.map(|(number, shown, truth)| (number, shown, truth, UtcSource::Zone)),
    );
}

#[test]
fn a_pump_that_starts_at_a_factory_date() {
    // The captured jump of event 14: 4394 to 6410 days since 2008, then the time of day.
    let changes =
        [(40, "2025-07-20T06:11:00", Duration::days(6410 - 4394)), (41, "2025-07-20T10:31:00", Duration::minutes(260))];
    let history = log("2020-01-12T06:00:00", "2025-09-01T00:00:00", &changes);
    check(
        &history,
        &ZoneHistory::of(NEW_YORK),
        &[
            (1, "2020-01-12T06:00:00", "2025-07-20T14:20:00Z", UtcSource::ClockChange),
            (40, "2025-07-20T06:11:00", "2025-07-20T14:31:00Z", UtcSource::ClockChange),
            (41, "2025-07-20T10:31:00", "2025-07-20T14:31:00Z", UtcSource::Zone),
        ],
    );
    let never_set = log("2020-01-02T00:00:00", "2020-01-05T00:00:00", &[]);
    check(
        &never_set,
        &ZoneHistory::of(NEW_YORK),
        &[(1, "2020-01-02T00:00:00", "2020-01-02T05:00:00Z", UtcSource::FactoryClock)],
    );
}

#[test]
fn a_clock_that_fell_back_to_a_factory_date_takes_nothing_along() {
    // Weeks of use, then no power: the clock starts at 2020-01-02, nothing is logged of that, and later it is set.
    let set =
        [(100, "2026-05-19T00:10:00", Duration::days(2329)), (101, "2026-05-19T14:30:00", Duration::minutes(860))];
    let zones = ZoneHistory::of(NEW_YORK);
    check(
        &log("2026-03-20T08:00:00", "2026-06-30T10:00:00", &set),
        &zones,
        &[
            (1, "2026-03-20T08:00:00", "2026-03-20T12:00:00Z", UtcSource::Zone),
            (90, "2026-05-18T20:00:00", "2026-05-19T00:00:00Z", UtcSource::Zone),
            (95, "2020-01-02T00:05:00", "2026-05-19T18:25:00Z", UtcSource::ClockChange),
            (100, "2026-05-19T00:10:00", "2026-05-19T18:30:00Z", UtcSource::ClockChange),
            (101, "2026-05-19T14:30:00", "2026-05-19T18:30:00Z", UtcSource::Zone),
            (200, "2026-06-30T10:00:00", "2026-06-30T14:00:00Z", UtcSource::Zone),
        ],
    );
    check(
        &log("2026-03-20T08:00:00", "2020-01-05T00:00:00", &[]),
        &zones,
        &[
            (90, "2026-05-18T20:00:00", "2026-05-19T00:00:00Z", UtcSource::Zone),
            (95, "2020-01-02T00:05:00", "2020-01-02T05:05:00Z", UtcSource::FactoryClock),
        ],
    );
}

#[test]
fn a_pump_in_the_future() {
    let ahead = Duration::days(14_610);
    let changes = [(100, "2066-05-24T08:00:00", ahead), (200, "2026-05-25T08:00:00", -ahead)];
    let corrected = log("2026-05-01T00:00:00", "2026-06-01T00:00:00", &changes);
    let row = (150, "2066-05-24T09:00:00", "2026-05-24T13:00:00Z", UtcSource::ClockChange);
    check(&corrected, &ZoneHistory::of(NEW_YORK), &[row]);
    let not_yet = log("2026-05-01T00:00:00", "2066-05-25T00:00:00", &changes[..1]);
    check(
        &not_yet,
        &ZoneHistory::of(NEW_YORK),
        &[row, (1, "2026-05-01T00:00:00", "2026-05-01T04:00:00Z", UtcSource::Zone)],
    );
    let always = log("2066-05-24T04:59:14", "2066-05-25T00:00:00", &[]);
    check(
        &always,
        &ZoneHistory::of(NEW_YORK),
        &[(1, "2066-05-24T04:59:14", "2066-05-24T08:59:14Z", UtcSource::FutureClock)],
    );
}

#[test]
fn a_clock_nobody_touched_since_the_zone_changed() {
    let history = log("2025-09-01T00:00:00", "2025-12-01T00:00:00", &[]);
    check(
        &history,
        &ZoneHistory::of(NEW_YORK),
        &[
            (1, "2025-09-01T00:00:00", "2025-09-01T04:00:00Z", UtcSource::Zone),
            (2, "2025-11-02T01:59:59", "2025-11-02T05:59:59Z", UtcSource::Zone),
            (3, "2025-11-02T02:00:00", "2025-11-02T06:00:00Z", UtcSource::Held),
            (4, "2025-11-30T00:00:00", "2025-11-30T04:00:00Z", UtcSource::Held),
        ],
    );
}

#[test]
fn a_move_is_told_by_the_zone_history() {
    let mut zones = ZoneHistory::of(NEW_YORK);
    zones.set("2026-04-10".parse().ok(), chrono_tz::Europe::Berlin);
    let history =
        log("2026-03-20T00:00:00", "2026-06-01T00:00:00", &[(100, "2026-04-10T18:00:00", Duration::hours(6))]);
    let rows =
        [(1, "2026-03-20T00:00:00", "2026-03-20T04:00:00Z"), (150, "2026-05-01T00:00:00", "2026-04-30T22:00:00Z")];
    check(&history, &zones, &rows.map(|(number, shown, truth)| (number, shown, truth, UtcSource::Zone)));
}

#[test]
fn without_a_zone_the_wall_clock_is_read_as_utc() {
    let history = log("2026-03-20T00:00:00", "2026-06-01T00:00:00", &[]);
    check(&history, &ZoneHistory::default(), &[(1, "2026-03-20T00:00:00", "2026-03-20T00:00:00Z", UtcSource::NoZone)]);
}

proptest! {
    /// However often a person sets the clock, by however much: two events lie as far apart as they truly did.
    #[test]
    fn distances_across_changes_are_exact(quarters in prop::collection::vec(-40_i64..40, 0..8)) {
        let start = wall("2026-01-10T12:00:00");
        let mut truth = Duration::zero();
        let mut offset = Duration::zero();
        let mut changes = Vec::new();
        for (number, quarter) in quarters.iter().enumerate() {
            truth += Duration::days(3);
            let forward = Duration::minutes(15 * quarter);
            offset += forward;
            changes.push(ClockChange { id: id(100 * (number as u32 + 1)), wall: start + truth + offset, forward });
        }
        // Home again, a week before the end: the newest stretch is what the zone anchors.
        truth += Duration::days(3);
        changes.push(ClockChange { id: id(5000), wall: start + truth, forward: -offset });
        let history = ClockHistory { first: (id(1), start), last: start + truth + Duration::days(7), changes: changes.clone() };
        let clock = PumpClock::build(&history, &ZoneHistory::of(NEW_YORK), instant("2026-07-01T12:00:00Z"));
        for (index, change) in changes.iter().enumerate() {
            let shown = PumpTime::from_naive(change.wall).expect("within the pump's time");
            let expected = start.and_utc() + Duration::hours(5) + Duration::days(3) * (index as i32 + 1);
            prop_assert_eq!(clock.instant(change.id, shown).utc, expected);
        }
    }
}
