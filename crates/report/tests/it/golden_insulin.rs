//! The insulin part of the golden set: per day, on average, by mode, and the insulin-on-board curves.

use chrono::{NaiveDate, NaiveDateTime};
use report::{
    Span, Stamp, Window,
    insulin::{
        AverageDay, BasalSegment, BasalSource, Bolus, BolusOrigin, CarbEntry, InsulinDay, InsulinRows, InsulinSummary,
        LoopMode, UserMode, exponential_iob,
    },
};
use serde_json::{Value, json};

use crate::support::{close, golden_file};

fn stamp(text: &str) -> Stamp {
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a stamp");
    Stamp::from_wall_as_utc(wall)
}

fn rows(name: &str) -> Option<Vec<csv::StringRecord>> {
    let text = golden_file(name)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    Some(reader.records().map(|row| row.expect("the golden files are CSV")).collect())
}

fn basal_of(row: &csv::StringRecord) -> BasalSegment {
    let source = match &row[3] {
        "Algorithm" => BasalSource::Algorithm,
        "Profile" => BasalSource::Profile,
        "Temp Rate" => BasalSource::TempRate,
        "Suspended" => BasalSource::Suspended,
        other => panic!("unknown source {other}"),
    };
    let units_per_hour = row[2].parse::<f64>().expect("a rate") / 1000.0;
    BasalSegment { start: stamp(&row[0]), end: stamp(&row[1]), units_per_hour, source }
}

fn bolus_of(row: &csv::StringRecord) -> Bolus {
    let units = |column: usize| row[column].parse::<f64>().expect("milliunits") / 1000.0;
    Bolus {
        start: stamp(&row[1]),
        end: stamp(&row[2]),
        delivered_units: Some(units(8)),
        extended_units: units(7),
        requested_food_units: units(10),
        requested_correction_units: units(9),
        carbs_grams: row[11].parse().expect("grams"),
        origin: if &row[4] == "Algorithm" { BolusOrigin::Automatic } else { BolusOrigin::User },
        overridden: &row[12] == "Yes",
    }
}

/// Turns the changes of one kind into spans that last until the next change.
fn spans<T>(rows: &[csv::StringRecord], kind: &str, mode: impl Fn(&str) -> T) -> Vec<Span<T>> {
    let end = stamp(&rows.last().expect("an end")[0]);
    let changes: Vec<_> = rows.iter().filter(|row| &row[1] == kind).collect();
    let ends = changes.iter().skip(1).map(|row| stamp(&row[0])).chain([end]);
    changes.iter().zip(ends).map(|(row, end)| Span { start: stamp(&row[0]), end, value: mode(&row[2]) }).collect()
}

fn loop_mode(name: &str) -> LoopMode {
    match name {
        "Closed Loop" => LoopMode::ClosedLoop,
        "Open Loop" => LoopMode::OpenLoop,
        "No Control" => LoopMode::NoControl,
        other => panic!("unknown mode {other}"),
    }
}

fn user_mode(name: &str) -> UserMode {
    match name {
        "Normal" => UserMode::Normal,
        "Sleeping" => UserMode::Sleeping,
        "Exercising" => UserMode::Exercising,
        other => panic!("unknown mode {other}"),
    }
}

fn golden_rows() -> Option<InsulinRows> {
    let modes = rows("insulin_modes.csv")?;
    let boluses: Vec<Bolus> = rows("insulin_bolus.csv")?.iter().map(bolus_of).collect();
    let entry = |bolus: &Bolus| CarbEntry { at: bolus.start, grams: bolus.carbs_grams, has_bolus: true };
    Some(InsulinRows {
        basal: rows("insulin_basal.csv")?.iter().map(basal_of).collect(),
        carbs: boluses.iter().map(entry).collect(),
        boluses,
        loop_modes: spans(&modes, "pcm", loop_mode),
        user_modes: spans(&modes, "user_mode", user_mode),
    })
}

fn golden_summary() -> Option<(InsulinSummary, Value)> {
    let window = Window { start: stamp("2024-05-06 00:00:00"), end: stamp("2024-05-10 00:00:00") };
    let summary = InsulinSummary::new(&golden_rows()?, &window);
    let expected = serde_json::from_str(&golden_file("insulin_expected.json")?).expect("JSON");
    Some((summary, expected))
}

/// Compares every leaf of `expected` with the same path of `got`.
fn check(path: &str, got: &Value, expected: &Value) {
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => {
            assert_eq!(got.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{path}");
            expected.iter().for_each(|(key, value)| check(&format!("{path}/{key}"), &got[key], value));
        }
        (Value::Number(got), Value::Number(expected)) => {
            let (got, expected) = (got.as_f64().expect("finite"), expected.as_f64().expect("finite"));
            assert!(close(got, expected, 1e-9), "{path}: {got}, expected {expected}");
        }
        _ => assert_eq!(got, expected, "{path}"),
    }
}

