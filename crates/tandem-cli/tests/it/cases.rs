//! Kinds of days that are wrong though each single event is right. Each kind is checked in two histories with other numbers.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::lives::date;
use crate::pumps::{DAY, Pump, holding, import};
use crate::support::Place;
use crate::surfaces::{Quantity, Surfaces, metrics, number, rows};

const OLD_PUMP: &str = "aaaaaaaa-0000-4000-8000-000000000011";
const NEW_PUMP: &str = "aaaaaaaa-0000-4000-8000-000000000012";

/// The person's day at an instant at home.
fn day_in(zone: &str) -> impl Fn(DateTime<Utc>) -> NaiveDate + use<> {
    let zone: Tz = zone.parse().expect("a zone");
    move |instant| instant.with_timezone(&zone).date_naive()
}

/// The instant of the first midnight.
fn midnight(zone: &str, day: NaiveDate) -> DateTime<Utc> {
    let zone: Tz = zone.parse().expect("a zone");
    day.and_time(NaiveTime::MIN).and_local_timezone(zone).single().expect("a midnight").to_utc()
}

/// A text without the line breaks of a narrow screen.
fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A clock whose date is wrong for a while. Basal and glucose never change and have no gaps.
struct WrongDate {
    zone: &'static str,
    start: NaiveDate,
    days: i64,
    at: i64,
    hours: i64,
    wrong_by_days: i64,
    wrong_year: i32,
    glucose: u32,
    rate: u32,
}

impl WrongDate {
    fn pump(&self, until: i64) -> Pump {
        let mut pump = Pump::new(OLD_PUMP, self.start);
        pump.basal(0..until, self.rate);
        pump.readings(399, 0..until, 5, self.glucose);
        pump.set_clock(self.at, self.wrong_by_days * DAY);
        pump.set_clock(self.at + self.hours * 60, 0);
        pump
    }

    fn check(&self) {
        let place = holding([self.pump(self.days * DAY)], self.zone);
        let newest = self.start + Days::new(self.days as u64 - 1);
        let mut surfaces = Surfaces::of(&place, day_in(self.zone));
        let days: Vec<_> = self.start.iter_days().take(self.days as usize).collect();
        assert_eq!(surfaces.days(), days);
        for day in days {
            let expected = [
                (Quantity::Readings, 288.0),
                (Quantity::Mean, f64::from(self.glucose)),
                (Quantity::BasalUnits, 24.0 * f64::from(self.rate) / 1000.0),
                (Quantity::BasalHours, 24.0),
            ];
            surfaces.check(day, &expected, self.zone);
        }
        assert!(!surfaces.report().contains(&format!("id=\"d{}-", self.wrong_year)));
        surfaces.part();
        assert_newest_day(&place, newest, self.wrong_year);
        self.check_times(&place);
        let verified = place.run(&["verify"]);
        assert_eq!(verified.code, 0, "{}", verified.data);
        assert!(in_one_line(&verified.data).contains(&format!("({} h)", self.hours)), "{}", verified.data);
        // While it has not been corrected, too.
        let cut = self.at + self.hours * 30;
        let place = holding([self.pump(cut)], self.zone);
        assert_newest_day(&place, self.start + Days::new((cut as u64 - 1) / DAY as u64), self.wrong_year);
    }

    /// The pump's own time is kept, and the instants have no gap.
    fn check_times(&self, place: &Place) {
        let shown = format!("SELECT count(*) FROM cgm_readings WHERE year(timestamp) = {}", self.wrong_year);
        assert_eq!(place.number(&shown), self.hours as u64 * 12);
        let first = midnight(self.zone, self.start).timestamp();
        let misplaced = format!(
            "SELECT count(*) FROM (SELECT epoch_us(timestamp_utc) // 1000000 AS measured, row_number() OVER (ORDER BY id) AS place FROM cgm_readings)
             WHERE measured <> {first} + (place - 1) * 300"
        );
        assert_eq!(place.number(&misplaced), 0);
    }
}

/// The newest day and what is shown without a date are of this day, and nothing shows the wrong year.
fn assert_newest_day(place: &Place, newest: NaiveDate, wrong_year: i32) {
    let status: serde_json::Value = serde_json::from_str(&place.run(&["status", "--json"]).data).expect("JSON");
    let pump = &status["pumps"][0];
    assert_eq!(pump["last_day"], newest.to_string());
    assert!(pump["newest_event_local"].as_str().is_some_and(|time| time.starts_with(&newest.to_string())), "{pump}");
    assert!(place.run(&["status"]).data.contains(&format!("newest  {newest}")));
    for command in
        [&["day"][..], &["metrics"], &["week"], &["tail", "-n", "5"], &["report", "--no-days", "--output", "-"]]
    {
        let said = place.run(command);
        let shown = if command[0] == "report" { newest.format("%-d %B %Y") } else { newest.format("%Y-%m-%d") };
        let shown = shown.to_string();
        assert!(said.data.contains(&shown), "{command:?} shows {shown}: {}", said.data);
        let wrong = [format!("{wrong_year}-"), format!(" {wrong_year}<")];
        assert!(!wrong.iter().any(|wrong| said.data.contains(wrong)), "{command:?} shows {wrong_year}");
    }
}

