//! Insulin per day, on average and by mode, and curves of insulin on board, against their expected values.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use report::{
    Span, Timestamp, Window,
    insulin::{
        AverageDay, BasalSegment, BasalSource, Bolus, BolusOrigin, CarbEntry, InsulinDay, InsulinRows, InsulinSummary,
        LoopMode, UserMode, exponential_iob,
    },
};
use test_data::{Average, BasalRun, Day, Insulin, ModeChange, insulin};

use crate::support::close;

fn stamp(text: &str) -> Timestamp {
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a time");
    Timestamp::from_wall_as_utc(wall)
}

fn basal_source(name: &str) -> BasalSource {
    match name {
        "algorithm" => BasalSource::Algorithm,
        "profile" => BasalSource::Profile,
        "temp_rate" => BasalSource::TempRate,
        "suspended" => BasalSource::Suspended,
        other => panic!("unknown source {other}"),
    }
}

fn basal_segments(run: &BasalRun<'_>) -> Vec<BasalSegment> {
    let (length, source) = (TimeDelta::seconds(run.seconds), basal_source(run.source));
    let mut end = stamp(run.start);
    let rates = run.milliunits_per_hour.iter().map(|rate| rate / 1000.0);
    let segment = |units_per_hour| {
        let start = end;
        end = Timestamp::from_wall_as_utc(start.wall + length);
        BasalSegment { start, end, units_per_hour, source: source.clone() }
    };
    rates.map(segment).collect()
}

fn bolus(bolus: &test_data::Bolus) -> Bolus {
    Bolus {
        start: stamp(&bolus.start),
        end: stamp(&bolus.end),
        delivered_units: Some(bolus.delivered_milliunits / 1000.0),
        extended_units: bolus.extended_milliunits / 1000.0,
        requested_food_units: bolus.food_milliunits / 1000.0,
        requested_correction_units: bolus.correction_milliunits / 1000.0,
        carbs_grams: bolus.carbs_grams,
        origin: if bolus.automatic { BolusOrigin::Automatic } else { BolusOrigin::User },
        overridden: bolus.overridden,
    }
}

/// Spans that last until the next change.
fn spans<T>(changes: &[ModeChange], end: &str, mode: impl Fn(&str) -> T) -> Vec<Span<T>> {
    let ends = changes.iter().skip(1).map(|change| stamp(&change.start)).chain([stamp(end)]);
    let span = |(change, end): (&ModeChange, _)| Span { start: stamp(&change.start), end, value: mode(&change.mode) };
    changes.iter().zip(ends).map(span).collect()
}

fn loop_mode(name: &str) -> LoopMode {
    match name {
        "closed_loop" => LoopMode::ClosedLoop,
        "open_loop" => LoopMode::OpenLoop,
        "no_control" => LoopMode::NoControl,
        other => panic!("unknown mode {other}"),
    }
}

fn user_mode(name: &str) -> UserMode {
    match name {
        "normal" => UserMode::Normal,
        "sleep" => UserMode::Sleeping,
        "exercise" => UserMode::Exercising,
        other => panic!("unknown mode {other}"),
    }
}

