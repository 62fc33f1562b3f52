//! One number for one question: SQL, `day`, `metrics`, `report`, the assistant and the exports say the same of a day, and it is what
//! happened; in lives with changes of pumps and of sensors, journeys and wrong dates, and with numbers that cannot be.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use proptest::prelude::*;
use pump_events::{Event, EventBuilder, EventCode, PumpTime};
use serde_json::{Value, json};

use crate::assistant::Assistant;
use crate::support::Place;

/// The first day of every life here.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, 2).expect("a date")
}

/// A pump and what it logged.
struct Pump {
    assignment: &'static str,
    entries: Vec<Entry>,
    /// The minutes at which its clock was set, and how many minutes it is ahead of home from then on.
    settings: Vec<(i64, i64)>,
}

/// Something that is logged at a time of a clock that is right at home.
struct Entry {
    seconds: i64,
    event: EventBuilder,
    /// When a sensor measured.
    measured: Option<i64>,
}

impl Pump {
    fn new(assignment: &'static str) -> Self {
        Self { assignment, entries: Vec::new(), settings: Vec::new() }
    }

    fn log(&mut self, minute: i64, code: u16, fill: impl FnOnce(EventBuilder) -> EventBuilder) {
        self.log_at(minute * 60, code, fill);
    }

    fn log_at(&mut self, seconds: i64, code: u16, fill: impl FnOnce(EventBuilder) -> EventBuilder) {
        let event = fill(Event::build(EventCode(code.into())));
        self.entries.push(Entry { seconds, event, measured: None });
    }

    fn reading(&mut self, code: u16, minute: i64, seconds: i64, value: u32) {
        self.log(minute, code, |event| set(event, "currentGlucoseDisplayValue", value));
        if let Some(entry) = self.entries.last_mut() {
            entry.measured = Some(minute * 60 + seconds);
        }
    }

    /// A rate in mU/h every five minutes.
    fn basal(&mut self, minutes: std::ops::Range<i64>, rate: u32) {
        for minute in minutes.step_by(5) {
            self.rate(minute * 60, rate);
        }
    }

    fn rate(&mut self, seconds: i64, rate: u32) {
        self.log_at(seconds, 279, |event| set(set(event, "commandedRate", rate), "commandedRateSource", 1));
    }

    /// The last sign of life, a second before `minute`: up to then its last rate was delivered.
    fn ends(&mut self, minute: i64, rate: u32) {
        self.rate(minute * 60 - 1, rate);
    }

    /// A bolus in thousandths of a unit, with carbs.
    fn bolus(&mut self, minute: i64, id: u32, requested: u32, delivered: i32, carbs: u32) {
        let units = |thousandths: f32| thousandths / 1000.0;
        self.log(minute, 64, |event| set(set(event, "bolusId", id), "carbAmount", carbs));
        self.log(minute, 66, |event| {
            let event = set(event, "bolusId", id).set("foodBolusSize", units(requested as f32)).expect("a size");
            event.set("totalBolusSize", units(requested as f32)).expect("a size")
        });
        self.log(minute, 55, |event| {
            set(event, "bolusId", id).set("bolusSize", units(requested as f32)).expect("a size")
        });
        self.log(minute + 1, 20, |event| {
            let event = set(set(event, "bolusId", id), "completionStatus", 3);
            let event = event.set("insulinDelivered", units(delivered as f32)).expect("an amount");
            event.set("insulinRequested", units(requested as f32)).expect("an amount")
        });
    }

    /// The log as the service sends it, in the order in which it was written.
    fn body(mut self) -> String {
        self.entries.sort_by_key(|entry| entry.seconds);
        let (mut texts, mut number, mut ahead) = (Vec::new(), 100, 0);
        let mut write = |event: EventBuilder, time: PumpTime| {
            number += 1;
            let event = event.sequence_number(number).pump_time(time).finish();
            texts.push(pump_events::encode_json(&event, self.assignment));
        };
        let mut settings = self.settings.into_iter().peekable();
        for Entry { seconds, event, measured } in self.entries {
            while let Some((minute, next)) = settings.next_if(|(minute, _)| minute * 60 <= seconds) {
                set_clock(&mut write, minute * 60, (ahead, next * 60));
                ahead = next * 60;
            }
            let event = match measured {
                Some(measured) => set(event, "egvTimeStamp", pump_time(measured + ahead).seconds()),
                None => event,
            };
            write(event, pump_time(seconds + ahead));
        }
        format!("{{\"events\":[{}],\"clockChanges\":[]}}", texts.join(","))
    }
}

