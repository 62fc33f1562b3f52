//! What the CSV reader takes, leaves out and refuses.

use chrono_tz::America::New_York;
use report::{CsvOptions, CsvSeries, Metrics, MetricsOptions, OutOfRangeText, read_csv};

use test_data::Series;

fn read(text: &str, options: CsvOptions) -> Vec<CsvSeries> {
    read_csv(text.as_bytes(), &options).expect("the file reads")
}

#[track_caller]
fn check_values(text: &str, expected: &[f64], missing: usize) {
    let read = read(text, CsvOptions::default());
    let values: Vec<f64> = read[0].readings.iter().map(|reading| reading.glucose.get()).collect();
    assert_eq!((values.as_slice(), read[0].missing), (expected, missing), "{text}");
}

#[test]
fn values_come_from_the_column_that_has_them() {
    check_values("id,time,gl\na,2024-03-04 00:00:00,100\na,2024-03-04 00:05:00,\n", &[100.0], 1);
    check_values("id,time,gl\na,2024-03-04 00:00:00,NA\na,2024-03-04 00:05:00,0\n", &[], 2);
    check_values("time,GL,id\n\"2024-03-04 00:00:00\", 99.5 ,a\n", &[99.5], 0);
    check_values("\u{feff}id,time,gl\r\na,2024-03-04T00:00:00.250,100\r\n", &[100.0], 0);
    check_values("id,time,gl,gl_mmol\na,2024-03-04 00:00,,10.0\na,2024-03-04 00:05,,13.9\n", &[180.0, 250.0], 0);
    check_values("time,gl\n2024-03-04 00:00:00,100\n", &[100.0], 0);
}

#[test]
fn a_row_that_is_not_understood_is_refused_by_its_line() {
    for (text, message) in [
        ("id,time,gl\na,2024-03-04 00:00:00,100\na,soon,100\n", "line 3: `soon` is not a time"),
        ("id,time,gl\na,2024-03-04 00:00:00,abc\n", "line 2: `abc` is not a glucose value"),
        ("id,when,gl\n", "the file has no column `time`"),
        ("id,time,glucose\n", "the file has no column `gl`"),
    ] {
        let error = read_csv(text.as_bytes(), &CsvOptions::default()).expect_err("the file is wrong");
        assert!(error.to_string().starts_with(message), "{error}");
    }
}

#[test]
fn an_offset_gives_both_clocks() {
    let rows = "id,time,gl\na,2024-03-10T01:55:00-05:00,100\na,2024-03-10T03:00:00-04:00,100\n";
    for zone in [None, Some(New_York)] {
        let series = read(rows, CsvOptions { zone, ..CsvOptions::default() });
        let [before, after] = series[0].readings.as_slice() else { panic!("two readings") };
        assert_eq!((after.at.utc - before.at.utc).num_minutes(), 5);
        assert_eq!((after.at.wall - before.at.wall).num_minutes(), 65);
    }
}

#[test]
fn a_zone_gives_wall_stamps_their_instant() {
    let rows = "id,time,gl\na,2024-11-03 01:55:00,1\na,2024-11-03 01:00:00,2\na,2024-11-03 02:00:00,3\n";
    let series = read(rows, CsvOptions { zone: Some(New_York), ..CsvOptions::default() });
    let instants: Vec<String> = series[0].readings.iter().map(|r| r.at.utc.format("%H:%M").to_string()).collect();
    assert_eq!(instants, ["05:55", "06:00", "07:00"], "the repeated hour goes on, it does not step back");
    let skipped =
        read("time,gl\n2024-03-10 02:30:00,1\n", CsvOptions { zone: Some(New_York), ..CsvOptions::default() });
    assert_eq!(skipped[0].readings[0].at.utc.format("%H:%M").to_string(), "07:30");
}

