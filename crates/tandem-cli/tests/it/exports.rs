//! `tandem export`: files that hold what the tables hold, and a lake that is written only where it changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use store_duckdb::{DuckStore, StoreOptions};
use tandem_sim::history::Scenario;

use crate::lives::{holding, holding_autumn};
use crate::support::Place;
use crate::surfaces::read_signal;

#[test]
fn files_hold_the_rows_and_are_not_replaced_unasked() {
    let place = holding_autumn();
    let run = |more: &[&str]| {
        place.run(
            &[&["export", "--tables", "boluses,cgm_readings", "--format", "csv", "--output", "out"], more].concat(),
        )
    };
    let said = run(&[]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let lines = |name: &str| std::fs::read_to_string(place.path().join(name)).expect("a file").lines().count() as u64;
    assert_eq!(lines("out/cgm_readings.csv"), place.count("cgm_readings") + 1);
    assert_eq!(lines("out/boluses.csv"), place.count("boluses") + 1);
    assert_eq!(run(&[]).code, 2);
    assert_eq!(run(&["--overwrite", "--from", "2026-11-01", "--to", "2026-11-01"]).code, 0);
    assert_eq!(
        lines("out/cgm_readings.csv"),
        place.count("cgm_readings WHERE timestamp::DATE = DATE '2026-11-01'") + 1
    );
    assert_eq!(run(&["--overwrite", "--pump", "1"]).code, 0, "a pump without serial number goes by its id");
    assert_eq!(run(&["--overwrite", "--pump", "123"]).code, 2);
}

#[test]
fn shapes_of_other_programs() {
    let place = holding_autumn();
    for (profile, files) in [
        ("iglu", &["iglu.csv"][..]),
        ("nightscout", &["entries.json", "treatments.json", "devicestatus.json"]),
        ("tidepool", &["cbg.json", "smbg.json", "bolus.json", "wizard.json", "basal.json"]),
    ] {
        let said = place.run(&["export", "--profile", profile, "--output", profile]);
        assert_eq!(said.code, 0, "{profile}: {}", said.talk);
        for file in files.iter().filter(|file| file.ends_with("json")) {
            let text = std::fs::read_to_string(place.path().join(profile).join(file)).expect("a file");
            let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a JSON array");
            assert!(!rows.is_empty(), "{file}");
        }
    }
    let said = place.run(&["metrics", "--csv", "iglu/iglu.csv", "--json"]);
    let from_file: serde_json::Value = serde_json::from_str(&said.data).expect("JSON");
    assert_eq!(from_file["tandem"]["n"], serde_json::Value::from(place.count("cgm_readings")));
}

/// One member of the objects of a file: its name, whether every object has it, and what may stand in it.
type Member = (&'static str, bool, fn(&Value) -> bool);

fn exported(place: &Place, profile: &str, file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(place.path().join(profile).join(file)).expect("a file");
    serde_json::from_str(&text).expect("a JSON array")
}

/// The only number that a query answers.
fn asked(place: &Place, query: &str) -> f64 {
    let said = place.run(&["query", query, "--format", "csv"]);
    said.data.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("{query}: {}", said.talk))
}

/// Every object has what it must, nothing that is not known, and nothing that may not be.
fn check_shape(file: &str, objects: &[Value], members: &[Member]) {
    assert!(!objects.is_empty(), "{file}");
    for object in objects {
        let found = object.as_object().expect("an object");
        for (name, value) in found {
            let member = members.iter().find(|(known, ..)| known == name);
            assert!(member.is_some_and(|(.., may_be)| may_be(value)), "{file}: {name} of {object}");
        }
        let missing = members.iter().find(|(name, required, _)| *required && !found.contains_key(*name));
        assert!(missing.is_none(), "{file}: {missing:?} is missing in {object}");
    }
}

fn is_instant(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.ends_with('Z') && text.parse::<chrono::DateTime<chrono::Utc>>().is_ok())
}

fn is_wall_clock(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<chrono::NaiveDateTime>().is_ok())
}

fn is_offset(value: &Value) -> bool {
    value.as_i64().is_some_and(|minutes| minutes == -240 || minutes == -300)
}