/// Logs that a clock was set from so many seconds ahead to others: the date (14), then the time (13), where they differ.
fn set_clock(write: &mut impl FnMut(EventBuilder, PumpTime), seconds: i64, (before, after): (i64, i64)) {
    let wall = |ahead: i64| i64::from(pump_time(seconds + ahead).seconds());
    let (old_day, old_time) = (wall(before) / 86_400, wall(before) % 86_400);
    let (new_day, new_time) = (wall(after) / 86_400, wall(after) % 86_400);
    let number = |number: i64| u32::try_from(number).expect("a number of the pump");
    let build = |code, fields: [(&str, i64); 2]| {
        fields.into_iter().fold(Event::build(EventCode(code)), |event, (name, value)| set(event, name, number(value)))
    };
    if old_day != new_day {
        let time = PumpTime::from_seconds(number(new_day * 86_400 + old_time));
        write(build(14, [("datePrior", old_day), ("dateAfter", new_day)]), time);
    }
    if old_time != new_time {
        let time = PumpTime::from_seconds(number(new_day * 86_400 + new_time));
        write(build(13, [("timePrior", old_time * 1000), ("timeAfter", new_time * 1000)]), time);
    }
}

fn set(event: EventBuilder, field: &str, value: u32) -> EventBuilder {
    event.set(field, value).expect("a field of the event")
}

/// An instant, in seconds from the start of the first day.
fn pump_time(seconds: i64) -> PumpTime {
    let start = NaiveDate::from_ymd_opt(2008, 1, 1).expect("a date").and_time(NaiveTime::MIN);
    let wall: NaiveDateTime = first_day().and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds);
    PumpTime::from_seconds(u32::try_from((wall - start).num_seconds()).expect("after 2008"))
}

/// A place whose database holds the pumps' logs, imported in this order, of a person who lives in UTC.
fn holding(pumps: impl IntoIterator<Item = Pump>) -> Place {
    let place = Place::new();
    for pump in pumps {
        place.file("pump.json", pump.body());
        let said = place.run(&["import", "pump.json", "--time-zone", "UTC"]);
        assert_eq!(said.code, 0, "{}", said.talk);
    }
    place
}

fn rows(place: &Place, query: &str) -> Vec<Value> {
    let said = place.run(&["query", query, "--format", "jsonl"]);
    assert_eq!(said.code, 0, "{query}: {}", said.talk);
    said.data.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

fn metrics(place: &Place, from: NaiveDate, to: NaiveDate) -> Value {
    let said = place.run(&["metrics", "--from", &from.to_string(), "--to", &to.to_string(), "--json"]);
    let mut json: Value =
        serde_json::from_str(&said.data).unwrap_or_else(|_| panic!("JSON: {} {}", said.data, said.talk));
    json["tandem"].take()
}

fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{value} is a number"))
}

#[track_caller]
fn assert_close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance, "{what}: {got}, expected {expected}");
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

/// What happens to the clock.
#[derive(Clone, Copy, Debug)]
enum Clock {
    /// Nothing.
    Right,
    /// It is set to a wrong date, and some hours later to the right one.
    WrongDate { at: i64, until: i64, days: i64 },
    /// Its owner travels and sets it, by `minutes` forward or back, and it stays so.
    Journey { at: i64, forward: i64 },
}

impl Clock {
    fn settings(self) -> Vec<(i64, i64)> {
        match self {
            Self::Right => vec![],
            Self::WrongDate { at, until, days } => vec![(at, days * DAY), (until, 0)],
            Self::Journey { at, forward } => vec![(at, forward)],
        }
    }

    /// The person's day at a minute of home.
    fn day_of(self, minute: i64) -> usize {
        let minute = match self {
            Self::Journey { at, forward } if minute >= at => minute + forward,
            _ => minute,
        };
        (minute / DAY) as usize
    }
}

