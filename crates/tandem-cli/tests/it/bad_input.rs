//! Bad input: what is said, how the program exits, and that the rows that were there are there.

use base64::Engine as _;

use crate::support::{Place, event, record};

const REGION_OF_TIME: &str = "note: assuming the pump's clock shows";

/// Imports `content` as `file` beside five good events, and checks exit code, words, and how many events are there after.
fn check(name: &str, content: &[u8], arguments: &[&str], code: i32, phrases: &[&str], events: u64) {
    let place = Place::new();
    let good: Vec<String> = (1..=5).map(|number| event(number, 800)).collect();
    place.file("good.json", good.join("\n"));
    let said = place.run(&["import", "good.json"]);
    assert_eq!(said.code, 0, "{name}: {}", said.talk);
    place.file("file", content);
    let said = place.run(&[&["import", "file"], arguments].concat());
    assert_eq!(said.code, code, "{name}: {}{}", said.data, said.talk);
    for phrase in phrases {
        assert!(said.talk.contains(phrase), "{name}: {phrase:?} in {}", said.talk);
    }
    if code != 0 {
        assert!(said.talk.contains("hint: "), "{name} says what to do: {}", said.talk);
    }
    assert_eq!(place.count("raw_events"), events, "{name}");
    assert_eq!(place.count("events"), events, "{name}");
}

#[test]
fn files_that_are_no_archives_or_not_whole_ones() {
    let records = [record(6, 900), record(7, 900)].concat();
    let encoded = base64::engine::general_purpose::STANDARD.encode(&records);
    let body = format!(r#"{{"events":[{},{}"#, event(6, 900), &event(7, 900)[..60]);
    check("a diary", b"Dear diary, today all was well.", &[], 6, &["error: file is not an archive of pump history"], 5);
    check("an HTML page", b"<html><body>404</body></html>", &[], 6, &["HTML"], 5);
    check("nothing", b"", &[], 6, &["error: file is empty"], 5);
    check("half a record", &records[..39], &["--pump", "11"], 6, &["damaged after 1 good events", "byte 26"], 6);
    check(
        "a stray byte",
        encoded.replacen('A', "*", 1).as_bytes(),
        &["--pump", "11"],
        6,
        &["base64 does not decode"],
        5,
    );
    check("a cut body", body.as_bytes(), &[], 6, &["damaged after 1 good events", "cut off at line 1"], 6);
    check("records of no pump", &records, &[], 2, &["does not say which pump", "--pump"], 5);
}

#[test]
fn events_without_identity_and_with_other_content() {
    let nameless = event(6, 900).replace("\"sequenceNumber\":6,", "");
    let place = Place::new();
    place.file("one.json", format!("{}\n{nameless}\n", event(1, 800)));
    let said = place.run(&["import", "one.json"]);
    assert_eq!(place.count("raw_events"), 1, "{}", said.talk);
    assert_eq!(place.count("rejected_events"), 1, "events without an id are quarantined");
    place.file("two.json", event(1, 999));
    let said = place.run(&["import", "two.json"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    assert!(said.talk.contains(REGION_OF_TIME) || !said.talk.contains("error"), "{}", said.talk);
    assert_eq!(place.count("raw_event_revisions"), 1, "the former text is kept");
    let rate = place.run(&["query", "SELECT commanded_basal_rate FROM basal_deliveries", "--format", "csv"]);
    assert_eq!(rate.data, "commanded_basal_rate\n999\n", "the newer text is the current one");
    for file in ["one.json", "two.json"] {
        place.run(&["import", file]);
        assert_eq!(place.count("raw_event_revisions"), 1, "neither text is news again");
    }
}

#[test]
fn databases_that_cannot_be_used() {
    let place = Place::new();
    place.file("good.json", event(1, 800));
    assert_eq!(place.run(&["import", "good.json"]).code, 0);
    let database = place.path().join("data/tandem.db");
    let good = std::fs::read(&database).expect("the database is there");

    place.file("no.db", "this is no database at all, but long enough for a header ".repeat(100));
    let said = place.run(&["status", "--db", "no.db"]);
    assert_eq!((said.code, said.talk.contains("not a valid DuckDB database")), (5, true), "{}", said.talk);

    let said = place.run(&["status", "--db", "nothing.db"]);
    assert_eq!((said.code, said.talk.contains("tandem sync")), (5, true), "{}", said.talk);

    let holder = place.path().join("held.db");
    std::fs::write(&holder, &good).expect("a copy");
    let held = store_duckdb::DuckStore::open(&holder, store_duckdb::StoreOptions::default()).expect("opened here");
    let said = place.run(&["import", "good.json", "--db", "held.db"]);
    assert_eq!((said.code, said.talk.contains("another program has the database open")), (5, true), "{}", said.talk);
    drop(held);

    let newer = place.path().join("newer.db");
    std::fs::write(&newer, &good).expect("a copy");
    let mut store = store_duckdb::DuckStore::open(&newer, store_duckdb::StoreOptions::default()).expect("opened");
    let version = store_duckdb::schema_version() + 1;
    let sql = format!("INSERT INTO refinery_schema_history VALUES ({version}, 'future', '2030-01-01T00:00:00Z', '1')");
    store.connection().expect("open").execute_batch(&sql).expect("changed");
    drop(store);
    for command in [&["status", "--db", "newer.db"][..], &["import", "good.json", "--db", "newer.db"]] {
        let said = place.run(command);
        assert_eq!((said.code, said.talk.contains("made by a newer tandem")), (5, true), "{}", said.talk);
    }
    assert_eq!(place.count("raw_events"), 1, "the good database is untouched");
}

#[test]
fn a_folder_that_cannot_be_written() {
    let place = Place::new();
    place.file("good.json", event(1, 800));
    // A file where the folder should be stops even root.
    place.file("data", "in the way");
    let said = place.run(&["import", "good.json"]);
    assert_eq!((said.code, said.talk.contains("cannot create the folder data")), (5, true), "{}", said.talk);
}