fn is_positive(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number > 0.0)
}

/// The members of a document in the API's description (`swagger.yaml` of version 3), the times of version 1, and `mills`, without
/// which a site counts nothing.
#[test]
fn nightscout_takes_the_documents() {
    let place = holding_autumn();
    assert_eq!(place.run(&["export", "--profile", "nightscout", "--output", "nightscout"]).code, 0);
    let document: [Member; 7] = [
        ("identifier", true, |value| value.as_str().is_some_and(|text| text.starts_with("tandem-"))),
        ("date", true, |value| value.as_i64().is_some_and(|milliseconds| milliseconds > 1_700_000_000_000)),
        ("mills", true, Value::is_i64),
        ("utcOffset", true, is_offset),
        ("app", true, |value| value == "tandem"),
        ("device", true, |value| value == "tandem"),
        ("enteredBy", true, |value| value == "tandem"),
    ];
    let entry: [Member; 5] = [
        ("type", true, |value| value == "sgv"),
        ("sgv", true, |value| value.as_i64().is_some_and(|glucose| (39..=401).contains(&glucose))),
        ("units", true, |value| value == "mg"),
        ("dateString", true, is_instant),
        ("direction", false, |value| {
            let arrows = ["DoubleUp", "SingleUp", "FortyFiveUp", "Flat", "FortyFiveDown", "SingleDown", "DoubleDown"];
            value.as_str().is_some_and(|text| arrows.contains(&text))
        }),
    ];
    let is_rate = |value: &Value| value.as_f64().is_some_and(|rate| (0.0..=20.0).contains(&rate));
    let is_percent = |value: &Value| value.as_f64().is_some_and(|percent| (0.0..=100.0).contains(&percent));
    let treatment: [Member; 20] = [
        ("eventType", true, Value::is_string),
        ("created_at", true, is_instant),
        ("insulin", false, |value| value.as_f64().is_some_and(|units| units > 0.0 && units <= 50.0)),
        ("carbs", false, is_positive),
        ("automatic", false, |value| value == true),
        ("duration", false, |value| value.as_u64().is_some_and(|minutes| minutes > 0)),
        ("durationInMilliseconds", false, |value| value.as_u64().is_some_and(|milliseconds| milliseconds >= 30_000)),
        ("endmills", false, Value::is_i64),
        ("temp", false, |value| value == "absolute"),
        ("absolute", false, is_rate),
        ("rate", false, is_rate),
        ("reason", false, |value| value == "suspended"),
        ("glucose", false, is_positive),
        ("glucoseType", false, |value| value == "Finger"),
        ("units", false, |value| value == "mg/dl"),
        ("enteredinsulin", false, is_positive),
        ("splitNow", false, is_percent),
        ("splitExt", false, is_percent),
        ("notes", false, Value::is_string),
        ("profile", false, Value::is_string),
    ];
    let (entries, treatments) =
        (exported(&place, "nightscout", "entries.json"), exported(&place, "nightscout", "treatments.json"));
    check_shape("entries.json", &entries, &[&document[..], &entry].concat());
    check_shape("treatments.json", &treatments, &[&document[..], &treatment].concat());
    for documents in [&entries, &treatments] {
        let identifiers: BTreeSet<_> = documents.iter().map(|document| document["identifier"].as_str()).collect();
        assert_eq!(identifiers.len(), documents.len(), "each has an identifier of its own");
    }
    let sum = |member: &str| treatments.iter().filter_map(|treatment| treatment[member].as_f64()).sum::<f64>();
    let basal = |treatment: &Value| {
        Some(treatment["rate"].as_f64()? * treatment["durationInMilliseconds"].as_f64()? / 3_600_000.0)
    };
    let basal: f64 = treatments.iter().filter_map(basal).sum();
    for (reported, query) in [
        (sum("insulin"), "SELECT sum(bolus_units) FROM insulin_daily"),
        (sum("carbs"), "SELECT sum(carbs_grams) FROM insulin_daily"),
        (basal, "SELECT sum(basal_units) FROM insulin_daily"),
    ] {
        let expected = asked(&place, query);
        assert!((reported - expected).abs() < 0.05, "{reported} of {expected}: {query}");
    }
    let of = |kind: &str| treatments.iter().filter(|treatment| treatment["eventType"] == kind).count() as u64;
    assert!(
        of("Temp Basal") < place.count("basal_deliveries") && of("Temp Basal") > 0,
        "neighbours with one rate are one"
    );
    assert_eq!(of("BG Check"), place.count("bg_readings WHERE source = 'manual'"));
    assert_eq!(of("Sensor Start"), place.count("sensor_sessions"));
    assert_eq!(of("Suspend Pump"), place.count("suspensions"));
}

