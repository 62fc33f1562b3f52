//! A database that is cut off, overwritten or no database: exit 5, the reason, and what to do.

use crate::support::{Place, event};

const EXIT_USAGE: i32 = 2;
const EXIT_DATABASE: i32 = 5;

fn stored() -> (Place, Vec<u8>) {
    let place = Place::new();
    let events: Vec<String> = (1..=4_000).map(|number| event(number, 100 + number % 900)).collect();
    place.file("events.json", events.join("\n"));
    assert_eq!(place.run(&["import", "events.json"]).code, 0);
    let file = std::fs::read(place.path().join("data/tandem.db")).expect("a database");
    (place, file)
}

/// Each command answers from what is there, or ends with exit 5 and names no mistake of ours.
#[track_caller]
fn check(place: &Place, name: &str, file: &[u8]) -> usize {
    let mut refused = 0;
    let commands: [&[&str]; 4] = [
        &["status"],
        &["verify"],
        &[
            "query",
            "SELECT count(*), sum(length(raw_event_data)), sum(length(event_data)) FROM raw_events JOIN events USING (id)",
        ],
        &["import", "events.json"],
    ];
    for command in commands {
        std::fs::write(place.path().join("data/tandem.db"), file).expect("a database");
        let said = place.run(command);
        if said.code == EXIT_DATABASE {
            refused += 1;
            assert!(said.talk.contains("hint: "), "{name}, {command:?}: {}", said.talk);
        } else {
            assert!([0, 6].contains(&said.code), "{name}, {command:?}: {} {}", said.code, said.talk);
        }
        assert!(!said.talk.contains("bug in tandem"), "{name}, {command:?}: {}", said.talk);
    }
    refused
}

#[test]
fn a_file_that_is_cut_off_is_named_as_damaged() {
    let (place, file) = stored();
    let parts = [1, 3, 8, 12, 17, 19];
    let refused: usize =
        parts.iter().map(|part| check(&place, &format!("{part} of 20"), &file[..file.len() * part / 20])).sum();
    assert!(refused > 12, "most of these cannot be read: {refused} of 24");
}

#[test]
fn blocks_that_were_overwritten_are_named_as_damaged() {
    let (place, file) = stored();
    let mut refused = 0;
    for part in [1, 4, 6, 9, 11, 14] {
        let (mut broken, at) = (file.clone(), file.len() * part / 16);
        let end = broken.len().min(at + file.len() / 16);
        broken[at..end].fill(0xa5);
        refused += check(&place, &format!("byte {at}"), &broken);
    }
    assert!(refused > 0, "some of these blocks are in use");
}

#[test]
fn what_is_no_database_file_is_named() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("folder")).expect("a folder");
    let rows: [(&str, i32, &str); 5] = [
        ("folder", EXIT_DATABASE, "folder"),
        (":memory:", EXIT_USAGE, "not the name of a file"),
        ("md:mine", EXIT_USAGE, "not the name of a file"),
        ("s3://bucket/tandem.db", EXIT_USAGE, "not the name of a file"),
        ("ducklake:mine", EXIT_USAGE, "not the name of a file"),
    ];
    for (name, code, words) in rows {
        for command in [["status", "--quiet"], ["parse", "--quiet"]] {
            let said = place.run(&[&command[..], &["--db", name]].concat());
            assert_eq!(said.code, code, "{name}, {command:?}: {}", said.talk);
            assert!(said.talk.contains(words) && said.talk.contains("hint: "), "{name}, {command:?}: {}", said.talk);
        }
    }
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let (place, _) = stored();
    for variable in ["TANDEM_TIME_ZONE", "TANDEM_DB", "TANDEM_PERSON", "TANDEM_CONFIG"] {
        let output = place.command(&["status"]).env(variable, "").output().expect("the binary runs");
        let said = place.said(&output);
        assert_eq!(said.code, 0, "{variable}: {}", said.talk);
    }
}
