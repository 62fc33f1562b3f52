//! Which evidence decides where the log alone allows several readings.

use chrono::Duration;
use chrono_tz::Tz;
use pipeline::clock_model::{ClockHistory, PhoneTime, PumpClock, UtcSource, ZoneHistory};

use super::{NEW_YORK, extend, found, id, instant, log, wall};

/// The instant and the source of event `number`, which shows `shown`.
fn check(history: &ClockHistory, zone: Tz, (number, shown, truth, source): (u32, &str, &str, UtcSource)) {
    let clock = PumpClock::build(history, &ZoneHistory::from_zone(zone));
    let found = found(&clock, number, wall(shown));
    assert_eq!((found.utc, found.source), (instant(truth), source), "event {number} at {shown}: {clock:#?}");
}

/// Each row: hours that the clock is put forward on an undeclared journey, for days; then what home and there were.
#[test]
fn a_journey_that_arrives_later_does_not_move_what_came_before() {
    let minutes = |minutes: i64| Duration::minutes(minutes);
    for (zone, forward, noon_at_home, noon_there) in [
        (chrono_tz::America::Chicago, 7 * 60, "2026-04-05T17:00:00Z", "2026-04-30T10:00:00Z"),
        (NEW_YORK, -3 * 60, "2026-04-05T16:00:00Z", "2026-04-30T19:00:00Z"),
        (chrono_tz::Europe::Berlin, 3 * 60 + 30, "2026-04-05T10:00:00Z", "2026-04-30T06:30:00Z"),
        (chrono_tz::Asia::Kolkata, -9 * 60 - 30, "2026-04-05T06:30:00Z", "2026-04-30T16:00:00Z"),
        (chrono_tz::Asia::Tokyo, -19 * 60, "2026-04-05T03:00:00Z", "2026-04-30T22:00:00Z"),
    ] {
        let mut history = ClockHistory::default();
        extend(&mut history, 1, (1, wall("2026-04-02T06:00:00")), "2026-04-11T06:00:00", &[]);
        let home = (50, "2026-04-05T12:00:00", noon_at_home, UtcSource::Zone);
        check(&history, zone, home);
        let landed = wall("2026-04-11T06:05:00") + minutes(forward);
        let landed = landed.format("%Y-%m-%dT%H:%M:%S").to_string();
        let change = (200, landed.as_str(), minutes(forward));
        // Longer than what is known of home.
        extend(&mut history, 2, (200, wall(&landed)), "2026-05-20T12:00:00", &[change]);
        check(&history, zone, home);
        check(&history, zone, (250, "2026-04-30T12:00:00", noon_there, UtcSource::ClockChange));
    }
}

#[test]
fn a_journey_that_arrives_first_gives_way_to_a_longer_time_at_home() {
    let back = Duration::hours(-6);
    let mut history = ClockHistory::default();
    extend(&mut history, 1, (200, wall("2026-05-10T12:00:00")), "2026-05-13T12:00:00", &[]);
    check(&history, NEW_YORK, (200, "2026-05-10T12:00:00", "2026-05-10T16:00:00Z", UtcSource::Zone));
    let away = Duration::hours(6);
    extend(
        &mut history,
        2,
        (1, wall("2026-04-01T12:00:00")),
        "2026-05-13T12:00:00",
        &[(190, "2026-05-10T11:00:00", away)],
    );
    extend(
        &mut history,
        3,
        (400, wall("2026-05-14T12:00:00")),
        "2026-06-13T12:00:00",
        &[(400, "2026-05-14T12:00:00", back)],
    );
    check(&history, NEW_YORK, (200, "2026-05-10T12:00:00", "2026-05-10T10:00:00Z", UtcSource::ClockChange));
    check(&history, NEW_YORK, (420, "2026-06-01T12:00:00", "2026-06-01T16:00:00Z", UtcSource::Zone));
}

/// Twenty days in New York and twenty days six hours further east, in one archive.
fn half_away() -> ClockHistory {
    log("2026-04-01T12:00:00", "2026-05-11T18:00:00", &[(100, "2026-04-21T18:00:00", Duration::hours(6))])
}

#[test]
fn where_two_readings_fit_equally_well_that_is_said() {
    check(&half_away(), NEW_YORK, (1, "2026-04-01T12:00:00", "2026-04-01T16:00:00Z", UtcSource::Ambiguous));
    let home = log("2026-04-01T12:00:00", "2026-05-11T18:00:00", &[(100, "2026-05-05T18:00:00", Duration::hours(6))]);
    check(&home, NEW_YORK, (1, "2026-04-01T12:00:00", "2026-04-01T16:00:00Z", UtcSource::Zone));
}

