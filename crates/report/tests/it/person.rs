//! Numbers of a person whose sensors and pumps differ: shares of time, unknown insulin, pumps at once, recorded time.

#![expect(clippy::float_cmp, reason = "the numbers compared are exact")]

use report::{
    Metrics, MetricsOptions, Period, Reading, Report, ReportInput, ReportOptions, Span, Timestamp, Window,
    insulin::{
        BasalSegment, BasalSource, Bolus, BolusOrigin, CarbEntry, InsulinRows, InsulinSummary, LoopMode, UserMode,
    },
    mark_intervals,
    metrics::mean_glucose,
    profile::profile,
    wear,
};

use crate::support::{close, reading};

const DAY: i64 = 1440;

fn at(minutes: i64) -> Timestamp {
    reading(minutes, 100.0).at
}

fn days(count: i64) -> Window {
    Window { start: at(0), end: at(count * DAY) }
}

/// A sensor from one minute to another, always at the same value, its interval found by the times.
fn sensor(from: i64, to: i64, interval: i64, mg_per_dl: f64) -> Vec<Reading> {
    (from..to).step_by(interval as usize).map(|minute| reading(minute, mg_per_dl)).collect()
}

fn marked(sensors: &[Vec<Reading>]) -> Vec<Reading> {
    let mut readings = sensors.concat();
    mark_intervals(&mut readings);
    readings
}

/// A sensor with another interval after the warm-up of the next one.
fn two_sensors(five_minute_days: i64, one_minute_days: i64) -> Vec<Reading> {
    let swap = five_minute_days * DAY;
    marked(&[sensor(0, swap - 60, 5, 110.0), sensor(swap, swap + one_minute_days * DAY - 60, 1, 210.0)])
}

#[test]
fn shares_are_shares_of_time_where_intervals_differ() {
    for (fives, ones) in [(5, 5), (1, 3), (9, 1)] {
        let readings = two_sensors(fives, ones);
        let metrics = Metrics::of(&readings, &MetricsOptions::default());
        let minutes = |days: i64| (days * DAY - 60) as f64;
        let share = minutes(fives) / (minutes(fives) + minutes(ones));
        let mean = 110.0 * share + 210.0 * (1.0 - share);
        let ranges = metrics.ranges.expect("there are readings");
        let got =
            [ranges.in_range, ranges.high, metrics.summary.mean.expect("a mean"), metrics.summary.gmi.expect("a GMI")];
        let expected = [100.0 * share, 100.0 * (1.0 - share), mean, 3.31 + 0.02392 * mean];
        for (got, expected) in got.into_iter().zip(expected) {
            assert!(close(got, expected, 1e-12), "{fives} and {ones} days: {got}, expected {expected}");
        }
        assert!(close(mean_glucose(&readings).expect("a mean"), mean, 1e-12));
        assert_eq!(metrics.counts.all, readings.len(), "counts stay counts of readings");
        let expected_median = if fives > ones { 110.0 } else { 210.0 };
        if fives != ones {
            assert_eq!(metrics.summary.median, Some(expected_median), "{fives} and {ones} days");
        }
    }
}

#[test]
fn a_sensor_that_misses_nothing_is_worn_all_the_time_whatever_its_interval() {
    let readings = marked(&[sensor(0, 5 * DAY, 5, 110.0), sensor(5 * DAY, 10 * DAY, 1, 210.0)]);
    let metrics = Metrics::of(&readings, &MetricsOptions::default());
    // Without a gap between the sensors, times alone cannot tell to which the reading between them belongs.
    let active = metrics.wear.active_percent.expect("there are readings");
    assert!((99.9..=100.0).contains(&active), "{active}");
    assert!(close(wear::percent_of_window(&readings, &days(20)).expect("a share"), 50.0, 1e-3));
    let half = two_sensors(2, 2);
    let missing = Metrics::of(&half, &MetricsOptions::default()).wear.active_percent.expect("there are readings");
    let expected = 100.0 * (1.0 - 60.0 / (4 * DAY - 60) as f64);
    assert!(close(missing, expected, 1e-9), "{missing}, expected {expected}");
}

#[test]
fn the_profile_weighs_by_time() {
    // Of hour 0 one day has five-minute readings and three days have one-minute readings: three quarters of the time.
    let readings = two_sensors(1, 3);
    let bin = profile(&readings)[0].raw.expect("readings at midnight");
    assert_eq!((bin.p05, bin.p50, bin.p95), (110.0, 210.0, 210.0));
}

