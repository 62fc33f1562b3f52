//! What commands say of a whole life, of one reading, and of nothing at all.

use serde_json::Value;

use crate::lives::{empty, holding_autumn, one_reading};

#[test]
fn an_empty_database_is_no_accident() {
    let place = empty();
    let rows: [(&[&str], i32, &str); 8] = [
        (&["metrics"], 0, "no readings yet"),
        (&["report"], 6, "nothing to report"),
        (&["report", "--from", "2026-03-01", "--to", "2026-03-02"], 0, "0 readings"),
        (&["day"], 0, "no data yet"),
        (&["day", "2026-03-01"], 0, "No data for this day"),
        (&["verify"], 0, "no errors found in 0 events"),
        (&["export"], 0, "cgm_readings.parquet  0 rows"),
        (&["explain", "boluses", "1"], 2, "`boluses` has no row with the id 1"),
    ];
    for (arguments, code, words) in rows {
        let said = place.run(arguments);
        assert_eq!(said.code, code, "{arguments:?}: {}{}", said.data, said.talk);
        assert!(format!("{}{}", said.data, said.talk).contains(words), "{arguments:?}: {}{}", said.data, said.talk);
    }
}

#[test]
fn a_file_that_is_not_there_is_not_made() {
    for command in [
        &["metrics"][..],
        &["report"],
        &["day"],
        &["verify"],
        &["export"],
        &["explain", "boluses", "1"],
        &["zone", "list"],
    ] {
        let place = crate::support::Place::new();
        let said = place.run(command);
        assert_eq!(said.code, 5, "{command:?}: {}", said.talk);
        assert!(!place.path().join("data/tandem.db").exists(), "{command:?}");
    }
}

#[test]
fn one_reading_makes_a_report_and_a_day() {
    let place = one_reading();
    let said = place.run(&["report", "--output", "r.html"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let page = std::fs::read_to_string(place.path().join("r.html")).expect("the report");
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("NaN"));
    let said = place.run(&["day"]);
    assert!(said.data.contains("1 reading"), "{}", said.data);
    let said = place.run(&["report", "--output", "r.html"]);
    assert_eq!(said.code, 0, "an earlier report is replaced");
    assert!(said.talk.contains("file://") && said.talk.contains("r.html"), "{}", said.talk);
    std::fs::write(place.path().join("r.html"), "<!DOCTYPE html>mine").expect("a file of the person's own");
    assert_eq!(place.run(&["report", "--output", "r.html"]).code, 2, "another file is not replaced unasked");
    assert_eq!(place.run(&["report", "--output", "r.html", "--overwrite"]).code, 0);
    let last = std::fs::read_dir(place.path()).expect("a folder").filter_map(Result::ok);
    assert!(last.map(|entry| entry.file_name()).all(|name| !name.to_string_lossy().contains(".part")));
}

#[test]
fn a_day_fits_the_screen() {
    let place = holding_autumn();
    for width in [80, 120] {
        let output =
            place.command(&["day", "2026-10-31"]).env("COLUMNS", width.to_string()).output().expect("the binary runs");
        let said = place.said(&output);
        let widest = said.data.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|widest| widest <= width), "{width}: {}", said.data);
        for words in ["Saturday 2026-10-31", "basal", "bolus", "in range"] {
            assert!(said.data.contains(words), "{width} {words}: {}", said.data);
        }
        assert!(!said.data.contains('\u{1b}'), "colours where there is no terminal");
    }
}

#[test]
fn a_zone_set_twice_changes_nothing_more() {
    let place = holding_autumn();
    let utc = |place: &crate::support::Place| {
        place
            .run(&[
                "query",
                "SELECT min(timestamp_utc), count(*), sum(utc_offset_seconds) FROM cgm_readings",
                "--format",
                "csv",
            ])
            .data
    };
    let before = utc(&place);
    assert_eq!(place.run(&["zone", "set", "Europe/Berlin"]).code, 0);
    let moved = utc(&place);
    assert_ne!(before, moved);
    let said = place.run(&["zone", "set", "Europe/Berlin"]);
    assert!(said.code == 0 && said.talk.contains("nothing changed"), "{}", said.talk);
    assert_eq!(utc(&place), moved);
    assert_eq!(place.run(&["zone", "set", "America/New_York"]).code, 0);
    assert_eq!(utc(&place), before);
    let said = place.run(&["zone", "set", "America/New_Yorc"]);
    assert!(said.code == 3 && said.talk.contains("did you mean America/New_York?"), "{}", said.talk);
}

#[test]
fn a_bolus_is_explained_down_to_the_raw_text() {
    let place = holding_autumn();
    let said = place.run(&["query", "SELECT id FROM boluses ORDER BY id LIMIT 1", "--format", "csv"]);
    let id = said.data.lines().nth(1).expect("a bolus").to_owned();
    let said = place.run(&["explain", "boluses", &id, "--json"]);
    let json: Value = serde_json::from_str(&said.data).expect("JSON");
    let events = json["events"].as_array().expect("events");
    assert!(events.len() >= 3, "{json}");
    assert!(
        events.iter().all(|event| event["raw_event_data"].as_str().is_some_and(|raw| raw.contains("sequenceNumber")))
    );
    assert!(place.run(&["explain", "boluses", &id]).data.contains("LID_BOLUS_REQUESTED_MSG1"));
    let said = place.run(&["explain", "bolus", &id]);
    assert!(said.code == 2 && said.talk.contains("did you mean boluses?"), "{}", said.talk);
}

#[test]
fn every_shell_gets_its_completions() {
    let place = crate::support::Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = place.run(&["completions", shell]);
        assert!(said.code == 0 && said.data.contains("metrics"), "{shell}: {}", said.talk);
    }
}
