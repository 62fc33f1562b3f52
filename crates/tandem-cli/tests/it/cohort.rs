//! Metrics that an engine computes from a lake, against those of the program.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta};
use duckdb::Connection;
use report::insulin::{BasalSegment, BasalSource, Bolus, BolusOrigin, InsulinRows, InsulinSummary};
use report::{Metrics, MetricsOptions, MgPerDl, Reading, ReadingStatus, Timestamp, Window};
use serde_json::{Map, Value};
use store_duckdb::COHORT_METRICS;
use tandem_sim::history::{Behaviours, Scenario};

use crate::lives::{date, holding, holding_autumn, one_reading};
use crate::support::Place;

/// What an engine computes.
const KEYS: [&str; 21] = [
    "n",
    "mean",
    "sd",
    "cv",
    "gmi",
    "tbr2_lt54",
    "tbr1_54_69",
    "tbr_lt70",
    "tir_70_180",
    "titr_70_140",
    "tar_gt180",
    "tar1_181_250",
    "tar2_gt250",
    "gri",
    "active_percent",
    "active_percent_last_14_days",
    "active_percent_of_calendar_days",
    "complete_insulin_days",
    "tdd",
    "basal_per_day",
    "bolus_per_day",
];

/// Compares two objects of metrics; a key that one lacks is null.
fn check(what: &str, found: &Value, expected: &Value) {
    for key in KEYS {
        let close = match (found[key].as_f64(), expected[key].as_f64()) {
            (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            (None, None) => true,
            _ => false,
        };
        assert!(close, "{what}: {key} is {}, not {}", found[key], expected[key]);
    }
}

fn json(place: &Place, arguments: &[&str]) -> Value {
    let said = place.run(arguments);
    assert_eq!(said.code, 0, "{}", said.talk);
    serde_json::from_str(&said.data).expect("JSON")
}

/// Three lives: a change of clocks, two pumps with everything that can happen, and a single reading.
#[test]
fn a_lake_has_the_metrics_of_each_of_its_people() {
    let mut two_pumps = Scenario::demo().start(date(2026, 10, 24)).days(16).behaviours(Behaviours::all());
    two_pumps.pumps_mut()[1].first_day = 9;
    two_pumps.pumps_mut()[0].factory_start = true;
    let people = [("anna", holding_autumn()), ("ben", holding(&two_pumps.simulate())), ("carl", one_reading())];
    let lake = tempfile::tempdir().expect("a folder");
    let output = lake.path().join("lake").display().to_string();
    for (person, place) in &people {
        let said =
            place.run(&["export", "--partitioned", "--person", person, "--db", "data/tandem.db", "--output", &output]);
        assert_eq!(said.code, 0, "{}", said.talk);
    }
    let found = json(&people[0].1, &["cohort", "metrics", &output]);
    let names: Vec<_> = found.as_object().expect("people").keys().collect();
    assert_eq!(names, ["anna", "ben", "carl"]);
    for (person, place) in &people {
        let expected = &json(place, &["metrics", "--json"])["tandem"];
        check(person, &found[person], expected);
    }
    assert!(found["ben"]["tdd"].as_f64().is_some_and(|units| units > 1.0), "{}", found["ben"]);
    assert_eq!(people[0].1.run(&["cohort", "metrics", "--sql"]).data, COHORT_METRICS);
    let outdated =
        json_file(&lake.path().join("lake/_tandem_lake.json"), |kind| kind["schema_version"] = "11-0".into());
    let said = people[0].1.run(&["cohort", "metrics", &output]);
    assert!(said.code == 2 && said.talk.contains("another version of tandem"), "{outdated}: {}", said.talk);
}

fn json_file(path: &std::path::Path, change: impl FnOnce(&mut Value)) -> Value {
    let mut value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    change(&mut value);
    std::fs::write(path, value.to_string()).expect("written");
    value
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit as u64) as i64
    }
}

/// A person whose rows are made up, and their metrics by the crate `report`.
struct MadeUp {
    readings: Vec<Reading>,
    insulin: InsulinRows,
    /// Rows of the three tables as SQL values.
    rows: [String; 3],
}