/// Carbs of a bolus that delivered nothing, rates of a few seconds, an extended bolus: what is easily lost.
#[test]
fn nightscout_gets_all_insulin_and_carbs_of_every_day() {
    let place = holding(&Scenario::torture(3).days(40).simulate());
    assert_eq!(place.run(&["export", "--profile", "nightscout", "--output", "nightscout"]).code, 0);
    let treatments = exported(&place, "nightscout", "treatments.json");
    let mut days: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for treatment in &treatments {
        let instant =
            treatment["date"].as_i64().expect("a date") + treatment["utcOffset"].as_i64().expect("an offset") * 60_000;
        let day = chrono::DateTime::from_timestamp_millis(instant).expect("an instant").date_naive().to_string();
        let sums = days.entry(day).or_default();
        sums[0] += treatment["insulin"].as_f64().unwrap_or(0.0);
        sums[1] += treatment["carbs"].as_f64().unwrap_or(0.0);
        assert!(treatment["duration"].as_u64() != Some(0), "no duration ends the rate before: {treatment}");
    }
    let said = place.run(&[
        "query",
        "SELECT day, bolus_units, carbs_grams FROM insulin_daily ORDER BY day",
        "--format",
        "csv",
    ]);
    let mut compared = 0;
    for line in said.data.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |cell: &str| cell.parse::<f64>().expect("a number");
        let [insulin, carbs] = days.get(cells[0]).copied().unwrap_or_default();
        assert!(
            (insulin - number(cells[1])).abs() < 0.05 && (carbs - number(cells[2])).abs() < 1.0,
            "{line}: {insulin} {carbs}"
        );
        compared += 1;
    }
    assert!(compared >= 40, "{compared} days");
}