/// A day with less basal on record is incomplete.
const COMPLETE_HOURS: f64 = 18.0;
const DAY: i64 = 1440;
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
        let (mut old, mut new) =
            (Pump::new("aaaaaaaa-0000-4000-8000-000000000001"), Pump::new("aaaaaaaa-0000-4000-8000-000000000002"));
        let old_end = self.pump_change + self.late;
        old.basal(0..old_end, self.rates.0);
        self.readings(&mut old, 0..old_end, 0);
        self.readings(&mut new, self.pump_change - self.backfill..DAYS * DAY, self.seconds_apart);
        new.basal(self.pump_change..DAYS * DAY, self.rates.1);
        for day in 0..DAYS {
            let minute = day * DAY + 720;
            let pump = if minute < self.pump_change { &mut old } else { &mut new };
            pump.bolus(minute, 10 + day as u32, 4000, if day == 2 { 30_000 } else { 4000 }, 40);
        }
        old.ends(old_end, self.rates.0);
        new.ends(DAYS * DAY, self.rates.1);
        new.settings = self.clock.settings();
        (old, new)
    }

    fn truth(&self) -> Vec<Truth> {
        let mut days: Vec<Truth> = (0..=self.clock.day_of(DAYS * DAY - 1)).map(|_| Truth::default()).collect();
        for minute in 0..DAYS * DAY {
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
        for day in 0..DAYS {
            let truth = &mut days[self.clock.day_of(day * DAY + 720)];
            truth.carbs += 40.0;
            truth.bolus_units += if day == 2 { 0.0 } else { 4.0 };
        }
        days
    }
}