fn stamp(seconds: i64, offset: i64) -> Timestamp {
    let utc = DateTime::from_timestamp(seconds, 0).expect("a time");
    Timestamp::new((utc + TimeDelta::seconds(offset)).naive_utc(), utc)
}

fn start() -> i64 {
    NaiveDate::from_ymd_opt(2026, 3, 28).and_then(|day| day.and_hms_opt(0, 0, 0)).expect("a time").and_utc().timestamp()
}

/// `person` over twenty days: sensors of one and of five minutes (`intervals`), gaps, a repeated instant, a change of the clock, pumps that overlap, rates that last for days.
fn made_up(person: &str, seed: u64, intervals: &[i64], readings: usize) -> MadeUp {
    let (mut dice, mut made) =
        (Dice(seed), MadeUp { readings: Vec::new(), insulin: InsulinRows::default(), rows: Default::default() });
    let zone = |seconds: i64| if seconds < start() + 5 * 86400 + 3600 { 3600 } else { 7200 };
    let clock = |stamp: Timestamp| stamp.wall.format("%Y-%m-%d %H:%M:%S").to_string();
    let mut at = start() + dice.below(7200);
    for index in 0..readings {
        let interval = intervals[index * intervals.len() / readings];
        let (glucose, stamp) = (40 + dice.below(300), stamp(at, zone(at)));
        made.readings.push(Reading {
            at: stamp,
            glucose: MgPerDl::new(glucose as f64).expect("a concentration"),
            status: ReadingStatus::Ok,
            interval_minutes: interval as f64 / 60.0,
        });
        let utc = stamp.utc.format("%Y-%m-%d %H:%M:%S+00").to_string();
        let _ = write!(
            made.rows[0],
            "('{person}', '{0}', '{0}', '{utc}', {1}, {glucose}, {interval}, true, 'zone'),",
            clock(stamp),
            zone(at)
        );
        at += interval + dice.below(20) + if dice.below(40) == 0 { dice.below(20_000) } else { 0 };
    }
    let mut at = start() - 3000;
    while at < start() + 18 * 86400 {
        let seconds = if dice.below(60) == 0 { 3 * 86400 + dice.below(90_000) } else { 60 + dice.below(9000) };
        let (rate, begin, offset) = (dice.below(2500), stamp(at, zone(at)), zone(at));
        let end = stamp(at + seconds, offset);
        made.insulin.basal.push(BasalSegment {
            start: begin,
            end,
            units_per_hour: rate as f64 / 1000.0,
            source: BasalSource::Profile,
        });
        let utc = begin.utc.format("%Y-%m-%d %H:%M:%S+00").to_string();
        let _ = write!(
            made.rows[1],
            "('{person}', '{0}', '{0}', '{utc}', {offset}, {rate}, {seconds}, 'zone'),",
            clock(begin)
        );
        // Now and then another pump logs at the same time, or no pump does.
        at += match dice.below(90) {
            0 => seconds / 2,
            1 => seconds + 4000,
            _ => seconds,
        };
        let units = dice.below(900) as f64 / 100.0;
        let (asked, started) = (stamp(at, zone(at)), stamp(at + 30, zone(at)));
        made.insulin.boluses.push(Bolus {
            start: started,
            end: started,
            delivered_units: Some(units),
            extended_units: 0.0,
            requested_food_units: 0.0,
            requested_correction_units: 0.0,
            carbs_grams: 0.0,
            origin: BolusOrigin::User,
            overridden: false,
        });
        let utc = asked.utc.format("%Y-%m-%d %H:%M:%S+00").to_string();
        let _ = write!(
            made.rows[2],
            "('{person}', '{0}', '{0}', '{1}', '{utc}', {units}, 'zone'),",
            clock(asked),
            clock(started)
        );
    }
    made
}