/// The members of a datum in Tidepool's documentation of its data model, for ingestion.
#[test]
fn tidepool_takes_the_data() {
    let place = holding_autumn();
    lengthen(&place);
    assert_eq!(place.run(&["export", "--profile", "tidepool", "--output", "tidepool"]).code, 0);
    let datum: [Member; 5] = [
        ("time", true, is_instant),
        ("deviceTime", true, is_wall_clock),
        ("timezoneOffset", true, is_offset),
        ("conversionOffset", true, |value| value == 0),
        ("deviceId", true, |value| value.as_str().is_some_and(|text| text.starts_with("tandem-"))),
    ];
    let cbg: [Member; 4] = [
        ("type", true, |value| value == "cbg"),
        ("value", true, |value| value.as_i64().is_some_and(|glucose| (0..=1000).contains(&glucose))),
        ("units", true, |value| value == "mg/dL"),
        ("annotations", false, |value| value[0]["code"] == "bg/out-of-range" && value[0]["threshold"].is_i64()),
    ];
    let smbg: [Member; 4] = [
        ("type", true, |value| value == "smbg"),
        ("subType", true, |value| value == "manual"),
        ("value", true, |value| value.as_i64().is_some_and(|glucose| (1..=1000).contains(&glucose))),
        ("units", true, |value| value == "mg/dL"),
    ];
    let wizard: [Member; 10] = [
        ("type", true, |value| value == "wizard"),
        ("units", true, |value| value == "mg/dL"),
        ("carbInput", false, |value| value.as_f64().is_some_and(|grams| (0.0..=1000.0).contains(&grams))),
        ("carbUnits", true, |value| value == "grams"),
        ("bgInput", false, Value::is_i64),
        ("insulinOnBoard", false, Value::is_number),
        ("insulinCarbRatio", false, is_positive),
        ("insulinSensitivity", false, is_positive),
        ("bgTarget", false, |value| is_positive(&value["target"])),
        ("recommended", false, Value::is_object),
    ];
    let is_dose = |value: &Value| value.as_f64().is_some_and(|units| units > 0.0 && units <= 100.0);
    let bolus: [Member; 8] = [
        ("type", true, |value| value == "bolus"),
        ("subType", true, |value| {
            value.as_str().is_some_and(|text| ["normal", "square", "dual/square", "automated"].contains(&text))
        }),
        ("normal", false, is_dose),
        ("expectedNormal", false, is_dose),
        ("extended", false, is_dose),
        ("expectedExtended", false, is_dose),
        ("duration", false, |value| {
            value.as_i64().is_some_and(|milliseconds| (0..=86_400_000).contains(&milliseconds))
        }),
        ("expectedDuration", false, |value| {
            value.as_i64().is_some_and(|milliseconds| (0..=86_400_000).contains(&milliseconds))
        }),
    ];
    let basal: [Member; 4] = [
        ("type", true, |value| value == "basal"),
        ("deliveryType", true, |value| {
            value.as_str().is_some_and(|text| ["scheduled", "temp", "automated", "suspend"].contains(&text))
        }),
        ("duration", true, |value| {
            value.as_i64().is_some_and(|milliseconds| (0..=432_000_000).contains(&milliseconds))
        }),
        ("rate", false, |value| value.as_f64().is_some_and(|rate| (0.0..=20.0).contains(&rate))),
    ];
    check_shape("smbg.json", &exported(&place, "tidepool", "smbg.json"), &[&datum[..], &smbg].concat());
    check_shape("wizard.json", &exported(&place, "tidepool", "wizard.json"), &[&datum[..], &wizard].concat());
    let carbs = |file: &str, grams: fn(&Value) -> Option<f64>| {
        exported(&place, "tidepool", file).iter().filter_map(grams).sum::<f64>()
    };
    let reported = carbs("wizard.json", |datum| datum["carbInput"].as_f64())
        + carbs("food.json", |datum| datum["nutrition"]["carbohydrate"]["net"].as_f64());
    assert_eq!(reported as u64, place.number("SELECT sum(carbs_grams)::BIGINT FROM carb_entries"));
    let files = ["cbg.json", "bolus.json", "basal.json"].map(|file| exported(&place, "tidepool", file));
    check_shape("cbg.json", &files[0], &[&datum[..], &cbg].concat());
    check_shape("bolus.json", &files[1], &[&datum[..], &bolus].concat());
    check_shape("basal.json", &files[2], &[&datum[..], &basal].concat());
    for bolus in &files[1] {
        let has = |name: &str| !bolus[name].is_null();
        let parts = match bolus["subType"].as_str() {
            Some("square") => (false, true, true),
            Some("dual/square") => (true, true, true),
            _ => (true, false, false),
        };
        assert_eq!((has("normal"), has("extended"), has("duration")), parts, "{bolus}");
        assert!(!has("expectedNormal") || bolus["expectedNormal"].as_f64() > bolus["normal"].as_f64(), "{bolus}");
    }
    for basal in &files[2] {
        let is_suspended = basal["deliveryType"] == "suspend";
        assert_eq!(basal["rate"].is_null(), is_suspended, "{basal}");
        assert!(!is_suspended || basal["duration"].as_u64() <= Some(86_400_000), "{basal}");
    }
    let seconds = place.number("SELECT sum(seconds) FROM basal_deliveries WHERE commanded_basal_rate IS NOT NULL");
    let milliseconds: u64 = files[2].iter().filter_map(|basal| basal["duration"].as_u64()).sum();
    assert_eq!(milliseconds, seconds * 1000);
    let rates = place.count("basal_deliveries WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL");
    assert_eq!(files[2].len() as u64, rates + 2 + 1, "three pieces of one, two of another");
    assert!(files[2].iter().any(|basal| basal["deliveryType"] == "automated"));
}

