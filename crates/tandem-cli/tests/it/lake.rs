//! A lake of several people: who may write what into it, what it says of its rows, and how someone gets out of it again.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tandem_sim::history::Scenario;

use crate::lives::{date, holding, holding_autumn};
use crate::support::{Place, Said};

const TABLES: &str = "pumps,cgm_readings,boluses,daily_totals";

fn export(place: &Place, person: &str, more: &[&str]) -> Said {
    let words = ["export", "--partitioned", "--person", person, "--db", "data/tandem.db", "--output", "lake"];
    place.run(&[&words[..], more].concat())
}

fn done(said: &Said) {
    assert_eq!(said.code, 0, "{}", said.talk);
}

/// The files of a folder by their paths below it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn collect(root: &Path, folder: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                collect(root, &entry, all);
            } else {
                let name = entry.strip_prefix(root).expect("below").display().to_string();
                all.insert(name, std::fs::read(&entry).expect("a file"));
            }
        }
    }
    let mut all = BTreeMap::new();
    collect(folder, folder, &mut all);
    all
}

fn of_person<'a>(files: &'a BTreeMap<String, Vec<u8>>, person: &str) -> BTreeMap<&'a str, &'a [u8]> {
    let folder = format!("/person={person}/");
    let is_theirs = |name: &str| name.contains(&folder);
    files
        .iter()
        .filter(|(name, _)| is_theirs(name))
        .map(|(name, content)| (name.as_str(), content.as_slice()))
        .collect()
}