#[test]
fn wrong_year() {
    let two_years_ahead = WrongDate {
        zone: "Europe/Berlin",
        start: date(2026, 6, 1),
        days: 10,
        at: 6 * DAY,
        hours: 30,
        wrong_by_days: 731,
        wrong_year: 2028,
        glucose: 118,
        rate: 800,
    };
    let a_year_behind = WrongDate {
        zone: "America/New_York",
        start: date(2026, 9, 7),
        days: 7,
        at: 2 * DAY + 860,
        hours: 51,
        wrong_by_days: -365,
        wrong_year: 2025,
        glucose: 164,
        rate: 1100,
    };
    two_years_ahead.check();
    a_year_behind.check();
}

/// A journey that no zone was set for, imported after the days at home.
struct Journey {
    zone: &'static str,
    start: NaiveDate,
    /// The minute at which the clock is set, and by how many minutes.
    at: i64,
    forward: i64,
    /// The minute of the return, where there is one.
    back: Option<i64>,
    end: i64,
    hint: &'static str,
    /// The zone that is suggested, and from when on.
    suggestion: (&'static str, &'static str),
}

impl Journey {
    fn check(&self) {
        let mut pump = Pump::new(OLD_PUMP, self.start);
        pump.basal(0..self.end, 1000);
        pump.readings(399, 0..self.end, 5, 125);
        pump.set_clock(self.at, self.forward);
        if let Some(back) = self.back {
            pump.set_clock(back, 0);
        }
        let uploads = pump.bodies(&[self.at]);
        let place = Place::new();
        let (first, start) =
            (midnight(self.zone, self.start), "SELECT epoch_us(timestamp_utc) FROM cgm_readings ORDER BY id");
        let truth: Vec<i64> =
            (0..self.end).step_by(5).map(|minute| (first + TimeDelta::minutes(minute)).timestamp_micros()).collect();
        let home = truth.iter().copied().take((self.at / 5) as usize).collect::<Vec<_>>();
        import(&place, &uploads[0], self.zone);
        assert_eq!(instants(&place, start), home);
        let said = import(&place, &uploads[1], self.zone);
        assert_eq!(instants(&place, start), truth, "what was established does not move");
        let away = format!(
            "SELECT count(*) FROM cgm_readings WHERE utc_source = 'clock_change' AND epoch_us(timestamp_utc) BETWEEN {} AND {}",
            truth[(self.at / 5) as usize],
            truth[(self.back.unwrap_or(self.end) / 5) as usize - 1]
        );
        assert_eq!(place.number(&away), ((self.back.unwrap_or(self.end) - self.at) / 5) as u64);
        let (zone, from) = self.suggestion;
        let suggestion = format!("tandem zone set {zone} --from {from}");
        for words in [said, place.run(&["status"]).data, place.run(&["doctor"]).data, place.run(&["verify"]).data] {
            let words = in_one_line(&words);
            assert!(
                words.contains(self.hint) && words.contains("looks like travel") && words.contains(&suggestion),
                "{words}"
            );
        }
        assert_eq!(place.run(&["zone", "set", zone, "--from", from]).code, 0);
        let moved: Vec<_> =
            instants(&place, start).iter().zip(&truth).map(|(got, truth)| (got - truth).abs()).collect();
        assert!(moved.iter().all(|moved| *moved <= 1_000_000), "{:?}", moved.iter().max());
    }
}

fn instants(place: &Place, query: &str) -> Vec<i64> {
    let said = place.run(&["query", query, "--format", "csv", "--limit", "0"]);
    said.data.lines().skip(1).map(|line| line.parse().expect("a number")).collect()
}

