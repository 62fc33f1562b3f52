//! What counts for the person: each measurement once, one sensor at any time, plausible numbers, known insulin, carbs once.

use std::fmt::Write as _;

use store_duckdb::DuckStore;

use crate::domain::{add, derived, empty_store, table, uploads};

/// 18 May 2026, 00:00, in the pump's seconds.
const MIDNIGHT: u32 = 579_916_800;

/// A reading of a sensor: event code, minute of the day, seconds beyond it, value.
fn reading(code: u16, minute: u32, seconds: u32, value: u32) -> String {
    let measured = MIDNIGHT + minute * 60 + seconds;
    format!("{} {code} currentGlucoseDisplayValue={value} egvTimeStamp={measured}\n", clock(minute))
}

/// `+days hh:mm:ss` of a minute after midnight of the first day.
fn clock(minute: u32) -> String {
    format!("+{} {:02}:{:02}:30", minute / 1440, minute / 60 % 24, minute % 60)
}

/// Readings of one sensor, every `interval` minutes.
fn sensor(code: u16, minutes: std::ops::Range<u32>, interval: usize, seconds: u32, value: u32) -> String {
    minutes.step_by(interval).map(|minute| reading(code, minute, seconds, value)).collect()
}

/// A rate every five minutes.
fn basal(minutes: std::ops::Range<u32>, rate: u32) -> String {
    minutes.step_by(5).fold(String::new(), |mut log, minute| {
        let _ = writeln!(log, "{} 279 commandedRate={rate} commandedRateSource=1", clock(minute));
        log
    })
}

/// Two pumps, each with its log; the first one is stored first, or last.
fn two_pumps(old: &str, new: &str, old_first: bool) -> DuckStore {
    let mut store = empty_store();
    let logs = [("11", uploads(old).concat()), ("22", uploads(new).concat())];
    let order = if old_first { [0, 1] } else { [1, 0] };
    for index in order {
        add(&mut store, logs[index].0, &logs[index].1);
    }
    store
}

#[track_caller]
fn check(store: &mut DuckStore, query: &str, expected: &[&str]) {
    assert_eq!(table(store, query), expected, "{query}");
}

const COUNTS: &str = "SELECT serial_number, coalesce(not_counted_because, 'counts'), count(*) FROM cgm_readings JOIN pumps ON pumps.id = pump_id
                      GROUP BY ALL ORDER BY ALL";

#[test]
fn a_measurement_that_two_pumps_logged_counts_once() {
    // The old pump logs until 10:00; the new one has backfill from 06:00 on, a second late, and goes on until 12:00.
    let old = sensor(399, 0..600, 5, 0, 120) + &basal(0..600, 800);
    let new = sensor(399, 360..720, 5, 1, 120) + &basal(480..720, 900);
    for old_first in [true, false] {
        let mut store = two_pumps(&old, &new, old_first);
        check(&mut store, COUNTS, &["11|counts|120", "22|counts|24", "22|other_source|48"]);
        check(&mut store, "SELECT readings, sensor_minutes FROM glucose_daily", &["144|720.0"]);
        check(&mut store, "SELECT count(*) FROM iglu", &["144"]);
        check(&mut store, "SELECT count(*) FROM timeline WHERE happening = 'glucose'", &["144"]);
        let day =
            "SELECT basal_hours::DECIMAL(9, 1), overlapping_basal_hours::DECIMAL(9, 1), is_complete FROM insulin_daily";
        check(&mut store, day, &["11.9|1.9|false"]);
    }
}

#[test]
fn where_the_pump_used_first_has_no_reading_the_other_one_counts() {
    // Half an hour is missing from the old pump's log; the same sensor, two minutes off by the new pump's clock.
    let old = sensor(256, 0..300, 5, 0, 120) + &sensor(256, 330..600, 5, 0, 120);
    let new = sensor(256, 200..700, 5, 120, 121);
    let mut store = two_pumps(&old, &new, true);
    check(&mut store, "SELECT sum(interval_seconds) / 60, count(*) FROM person_readings", &["695.0|139"]);
    let overlaps = "SELECT count(*) FROM (SELECT epoch_us(lead(timestamp_utc) OVER (ORDER BY timestamp_utc)) - epoch_us(timestamp_utc) AS step
                    FROM person_readings) WHERE step < 180000000";
    check(&mut store, overlaps, &["0"]);
}

#[test]
fn of_two_sensors_at_once_one_counts_at_any_time() {
    let old = sensor(399, 0..600, 5, 0, 110);
    let new = sensor(480, 300..900, 1, 20, 210);
    for old_first in [true, false] {
        let mut store = two_pumps(&old, &new, old_first);
        let counted = "SELECT sensor_type, count(*), min(timestamp)::TIME, max(timestamp)::TIME FROM person_readings GROUP BY ALL ORDER BY ALL";
        check(&mut store, counted, &["dexcom_g7|120|00:00:00|09:55:00", "libre3|300|10:00:20|14:59:20"]);
    }
}

