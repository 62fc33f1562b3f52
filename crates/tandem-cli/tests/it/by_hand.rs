//! A person works in the file with another program: what went missing or was changed is reported, and what can be is restored.

use std::sync::OnceLock;

use store_duckdb::{DuckStore, StoreOptions};

use crate::support::{Place, event};

const EXIT_DATABASE: i32 = 5;
const EXIT_DATA: i32 = 6;

/// A place with ten events in a file and in its database, which is made once and copied for each.
fn stored() -> Place {
    static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
    let place = Place::new();
    let events: Vec<String> = (1..=10).map(|number| event(number, 800)).collect();
    place.file("events.json", events.join("\n"));
    let database = DATABASE.get_or_init(|| {
        assert_eq!(place.run(&["import", "events.json"]).code, 0);
        assert_eq!(place.run(&["verify"]).code, 0);
        std::fs::read(place.path().join("data/tandem.db")).expect("a database")
    });
    std::fs::create_dir_all(place.path().join("data")).expect("a folder");
    place.file("data/tandem.db", database);
    place
}

fn change(place: &Place, sql: &str) {
    let mut store = DuckStore::open(place.path().join("data/tandem.db"), StoreOptions::default()).expect("a database");
    store.connection().expect("a connection").execute_batch(sql).expect(sql);
}

#[test]
fn deleted_events_are_missed_until_they_arrive_again() {
    for delete in [
        "DELETE FROM raw_events WHERE sequence_number = 4",
        "DELETE FROM raw_events WHERE sequence_number > 7",
        "DELETE FROM raw_events",
    ] {
        let place = stored();
        change(&place, delete);
        let said = place.run(&["verify"]);
        assert_eq!((said.code, said.data.contains("lost raw events")), (EXIT_DATA, true), "{delete}: {}", said.data);
        assert_eq!(place.run(&["import", "events.json"]).code, 0);
        let said = place.run(&["verify"]);
        assert_eq!(said.code, 0, "{delete}: {}", said.data);
        assert_eq!((place.count("raw_events"), place.count("events")), (10, 10), "{delete}");
    }
}

#[test]
fn values_that_were_edited_are_found() {
    for edit in [
        "UPDATE raw_events SET raw_event_data = replace(raw_event_data, ':800', ':900') WHERE sequence_number = 4",
        "UPDATE events SET event_data = replace(event_data, ':800', ':900') WHERE sequence_number = 9",
        "UPDATE raw_events SET raw_event_data = '{}' WHERE sequence_number = 1",
    ] {
        let place = stored();
        change(&place, edit);
        let said = place.run(&["verify"]);
        assert_eq!((said.code, said.data.contains("altered events")), (EXIT_DATA, true), "{edit}: {}", said.data);
    }
}

#[test]
fn views_of_ours_are_restored_with_the_next_command() {
    for change_view in [
        "DROP VIEW cgm_5min",
        "CREATE OR REPLACE VIEW insulin_daily AS SELECT 1 AS one",
        "DROP VIEW meals; CREATE VIEW meals AS SELECT 1 AS one",
    ] {
        let place = stored();
        let columns = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL";
        let expected = place.run(&["query", columns, "--limit", "0"]).data;
        change(&place, change_view);
        let said = place.run(&["query", columns, "--limit", "0"]);
        assert!(said.talk.contains("were dropped or replaced"), "{change_view}: {}", said.talk);
        assert_eq!(said.data, expected, "{change_view}");
        assert_eq!(place.run(&["verify"]).code, 0);
    }
}

#[test]
fn work_that_was_left_undone_is_mentioned_and_completed() {
    let place = stored();
    assert_eq!(place.run(&["zone", "set", "Berlin"]).code, 0);
    change(
        &place,
        "INSERT INTO pending_derivations SELECT id, id::BIGINT << 48 FROM pumps; DELETE FROM basal_deliveries",
    );
    for command in [["query", "SELECT 1"], ["status", "--quiet"], ["metrics", "--quiet"]] {
        let said = place.run(&command);
        let is_mentioned = said.talk.contains("are not in the tables yet");
        assert_eq!(is_mentioned, !command.contains(&"--quiet"), "{command:?}: {}", said.talk);
    }
    let said = place.run(&["verify"]);
    assert_eq!((said.code, said.data.contains("pending derivations")), (EXIT_DATA, true), "{}", said.data);
    let said = place.run(&["zone", "set", "Berlin"]);
    assert!(said.code == 0 && said.talk.contains("basal_deliveries"), "{}", said.talk);
    assert_eq!((place.run(&["verify"]).code, place.count("basal_deliveries")), (0, 10));
    let said = place.run(&["zone", "set", "Berlin"]);
    assert!(said.talk.contains("nothing changed"), "{}", said.talk);
}