#[test]
fn journey_untold() {
    let east = Journey {
        zone: "America/Chicago",
        start: date(2026, 4, 2),
        at: 9 * DAY + 360,
        forward: 420,
        back: None,
        end: 12 * DAY + 360,
        hint: "moved forward 7 h on 11 April 2026",
        suggestion: ("Europe/Berlin", "2026-04-11"),
    };
    let west_by_half_hours_and_back = Journey {
        zone: "Asia/Kolkata",
        start: date(2026, 6, 20),
        at: 11 * DAY + 600,
        forward: -270,
        back: Some(16 * DAY + 900),
        end: 21 * DAY,
        hint: "moved back 4 h 30 min on 1 July 2026",
        suggestion: ("Europe/London", "2026-07-01"),
    };
    east.check();
    west_by_half_hours_and_back.check();
}

/// Half a day that is corrected soon is no journey.
#[test]
fn half_of_the_day_is_no_journey() {
    for (forward, hours) in [(720, 20), (-720, 64)] {
        let mut pump = Pump::new(OLD_PUMP, date(2026, 4, 2));
        pump.basal(0..9 * DAY, 900);
        pump.readings(256, 0..9 * DAY, 5, 131);
        pump.set_clock(4 * DAY + 540, forward);
        pump.set_clock(4 * DAY + 540 + hours * 60, 0);
        let place = holding([pump], "America/Chicago");
        let mut surfaces = Surfaces::of(&place, day_in("America/Chicago"));
        for day in surfaces.days() {
            surfaces.check(day, &[(Quantity::Readings, 288.0), (Quantity::BasalUnits, 21.6)], "half of the day");
        }
        surfaces.part();
        assert!(!place.run(&["status"]).data.contains("travel"));
        let verified = place.run(&["verify"]).data;
        assert!(verified.contains("12 h"), "{verified}");
    }
}

/// One sensor after the other, with other intervals and values.
struct TwoIntervals {
    zone: &'static str,
    /// Event, interval in minutes, days and value.
    sensors: [(u16, usize, i64, u32); 2],
    in_range: f64,
}

impl TwoIntervals {
    fn check(&self) {
        let start = date(2026, 2, 1);
        let [(code, interval, days, value), (next_code, next_interval, next_days, next_value)] = self.sensors;
        let mut pump = Pump::new(OLD_PUMP, start);
        pump.readings(code, 0..days * DAY, interval, value);
        pump.readings(next_code, days * DAY..(days + next_days) * DAY, next_interval, next_value);
        let place = holding([pump], self.zone);
        let all = days + next_days;
        let metrics = metrics(&place, start, start + Days::new(all as u64 - 1));
        let mean = (days as f64 * f64::from(value) + next_days as f64 * f64::from(next_value)) / all as f64;
        for (name, expected) in
            [("tir_70_180", self.in_range), ("mean", mean), ("gmi", 3.31 + 0.02392 * mean), ("active_percent", 100.0)]
        {
            let got = number(&metrics[name]).expect("a number");
            assert!((got - expected).abs() < 1e-9, "{name}: {got}, expected {expected}");
        }
        let mut surfaces = Surfaces::of(&place, day_in(self.zone));
        for (number, day) in surfaces.days().into_iter().enumerate() {
            let is_first = (number as i64) < days;
            let (value, interval) = if is_first { (value, interval) } else { (next_value, next_interval) };
            let expected = [(Quantity::Readings, (1440 / interval) as f64), (Quantity::Mean, f64::from(value))];
            surfaces.check(day, &expected, self.zone);
        }
        surfaces.part();
    }
}

#[test]
fn minute_sensor() {
    let half_and_half = TwoIntervals { zone: "UTC", sensors: [(399, 5, 5, 110), (480, 1, 5, 210)], in_range: 50.0 };
    let the_minute_sensor_first =
        TwoIntervals { zone: "Asia/Tokyo", sensors: [(480, 1, 3, 95), (256, 5, 6, 251)], in_range: 100.0 / 3.0 };
    half_and_half.check();
    the_minute_sensor_first.check();
}

/// A sensor that two pumps report: minutes of the day.
struct Replacement {
    swap: i64,
    backfill: i64,
    old_end: i64,
    new_end: i64,
    seconds_apart: i64,
    values: (u32, u32),
    /// Readings that are logged, and that count.
    logged: u64,
    counting: u64,
}

impl Replacement {
    fn check(&self) {
        let day = date(2026, 3, 10);
        for old_first in [true, false] {
            let mut old = Pump::new(OLD_PUMP, day);
            old.basal(0..self.old_end, 700);
            let mut new = Pump::new(NEW_PUMP, day);
            new.basal(self.swap..self.new_end, 900);
            for minute in (0..self.new_end).step_by(5) {
                let value = if minute % 60 < 15 { self.values.0 } else { self.values.1 };
                if minute < self.old_end {
                    old.reading(399, minute, 0, value);
                }
                if minute >= self.swap - self.backfill {
                    new.reading(399, minute, self.seconds_apart, value);
                }
            }
            self.check_day(&holding(if old_first { [old, new] } else { [new, old] }, "UTC"), day);
        }
    }

