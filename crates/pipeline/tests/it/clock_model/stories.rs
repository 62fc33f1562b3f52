//! Instants and their sources, story by story.

use chrono::Duration;
use pipeline::clock_model::{ClockHistory, PumpClock, UtcSource, ZoneHistory};

use super::{NEW_YORK, found, instant, log, wall};

/// Each row: number of the event, its wall clock, its true instant, and how the model says it knows.
fn check(history: &ClockHistory, zones: &ZoneHistory, rows: &[(u32, &str, &str, UtcSource)]) {
    let clock = PumpClock::build(history, zones);
    for (number, shown, truth, source) in rows {
        let found = found(&clock, *number, wall(shown));
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
        &ZoneHistory::from_zone(NEW_YORK),
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
        &ZoneHistory::from_zone(NEW_YORK),
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
        &ZoneHistory::from_zone(NEW_YORK),
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
        &ZoneHistory::from_zone(NEW_YORK),
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
        &ZoneHistory::from_zone(NEW_YORK),
        &[
            (1, "2020-01-12T06:00:00", "2025-07-20T14:20:00Z", UtcSource::ClockChange),
            (40, "2025-07-20T06:11:00", "2025-07-20T14:31:00Z", UtcSource::ClockChange),
            (41, "2025-07-20T10:31:00", "2025-07-20T14:31:00Z", UtcSource::Zone),
        ],
    );
    let never_set = log("2020-01-02T00:00:00", "2020-01-05T00:00:00", &[]);
    check(
        &never_set,
        &ZoneHistory::from_zone(NEW_YORK),
        &[(1, "2020-01-02T00:00:00", "2020-01-02T05:00:00Z", UtcSource::FactoryClock)],
    );
}

#[test]
fn a_clock_that_fell_back_to_a_factory_date_takes_nothing_along() {
    // Weeks of use, then no power: the clock starts at 2020-01-02, nothing is logged of that, and later it is set.
    let set =
        [(100, "2026-05-19T00:10:00", Duration::days(2329)), (101, "2026-05-19T14:30:00", Duration::minutes(860))];
    let zones = ZoneHistory::from_zone(NEW_YORK);
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
    check(&corrected, &ZoneHistory::from_zone(NEW_YORK), &[row]);
    let not_yet = log("2026-05-01T00:00:00", "2066-05-25T00:00:00", &changes[..1]);
    check(
        &not_yet,
        &ZoneHistory::from_zone(NEW_YORK),
        &[row, (1, "2026-05-01T00:00:00", "2026-05-01T04:00:00Z", UtcSource::Zone)],
    );
    let always = log("2066-05-24T04:59:14", "2066-05-25T00:00:00", &[]);
    check(
        &always,
        &ZoneHistory::from_zone(NEW_YORK),
        &[(1, "2066-05-24T04:59:14", "2066-05-24T08:59:14Z", UtcSource::FutureClock)],
    );
}

#[test]
fn a_clock_not_set_since_the_zone_changed() {
    let history = log("2025-09-01T00:00:00", "2025-12-01T00:00:00", &[]);
    check(
        &history,
        &ZoneHistory::from_zone(NEW_YORK),
        &[
            (1, "2025-09-01T00:00:00", "2025-09-01T04:00:00Z", UtcSource::Zone),
            (2, "2025-11-02T01:59:59", "2025-11-02T05:59:59Z", UtcSource::Zone),
            (3, "2025-11-02T02:00:00", "2025-11-02T06:00:00Z", UtcSource::Held),
            (4, "2025-11-30T00:00:00", "2025-11-30T04:00:00Z", UtcSource::Held),
        ],
    );
}

#[test]
fn a_move_is_recognized_by_the_zone_history() {
    let mut zones = ZoneHistory::from_zone(NEW_YORK);
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
