//! What a correct clock would have shown.

use chrono::Duration;
use chrono_tz::Tz;
use pipeline::clock_model::{ClockHistory, PumpClock, ZoneHistory};

use super::{NEW_YORK, found, log, wall};

/// Each row: number of the event, what its clock shows, what a correct one would have shown.
fn check(history: &ClockHistory, zone: Tz, rows: &[(u32, &str, &str)]) {
    let clock = PumpClock::build(history, &ZoneHistory::from_zone(zone));
    for (number, shown, correct) in rows {
        let found = found(&clock, *number, wall(shown));
        assert_eq!(found.local_time(), wall(correct), "event {number} at {shown}: {clock:#?}");
    }
}

#[test]
fn a_wrong_date_that_was_corrected() {
    for (days, wrong, corrected, middle) in [
        // Year, year, month, day, and a day where the wrong offset is that of some place.
        (731, "2028-05-02T09:00:00", "2026-05-03T15:00:00", "2028-05-02T18:30:00"),
        (-365, "2025-05-02T09:00:00", "2026-05-03T15:00:00", "2025-05-02T18:30:00"),
        (31, "2026-06-02T09:00:00", "2026-05-03T15:00:00", "2026-06-02T18:30:00"),
        (-1, "2026-05-01T09:00:00", "2026-05-03T15:00:00", "2026-05-01T18:30:00"),
    ] {
        let days = Duration::days(days);
        let changes = [(100, wrong, days), (200, corrected, -days)];
        for zone in [NEW_YORK, chrono_tz::Europe::Berlin, chrono_tz::Pacific::Auckland] {
            let rows = [
                (1, "2026-04-20T12:00:00", "2026-04-20T12:00:00"),
                (150, middle, "2026-05-02T18:30:00"),
                (250, "2026-05-09T07:00:00", "2026-05-09T07:00:00"),
            ];
            check(&log("2026-04-20T12:00:00", "2026-05-20T12:00:00", &changes), zone, &rows);
            // Also while there is little else, and before it is corrected.
            check(&log("2026-05-01T12:00:00", "2026-05-04T12:00:00", &changes), zone, &rows[1..2]);
            let last = wall(middle).format("%Y-%m-%dT%H:%M:%S").to_string();
            check(&log("2026-04-20T12:00:00", &last, &changes[..1]), zone, &rows[..2]);
        }
    }
}

#[test]
fn half_a_day_that_was_corrected_within_three_days() {
    let half = Duration::hours(12);
    let set = |days_later| {
        let corrected = ["2026-05-12T06:00:00", "2026-05-13T06:00:00", "2026-05-14T07:00:00"][days_later];
        log(
            "2026-04-20T12:00:00",
            "2026-06-20T12:00:00",
            &[(100, "2026-05-11T18:00:00", half), (200, corrected, -half)],
        )
    };
    let row = |correct| [(150, "2026-05-11T22:00:00", correct), (250, "2026-05-20T10:00:00", "2026-05-20T10:00:00")];
    check(&set(0), NEW_YORK, &row("2026-05-11T10:00:00"));
    check(&set(1), NEW_YORK, &row("2026-05-11T10:00:00"));
    // Whoever stays longer has travelled …
    check(&set(2), NEW_YORK, &row("2026-05-11T22:00:00"));
    // … but not to where no place is.
    let back = log("2026-04-20T12:00:00", "2026-05-20T12:00:00", &[(100, "2026-05-11T06:00:00", -half)]);
    check(&back, NEW_YORK, &[(150, "2026-05-11T10:00:00", "2026-05-11T22:00:00")]);
}

#[test]
fn a_journey_is_not_wrong() {
    let changes = [(100, "2026-05-10T09:00:00", Duration::hours(-3)), (200, "2026-05-20T21:00:00", Duration::hours(3))];
    let history = log("2026-04-01T00:00:00", "2026-06-01T00:00:00", &changes);
    check(&history, NEW_YORK, &[(150, "2026-05-15T08:00:00", "2026-05-15T08:00:00")]);
    // A wrong year on the journey is corrected to the time there.
    let changes = [
        (100, "2026-05-10T09:00:00", Duration::hours(-3)),
        (120, "2027-05-11T09:00:00", Duration::days(365)),
        (140, "2026-05-12T09:00:00", Duration::days(-365)),
        (200, "2026-05-20T21:00:00", Duration::hours(3)),
    ];
    let history = log("2026-04-01T00:00:00", "2026-06-01T00:00:00", &changes);
    check(&history, NEW_YORK, &[(130, "2027-05-11T20:00:00", "2026-05-11T20:00:00")]);
}

#[test]
fn daylight_saving_time_set_late_early_or_never() {
    let hour = Duration::hours(1);
    // 2025-11-02 06:00Z ends daylight-saving time; the clock was set fourteen hours later.
    let late = log("2025-10-01T08:00:00", "2025-12-24T18:00:00", &[(100, "2025-11-02T15:00:00", -hour)]);
    let rows = [
        (50, "2025-11-02T01:30:00", "2025-11-02T01:30:00"),
        (60, "2025-11-02T02:30:00", "2025-11-02T01:30:00"),
        (99, "2025-11-02T15:30:00", "2025-11-02T14:30:00"),
        (150, "2025-11-02T15:30:00", "2025-11-02T15:30:00"),
    ];
    check(&late, NEW_YORK, &rows);
    let never = log("2025-10-01T08:00:00", "2025-12-24T18:00:00", &[]);
    check(&never, NEW_YORK, &[rows[0], rows[1], (99, "2025-12-01T00:30:00", "2025-11-30T23:30:00")]);
    let early = log("2026-02-01T00:00:00", "2026-06-01T00:00:00", &[(100, "2026-03-07T23:00:00", hour)]);
    let rows = [
        (99, "2026-03-07T21:59:00", "2026-03-07T21:59:00"),
        (110, "2026-03-07T23:30:00", "2026-03-07T22:30:00"),
        (150, "2026-05-01T12:00:00", "2026-05-01T12:00:00"),
    ];
    check(&early, NEW_YORK, &rows);
    // The minute that was lost to drift is set first, daylight-saving time a day later.
    let changes = [(100, "2025-11-03T12:00:00", Duration::minutes(1)), (200, "2025-11-04T11:00:00", -hour)];
    let twice = log("2025-10-01T08:00:00", "2025-12-24T18:00:00", &changes);
    check(&twice, NEW_YORK, &[(150, "2025-11-03T20:00:00", "2025-11-03T19:00:00")]);
}

#[test]
fn a_factory_date() {
    let changes =
        [(40, "2025-07-20T06:11:00", Duration::days(2016)), (41, "2025-07-20T10:31:00", Duration::minutes(260))];
    let set = log("2020-01-12T06:00:00", "2025-09-01T00:00:00", &changes);
    let rows = [(1, "2020-01-12T06:00:00", "2025-07-20T10:20:00"), (40, "2025-07-20T06:11:00", "2025-07-20T10:31:00")];
    check(&set, NEW_YORK, &rows);
    let never_set = log("2020-01-02T00:00:00", "2020-01-05T00:00:00", &[]);
    check(&never_set, NEW_YORK, &[(1, "2020-01-02T03:00:00", "2020-01-02T03:00:00")]);
}
