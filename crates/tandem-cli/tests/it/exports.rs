//! `tandem export`: files that hold what the tables hold, and a lake that is written only where it changed.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use crate::lives::{autumn, holding};

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