#[test]
fn one_short_step_is_not_a_one_minute_sensor() {
    let rows: [(&str, Vec<Reading>, f64); 5] = [
        ("five minutes", sensor(0, DAY, 5, 100.0), 5.0),
        ("one minute", sensor(0, DAY, 1, 100.0), 1.0),
        ("a new sensor two minutes later", [sensor(0, 600, 5, 100.0), sensor(597, DAY, 5, 100.0)].concat(), 5.0),
        ("every row twice", [sensor(0, DAY, 5, 100.0), sensor(0, DAY, 5, 100.0)].concat(), 5.0),
        ("one-minute readings around a gap", [sensor(0, 60, 1, 100.0), sensor(200, 260, 1, 100.0)].concat(), 1.0),
    ];
    for (name, mut readings, expected) in rows {
        mark_intervals(&mut readings);
        assert!(readings.iter().all(|reading| reading.interval_minutes == expected), "{name}");
    }
}

fn basal(from: i64, to: i64, units_per_hour: f64) -> BasalSegment {
    BasalSegment { start: at(from), end: at(to), units_per_hour, source: BasalSource::Profile }
}

fn bolus(minute: i64, delivered_units: Option<f64>, carbs_grams: f64) -> Bolus {
    Bolus {
        start: at(minute),
        end: at(minute + 2),
        delivered_units,
        extended_units: 0.0,
        requested_food_units: delivered_units.unwrap_or(3.0),
        requested_correction_units: 0.0,
        carbs_grams,
        origin: BolusOrigin::User,
        overridden: false,
    }
}

fn carbs(minute: i64, grams: f64) -> CarbEntry {
    CarbEntry { at: at(minute), grams, has_bolus: true }
}

fn page(insulin: InsulinRows, window: Window) -> String {
    let period = Period { insulin, ..Period::empty(window) };
    let input = ReportInput { period, previous: None, zone: None, pump: None, settings: Vec::new() };
    Report::render(&input, &ReportOptions::default())
}

#[test]
fn unknown_basal_is_not_nothing() {
    let rows = InsulinRows { boluses: vec![bolus(600, Some(4.0), 0.0)], ..InsulinRows::default() };
    let summary = InsulinSummary::new(&rows, &days(1));
    let day = &summary.days[0];
    assert_eq!((day.basal_units, day.total_units(), day.bolus_units, day.is_complete()), (None, None, 4.0, false));
    let average = summary.average.of_days_with_data.expect("a day");
    assert_eq!((average.basal_units, average.total_units(), average.basal_percent()), (None, None, None));
    let page = page(rows, days(1));
    assert!(page.contains("The basal rate is unknown on 1 day") && page.contains("(basal unknown)"));
}

#[test]
fn days_without_a_known_basal_do_not_lower_its_average() {
    let boluses = vec![bolus(600, Some(4.0), 0.0), bolus(DAY + 600, Some(6.0), 0.0)];
    let rows = InsulinRows { basal: vec![basal(0, DAY, 1.0)], boluses, ..InsulinRows::default() };
    let average = InsulinSummary::new(&rows, &days(2)).average.of_days_with_data.expect("days");
    assert_eq!((average.days, average.basal_units, average.bolus_units), (2.0, Some(24.0), 5.0));
}

#[test]
fn days_on_which_two_pumps_logged_basal_are_left_out_of_averages() {
    for (overlap_minutes, is_left_out) in [(4, false), (6, true), (500, true)] {
        let swap = DAY + 860;
        let rows = InsulinRows {
            basal: vec![basal(0, swap + overlap_minutes, 1.0), basal(swap, 3 * DAY, 0.5)],
            boluses: (0..3).map(|day| bolus(day * DAY + 600, Some(2.0 + day as f64), 0.0)).collect(),
            ..InsulinRows::default()
        };
        let summary = InsulinSummary::new(&rows, &days(3));
        let day = &summary.days[1];
        let hours = (day.basal_hours, day.overlapping_basal_hours * 60.0);
        assert!(close(hours.0, 24.0, 1e-12) && close(hours.1, overlap_minutes as f64, 1e-9), "{hours:?}");
        assert_eq!(
            (day.is_complete(), day.counts_in_averages()),
            (!is_left_out, !is_left_out),
            "{overlap_minutes} min"
        );
        let average = &summary.average;
        for (rule, average) in [
            ("any", average.of_days_with_data),
            ("complete", average.of_complete_days),
            ("elapsed", average.of_elapsed_days),
        ] {
            let average = average.expect("days");
            assert_eq!(average.days, if is_left_out { 2.0 } else { 3.0 }, "{rule}");
            assert_eq!(average.bolus_units, 3.0, "{rule}");
        }
        assert_eq!(page(rows, days(3)).contains("Two pumps logged basal at the same time on 1 day"), is_left_out);
    }
}