#[test]
fn a_pump_that_logs_a_measurement_again_a_second_off_logs_one() {
    let log = sensor(399, 0..60, 5, 0, 120) + &sensor(399, 0..60, 5, 1, 120);
    let mut store = derived(&uploads(&log), None);
    check(&mut store, COUNTS, &["11|counts|12", "11|repeated|12"]);
}

#[test]
fn days_weigh_readings_by_the_time_they_stand_for() {
    for (fives, mean, in_range) in
        [(12 * 60, "160.0000", "50.0000"), (6 * 60, "185.0000", "25.0000"), (18 * 60, "135.0000", "75.0000")]
    {
        let log = sensor(399, 0..fives, 5, 0, 110) + "--\n" + &sensor(480, fives..1440, 1, 0, 210);
        for uploads in [uploads(&log), uploads(&log).into_iter().rev().collect()] {
            let mut store = derived(&uploads, None);
            let query = "SELECT mean_mgdl::DECIMAL(9, 4), from_70_to_180_percent::DECIMAL(9, 4), sensor_minutes FROM glucose_daily";
            check(&mut store, query, &[&format!("{mean}|{in_range}|1440.0")]);
        }
    }
}

#[test]
fn what_a_sensor_flags_as_no_value_is_no_reading() {
    /// The bits of a reading that was captured live.
    const VALID: u32 = 0x19e1;
    // Bits: 4 no value, 5 valid time, 6 valid value, 7 valid state.
    let flagged = |mask: u32, kind: u32| {
        format!(
            "+0 01:00:30 399 currentGlucoseDisplayValue=120 egvTimeStamp={} egvInfoBitmask={mask} cgmDataType={kind}\n",
            MIDNIGHT + 3600
        )
    };
    for (mask, kind, readings) in [
        (VALID, 1, 1),
        (0, 1, 1),
        (VALID | 0b1_0000, 1, 0),
        (VALID & !0b100_0000, 1, 0),
        (VALID, 16, 0),
        (0x19e2, 2, 1),
    ] {
        let mut store = derived(&uploads(&flagged(mask, kind)), None);
        check(&mut store, "SELECT count(*) FROM cgm_readings", &[&readings.to_string()]);
    }
}

#[test]
fn older_sensors_are_read() {
    let log = format!(
        "01:00:10 211 status=0 value=133 timestamp={}\n01:05:10 211 status=3 value=90 timestamp={}\n01:10:00 151 status=0 value=141\n",
        MIDNIGHT + 3590,
        MIDNIGHT + 3900
    );
    let mut store = derived(&uploads(&log), None);
    let query = "SELECT timestamp::TIME, cgm_reading, sensor_type FROM cgm_readings ORDER BY timestamp";
    check(&mut store, query, &["00:59:50|133|dexcom_g5", "01:10:00|141|dexcom_g4"]);
}

#[test]
fn impossible_numbers_are_kept_and_count_nowhere() {
    let bolus = |time: &str, id: u32, requested: f32, delivered: f32| {
        format!(
            "{time}:00 64 bolusId={id} carbAmount=20\n{time}:00 65 bolusId={id} standardPercent=100\n\
             {time}:00 66 bolusId={id} foodBolusSize={requested:.3} totalBolusSize={requested:.3}\n\
             {time}:02 55 bolusId={id} bolusSize={requested:.3}\n\
             {time}:40 20 bolusId={id} completionStatus=3 insulinDelivered={delivered:.3} insulinRequested={requested:.3}\n"
        )
    };
    let log = basal(0..600, 600)
        + &bolus("10:00", 1, 3.0, 3.0)
        + &bolus("11:00", 2, 3.0, 30.0)
        + &bolus("12:00", 3, 2.0, 2.5)
        + &bolus("13:00", 4, 2.0, -0.5)
        + &bolus("14:00", 5, 30.0, 26.0)
        + &basal(840..845, 16000)
        + &basal(845..1440, 600)
        + &reading(399, 900, 0, 1020)
        + &reading(399, 905, 0, 15)
        + &reading(399, 910, 0, 150);
    let mut store = derived(&uploads(&log), None);
    check(&mut store, "SELECT delivered_units FROM boluses ORDER BY id", &["3.0", "-", "-", "-", "-"]);
    check(&mut store, "SELECT cgm_reading FROM cgm_readings", &["150"]);
    check(&mut store, "SELECT count(*), max(commanded_basal_rate) FROM basal_deliveries", &["240|600"]);
    check(
        &mut store,
        "SELECT bolus_units, unknown_boluses, boluses, carbs_grams FROM insulin_daily",
        &["3.0|4|1|100.0"],
    );
    let listed = "SELECT what, value, unit, limit_violated FROM implausible_values ORDER BY events_id";
    let expected = [
        "bolus|30.0|U|at most 25 U per bolus",
        "bolus|2.5|U|not more than requested",
        "bolus|-0.5|U|not negative",
        "bolus|26.0|U|at most 25 U per bolus",
        "basal rate|16.0|U/h|at most 15 U/h",
        "glucose|1020.0|mg/dL|20 to 600 mg/dL",
        "glucose|15.0|mg/dL|20 to 600 mg/dL",
    ];
    check(&mut store, listed, &expected);
}