/// Sums over the shapes for research are those of the tables: extended boluses, gaps in the log, a clock that was wrong.
#[test]
fn babelbetes_and_diax_get_all_of_it() {
    let place = holding(&Scenario::torture(3).days(40).simulate());
    forget_a_rate(&place);
    place.file("config.toml", "born = \"1990-05-17\"\n");
    for (profile, person) in [("babelbetes", &["--config", "config.toml"]), ("diax", &["--person", "anna"])] {
        let words = ["export", "--profile", profile, "--output", profile, "--db", "data/tandem.db"];
        let said = place.run(&[&words[..], person].concat());
        assert_eq!(said.code, 0, "{profile}: {}", said.talk);
    }
    let text = std::fs::read_to_string(place.path().join("diax/subj_anna.json")).expect("a file");
    let subject: Value = serde_json::from_str(&text).expect("an object");
    assert_eq!(subject["unique_id"], "anna");
    let signal = |name: &str| read_signal(&subject[name]);
    let total = |name: &str| signal(name).iter().map(|(_, value)| value.expect("a value")).sum::<f64>();
    let hours = |from: DateTime<FixedOffset>, to: DateTime<FixedOffset>| (to - from).as_seconds_f64() / 3600.0;
    let rates = signal("basal_rate");
    let diax_basal: f64 =
        rates.windows(2).map(|steps| steps[0].1.unwrap_or_default() * hours(steps[0].0, steps[1].0)).sum();
    let stored = |kind: &str, expression: &str| stored_by_babelbetes(&place, kind, expression);
    let basal = "(SELECT sum(basal_rate * epoch(lasts)) FROM (SELECT *, lead(datetime) OVER (ORDER BY datetime) - datetime AS lasts
                  FROM store)) / 3600";
    for (theirs, ours) in [
        (
            stored("cgm", "sum(cgm)"),
            "SELECT sum(CASE status WHEN 'low' THEN 40 WHEN 'high' THEN 400 ELSE cgm_reading END)
             FROM cgm_readings WHERE counts",
        ),
        (total("cgm"), "SELECT sum(cgm_reading) FROM cgm_readings WHERE counts"),
        (stored("bolus", "sum(bolus)"), "SELECT sum(delivered_units) FROM boluses"),
        (total("bolus"), "SELECT sum(delivered_units) FROM boluses"),
        (stored("basal", basal), "SELECT sum(commanded_basal_rate * seconds) / 3600000 FROM basal_deliveries"),
        (diax_basal, "SELECT sum(commanded_basal_rate * seconds) / 3600000 FROM basal_deliveries"),
        (stored("carbs", "sum(carbs)"), "SELECT sum(carbs_grams) FROM carb_entries"),
        (total("carbs"), "SELECT sum(carbs_grams) FROM carb_entries"),
        (total("smbg"), "SELECT sum(bg_mgdl) FROM bg_readings WHERE source = 'manual'"),
        (
            stored("bolus", "count(*) FILTER (delivery_duration > 0)"),
            "SELECT count(*) FROM boluses WHERE extended_delivered_units > 0",
        ),
        (
            stored("age", "any_value(age)"),
            "SELECT datesub('year', DATE '1990-05-17', min(local_time)::DATE) FROM cgm_readings",
        ),
    ] {
        let ours = asked(&place, ours);
        assert!((theirs - ours).abs() <= 1e-6 * ours.max(1.0) && ours > 0.0, "{theirs} is not {ours}");
    }
    let longest = stored("bolus", "max(delivery_duration) / 6e10");
    assert!((1.0..=8.0 * 60.0).contains(&longest), "{longest} minutes");
    let (last, others) = rates.split_last().expect("rates");
    assert!(last.1.is_none() && others.iter().any(|(_, rate)| rate.is_none()), "where no rate is known");
}