#[test]
fn words_are_counted_or_become_39_and_401() {
    let rows = "id,time,gl\na,2024-03-04 00:00:00,LOW\na,2024-03-04 00:05:00,High\na,2024-03-04 00:10:00,100\n";
    let dropped = read(rows, CsvOptions::default());
    assert_eq!((dropped[0].readings.len(), dropped[0].out_of_range_left_out), (1, 2));
    let options = CsvOptions { out_of_range_text: OutOfRangeText::Sentinels, ..CsvOptions::default() };
    let values: Vec<f64> = read(rows, options)[0].readings.iter().map(|r| r.glucose.get()).collect();
    assert_eq!(values, [39.0, 401.0, 100.0]);
}

#[test]
fn words_as_sentinels_give_the_metrics_of_sentinels() {
    let (words, sentinels) = (Series::named("low_high_as_text").to_csv(), Series::named("low_high_as_39_401").to_csv());
    let options = CsvOptions { out_of_range_text: OutOfRangeText::Sentinels, ..CsvOptions::default() };
    let metrics = |text: &str| Metrics::of(&read(text, options)[0].readings, &MetricsOptions::default());
    assert_eq!(metrics(&words), metrics(&sentinels));
}

/// Event, status, displayed value, and the reading that follows: 39 below range, 401 above it (Omnipod's manual and Dexcom's
/// receivers do the same), 501 above the range of a Libre 2.
const PUMP_EVENTS: [(u16, u8, u16, Option<f64>); 14] = [
    (256, 0, 120, Some(120.0)),
    (256, 2, 0, Some(39.0)),
    (256, 1, 0, Some(401.0)),
    (399, 0, 167, Some(167.0)),
    (399, 1, 512, Some(401.0)),
    (399, 1, 400, Some(401.0)),
    (399, 2, 0, Some(39.0)),
    (399, 2, 38, Some(39.0)),
    (399, 6, 155, None),
    (372, 1, 0, Some(501.0)),
    (372, 2, 0, Some(39.0)),
    (256, 0, 0, None),
    (399, 0, 40, Some(40.0)),
    (399, 0, 400, Some(400.0)),
];
const PUMP_COLUMNS: &str = "id,time,event_id,glucoseValueStatus,currentGlucoseDisplayValue\n";

#[test]
fn a_pump_event_becomes_a_reading_by_its_status() {
    for (event, status, display, expected) in PUMP_EVENTS {
        let row = format!("{PUMP_COLUMNS}a,2024-03-04 00:00:00,{event},{status},{display}\n");
        let read = read(&row, CsvOptions::default());
        let value = read[0].readings.first().map(|reading| reading.glucose.get());
        assert_eq!((value, read[0].missing), (expected, usize::from(expected.is_none())), "{event} {status} {display}");
    }
}

#[test]
fn a_file_of_pump_events_becomes_their_readings_in_order() {
    let row = |(index, (event, status, display, _)): (usize, &(u16, u8, u16, _))| {
        format!("a,2024-03-04 {:02}:{:02}:00,{event},{status},{display}\n", index / 12, index % 12 * 5)
    };
    let rows: String = PUMP_EVENTS.iter().enumerate().map(row).collect();
    let read = read(&format!("{PUMP_COLUMNS}{rows}"), CsvOptions::default());
    let got: Vec<f64> = read[0].readings.iter().map(|reading| reading.glucose.get()).collect();
    let expected: Vec<f64> = PUMP_EVENTS.iter().filter_map(|(.., value)| *value).collect();
    assert_eq!((got, read[0].missing), (expected, 2));
}

#[test]
fn subjects_are_distinguished_and_repeated_instants_counted() {
    let rows = "id,time,gl\na,2024-03-04 00:00:00,1\nb,2024-03-04 00:00:00,2\na,2024-03-04 00:00:00,3\n";
    let series = read(rows, CsvOptions::default());
    let reported: Vec<_> = series.iter().map(|s| (s.id.as_str(), s.readings.len(), s.repeated_instants)).collect();
    assert_eq!(reported, [("a", 2, 1), ("b", 1, 0)]);
}