fn summary(insulin: &Insulin) -> InsulinSummary {
    let boluses: Vec<Bolus> = insulin.boluses.iter().map(bolus).collect();
    let entry = |bolus: &Bolus| CarbEntry { at: bolus.start, grams: bolus.carbs_grams, has_bolus: true };
    let rows = InsulinRows {
        basal: insulin.basal().iter().flat_map(basal_segments).collect(),
        carbs: boluses.iter().map(entry).collect(),
        boluses,
        loop_modes: spans(&insulin.modes.r#loop, &insulin.modes.end, loop_mode),
        user_modes: spans(&insulin.modes.user, &insulin.modes.end, user_mode),
    };
    InsulinSummary::new(&rows, &Window { start: stamp("2024-05-06 00:00:00"), end: stamp("2024-05-10 00:00:00") })
}

#[track_caller]
fn check(what: &str, pairs: &[(&str, f64, f64)]) {
    for (name, got, expected) in pairs {
        assert!(close(*got, *expected, 1e-9), "{what}, {name}: {got}, expected {expected}");
    }
}

fn check_day(got: &InsulinDay, expected: &Day) {
    let (class, expected_class) = (&got.bolus_by_class, &expected.bolus_by_class);
    check(
        &expected.date,
        &[
            ("basal", got.basal_units.expect("basal"), expected.basal_units),
            ("hours", got.basal_hours, expected.basal_hours),
            ("boluses", got.bolus_units, expected.bolus_units),
            ("boluses spread", got.bolus_units_spread, expected.bolus_units_spread),
            ("total", got.total_units().expect("basal"), expected.total_units),
            ("basal share", got.basal_percent().expect("insulin"), expected.basal_percent),
            ("carbs", got.carbs_grams, expected.carbs_grams),
            ("automatic", class.auto_correction, expected_class.auto_correction),
            ("correction", class.correction_only, expected_class.correction_only),
            ("meal", class.meal_only, expected_class.meal_only),
            ("food part", class.meal_with_correction_food, expected_class.meal_with_correction_food),
            ("correction part", class.meal_with_correction_correction, expected_class.meal_with_correction_correction),
            ("other", class.other, expected_class.other),
        ],
    );
    let sources = expected.basal_by_source.iter().map(|(name, units)| (basal_source(name), *units)).collect::<Vec<_>>();
    assert_eq!(got.basal_by_source.len(), sources.len(), "{}", expected.date);
    for (source, units) in sources {
        check(&expected.date, &[("a source", got.basal_by_source[&source], units)]);
    }
    assert_eq!(
        (got.date.to_string(), got.bolus_count, got.auto_bolus_count, got.user_bolus_count(), got.is_complete()),
        (
            expected.date.clone(),
            expected.bolus_count,
            expected.auto_bolus_count,
            expected.user_bolus_count,
            expected.is_complete
        )
    );
}

#[test]
fn each_day_has_its_totals() {
    let insulin = insulin();
    let summary = summary(&insulin);
    assert_eq!(summary.days.len(), insulin.days.len());
    summary.days.iter().zip(&insulin.days).for_each(|(got, expected)| check_day(got, expected));
}

fn check_average(rule: &str, got: Option<AverageDay>, expected: &Average) {
    let got = got.expect("there are days");
    check(
        rule,
        &[
            ("days", got.days, expected.days),
            ("basal", got.basal_units.expect("basal"), expected.basal_units),
            ("boluses", got.bolus_units, expected.bolus_units),
            ("total", got.total_units().expect("basal"), expected.total_units),
        ],
    );
}

#[test]
fn the_average_days_follow_both_rules() {
    let insulin = insulin();
    let (got, expected) = (summary(&insulin).average, &insulin.average);
    check_average("days with data", got.of_days_with_data, &expected.of_days_with_data);
    check_average("complete days", got.of_complete_days, &expected.of_complete_days);
}

#[test]
fn the_modes_have_their_minutes_and_shares() {
    let insulin = insulin();
    let summary = summary(&insulin);
    let modes = &summary.modes;
    let (minutes, percent) = (&insulin.minutes_in_mode, &insulin.percent_in_mode);
    assert_eq!((minutes.len(), percent.len()), (5, 4));
    check(
        "minutes",
        &[
            ("closed loop", modes.closed_loop, minutes["closed_loop"]),
            ("open loop", modes.open_loop, minutes["open_loop"]),
            ("no control", modes.no_control, minutes["no_control"]),
            ("sleep", modes.sleep, minutes["sleep"]),
            ("exercise", modes.exercise, minutes["exercise"]),
        ],
    );
    for (name, got) in [
        ("closed_loop_of_window", modes.closed_loop_percent()),
        ("closed_loop_of_control", modes.closed_loop_percent_of_control()),
        ("closed_loop_of_control", summary.automated_basal_percent()),
        ("sleep", modes.sleep_percent()),
        ("exercise", modes.exercise_percent()),
    ] {
        check("per cent", &[(name, got.expect("defined"), percent[name])]);
    }
}

#[test]
fn insulin_on_board_follows_the_published_curves() {
    let insulin = insulin();
    for [minutes, expected @ ..] in &insulin.on_board.rows {
        for (curve, expected) in insulin.on_board.curves.iter().zip(expected) {
            let got = exponential_iob(*minutes, curve.duration_minutes, curve.peak_minutes);
            check(&format!("after {minutes} minutes"), &[("on board", got, *expected)]);
        }
    }
}

#[test]
fn a_day_without_insulin_is_listed_and_says_so() {
    let window = Window { start: stamp("2024-05-06 00:00:00"), end: stamp("2024-05-08 00:00:00") };
    let summary = InsulinSummary::new(&InsulinRows::default(), &window);
    let dates: Vec<NaiveDate> = summary.days.iter().map(|day| day.date).collect();
    assert_eq!(dates, window.dates());
    assert!(summary.days.iter().all(|day| !day.has_data && day.basal_percent().is_none()));
    assert_eq!(summary.average.of_days_with_data, None);
    assert_eq!(summary.average.of_elapsed_days, None);
    assert_eq!(summary.modes.closed_loop_percent_of_control(), None);
}
