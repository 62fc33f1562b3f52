//! The report as a page: complete for thin data, escaped, self-contained, and of a bearable size.

use std::collections::HashSet;

use chrono::TimeDelta;
use chrono_tz::America::New_York;
use proptest::prelude::*;
use report::{
    GlucoseUnit, Period, Reading, Report, ReportInput, ReportOptions, Timestamp, Window,
    html::{Alarm, AlarmFamily},
    insulin::InsulinRows,
};

use crate::{
    sample::Days,
    support::{monday, reading},
    time,
};

fn input(period: Period) -> ReportInput {
    ReportInput { period, previous: None, zone: None, pump: None, settings: Vec::new() }
}

fn render(period: Period) -> String {
    Report::render(&input(period), &ReportOptions::default())
}

fn full(days: i64) -> Period {
    let days = Days::new(monday(), days);
    days.period(days.readings())
}

/// What holds of every page, whatever the data.
#[track_caller]
fn check_page(page: &str) {
    for word in ["NaN", "inf%", "-0%", "http://", "https://", "src=", "@import", "url(h"] {
        assert!(!page.contains(word), "the page has {word:?}");
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ids.len(), ids.iter().collect::<HashSet<_>>().len(), "an id comes twice");
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(ids.contains(&link), "a link leads to #{link}, which is not there");
    }
    assert!(page.contains("Evidence, not advice."));
    check_headings(page);
}

/// No level of heading is skipped on the way down.
#[track_caller]
fn check_headings(page: &str) {
    let heads = page.match_indices("<h").filter_map(|(at, _)| page[at + 2..].chars().next()?.to_digit(10));
    heads.fold(0, |above, level| {
        assert!(level <= above + 1, "a heading of level {level} follows one of level {above}");
        level
    });
}

#[track_caller]
fn check(period: Period, says: &[&str]) {
    let page = render(period);
    check_page(&page);
    for words in says {
        assert!(page.contains(words), "the page does not say {words:?}");
    }
}

#[test]
fn a_full_fortnight_says_everything() {
    let says = [
        "4–17 March 2024",
        "Time in ranges",
        "Ambulatory glucose profile",
        "Insulin by day",
        "Control-IQ",
        "Sites and sensors",
        "Alarms by hour",
        "Sun 17 Mar 2024",
    ];
    check(full(14), &says);
}

#[test]
fn thin_data_give_a_report_that_says_so() {
    let days = Days::new(monday(), 14);
    let window = days.window();
    check(Period::empty(window), &["No CGM readings in this window", "No insulin on record in this window"]);
    let one = Period { readings: vec![reading(600, 123.0)], ..Period::empty(window) };
    check(one, &["Few data: 5 min of sensor time (1 reading)", "Less than a day of readings", ">100 %<"]);
    let no_insulin = Period { readings: days.readings(), ..Period::empty(window) };
    check(no_insulin, &["No insulin on record in this window", "no insulin on record"]);
    check(days.period(Vec::new()), &["No CGM readings in this window", "no readings", "Insulin by day"]);
    let empty = Window { end: window.start, ..window };
    check(Period::empty(empty), &["The window is empty: there is nothing to report."]);
    let backwards = Window { start: window.end, end: window.start };
    check(Period { window: backwards, ..full(14) }, &["The window is empty"]);
}

/// A report from long before the history began has the calendar and the columns of the history alone.
#[test]
fn charts_begin_with_the_first_day_on_record() {
    let twenty = full(20);
    let start = Timestamp::from_wall_as_utc(monday() - TimeDelta::days(9_000));
    let page = render(Period { window: Window { start, ..twenty.window }, ..twenty });
    check_page(&page);
    assert_eq!(page.matches("class=\"calendar-year\"").count(), 1);
    let widths = |page: &str| page.matches("viewBox=\"0 0 20 ").count();
    assert!(widths(&page) > 0);
    assert_eq!(widths(&page), widths(&render(full(20))));
}

#[test]
fn without_boluses_or_carbs_there_is_a_sentence_in_place_of_their_charts() {
    let fortnight = full(14);
    let insulin = InsulinRows { boluses: Vec::new(), carbs: Vec::new(), ..fortnight.insulin };
    check(
        Period { insulin, ..fortnight },
        &["No boluses on record in this window", "No carbohydrates on record in this window"],
    );
}