/// `temp_rate` is `Temp Rate` there.
fn golden_source(source: &BasalSource) -> String {
    let capital = |word: &str| if word == "and" { word.to_owned() } else { word[..1].to_uppercase() + &word[1..] };
    source.as_str().split('_').map(capital).collect::<Vec<_>>().join(" ")
}

fn day_in_golden_words(day: &InsulinDay) -> Value {
    let class = &day.bolus_by_class;
    json!({
        "basal_U": day.basal_units,
        "basal_hours_recorded": day.basal_hours,
        "basal_U_by_source": day.basal_by_source.iter().map(|(source, units)| (golden_source(source), json!(units))).collect::<serde_json::Map<_, _>>(),
        "bolus_U_by_start_time": day.bolus_units,
        "bolus_U_spread_over_delivery": day.bolus_units_spread,
        "tdd_U": day.total_units(),
        "basal_percent_of_tdd": day.basal_percent(),
        "bolus_count": day.bolus_count,
        "auto_bolus_count": day.auto_bolus_count,
        "user_bolus_count": day.user_bolus_count(),
        "bolus_U_by_class": {
            "auto_correction": class.auto_correction,
            "correction_only": class.correction_only,
            "meal_only": class.meal_only,
            "meal_and_correction_food_part": class.meal_with_correction_food,
            "meal_and_correction_correction_part": class.meal_with_correction_correction,
            "quick_or_other": class.other,
        },
        "carbs_g": day.carbs_grams,
        "complete_therapy_day_18h": day.is_complete(),
    })
}

#[test]
fn the_days_are_the_golden_ones() {
    let Some((summary, expected)) = golden_summary() else { return };
    let days = summary.days.iter().map(|day| (day.date.to_string(), day_in_golden_words(day)));
    check("per_day", &Value::Object(days.collect()), &expected["per_day"]);
}

#[test]
fn the_average_days_are_the_golden_ones() {
    let Some((summary, expected)) = golden_summary() else { return };
    let words = |day: Option<AverageDay>| {
        let day = day.expect("there are days");
        let (basal, bolus, total) = (day.basal_units, day.bolus_units, day.total_units());
        json!({ "days": day.days, "basal_U": basal, "bolus_U": bolus, "tdd_U": total })
    };
    let by_rule = |start: &str| {
        let rules = expected["average_daily"].as_object().expect("rules");
        rules.iter().find(|(name, _)| name.starts_with(start)).expect("the rule").1
    };
    check("days with data", &words(summary.average.of_days_with_data), by_rule("all_days_with_any_insulin"));
    check("complete days", &words(summary.average.of_complete_days), by_rule("complete_therapy_days_only"));
}

#[test]
fn the_modes_are_the_golden_ones() {
    let Some((summary, expected)) = golden_summary() else { return };
    let modes = &summary.modes;
    let minutes = json!({
        "closed_loop": modes.closed_loop,
        "open_loop": modes.open_loop,
        "no_control": modes.no_control,
        "sleep": modes.sleep,
        "exercise": modes.exercise,
    });
    check("modes_minutes", &minutes, &expected["modes_minutes"]);
    let percent = |start: &str| {
        let all = expected["modes_percent"].as_object().expect("shares");
        all.iter().find(|(name, _)| name.starts_with(start)).and_then(|(_, value)| value.as_f64()).expect("a share")
    };
    for (name, got) in [
        ("closed_loop_of_all_minutes", modes.closed_loop_percent()),
        ("closed_loop_of_minutes_with_pump_control", modes.closed_loop_percent_of_control()),
        ("closed_loop_of_minutes_with_pump_control", summary.automated_basal_percent()),
        ("sleep_of_all_minutes", modes.sleep_percent()),
        ("exercise_of_all_minutes", modes.exercise_percent()),
    ] {
        assert!(close(got.expect("defined"), percent(name), 1e-9), "{name}: {got:?}");
    }
}

#[test]
fn insulin_on_board_follows_the_published_curves() {
    let Some(rows) = rows("insulin_iob_curves.csv") else { return };
    for row in rows {
        let number = |column: usize| row[column].parse::<f64>().expect("a number");
        for (column, duration, peak) in [(1, 300.0, 75.0), (3, 300.0, 55.0), (4, 360.0, 75.0), (5, 360.0, 55.0)] {
            let got = exponential_iob(number(0), duration, peak);
            assert!(close(got, number(column), 1e-9), "{} min, column {column}: {got}", number(0));
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