/// One number about a table of babelbetes' store.
fn stored_by_babelbetes(place: &Place, kind: &str, expression: &str) -> f64 {
    let file = place.path().join(format!("babelbetes/{kind}/study_name=tandem/patient_id=tandem/data.parquet"));
    let query =
        format!("WITH store AS (FROM read_parquet('{}')) SELECT ({expression})::DOUBLE FROM store", file.display());
    let connection = duckdb::Connection::open_in_memory().expect("DuckDB");
    connection.query_row(&query, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// A rate that cannot be, as where the pump logged nonsense.
fn forget_a_rate(place: &Place) {
    let sql = "UPDATE basal_deliveries SET commanded_basal_rate = NULL
               WHERE id = (SELECT id FROM basal_deliveries WHERE seconds BETWEEN 200 AND 400 AND commanded_basal_rate > 0
                           ORDER BY id LIMIT 1 OFFSET 50)";
    let mut store = DuckStore::open(place.path().join("data/tandem.db"), StoreOptions::default()).expect("a database");
    assert_eq!(store.connection().expect("a connection").execute(sql, []).expect(sql), 1);
}

/// Two days and more without a pump, and a rate of a week: longer than a datum may be.
fn lengthen(place: &Place) {
    let sql = "UPDATE basal_deliveries SET seconds = 200000, commanded_basal_rate = 0, commanded_basal_rate_source = 'suspended'
               WHERE id = (SELECT max(id) FROM basal_deliveries WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL);
               UPDATE basal_deliveries SET seconds = 604800
               WHERE id = (SELECT min(id) FROM basal_deliveries WHERE commanded_basal_rate_source LIKE '%algorithm%' AND seconds > 0)";
    let mut store = DuckStore::open(place.path().join("data/tandem.db"), StoreOptions::default()).expect("a database");
    store.connection().expect("a connection").execute_batch(sql).expect(sql);
}

/// Every file of a lake, with the time it was written.
fn files(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        if entry.path().is_dir() {
            all.extend(files(&entry.path()));
        } else {
            all.insert(
                entry.path().display().to_string(),
                entry.metadata().and_then(|data| data.modified()).expect("a time"),
            );
        }
    }
    all
}

/// Whenever it comes, a signal leaves whole files and nothing else.
#[cfg(unix)]
#[test]
fn ctrl_c_leaves_whole_files_only() {
    let place = holding_autumn();
    let export = ["export", "--tables", "all", "--output", "out", "--format", "csv"];
    let mut child = place.command(&export).stderr(std::process::Stdio::null()).spawn().expect("the binary runs");
    let folder = place.path().join("out");
    let has_begun = || std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    while !has_begun() && child.try_wait().expect("the child can be asked").is_none() {
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    let ended = child.wait().expect("it ends").code();
    assert!(matches!(ended, Some(0 | 130)), "{ended:?} after {interrupt:?}");
    let written = files(&folder).into_keys().collect::<Vec<_>>();
    assert!(written.iter().all(|name| !name.contains(".part")), "{written:?}");
    assert_eq!(place.run(&[&export[..], &["--overwrite"]].concat()).code, 0);
    let whole = files(&folder).into_keys().collect::<Vec<_>>();
    assert!(written.iter().all(|name| whole.contains(name)), "{written:?}");
}

#[test]
fn a_lake_is_written_where_it_changed() {
    let place = holding_autumn();
    let export = || place.run(&["export", "--partitioned", "--output", "lake", "--tables", "cgm_readings,boluses"]);
    assert!(export().talk.contains("4 files written, 0 unchanged"), "two tables, two months");
    let first = files(&place.path().join("lake"));
    assert_eq!(first.len(), 8, "and manifest, kind and two locks: {first:?}");
    assert!(first.keys().any(|name| name.ends_with("table=boluses/pump=no-1/month=2026-11/data.parquet")), "{first:?}");
    assert!(export().talk.contains("0 files written, 4 unchanged"));
    assert_eq!(files(&place.path().join("lake")), first);
    assert_eq!(place.run(&["zone", "set", "Europe/Berlin"]).code, 0);
    assert!(export().talk.contains("4 files written, 0 unchanged"), "every instant has moved");
    place.file("other", "");
    let said = place.run(&["export", "--partitioned", "--output", "."]);
    assert!(said.code == 2 && said.talk.contains("contains other files"), "{}", said.talk);
}