    fn check_day(&self, place: &Place, day: NaiveDate) {
        assert_eq!(place.count("cgm_readings"), self.logged);
        assert_eq!(place.number("SELECT count(*) FROM cgm_readings WHERE counts"), self.counting);
        assert_eq!(
            place.number("SELECT count(*) FROM cgm_readings WHERE not_counted_because = 'other_source'"),
            self.logged - self.counting
        );
        let minutes: Vec<_> = (0..self.new_end).step_by(5).collect();
        let lows = minutes.iter().filter(|minute| *minute % 60 < 15).count() as f64;
        let share = lows / minutes.len() as f64;
        let expected = [
            (Quantity::Readings, self.counting as f64),
            (Quantity::Mean, share * f64::from(self.values.0) + (1.0 - share) * f64::from(self.values.1)),
            (Quantity::InRange, 100.0 * (1.0 - share)),
            (Quantity::BasalHours, self.new_end as f64 / 60.0),
        ];
        let mut surfaces = Surfaces::of(place, day_in("UTC"));
        surfaces.check(day, &expected, "a replacement");
        assert!(!surfaces.is_complete(day));
        let words = "wo pumps logged basal at the same time";
        assert!(surfaces.report().contains(words));
        surfaces.part();
        for command in [&["day"][..], &["metrics"]] {
            assert!(place.run(command).data.contains(words), "{command:?}");
        }
        assert!(rows(place, "FROM insulin_daily WHERE is_complete").is_empty());
        let verified = place.run(&["verify"]).data;
        assert!(verified.contains("uncounted readings") && verified.contains("overlapping pumps"), "{verified}");
    }
}

#[test]
fn one_sensor_two_pumps() {
    let in_the_afternoon = Replacement {
        swap: 860,
        backfill: 360,
        old_end: 1200,
        new_end: 1340,
        seconds_apart: 1,
        values: (62, 140),
        logged: 408,
        counting: 268,
    };
    let in_the_morning = Replacement {
        swap: 540,
        backfill: 180,
        old_end: 750,
        new_end: 1080,
        seconds_apart: 0,
        values: (58, 171),
        logged: 294,
        counting: 216,
    };
    in_the_afternoon.check();
    in_the_morning.check();
}

/// A day with one plausible bolus, basal and readings, and numbers that cannot be.
struct Impossible {
    /// Requested and delivered thousandths of a unit.
    boluses: &'static [(u32, i32)],
    /// A rate in mU/h for a minute.
    rate: u32,
    readings: &'static [u32],
    /// What is violated, by event.
    violated: &'static [&'static str],
}

impl Impossible {
    fn check(&self) {
        let day = date(2026, 5, 20);
        let mut pump = Pump::new(OLD_PUMP, day);
        pump.basal(0..DAY, 1000);
        pump.readings(399, 0..DAY, 5, 120);
        pump.bolus(480, 1, 3000, 3000, 30);
        for ((requested, delivered), number) in self.boluses.iter().zip(2..) {
            pump.bolus(480 + 60 * i64::from(number), number, *requested, *delivered, 20);
        }
        pump.rate(1201 * 60, self.rate);
        pump.rate(1202 * 60, 1000);
        for (value, number) in self.readings.iter().zip(0..) {
            pump.reading(399, 1262 + 10 * number, 0, *value);
        }
        let place = holding([pump], "UTC");
        let expected = [
            (Quantity::Readings, 288.0),
            (Quantity::Mean, 120.0),
            (Quantity::BasalUnits, 24.0 - 1.0 / 60.0),
            (Quantity::BolusUnits, 3.0),
            (Quantity::CarbsGrams, 30.0 + 20.0 * self.boluses.len() as f64),
        ];
        let mut surfaces = Surfaces::of(&place, day_in("UTC"));
        surfaces.check(day, &expected, "impossible numbers");
        assert!(surfaces.day_on_screen(day).contains(&format!("impossible amount for {} bolus", self.boluses.len())));
        surfaces.part();
        let listed = rows(&place, "SELECT limit_violated FROM implausible_values ORDER BY events_id");
        let listed: Vec<_> = listed.iter().map(|row| row["limit_violated"].as_str().expect("a limit")).collect();
        assert_eq!(listed, self.violated);
        assert_eq!(
            place.number("SELECT count(*) FROM boluses WHERE delivered_units IS NULL"),
            self.boluses.len() as u64
        );
        let verified = place.run(&["verify", "--json"]);
        assert_eq!(verified.code, 0, "{}", verified.data);
        for limit in self.violated {
            assert!(verified.data.contains(limit), "{limit}: {}", verified.data);
        }
    }
}