fn json(place: &Place, name: &str) -> Value {
    let text = std::fs::read(place.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn people_share_a_lake_and_leave_it() {
    let place = holding_autumn();
    done(&export(&place, "anna", &["--tables", TABLES]));
    let first = files(&place.path().join("lake"));
    assert!(first.contains_key("table=boluses/person=anna/pump=no-1/month=2026-11/data.parquet"), "{:?}", first.keys());
    assert_eq!(first.keys().filter(|name| name.contains("person=ben")).count(), 0);
    done(&export(&place, "ben", &["--tables", TABLES]));
    let both = files(&place.path().join("lake"));
    assert_eq!(of_person(&both, "anna"), of_person(&first, "anna"), "hers is as it was");
    assert_eq!(of_person(&both, "ben").len(), of_person(&both, "anna").len());
    let again = export(&place, "anna", &["--tables", TABLES]);
    assert!(again.talk.contains("0 files written, 7 unchanged, 0 removed"), "{}", again.talk);

    let unknown = place.run(&["cohort", "remove", "carl", "lake"]);
    assert!(unknown.code == 2 && unknown.talk.contains("it has anna, ben"), "{}", unknown.talk);
    let removed = place.run(&["cohort", "remove", "anna", "lake"]);
    done(&removed);
    assert!(removed.talk.contains("anna: 7 files removed; nothing of this person is left"), "{}", removed.talk);
    let left = files(&place.path().join("lake"));
    assert_eq!(left.iter().filter(|(name, content)| says(name, content, "anna")).count(), 0);
    assert_eq!(of_person(&left, "ben"), of_person(&both, "ben"));
    assert!(!place.path().join("lake/table=boluses/person=anna").exists());
    assert_eq!(place.run(&["cohort", "remove", "anna", "lake"]).code, 2);
    assert_eq!(place.run(&["cohort", "remove", "anna", "."]).code, 2);
    done(&export(&place, "anna", &["--tables", TABLES]));
    let again = files(&place.path().join("lake"));
    assert_eq!(
        of_person(&again, "anna").keys().collect::<Vec<_>>(),
        of_person(&both, "anna").keys().collect::<Vec<_>>()
    );
}

fn says(name: &str, content: &[u8], word: &str) -> bool {
    name.contains(word) || content.windows(word.len()).any(|bytes| bytes == word.as_bytes())
}

#[test]
fn what_does_not_belong_together_is_not_mixed() {
    let place = holding_autumn();
    place.file("key", "k".repeat(32));
    place.file("other-key", "o".repeat(32));
    place.file("short-key", "k".repeat(31));
    let tables = ["--tables", TABLES];
    done(&export(&place, "anna", &tables));
    let secret = |key: &'static str| [&tables[..], &["--pseudonymize", key]].concat();
    let nameless = ["export", "--partitioned", "--output", "lake", "--tables", TABLES];
    let rows: [(Said, &str); 6] = [
        (place.run(&nameless), "has a folder for each person"),
        (export(&place, "17", &tables), "cannot be the name of a person"),
        (export(&place, "ben", &secret("key")), "holds people under their names"),
        (export(&place, "ben", &secret("short-key")), "shorter than 32 characters"),
        (export(&place, "ben", &secret("no-key")), "cannot read the key"),
        (place.run(&[&nameless[..], &["--pseudonymize", "key"]].concat()), "no person to make a pseudonym for"),
    ];
    let before = files(&place.path().join("lake"));
    for (said, words) in rows {
        assert!(said.code == 2 && said.talk.contains(words), "{words}: {}", said.talk);
    }
    assert_eq!(of_person(&before, "anna"), of_person(&files(&place.path().join("lake")), "anna"));

    let in_disguise = |person: &str, more: &[&str]| {
        let words = ["export", "--partitioned", "--person", person, "--db", "data/tandem.db", "--output", "masked"];
        place.run(&[&words[..], &tables, more].concat())
    };
    done(&in_disguise("anna", &["--pseudonymize", "key"]));
    for (more, words) in [
        (&["--pseudonymize", "other-key"][..], "with another key"),
        (&["--pseudonymize", "key", "--shift-days"], "dates are moved for all people or for none"),
        (&[], "holds people under pseudonyms"),
    ] {
        let said = in_disguise("ben", more);
        assert!(said.code == 2 && said.talk.contains(words), "{words}: {}", said.talk);
    }
    done(&in_disguise("ben", &["--pseudonymize", "key"]));
    let removed = place.run(&["cohort", "remove", "ben", "masked", "--pseudonymize", "key"]);
    done(&removed);
    assert_eq!(
        files(&place.path().join("masked")).keys().filter(|name| name.starts_with("_tandem_export.person=")).count(),
        1
    );
}

#[test]
fn a_person_of_the_configuration_brings_their_database() {
    let place = holding_autumn();
    place.file("config.toml", "[person.anna]\ndb = \"data/tandem.db\"\n");
    let export = |words: &[&str]| {
        let all = ["export", "--partitioned", "--config", "config.toml", "--output", "lake", "--tables", TABLES];
        place.run(&[&all[..], words].concat())
    };
    let unknown = export(&["--person", "ben"]);
    assert!(
        unknown.code == 3 && unknown.talk.contains("person \"ben\" is not in the configuration file"),
        "{}",
        unknown.talk
    );
    done(&export(&["--person", "anna"]));
    assert_eq!(of_person(&files(&place.path().join("lake")), "anna").len(), 7);
    let only = export(&[]);
    assert!(
        only.code == 2 && only.talk.contains("has a folder for each person"),
        "who is not named has no folder: {}",
        only.talk
    );
}

#[test]
fn a_lake_without_people_stays_one() {
    let place = holding_autumn();
    let nameless = || place.run(&["export", "--partitioned", "--output", "lake", "--tables", TABLES]);
    done(&nameless());
    // As the first versions left it.
    let files = json(&place, "lake/_tandem_export.json")["files"].clone();
    place.file("lake/_tandem_export.json", serde_json::json!({"version": 1, "schema": 12, "files": files}).to_string());
    std::fs::remove_file(place.path().join("lake/_tandem_lake.json")).expect("removed");
    let said = export(&place, "anna", &["--tables", TABLES]);
    assert!(said.code == 2 && said.talk.contains("is a lake without people"), "{}", said.talk);
    let again = nameless();
    assert!(again.talk.contains("7 files written, 0 unchanged, 0 removed"), "{}", again.talk);
}

#[test]
fn rows_of_two_versions_are_not_mixed() {
    let place = holding_autumn();
    let tables = ["--tables", TABLES];
    done(&export(&place, "anna", &tables));
    let manifest = json(&place, "lake/_tandem_export.person=anna.json");
    for version in ["schema_version", "dictionary_version"] {
        let text = manifest[version].as_str().expect("a version");
        assert_eq!(json(&place, "lake/_tandem_lake.json")[version], text);
        let files = files(&place.path().join("lake"));
        for (name, content) in of_person(&files, "anna") {
            assert!(
                says(name, content, &format!("tandem_{version}")) && says(name, content, text),
                "{name}: {version}"
            );
        }
    }
    // As an earlier version would have left it.
    for name in ["lake/_tandem_lake.json", "lake/_tandem_export.person=anna.json"] {
        let mut value = json(&place, name);
        value["schema_version"] = "11-0".into();
        place.file(name, value.to_string());
    }
    let mixed = export(&place, "ben", &tables);
    assert!(mixed.code == 2 && mixed.talk.contains("another version of tandem"), "{}", mixed.talk);
    assert!(mixed.talk.contains("export everyone into a new folder"), "{}", mixed.talk);
    let in_part = export(&place, "anna", &["--tables", "boluses"]);
    assert!(in_part.code == 2 && in_part.talk.contains("files of another version or kind"), "{}", in_part.talk);
    let alone = export(&place, "anna", &tables);
    assert!(alone.talk.contains("7 files written, 0 unchanged"), "a person alone is written again: {}", alone.talk);
    done(&export(&place, "ben", &tables));
}

/// Every part comes out right, however often and wherever its exporters are killed.
#[test]
fn killed_exporters_leave_a_lake_that_the_next_run_completes() {
    const KILLS: usize = 10;
    let places = [date(2026, 9, 28), date(2026, 10, 5)]
        .map(|first| holding(&Scenario::new(first, 6, chrono_tz::Tz::America__New_York).simulate()));
    let expected = tempfile::tempdir().expect("a folder");
    let lake = tempfile::tempdir().expect("a folder");
    let run = |person: usize, folder: &Path| {
        let output = folder.join("lake").display().to_string();
        let name = ["anna", "ben"][person];
        let words = ["export", "--partitioned", "--person", name, "--db", "data/tandem.db", "--output", &output];
        places[person].command(&[&words[..], &["--tables", TABLES]].concat())
    };
    for person in [0, 1] {
        done(&places[person].said(&run(person, expected.path()).output().expect("it runs")));
    }
    let started = std::time::Instant::now();
    done(&places[0].said(&run(0, &lake.path().join("timing")).output().expect("it runs")));
    let whole = started.elapsed();
    let mut killed = 0;
    for round in 0..KILLS {
        let mut pair = [0, 1].map(|person| {
            run(person, lake.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs")
        });
        // Spread over the run of one of them, which is about what two at once take each.
        std::thread::park_timeout(whole * round as u32 * 12 / (10 * KILLS as u32));
        for child in &mut pair {
            child.kill().expect("killed");
            killed += usize::from(child.wait().expect("it ends").code().is_none());
        }
    }
    assert!(killed >= KILLS / 2, "{killed} of {} exporters were killed", 2 * KILLS);
    for person in [0, 1] {
        done(&places[person].said(&run(person, lake.path()).output().expect("it runs")));
    }
    let (found, expected) = (files(&lake.path().join("lake")), files(&expected.path().join("lake")));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, content) in &expected {
        assert!(found[name] == *content, "{name} differs");
    }
}
