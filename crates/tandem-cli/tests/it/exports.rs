//! `tandem export`: files that hold what the tables hold, and a lake that is written only where it changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;
use store_duckdb::{DuckStore, StoreOptions};

use crate::lives::{autumn, holding};
use crate::support::Place;

#[test]
fn files_hold_the_rows_and_are_not_replaced_unasked() {
    let place = holding(&autumn());
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
    let place = holding(&autumn());
    for (profile, files) in [
        ("iglu", &["iglu.csv"][..]),
        ("nightscout", &["entries.json", "treatments.json"]),
        ("tidepool", &["cbg.json", "bolus.json", "basal.json"]),
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

/// The members of a document in the API's description (`swagger.yaml` of version 3), and the times of version 1.
#[test]
fn nightscout_takes_the_documents() {
    let place = holding(&autumn());
    assert_eq!(place.run(&["export", "--profile", "nightscout", "--output", "nightscout"]).code, 0);
    let document: [Member; 6] = [
        ("identifier", true, |value| value.as_str().is_some_and(|text| text.starts_with("tandem-"))),
        ("date", true, |value| value.as_i64().is_some_and(|milliseconds| milliseconds > 1_700_000_000_000)),
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
    let treatment: [Member; 12] = [
        ("eventType", true, |value| {
            let kinds = ["Meal Bolus", "Correction Bolus", "Combo Bolus", "Carb Correction", "Temp Basal"];
            value.as_str().is_some_and(|text| kinds.contains(&text))
        }),
        ("created_at", true, is_instant),
        ("insulin", false, |value| value.as_f64().is_some_and(|units| (0.0..=50.0).contains(&units))),
        ("carbs", false, is_positive),
        ("automatic", false, |value| value == true),
        ("duration", false, is_positive),
        ("absolute", false, |value| value.as_f64().is_some_and(|rate| (0.0..=20.0).contains(&rate))),
        ("enteredinsulin", false, is_positive),
        ("relative", false, is_positive),
        ("splitNow", false, |value| value.as_f64().is_some_and(|percent| (0.0..100.0).contains(&percent))),
        ("splitExt", false, |value| value.as_f64().is_some_and(|percent| percent > 0.0 && percent <= 100.0)),
        ("notes", false, Value::is_string),
    ];
    let (entries, treatments) =
        (exported(&place, "nightscout", "entries.json"), exported(&place, "nightscout", "treatments.json"));
    check_shape("entries.json", &entries, &[&document[..], &entry].concat());
    check_shape("treatments.json", &treatments, &[&document[..], &treatment].concat());
    for documents in [&entries, &treatments] {
        let identifiers: BTreeSet<_> = documents.iter().map(|document| document["identifier"].as_str()).collect();
        assert_eq!(identifiers.len(), documents.len(), "each has an identifier of its own");
    }
    // Of a combo bolus, what is given later is in its rate.
    let insulin = |treatment: &Value| {
        let number = |name: &str| treatment[name].as_f64().unwrap_or(0.0);
        number("insulin") + number("relative") * number("duration") / 60.0
    };
    let boluses = treatments.iter().filter(|treatment| treatment["absolute"].is_null());
    let told: f64 = boluses.map(insulin).sum();
    let given = place.run(&["query", "SELECT sum(delivered_units) FROM boluses", "--format", "csv"]);
    let given: f64 = given.data.lines().nth(1).expect("a sum").parse().expect("a number");
    assert!((told - given).abs() < 0.05, "{told} U are told of {given} U");
}

/// The members of a datum in Tidepool's documentation of its data model, for ingestion.
#[test]
fn tidepool_takes_the_data() {
    let place = holding(&autumn());
    lengthen(&place);
    assert_eq!(place.run(&["export", "--profile", "tidepool", "--output", "tidepool"]).code, 0);
    let datum: [Member; 5] = [
        ("time", true, is_instant),
        ("deviceTime", true, is_wall_clock),
        ("timezoneOffset", true, is_offset),
        ("conversionOffset", true, |value| value == 0),
        ("deviceId", true, |value| value.as_str().is_some_and(|text| text.starts_with("tandem-"))),
    ];
    let cbg: [Member; 3] = [
        ("type", true, |value| value == "cbg"),
        ("value", true, |value| value.as_i64().is_some_and(|glucose| (0..=1000).contains(&glucose))),
        ("units", true, |value| value == "mg/dL"),
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
    let place = holding(&autumn());
    let export = ["export", "--tables", "all", "--output", "out", "--format", "csv"];
    let mut child = place.command(&export).stderr(std::process::Stdio::null()).spawn().expect("the binary runs");
    let folder = place.path().join("out");
    let has_begun = || std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
    while !has_begun() && child.try_wait().expect("the child can be asked").is_none() {
        std::thread::yield_now();
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
    let place = holding(&autumn());
    let export = || place.run(&["export", "--partitioned", "--output", "lake", "--tables", "cgm_readings,boluses"]);
    assert!(export().talk.contains("4 files written, 0 unchanged"), "two tables, two months");
    let first = files(&place.path().join("lake"));
    assert_eq!(first.len(), 5, "and the manifest: {first:?}");
    assert!(first.keys().any(|name| name.ends_with("table=boluses/pump=no-1/month=2026-11/data.parquet")), "{first:?}");
    assert!(export().talk.contains("0 files written, 4 unchanged"));
    assert_eq!(files(&place.path().join("lake")), first);
    assert_eq!(place.run(&["zone", "set", "Europe/Berlin"]).code, 0);
    assert!(export().talk.contains("4 files written, 0 unchanged"), "every instant has moved");
    place.file("other", "");
    let said = place.run(&["export", "--partitioned", "--output", "."]);
    assert!(said.code == 2 && said.talk.contains("a folder with other files"), "{}", said.talk);
}