#[test]
fn impossible_numbers() {
    let by_far = Impossible {
        boluses: &[(4000, 400_000), (4000, -1000)],
        rate: 60_000,
        readings: &[1020],
        violated: &["at most 25 U per bolus", "not negative", "at most 15 U/h", "20 to 600 mg/dL"],
    };
    let by_a_little = Impossible {
        boluses: &[(5500, 5700), (26_000, 25_500), (2000, -50)],
        rate: 15_100,
        readings: &[19, 601],
        violated: &[
            "not more than requested",
            "at most 25 U per bolus",
            "not negative",
            "at most 15 U/h",
            "20 to 600 mg/dL",
            "20 to 600 mg/dL",
        ],
    };
    by_far.check();
    by_a_little.check();
}

/// Days of a pump without Control-IQ.
struct OlderPump {
    days: i64,
    /// Minutes of the day and rates in U/h.
    rates: &'static [(i64, f32)],
    units_a_day: f64,
    /// After these days it was updated, at noon, to a rate in mU/h.
    updated: Option<u32>,
}

impl OlderPump {
    fn check(&self) {
        let start = date(2026, 1, 10);
        let mut pump = Pump::new(OLD_PUMP, start);
        for day in 0..self.days {
            self.rates.iter().for_each(|(minute, rate)| pump.rate_before_control_iq(day * DAY + minute, *rate));
        }
        let end = self.days * DAY + if self.updated.is_some() { DAY } else { 0 };
        if let Some(rate) = self.updated {
            pump.rate_before_control_iq(self.days * DAY, 1.0);
            pump.basal(self.days * DAY + 720..end, rate);
            // What it still logs of the profile no longer counts.
            pump.rate_before_control_iq(end - 60, 2.0);
        }
        pump.readings(256, 0..end, 5, 133);
        pump.log_last(end);
        let place = holding([pump], "UTC");
        let mut surfaces = Surfaces::of(&place, day_in("UTC"));
        for day in surfaces.days() {
            let is_update = (day - start).num_days() == self.days;
            let units = if is_update {
                12.0 + 12.0 * f64::from(self.updated.unwrap_or_default()) / 1000.0
            } else {
                self.units_a_day
            };
            surfaces.check(day, &[(Quantity::BasalUnits, units), (Quantity::BasalHours, 24.0)], "an older pump");
            assert!(surfaces.is_complete(day));
        }
        surfaces.part();
        let overlaps = "SELECT count(*) FROM (SELECT *, lead(timestamp_utc) OVER (ORDER BY id) AS next FROM basal_deliveries) WHERE ended_utc <> next";
        assert_eq!(place.number(overlaps), 0, "neither gap nor overlap");
    }
}

#[test]
fn before_control_iq() {
    let four_days =
        OlderPump { days: 4, rates: &[(0, 0.65), (360, 0.95), (1320, 0.75)], units_a_day: 20.6, updated: None };
    let updated = OlderPump {
        days: 2,
        rates: &[(0, 1.2), (330, 0.8), (1080, 1.5)],
        units_a_day: 5.5 * 1.2 + 12.5 * 0.8 + 6.0 * 1.5,
        updated: Some(600),
    };
    four_days.check();
    updated.check();
}

/// Where no event tells the rate, the day's insulin is unknown and not 0.
#[test]
fn unknown_basal() {
    for (days, units) in [(2, 3000), (5, 7200)] {
        let start = date(2026, 1, 10);
        let mut pump = Pump::new(OLD_PUMP, start);
        pump.readings(399, 0..days * DAY, 5, 120);
        pump.bolus(600, 1, units, units as i32, 30);
        let place = holding([pump], "UTC");
        let known = "SELECT count(*) FROM insulin_daily WHERE basal_units IS NOT NULL OR total_units IS NOT NULL OR is_complete";
        assert_eq!(place.number(known), 0);
        let bolus = format!("basal unknown, {:.1} U bolus", f64::from(units) / 1000.0);
        assert!(place.run(&["day", "2026-01-10"]).data.contains(&bolus), "{bolus}");
        assert!(place.run(&["metrics"]).data.contains("unknown"));
        assert!(place.run(&["verify"]).data.contains("unknown insulin"));
        assert_eq!(place.run(&["report", "--output", "report.html"]).code, 0);
        let report = std::fs::read_to_string(place.path().join("report.html")).expect("a report");
        assert!(report.contains("basal unknown"), "the report says so, too");
    }
}