/// Logs that begin some hours before the end of summer time, with a clock that is never set.
#[test]
fn a_log_that_begins_before_the_zones_change_may_have_been_set_for_it() {
    for (start, source) in [
        ("2025-11-01T20:00:00", UtcSource::Ambiguous),
        ("2025-10-31T09:00:00", UtcSource::Ambiguous),
        ("2025-10-29T12:00:00", UtcSource::Zone),
        ("2025-11-02T12:00:00", UtcSource::Zone),
    ] {
        let clock = PumpClock::build(&log(start, "2025-12-24T18:00:00", &[]), &ZoneHistory::from_zone(NEW_YORK));
        assert_eq!(found(&clock, 1, wall(start)).source, source, "{start}: {clock:#?}");
    }
}

/// Each row: the offset from the pump's clock of the times that a phone sent in the second half, and what that says.
#[test]
fn a_phone_decides_if_it_sends_utc() {
    for (phone_minus_pump, source, truth) in [
        // UTC, so that home is where the second half is.
        (Some(4 * 60), UtcSource::ClockChange, "2026-04-01T22:00:00Z"),
        // UTC, so that home is where the first half is.
        (Some(-2 * 60), UtcSource::Zone, "2026-04-01T16:00:00Z"),
        // The pump's own time, or that of no zone.
        (Some(0), UtcSource::Ambiguous, "2026-04-01T16:00:00Z"),
        (Some(37), UtcSource::Ambiguous, "2026-04-01T16:00:00Z"),
        // Now this, now that.
        (None, UtcSource::Ambiguous, "2026-04-01T16:00:00Z"),
    ] {
        let mut history = half_away();
        for number in 0..10_u32 {
            let shown = wall("2026-04-22T12:00:00") + Duration::hours(i64::from(number));
            let ahead =
                Duration::minutes(phone_minus_pump.unwrap_or(i64::from(number % 2) * 240)) + Duration::seconds(7);
            history.phone_times.push(PhoneTime { id: id(110 + number), wall: shown, utc: (shown + ahead).and_utc() });
        }
        check(&history, NEW_YORK, (1, "2026-04-01T12:00:00", truth, source));
    }
}

#[test]
fn a_phone_in_another_place_confirms_the_clock_there() {
    let mut history = half_away();
    for number in 0..3_u32 {
        let shown = wall("2026-04-22T12:00:00") + Duration::hours(i64::from(number));
        let utc = (shown - Duration::hours(2)).and_utc();
        history.phone_times.push(PhoneTime { id: id(110 + number), wall: shown, utc });
    }
    check(&history, NEW_YORK, (110, "2026-04-22T12:00:00", "2026-04-22T10:00:00Z", UtcSource::Phone));
}

/// The newest event is of 16:00Z if home is where the first half is, else of 22:00Z.
#[test]
fn uploads_decide() {
    for (uploaded, source, truth) in [
        ("2026-05-11T16:04:00Z", UtcSource::Zone, "2026-04-01T16:00:00Z"),
        // No event is later than its upload.
        ("2026-05-11T19:00:00Z", UtcSource::Zone, "2026-04-01T16:00:00Z"),
        ("2026-05-11T22:04:00Z", UtcSource::ClockChange, "2026-04-01T22:00:00Z"),
        // Both readings leave hours between the event and its upload.
        ("2026-05-12T03:00:00Z", UtcSource::Ambiguous, "2026-04-01T16:00:00Z"),
    ] {
        let mut history = half_away();
        let last = history.pieces.last_mut().expect("pieces");
        (last.uploaded, last.arrived) = (Some(instant(uploaded)), Some(instant(uploaded) + Duration::minutes(1)));
        check(&history, NEW_YORK, (1, "2026-04-01T12:00:00", truth, source));
    }
}

#[test]
fn a_year_that_was_wrong_from_the_start_gives_way_to_fresh_data() {
    // A pump followed as it grows: a week in 2024 by its clock, which is then set right.
    let year = Duration::days(730);
    let mut history = ClockHistory::default();
    extend(&mut history, 1, (1, wall("2024-06-18T12:00:00")), "2024-06-25T12:00:00", &[]);
    extend(
        &mut history,
        2,
        (100, wall("2026-06-25T12:00:00")),
        "2026-07-01T07:30:00",
        &[(100, "2026-06-25T12:00:00", year)],
    );
    check(&history, NEW_YORK, (1, "2024-06-18T12:00:00", "2026-06-18T16:00:00Z", UtcSource::ClockChange));
    check(&history, NEW_YORK, (150, "2026-07-01T07:00:00", "2026-07-01T11:00:00Z", UtcSource::Zone));
}

#[test]
fn the_present_does_not_matter() {
    // The clock was set two years ahead and not corrected. Years later, the file is rebuilt.
    let ahead = Duration::days(731);
    let history = log("2026-05-01T00:00:00", "2028-06-20T00:00:00", &[(100, "2028-06-10T00:00:00", ahead)]);
    check(&history, NEW_YORK, (150, "2028-06-15T12:00:00", "2026-06-15T16:00:00Z", UtcSource::ClockChange));
}