/// Changes on the hour, so that a sensor's last reading stands for five whole minutes.
fn any_life() -> impl Strategy<Value = Life> {
    let sensor = 4_i64..80;
    let pump = 10_i64..60;
    (
        (sensor, pump, any_clock()),
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

/// On the hour too, when the old pump is off and before the log ends.
fn any_clock() -> impl Strategy<Value = Clock> {
    let at = || (70_i64..78).prop_map(|hour| hour * 60);
    let wrong = (at(), 3_i64..14, prop_oneof![Just(366_i64), Just(-31), Just(731)]);
    prop_oneof![
        Just(Clock::Right),
        wrong.prop_map(|(at, hours, days)| Clock::WrongDate { at, until: at + hours * 60, days }),
        (at(), prop_oneof![Just(360_i64), Just(-300), Just(570)])
            .prop_map(|(at, forward)| Clock::Journey { at, forward }),
    ]
}

fn check_life(life: &Life) {
    let (old, new) = life.pumps();
    let place = holding(if life.new_pump_first { [new, old] } else { [old, new] });
    let glucose = rows(&place, "FROM glucose_daily ORDER BY day");
    let insulin = rows(&place, "FROM insulin_daily ORDER BY day");
    let mut assistant = Assistant::of(&place);
    place.run(&["export", "--profile", "iglu", "--output", "out"]);
    place.run(&["export", "--profile", "nightscout", "--output", "out"]);
    let iglu = std::fs::read_to_string(place.path().join("out/iglu.csv")).expect("a file");
    let entries: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(place.path().join("out/entries.json")).expect("a file"))
            .expect("JSON");
    let is_home = !matches!(life.clock, Clock::Journey { .. });
    for (index, truth) in life.truth().iter().enumerate() {
        let day = first_day() + Days::new(index as u64);
        let name = format!("{day} of {life:?}");
        let (view, view_of_insulin) = (&glucose[index], &insulin[index]);
        let metrics = metrics(&place, day, day);
        let (answered, text) = assistant.call("day", &json!({"date": day.to_string()}));
        assert!(answered, "{text}");
        let reported: Value = serde_json::from_str(&text).expect("JSON");
        let of_day = |text: &str| text.contains(&day.to_string());
        for (what, got) in [
            ("SQL", number(&view["readings"])),
            ("metrics", number(&metrics["n"])),
            ("assistant", number(&reported["glucose"]["readings"])),
            ("iglu", iglu.lines().filter(|line| of_day(line)).count() as f64),
            // Its times are instants, so its days are those of home.
            (
                "nightscout",
                if is_home {
                    entries.iter().filter(|entry| of_day(entry["dateString"].as_str().unwrap_or_default())).count()
                        as f64
                } else {
                    truth.readings as f64
                },
            ),
        ] {
            assert_close(got, truth.readings as f64, 0.0, &format!("readings, {what}, {name}"));
        }
        let means = [
            ("SQL", &view["mean_mgdl"], 1e-9),
            ("metrics", &metrics["mean"], 1e-9),
            ("assistant", &reported["glucose"]["mean_mg_dl"], 0.006),
        ];
        for (what, got, tolerance) in means {
            assert_close(number(got), truth.mean(), tolerance, &format!("mean, {what}, {name}"));
        }
        let shares = [
            ("SQL", &view["from_70_to_180_percent"], 1e-9),
            ("metrics", &metrics["tir_70_180"], 1e-9),
            ("assistant", &reported["glucose"]["from_70_to_180_percent"], 0.006),
        ];
        for (what, got, tolerance) in shares {
            assert_close(number(got), truth.in_range(), tolerance, &format!("in range, {what}, {name}"));
        }
        check_insulin(&place, day, truth, view_of_insulin, &reported["insulin"], &name);
    }
    assert_eq!(assistant.part(), 0);
}

fn check_insulin(place: &Place, day: NaiveDate, truth: &Truth, view: &Value, reported: &Value, name: &str) {
    for (what, got, expected, tolerance) in [
        ("basal, SQL", &view["basal_units"], truth.basal_units, 0.02),
        ("basal hours, SQL", &view["basal_hours"], truth.basal_hours, 0.02),
        ("bolus, SQL", &view["bolus_units"], truth.bolus_units, 1e-6),
        ("carbs, SQL", &view["carbs_grams"], truth.carbs, 1e-9),
        ("basal, assistant", &reported["basal_units"], truth.basal_units, 0.03),
        ("basal hours, assistant", &reported["basal_hours_on_record"], truth.basal_hours, 0.03),
        ("bolus, assistant", &reported["bolus_units"], truth.bolus_units, 0.006),
        ("carbs, assistant", &reported["carbs_grams"], truth.carbs, 1e-9),
    ] {
        assert_close(number(got), expected, tolerance, &format!("{what}, {name}"));
    }
    assert_close(number(&reported["basal_units"]), number(&view["basal_units"]), 0.0051, name);
    // A day on the way to the east may have 18 hours to the second, which is where a day begins to be complete.
    if (truth.basal_hours - COMPLETE_HOURS).abs() > 0.1 {
        let is_complete = json!(!truth.pumps_overlap && truth.basal_hours > COMPLETE_HOURS);
        assert_eq!((&view["is_complete"], &reported["is_complete"]), (&is_complete, &is_complete), "{name}");
    }
    let said = place.run(&["day", &day.to_string()]).data;
    assert_eq!(said.contains("Two pumps logged basal at the same time"), truth.pumps_overlap, "{name}: {said}");
    assert!(
        truth.carbs == 0.0
            || said.contains(&format!("{:.1} U bolus", truth.bolus_units))
                && said.contains(&format!("{} g carbs", truth.carbs)),
        "{name}: {said}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_surface_says_the_same_of_a_day_and_it_is_what_happened(life in any_life()) {
        check_life(&life);
    }
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
    let place = holding([old, new]);
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
    assert_close(number(&complete[0]["days"]), 3.0, 0.0, "days");
    assert_close(number(&complete[0]["basal"]), 16.8, 0.02, "basal");
}

#[test]
fn unknown_insulin_is_said_to_be_unknown() {
    let mut pump = Pump::new("aaaaaaaa-0000-4000-8000-000000000003");
    for minute in (0..2 * DAY).step_by(5) {
        pump.reading(399, minute, 0, 120);
    }
    pump.bolus(600, 1, 3000, 3000, 30);
    let place = holding([pump]);
    let day = place.run(&["day", &first_day().to_string()]).data;
    assert!(day.contains("Total unknown: basal unknown, 3.0 U bolus"), "{day}");
    let metrics = place.run(&["metrics"]).data;
    assert!(metrics.contains("unknown") && !metrics.contains("0.0 U/day   "), "{metrics}");
    assert!(place.run(&["verify"]).data.contains("unknown insulin"));
}

#[test]
fn carbs_of_a_bolus_that_delivered_nothing_are_carbs_everywhere() {
    let mut pump = Pump::new("aaaaaaaa-0000-4000-8000-000000000004");
    pump.basal(0..DAY, 800);
    pump.bolus(600, 1, 3000, 0, 30);
    pump.bolus(800, 2, 3000, 3000, 25);
    let place = holding([pump]);
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
    let mut pump = Pump::new("aaaaaaaa-0000-4000-8000-000000000005");
    (0..3 * DAY).step_by(5).for_each(|minute| pump.reading(399, minute, 0, 100));
    (3 * DAY..6 * DAY).for_each(|minute| pump.reading(480, minute, 0, 220));
    let place = holding([pump]);
    let metrics = metrics(&place, first_day(), first_day() + Days::new(5));
    for (key, expected) in
        [("tir_70_180", 50.0), ("mean", 160.0), ("gmi", 3.31 + 0.02392 * 160.0), ("active_percent", 100.0)]
    {
        assert_close(number(&metrics[key]), expected, 1e-9, key);
    }
}