#[test]
fn a_bolus_of_unknown_size_is_in_no_total_and_its_carbs_remain() {
    let rows = InsulinRows {
        basal: vec![basal(0, DAY, 1.0)],
        boluses: vec![bolus(480, None, 40.0), bolus(720, Some(0.0), 20.0), bolus(900, Some(3.0), 30.0)],
        carbs: vec![carbs(480, 40.0), carbs(720, 20.0), carbs(900, 30.0)],
        ..InsulinRows::default()
    };
    let day = InsulinSummary::new(&rows, &days(1)).days[0].clone();
    assert_eq!((day.bolus_units, day.bolus_count, day.unknown_bolus_count, day.carbs_grams), (3.0, 1, 1, 90.0));
    assert_eq!(day.bolus_by_class.meal(), 3.0);
    let page = page(rows, days(1));
    assert!(page.contains("The pump logged an impossible amount for 1 bolus") && page.contains("08:00 unknown, 40 g"));
}

#[test]
fn modes_are_shares_of_recorded_time() {
    // Three of eight days on record, eight hours of sleep in each; the sleep of the last day is never ended.
    let span = |from: i64, to: i64| Span { start: at(from), end: at(to), value: UserMode::Sleeping };
    let rows = InsulinRows {
        basal: vec![basal(0, 3 * DAY, 1.0)],
        user_modes: vec![span(0, 480), span(DAY, DAY + 480), span(3 * DAY - 480, 8 * DAY)],
        loop_modes: vec![
            Span { start: at(0), end: at(DAY), value: LoopMode::OpenLoop },
            Span { start: at(DAY), end: at(8 * DAY), value: LoopMode::ClosedLoop },
        ],
        ..InsulinRows::default()
    };
    let summary = InsulinSummary::new(&rows, &days(8));
    let shares = &summary.recorded_modes;
    for (got, expected) in
        [(shares.sleep_percent(), 100.0 / 3.0), (shares.closed_loop_percent_of_control(), 200.0 / 3.0)]
    {
        assert!(close(got.expect("a share"), expected, 1e-12), "{got:?}, expected {expected}");
    }
    assert_eq!(shares.all, (3 * DAY) as f64);
    let without_basal = InsulinSummary::new(&InsulinRows { basal: Vec::new(), ..rows }, &days(8)).recorded_modes;
    assert_eq!(without_basal.all, (8 * DAY) as f64);
}

#[test]
fn episodes_of_unequal_periods_are_compared_per_recorded_week() {
    // One low of half an hour each recorded day; the period before has two recorded days of seven.
    let readings = |first: i64, count: i64| -> Vec<Reading> {
        let all = (first * DAY..(first + count) * DAY).step_by(5);
        all.map(|minute| reading(minute, if minute.rem_euclid(DAY) < 30 { 60.0 } else { 120.0 })).collect()
    };
    let window = |first: i64, end: i64| Window { start: at(first * DAY), end: at(end * DAY) };
    let period = |first, end, count| Period { readings: readings(first, count), ..Period::empty(window(first, end)) };
    let input = ReportInput {
        period: period(0, 7, 7),
        previous: Some(period(-7, 0, 2)),
        zone: None,
        pump: None,
        settings: Vec::new(),
    };
    let page = Report::render(&input, &ReportOptions::default());
    let row =
        page.split("Low, below 70 mg/dL").nth(1).expect("a row of lows").split("</tr>").next().expect("its cells");
    assert!(row.contains("<td>7</td><td>7.0</td>"), "{row}");
    assert!(row.contains("<td>7.0 <span class=\"small-print\">(wear 28.6 %)</span></td>"), "{row}");
}