impl MadeUp {
    fn expected(&self) -> Value {
        let starts =
            self.readings.iter().map(|reading| reading.at).chain(self.insulin.basal.iter().map(|basal| basal.start));
        let asked = self.insulin.boluses.iter().map(|bolus| {
            stamp(bolus.start.utc.timestamp() - 30, (bolus.start.wall - bolus.start.utc.naive_utc()).num_seconds())
        });
        let all: Vec<_> = starts.chain(asked).collect();
        let (first, last) =
            (all.iter().min_by_key(|at| at.utc).expect("rows"), all.iter().max_by_key(|at| at.utc).expect("rows"));
        let midnight = |at: Timestamp, days: i64| {
            let wall = (at.date() + TimeDelta::days(days)).and_time(chrono::NaiveTime::MIN);
            Timestamp::new(wall, at.utc + (wall - at.wall))
        };
        let window = Window { start: midnight(*first, 0), end: midnight(*last, 1) };
        let mut metrics = serde_json::to_value(Metrics::of(&self.readings, &MetricsOptions::default())).expect("JSON");
        let day = InsulinSummary::new(&self.insulin, &window).average.of_complete_days;
        metrics["complete_insulin_days"] = day.map(|day| day.days).into();
        metrics["tdd"] = day.and_then(|day| day.total_units()).into();
        metrics["basal_per_day"] = day.and_then(|day| day.basal_units).into();
        metrics["bolus_per_day"] = day.map(|day| day.bolus_units).into();
        metrics
    }
}

#[test]
fn made_up_people_have_the_same_metrics_in_sql() {
    let people: [(&str, MadeUp); 6] = [
        ("five", made_up("five", 1, &[300], 3000)),
        ("one", made_up("one", 2, &[60], 5000)),
        ("both", made_up("both", 3, &[300, 60, 300], 4000)),
        ("pair", made_up("pair", 4, &[300], 2)),
        ("single", made_up("single", 5, &[300], 1)),
        ("uneven", made_up("uneven", 6, &[270], 800)),
    ];
    let connection = Connection::open_in_memory().expect("DuckDB");
    let columns = [
        (
            "cgm_readings",
            "person VARCHAR, local_time TIMESTAMP, timestamp TIMESTAMP, timestamp_utc TIMESTAMPTZ, utc_offset_seconds BIGINT, cgm_reading INTEGER, interval_seconds INTEGER, counts BOOLEAN, utc_source VARCHAR",
        ),
        (
            "basal_deliveries",
            "person VARCHAR, local_time TIMESTAMP, timestamp TIMESTAMP, timestamp_utc TIMESTAMPTZ, utc_offset_seconds BIGINT, commanded_basal_rate INTEGER, seconds BIGINT, utc_source VARCHAR",
        ),
        (
            "boluses",
            "person VARCHAR, local_time TIMESTAMP, timestamp TIMESTAMP, started TIMESTAMP, timestamp_utc TIMESTAMPTZ, delivered_units DOUBLE, utc_source VARCHAR",
        ),
    ];
    for (index, (table, columns)) in columns.iter().enumerate() {
        let rows: String = people.iter().map(|(_, made)| made.rows[index].as_str()).collect();
        let text = format!(
            "SET TimeZone = 'UTC'; CREATE TABLE {table} ({columns}); INSERT INTO {table} VALUES {}",
            rows.trim_end_matches(',')
        );
        connection.execute_batch(&text).expect("rows");
    }
    let mut statement =
        connection.prepare(&format!("SELECT to_json(m)::VARCHAR FROM ({COHORT_METRICS}) m")).expect("SQL");
    let objects = statement.query_map([], |row| row.get::<_, String>(0)).expect("metrics");
    let mut found: Map<String, Value> = Map::new();
    for object in objects {
        let object: Value = serde_json::from_str(&object.expect("a row")).expect("JSON");
        found.insert(object["person"].as_str().expect("a person").to_owned(), object);
    }
    assert_eq!(found.len(), people.len());
    let mut complete = Vec::new();
    for (person, made) in &people {
        let expected = made.expected();
        check(person, &found[*person], &expected);
        complete.push(expected["complete_insulin_days"].as_f64().expect("a number"));
    }
    let fewest = complete.iter().copied().fold(f64::MAX, f64::min);
    let most = complete.iter().copied().fold(0.0, f64::max);
    assert!(fewest > 2.0 && fewest < most, "some days are complete and some are not: {complete:?}");
}