/// A rate of a pump without Control-IQ.
fn rate_change(minute: u32, rate: f32, change: u32) -> String {
    format!("{} 3 commandedBasalRate={rate:.3} baseBasalRate={rate:.3} changeType={change}\n", clock(minute))
}

#[test]
fn before_control_iq_the_rate_stays_in_effect_until_the_next_one() {
    let day = |day: u32| {
        rate_change(day * 1440, 0.65, 1)
            + &rate_change(day * 1440 + 360, 0.95, 1)
            + &rate_change(day * 1440 + 1320, 0.75, 1)
    };
    // The last event of the log ends the last rate.
    let log = day(0) + &day(1) + "--\n" + &day(2) + "+2 23:59:30 90\n";
    let query = "SELECT day, basal_units::DECIMAL(9, 3), is_complete FROM insulin_daily ORDER BY day";
    for uploads in [vec![uploads(&log).concat()], uploads(&log)] {
        let mut store = derived(&uploads, None);
        let expected = ["2026-05-18|20.594|true", "2026-05-19|20.600|true", "2026-05-20|20.594|true"];
        check(&mut store, query, &expected.map(|row| row));
        check(&mut store, "SELECT DISTINCT source FROM basal_spans", &["profile"]);
    }
}

#[test]
fn an_update_to_control_iq_leaves_no_gap_and_no_overlap() {
    let log = rate_change(0, 1.0, 1)
        + &rate_change(600, 0.0, 16)
        + &rate_change(660, 1.0, 32)
        + &basal(720..1440, 500)
        + &rate_change(1430, 2.0, 1);
    let mut store = derived(&uploads(&log), None);
    check(
        &mut store,
        "SELECT basal_units::DECIMAL(9, 2), basal_hours::DECIMAL(9, 2), suspended_hours FROM daily_totals",
        &["16.96|23.92|1.0"],
    );
    check(&mut store, "SELECT max(commanded_basal_rate) FROM basal_deliveries", &["1000"]);
}

#[test]
fn unknown_basal_is_null() {
    let log = "10:00:00 64 bolusId=1 carbAmount=20\n10:00:00 66 bolusId=1 foodBolusSize=2.0 totalBolusSize=2.0\n\
               10:00:02 55 bolusId=1 bolusSize=2.0\n10:01:00 20 bolusId=1 completionStatus=3 insulinDelivered=2.0 insulinRequested=2.0\n";
    let mut store = derived(&uploads(log), None);
    check(
        &mut store,
        "SELECT basal_units, total_units, bolus_units, is_complete FROM insulin_daily",
        &["-|-|2.0|false"],
    );
    check(&mut store, "SELECT basal_units, total_units FROM insulin_hourly", &["-|-"]);
}

#[test]
fn an_entry_of_carbs_that_was_edited_counts_once() {
    let rows = [
        // Entered, edited, requested.
        ("12:00:00 48 carbs=60.0\n12:00:30 48 carbs=45.0\n12:01:00 64 bolusId=1 carbAmount=45\n", "45.0"),
        ("12:00:00 48 carbs=60.0\n12:01:00 64 bolusId=1 carbAmount=45\n", "45.0"),
        ("12:00:00 48 carbs=45.0\n12:00:30 48 carbs=60.0\n12:01:00 64 bolusId=1 carbAmount=45\n", "45.0"),
        // A snack an hour before, and one after.
        (
            "11:00:00 48 carbs=15.0\n12:00:30 48 carbs=45.0\n12:01:00 64 bolusId=1 carbAmount=45\n12:02:00 48 carbs=10.0\n",
            "70.0",
        ),
        // Never requested: eaten without a bolus.
        ("12:00:00 48 carbs=30.0\n", "30.0"),
        // The request came to nothing; what was entered was eaten all the same.
        (
            "12:00:00 48 carbs=30.0\n12:00:30 64 bolusId=1 carbAmount=30\n12:01:00 20 bolusId=1 completionStatus=0 insulinDelivered=0.0 insulinRequested=3.0\n",
            "30.0",
        ),
    ];
    for (log, grams) in rows {
        let mut store = derived(&uploads(log), None);
        check(&mut store, "SELECT carbs_grams FROM insulin_daily", &[grams]);
    }
}