/// Events 11 to 14 arrive after the person's change; the code, and words that name what is in the way.
#[track_caller]
fn check_arrival(sql: &str, code: i32, phrases: &[&str]) -> Place {
    let place = stored();
    change(&place, sql);
    let events: Vec<String> = (11..=14).map(|number| event(number, 900)).collect();
    place.file("more.json", events.join("\n"));
    let said = place.run(&["import", "more.json"]);
    assert_eq!(said.code, code, "{sql}: {}", said.talk);
    for phrase in phrases {
        assert!(said.talk.contains(phrase), "{sql}: {phrase} in {}", said.talk);
    }
    assert!(!said.talk.contains("bug in tandem"), "{sql}: {}", said.talk);
    place
}

#[test]
fn a_foreign_key_to_derived_rows_is_named_and_events_are_kept() {
    let own = "ALTER TABLE basal_deliveries ADD PRIMARY KEY (id);
               CREATE TABLE notes (row_id BIGINT REFERENCES basal_deliveries (id)); INSERT INTO notes SELECT max(id) FROM basal_deliveries";
    let place = check_arrival(own, EXIT_DATABASE, &["the foreign key of notes to basal_deliveries", "hint: "]);
    assert_eq!((place.count("raw_events"), place.run(&["verify"]).code), (14, EXIT_DATA));
    let said = place.run(&["rebuild"]);
    assert!(said.code == EXIT_DATABASE && said.talk.contains("the foreign key of notes"), "{}", said.talk);
    change(&place, "DROP TABLE notes");
    assert_eq!(place.run(&["derive"]).code, 0);
    assert_eq!((place.count("basal_deliveries"), place.run(&["verify"]).code), (14, 0));
}

#[test]
fn personal_columns_do_no_harm() {
    for table in ["raw_events", "pumps", "raw_batches", "pipeline_runs", "rejected_events"] {
        let place = check_arrival(&format!("ALTER TABLE {table} ADD COLUMN mine VARCHAR DEFAULT 'x'"), 0, &[]);
        assert_eq!((place.count("basal_deliveries"), place.run(&["verify"]).code), (14, 0), "{table}");
    }
}

#[test]
fn macros_with_names_of_functions_are_named() {
    for (name, body) in
        [("round", "7"), ("sum", "8"), ("max", "9"), ("epoch_us", "10"), ("count", "0"), ("coalesce_all", "1")]
    {
        let is_function = name != "coalesce_all";
        let place = stored();
        change(&place, &format!("CREATE MACRO {name}(x) AS {body}"));
        for command in [&["status"][..], &["metrics"], &["verify"], &["derive"], &["query", "SELECT 1"]] {
            let said = place.run(command);
            let is_named = said.talk.contains(&format!("the macro {name}"));
            let expected = if is_function { (EXIT_DATABASE, true) } else { (0, false) };
            assert_eq!((said.code, is_named), expected, "{name}, {command:?}: {}", said.talk);
        }
    }
}

#[test]
fn a_broken_view_is_named_by_an_export_of_everything() {
    let place = stored();
    change(&place, "CREATE TABLE gone (x INTEGER); CREATE VIEW \"my view\" AS SELECT x FROM gone; DROP TABLE gone");
    let said = place.run(&["export", "--tables", "all", "--output", "out"]);
    assert!(said.code == EXIT_DATA && said.talk.contains("my view cannot be read"), "{} {}", said.code, said.talk);
    change(&place, "CREATE TABLE gone (x INTEGER)");
    assert_eq!(place.run(&["export", "--tables", "all", "--output", "out"]).code, 0);
}