#[test]
fn a_month_without_a_pump_is_left_out_of_the_averages() {
    let sixty = full(60);
    let gone = |at: chrono::NaiveDateTime| (15..45).contains(&(at - monday()).num_days());
    let insulin = InsulinRows {
        basal: sixty.insulin.basal.into_iter().filter(|basal| !gone(basal.start.wall)).collect(),
        boluses: sixty.insulin.boluses.into_iter().filter(|bolus| !gone(bolus.start.wall)).collect(),
        ..InsulinRows::default()
    };
    let readings: Vec<Reading> = sixty.readings.into_iter().filter(|reading| !gone(reading.at.wall)).collect();
    let period = Period { insulin, readings, insulin_on_board: Vec::new(), ..sixty };
    check(period, &["Insulin is on record for 30 of 60 days", "Few data", "Nothing on record on this day."]);
}

#[test]
fn a_name_is_printed_only_when_given_and_nothing_is_markup() {
    let nasty = "<script>alert(1)</script>&\"";
    let alarm = Alarm { at: reading(60, 100.0).at, family: AlarmFamily::Alarm, name: nasty.to_owned() };
    let input = ReportInput { pump: Some(nasty.to_owned()), ..input(Period { alarms: vec![alarm], ..full(2) }) };
    let options = ReportOptions { name: Some(nasty.to_owned()), ..ReportOptions::default() };
    let page = Report::render(&input, &options);
    check_page(&page);
    assert!(!page.contains("<script>alert"));
    assert!(page.matches("&lt;script&gt;alert(1)&lt;/script&gt;&amp;").count() >= 3);
    assert!(!render(full(2)).contains("<dt>Name"));
}

#[test]
fn the_period_before_stands_beside() {
    let before = Days::new(monday() - TimeDelta::days(14), 14);
    let input = ReportInput { previous: Some(before.period(before.readings())), ..input(full(14)) };
    let page = Report::render(&input, &ReportOptions::default());
    check_page(&page);
    assert!(page.contains("before: 19 February – 3 March 2024"));
    assert!(page.matches("before ").count() > 15);
}

#[test]
fn glucose_can_be_shown_in_mmol_per_l() {
    let options = ReportOptions { unit: GlucoseUnit::MmolPerL, ..ReportOptions::default() };
    let page = Report::render(&input(full(14)), &options);
    check_page(&page);
    for words in ["3.9–10.0", "10.1–13.9", "3.0–3.8", "mmol/L"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn the_days_the_clock_changes_have_their_hours() {
    for ((start, end), readings) in [(time::SPRING, 276), (time::AUTUMN, 300)] {
        let window = time::window(start, end);
        let period = Period { readings: time::whole_day(start, readings), ..Period::empty(window) };
        let page = Report::render(&ReportInput { zone: Some(New_York), ..input(period) }, &ReportOptions::default());
        check_page(&page);
        assert_eq!(page.matches(&format!("wear 100.0 % · {readings} readings")).count(), 6, "{start}");
    }
}

#[test]
fn settings_and_their_changes_are_shown_before_and_after() {
    let days = Days::new(monday(), 14);
    let input = ReportInput { settings: days.settings(), ..input(full(14)) };
    let page = Report::render(&input, &ReportOptions::default());
    check_page(&page);
    for words in ["Weekday", "Control-IQ", "Sleep schedule 1", "23:00–07:00, Mon–Fri", "Basal limit (U/h)"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("Weekday, 04:00: Basal (U/h)") && page.contains("<b>0.95</b>"));
}

#[test]
fn a_report_is_written_in_german() {
    let options = ReportOptions { language: report::Language::German, ..ReportOptions::default() };
    let page = Report::render(&input(full(14)), &options);
    check_german(&page);
    assert!(page.contains("<html lang=\"de\">") && page.contains("Zeit in Bereichen"));
}

/// No key of a message is left on the page.
#[track_caller]
fn check_german(page: &str) {
    assert!(page.contains("Fakten, keine Empfehlung.") && !page.contains("[part-"));
}

#[test]
fn the_same_input_gives_the_same_page() {
    assert_eq!(render(full(3)), render(full(3)));
}

#[test]
fn ninety_days_stay_below_two_megabytes() {
    let page = render(full(90));
    check_page(&page);
    assert!(page.len() <= 2_000_000, "{} bytes", page.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_slice_of_data_breaks_the_page(from in 0_i64..4000, length in 0_i64..4000, keep in 1_usize..60) {
        let whole = full(3);
        let at = |minutes: i64| reading(minutes, 100.0).at;
        let window = Window { start: at(from), end: at(from + length) };
        let readings = whole.readings.iter().step_by(keep).copied().collect();
        check_page(&render(Period { window, readings, ..whole }));
    }
}
