//! One number for one question: SQL, `day`, `metrics`, `report`, the assistant and the exports say the same of a day, and it is what
//! happened; in lives with changes of pumps and of sensors, with all that happens to clocks, and with numbers that cannot be.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::pumps::{DAY, Pump, holding};
use crate::surfaces::{Quantity, Surfaces, metrics, number, rows};

/// The first day of lives in which nothing happens to daylight-saving time.
fn first_day() -> NaiveDate {
    date(2026, 2, 2)
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// What happened on one day.
#[derive(Debug, Default)]
struct Truth {
    /// Minutes by glucose.
    minutes: BTreeMap<u32, f64>,
    readings: usize,
    bolus_units: f64,
    carbs: f64,
    /// Basal units and hours; of a day on which pumps overlap, hours count once.
    basal_units: f64,
    basal_hours: f64,
    pumps_overlap: bool,
}

impl Truth {
    fn add(&mut self, value: u32, interval: i64) {
        *self.minutes.entry(value).or_default() += interval as f64;
        self.readings += 1;
    }

    fn mean(&self) -> f64 {
        let sum: f64 = self.minutes.iter().map(|(value, minutes)| f64::from(*value) * minutes).sum();
        sum / self.minutes.values().sum::<f64>()
    }

    fn in_range(&self) -> f64 {
        let inside: f64 = self.minutes.range(70..=180).map(|(_, minutes)| minutes).sum();
        100.0 * inside / self.minutes.values().sum::<f64>()
    }
}

/// A life of four days: a five-minute and a one-minute sensor, one after the other, a change of pumps during which both log, and
/// after it trouble with the new pump's clock.
#[derive(Clone, Debug)]
struct Life {
    /// Minute at which the one-minute sensor takes over.
    sensor_change: i64,
    /// Minute at which the new pump takes over.
    pump_change: i64,
    /// Minutes that the new pump gets as backfill.
    backfill: i64,
    /// Minutes for which the old pump goes on.
    late: i64,
    values: (u32, u32),
    rates: (u32, u32),
    /// Seconds between the two pumps' times of a measurement.
    seconds_apart: i64,
    new_pump_first: bool,
    clock: Clock,
}

/// What happens to the clock of the new pump.
#[derive(Clone, Copy, Debug)]
enum Clock {
    /// Nothing.
    Right,
    /// It is set to a wrong date, and some hours later to the right one.
    WrongDate { at: i64, until: i64, days: i64 },
    /// It is set to the wrong half of the day, and some hours later to the right one.
    WrongHalf { at: i64, until: i64, forward: i64 },
    /// Its owner travels and sets it, by `minutes` forward or back, and it stays so.
    Journey { at: i64, forward: i64 },
    /// The battery is empty for some hours; then the clock shows a factory date until it is set half an hour later.
    FlatBattery { at: i64, until: i64 },
    /// Daylight-saving time begins or ends, and the clock is set this many minutes later, or never.
    DaylightSaving { begins: bool, set_after: Option<i64> },
}

/// The minute at which daylight-saving time begins in Berlin, on the fourth day.
const SPRING: i64 = 3 * DAY + 120;
/// That at which it ends.
const AUTUMN: i64 = 3 * DAY + 180;

impl Clock {
    /// Where the person lives, and since when the pump is used.
    fn home(self) -> (&'static str, NaiveDate) {
        match self {
            Self::DaylightSaving { begins: true, .. } => ("Europe/Berlin", date(2026, 3, 26)),
            Self::DaylightSaving { begins: false, .. } => ("Europe/Berlin", date(2026, 10, 22)),
            _ => ("UTC", first_day()),
        }
    }

    /// The instant at which a life begins.
    fn start(self) -> DateTime<Utc> {
        let offset = match self {
            Self::DaylightSaving { begins: true, .. } => 60,
            Self::DaylightSaving { begins: false, .. } => 120,
            _ => 0,
        };
        self.home().1.and_time(NaiveTime::MIN).and_utc() - TimeDelta::minutes(offset)
    }

    fn befall(self, pump: &mut Pump) {
        match self {
            Self::Right => (),
            Self::WrongDate { at, until, days } => set_twice(pump, (at, days * DAY), until),
            Self::WrongHalf { at, until, forward } => set_twice(pump, (at, forward), until),
            Self::Journey { at, forward } => pump.set_clock(at, forward),
            Self::FlatBattery { at, until } => {
                pump.lose(&(at..until));
                pump.reset_clock(until);
                pump.set_clock(until + 30, 0);
            }
            Self::DaylightSaving { begins, set_after } => {
                let (change, forward) = if begins { (SPRING, 60) } else { (AUTUMN, -60) };
                if let Some(minutes) = set_after {
                    pump.set_clock(change + minutes, forward);
                }
            }
        }
    }

    /// What the person's clock shows at a minute of home, in minutes since the first midnight.
    fn local(self, minute: i64) -> i64 {
        match self {
            Self::Journey { at, forward } if minute >= at => minute + forward,
            Self::DaylightSaving { begins: true, .. } if minute >= SPRING => minute + 60,
            Self::DaylightSaving { begins: false, .. } if minute >= AUTUMN => minute - 60,
            _ => minute,
        }
    }

    /// The number of the person's day.
    fn day_of(self, minute: i64) -> usize {
        (self.local(minute) / DAY) as usize
    }

    /// The minutes without power.
    fn outage(self) -> std::ops::Range<i64> {
        match self {
            Self::FlatBattery { at, until } => at..until,
            _ => DAYS * DAY..DAYS * DAY,
        }
    }
}

/// Sets the clock forward or back, and later to what it was.
fn set_twice(pump: &mut Pump, (at, forward): (i64, i64), until: i64) {
    pump.set_clock(at, forward);
    pump.set_clock(until, 0);
}

/// A day with less basal on record is incomplete.
const COMPLETE_HOURS: f64 = 18.0;
const DAYS: i64 = 4;

impl Life {
    fn sensor_at(&self, minute: i64) -> (u16, i64, u32) {
        if minute < self.sensor_change { (399, 5, self.values.0) } else { (480, 1, self.values.1) }
    }

    fn readings(&self, pump: &mut Pump, minutes: std::ops::Range<i64>, seconds: i64) {
        for minute in minutes {
            let (code, interval, value) = self.sensor_at(minute);
            if minute % interval == 0 {
                pump.reading(code, minute, seconds, value);
            }
        }
    }

    fn pumps(&self) -> (Pump, Pump) {
        let (_, start) = self.clock.home();
        let mut old = Pump::new("aaaaaaaa-0000-4000-8000-000000000001", start);
        let mut new = Pump::new("aaaaaaaa-0000-4000-8000-000000000002", start);
        let (old_end, outage) = (self.pump_change + self.late, self.clock.outage());
        old.basal(0..old_end, self.rates.0);
        self.readings(&mut old, 0..old_end, 0);
        self.readings(&mut new, self.pump_change - self.backfill..DAYS * DAY, self.seconds_apart);
        new.basal(self.pump_change..outage.start, self.rates.1);
        if !outage.is_empty() {
            new.basal(outage.end..DAYS * DAY, self.rates.1);
        }
        for day in 0..DAYS {
            let minute = day * DAY + 720;
            let pump = if minute < self.pump_change { &mut old } else { &mut new };
            pump.bolus(minute, 10 + day as u32, 4000, if day == 2 { 30_000 } else { 4000 }, 40);
        }
        self.clock.befall(&mut new);
        (old, new)
    }

    fn truth(&self) -> Vec<Truth> {
        let mut days: Vec<Truth> = (0..=self.clock.day_of(DAYS * DAY - 1)).map(|_| Truth::default()).collect();
        for minute in (0..DAYS * DAY).filter(|minute| !self.clock.outage().contains(minute)) {
            let (_, interval, value) = self.sensor_at(minute);
            let day = &mut days[self.clock.day_of(minute)];
            if minute % interval == 0 {
                day.add(value, interval);
            }
            let (by_old, by_new) = (minute < self.pump_change + self.late, minute >= self.pump_change);
            day.basal_hours += f64::from(by_old || by_new) / 60.0;
            day.basal_units +=
                (f64::from(by_old) * f64::from(self.rates.0) + f64::from(by_new) * f64::from(self.rates.1)) / 60_000.0;
            day.pumps_overlap |= by_old && by_new;
        }
        for day in (0..DAYS).filter(|day| !self.clock.outage().contains(&(day * DAY + 720))) {
            let truth = &mut days[self.clock.day_of(day * DAY + 720)];
            truth.carbs += 40.0;
            truth.bolus_units += if day == 2 { 0.0 } else { 4.0 };
        }
        days
    }

    /// The person's day at an instant.
    fn day_at(&self, instant: DateTime<Utc>) -> NaiveDate {
        let number = self.clock.day_of((instant - self.clock.start()).num_minutes());
        self.clock.home().1 + Days::new(number as u64)
    }
}

/// Changes on the hour, so that a sensor's last reading stands for five whole minutes. The new pump is used for more than two days before
/// daylight-saving time changes: its log tells for less time whether its clock was set for it in advance.
fn any_life(clock: impl Strategy<Value = Clock>) -> impl Strategy<Value = Life> {
    let sensor = 4_i64..80;
    let pump = 10_i64..24;
    (
        (sensor, pump, clock),
        0_i64..7,
        1_i64..8,
        (60_u32..180, 150_u32..300),
        (300_u32..1500, 300_u32..1500),
        0_i64..2,
        any::<bool>(),
    )
        .prop_map(|((sensor, pump, clock), backfill, late, values, rates, seconds_apart, new_pump_first)| Life {
            clock,
            sensor_change: sensor * 60,
            pump_change: pump * 60,
            backfill: backfill * 60,
            late: late * 60,
            values,
            rates,
            seconds_apart,
            new_pump_first,
        })
}

/// A minute, on the hour, at which something happens to the clock.
fn any_hour() -> impl Strategy<Value = i64> {
    (40_i64..78).prop_map(|hour| hour * 60)
}

/// Compares every day of one life with what is said of it.
fn check_life(life: &Life) {
    let (old, new) = life.pumps();
    let (zone, first_day) = life.clock.home();
    let place = holding(if life.new_pump_first { [new, old] } else { [old, new] }, zone);
    let mut surfaces = Surfaces::of(&place, |instant| life.day_at(instant));
    let truths = life.truth();
    assert_eq!(surfaces.days().len(), truths.len(), "{life:?}");
    for (index, truth) in truths.iter().enumerate() {
        let day = first_day + Days::new(index as u64);
        let expected = [
            (Quantity::Readings, truth.readings as f64),
            (Quantity::Mean, truth.mean()),
            (Quantity::InRange, truth.in_range()),
            (Quantity::BasalUnits, truth.basal_units),
            (Quantity::BasalHours, truth.basal_hours),
            (Quantity::BolusUnits, truth.bolus_units),
            (Quantity::CarbsGrams, truth.carbs),
        ];
        surfaces.check(day, &expected, &format!("{life:?}"));
        // A day on the way to the east may have 18 hours to the second, which is where a day begins to be complete.
        if (truth.basal_hours - COMPLETE_HOURS).abs() > 0.1 {
            let is_complete = !truth.pumps_overlap && truth.basal_hours > COMPLETE_HOURS;
            assert_eq!(surfaces.is_complete(day), is_complete, "{day} of {life:?}");
        }
        let said = surfaces.day_on_screen(day);
        let names_overlap = said.contains("Two pumps logged basal at the same time");
        assert_eq!(names_overlap, truth.pumps_overlap, "{day} of {life:?}: {said}");
    }
    surfaces.part();
}

/// Checks a life in which this happens to the clock; each run draws another one.
fn check_any_life(clock: impl Strategy<Value = Clock>) {
    let config = ProptestConfig { cases: 1, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&any_life(clock), |life| {
        check_life(&life);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn every_surface_says_what_happened_in_a_life_with_a_right_clock() {
    check_any_life(Just(Clock::Right));
}

#[test]
fn every_surface_says_what_happened_in_a_life_with_a_wrong_date() {
    let wrong = (any_hour(), 3_i64..14, prop_oneof![Just(366_i64), Just(-31), Just(731)]);
    check_any_life(wrong.prop_map(|(at, hours, days)| Clock::WrongDate { at, until: at + hours * 60, days }));
}

#[test]
fn every_surface_says_what_happened_in_a_life_with_the_wrong_half_of_the_day() {
    let wrong = (any_hour(), 2_i64..14, prop_oneof![Just(720_i64), Just(-720)]);
    check_any_life(wrong.prop_map(|(at, hours, forward)| Clock::WrongHalf { at, until: at + hours * 60, forward }));
}

#[test]
fn every_surface_says_what_happened_in_a_life_with_a_journey() {
    // After more days at home with the new pump than will follow: how long its clock agrees with home is what tells where home is.
    let journey =
        ((70_i64..78).prop_map(|hour| hour * 60), prop_oneof![Just(360_i64), Just(-300), Just(570), Just(-210)]);
    check_any_life(journey.prop_map(|(at, forward)| Clock::Journey { at, forward }));
}

#[test]
fn every_surface_says_what_happened_in_a_life_with_a_flat_battery() {
    let flat = (any_hour(), 2_i64..6);
    check_any_life(flat.prop_map(|(at, hours)| Clock::FlatBattery { at, until: at + hours * 60 }));
}

#[test]
fn every_surface_says_what_happened_in_a_life_with_daylight_saving_time_set_late() {
    let late = (any::<bool>(), 0_i64..20);
    check_any_life(late.prop_map(|(begins, hours)| Clock::DaylightSaving { begins, set_after: Some(hours * 60 + 20) }));
}

#[test]
fn every_surface_says_what_happened_in_a_life_with_daylight_saving_time_never_set() {
    check_any_life(any::<bool>().prop_map(|begins| Clock::DaylightSaving { begins, set_after: None }));
}

fn number_of(value: &Value) -> f64 {
    number(value).unwrap_or_else(|| panic!("{value} is a number"))
}

#[track_caller]
fn assert_close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance, "{what}: {got}, expected {expected}");
}

#[test]
fn a_day_on_which_two_pumps_logged_is_reported_and_excluded_from_averages() {
    let life = Life {
        sensor_change: DAYS * DAY,
        pump_change: DAY + 860,
        backfill: 360,
        late: 340,
        values: (140, 200),
        rates: (700, 700),
        seconds_apart: 1,
        new_pump_first: false,
        clock: Clock::Right,
    };
    check_life(&life);
    let (old, new) = life.pumps();
    let place = holding([old, new], "UTC");
    let metrics = place.run(&["metrics"]).data;
    assert!(metrics.contains("Two pumps logged basal at the same time on 1 day"), "{metrics}");
    assert_eq!(place.run(&["report", "--output", "report.html"]).code, 0);
    let report = std::fs::read_to_string(place.path().join("report.html")).expect("a report");
    assert!(report.contains("Two pumps logged basal at the same time on 1 day"));
    let verified = place.run(&["verify"]);
    assert_eq!(verified.code, 0, "{}", verified.data);
    for words in ["overlapping pumps", "uncounted readings", "implausible values"] {
        assert!(verified.data.contains(words), "{words}: {}", verified.data);
    }
    let complete =
        rows(&place, "SELECT count(*) AS days, avg(basal_units) AS basal FROM insulin_daily WHERE is_complete");
    assert_close(number_of(&complete[0]["days"]), 3.0, 0.0, "days");
    assert_close(number_of(&complete[0]["basal"]), 16.8, 0.02, "basal");
}

#[test]
fn unknown_insulin_is_said_to_be_unknown() {
    let mut pump = Pump::new("aaaaaaaa-0000-4000-8000-000000000003", first_day());
    for minute in (0..2 * DAY).step_by(5) {
        pump.reading(399, minute, 0, 120);
    }
    pump.bolus(600, 1, 3000, 3000, 30);
    let place = holding([pump], "UTC");
    let day = place.run(&["day", &first_day().to_string()]).data;
    assert!(day.contains("Total unknown: basal unknown, 3.0 U bolus"), "{day}");
    let metrics = place.run(&["metrics"]).data;
    assert!(metrics.contains("unknown") && !metrics.contains("0.0 U/day   "), "{metrics}");
    assert!(place.run(&["verify"]).data.contains("unknown insulin"));
}

#[test]
fn carbs_of_a_bolus_that_delivered_nothing_are_carbs_everywhere() {
    let mut pump = Pump::new("aaaaaaaa-0000-4000-8000-000000000004", first_day());
    pump.basal(0..DAY, 800);
    pump.bolus(600, 1, 3000, 0, 30);
    pump.bolus(800, 2, 3000, 3000, 25);
    let place = holding([pump], "UTC");
    assert_eq!(place.number("SELECT sum(carbs_grams)::BIGINT FROM insulin_daily"), 55);
    assert!(place.run(&["day", &first_day().to_string()]).data.contains("55 g carbs"));
    assert_eq!(place.run(&["export", "--profile", "nightscout", "--output", "out"]).code, 0);
    let treatments = std::fs::read_to_string(place.path().join("out/treatments.json")).expect("a file");
    let treatments: Vec<Value> = serde_json::from_str(&treatments).expect("JSON");
    let carbs: f64 = treatments.iter().filter_map(|treatment| treatment["carbs"].as_f64()).sum();
    assert_close(carbs, 55.0, 0.0, "carbs");
}

#[test]
fn ten_days_of_two_intervals_are_half_and_half() {
    let mut pump = Pump::new("aaaaaaaa-0000-4000-8000-000000000005", first_day());
    (0..3 * DAY).step_by(5).for_each(|minute| pump.reading(399, minute, 0, 100));
    (3 * DAY..6 * DAY).for_each(|minute| pump.reading(480, minute, 0, 220));
    let place = holding([pump], "UTC");
    let metrics = metrics(&place, first_day(), first_day() + Days::new(5));
    for (key, expected) in
        [("tir_70_180", 50.0), ("mean", 160.0), ("gmi", 3.31 + 0.02392 * 160.0), ("active_percent", 100.0)]
    {
        assert_close(number_of(&metrics[key]), expected, 1e-9, key);
    }
}
