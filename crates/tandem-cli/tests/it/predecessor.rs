//! The database of `tandem-fetch`: its events come in once each, and it is left as it was.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store_duckdb::DuckStore;

use crate::support::{Place, event};

/// The tables of that program, from its first migration.
const SCHEMA: &str = "
    CREATE SEQUENCE old.raw_events_id_seq;
    CREATE TABLE old.alembic_version (version_num VARCHAR(32) NOT NULL);
    CREATE TABLE old.raw_events (id INTEGER PRIMARY KEY, created TIMESTAMP NOT NULL, raw_event_data JSON NOT NULL);
    CREATE TABLE old.events (id INTEGER PRIMARY KEY, raw_events_id INTEGER NOT NULL UNIQUE, created TIMESTAMP NOT NULL,
        timestamp TIMESTAMP NOT NULL, event_id INTEGER NOT NULL, event_name VARCHAR NOT NULL, event_data JSON);";

/// Published records, each number once: base64 of the 26 bytes by sequence number.
fn records() -> BTreeMap<u32, String> {
    let record = |capture: &test_data::Capture| (capture.sequence_number, STANDARD.encode(capture.bytes()));
    test_data::records().iter().map(record).collect()
}

/// A row as that program writes it: the record, and beside it some of what it made of it.
fn row(number: u32, record: &str) -> String {
    format!(
        r#"{{"raw_event": {{"source": 0, "id": 3, "timestampRaw": 1, "seqNum": {number}, "raw": "{record}"}}, "event_timestamp": "2022-02-17T23:12:14-08:00", "event_id": {number}}}"#
    )
}

/// Makes a database in `path` and runs `sql` in it, where it is called `old`.
fn make(path: &Path, sql: &str) {
    let mut store = DuckStore::in_memory().expect("a database in memory");
    let attach = format!("ATTACH '{}' AS old; {sql}; DETACH old;", path.display());
    store.connection().expect("open").execute_batch(&attach).expect("made");
}

fn make_with(path: &Path, rows: &[String]) {
    let values: Vec<_> = rows.iter().enumerate().map(|(id, row)| format!("({id}, now(), '{row}')")).collect();
    make(path, &format!("{SCHEMA} INSERT INTO old.raw_events VALUES {}", values.join(", ")));
}

/// A folder as that program has it, with its database and, if wanted, its credentials.
fn checkout(place: &Place, rows: &[String], credentials: Option<&str>) {
    for folder in ["fetch/data", "fetch/sensitive"] {
        std::fs::create_dir_all(place.path().join(folder)).expect("a folder");
    }
    make_with(&place.path().join("fetch/data/tandem.db"), rows);
    if let Some(credentials) = credentials {
        place.file("fetch/sensitive/credentials.toml", credentials);
    }
}

/// The first column that a query answers with.
fn answer(place: &Place, sql: &str) -> Vec<String> {
    let said = place.run(&["query", sql, "--format", "csv"]);
    said.data.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn its_events_come_in_once_and_it_is_left_as_it_was() {
    let place = Place::new();
    let records = records();
    assert!(records.len() > 40, "{} records", records.len());
    // That program fetches its last day again with every run.
    let once: Vec<_> = records.iter().map(|(number, record)| row(*number, record)).collect();
    let again = once.iter().skip(10).cloned();
    checkout(&place, &once.iter().cloned().chain(again).collect::<Vec<_>>(), None);
    let file = place.path().join("fetch/data/tandem.db");
    let before = std::fs::read(&file).expect("read");
    let run = |more: &[&str]| place.run(&[&["import", "fetch/data/tandem.db", "--time-zone", "UTC"], more].concat());
    let said = run(&[]);
    assert!(said.code == 2 && said.talk.contains("--pump SERIAL"), "{}", said.talk);
    let said = run(&["--pump", "11", "--dry-run"]);
    assert!(said.code == 0 && said.data.contains("tandem-fetch database"), "{}{}", said.data, said.talk);
    assert_eq!(place.count("raw_events"), 0);
    let said = run(&["--pump", "11"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let (new, twice) = (records.len(), records.len() - 10);
    assert!(said.data.contains(&format!(" {new} ")) && said.data.contains(&format!(" {twice} ")), "{}", said.data);
    let stored = "SELECT raw_event_data->>'$' FROM raw_events ORDER BY sequence_number";
    assert_eq!(answer(&place, stored), records.values().cloned().collect::<Vec<_>>());
    assert_eq!(place.count("events"), new as u64);
    assert_eq!(run(&["--pump", "11"]).code, 0);
    assert_eq!(place.count("raw_events"), new as u64, "a second import adds nothing");
    assert!(std::fs::read(&file).expect("read") == before, "the file is not changed");
    assert!(!place.path().join("fetch/data/tandem.db.wal").exists());
}

#[test]
fn the_credentials_beside_it_tell_the_pump_and_a_flag_wins() {
    let rows: Vec<_> = records().iter().take(1).map(|(number, record)| row(*number, record)).collect();
    let cases: [(&str, &[&str], &str); 4] = [
        ("[tandem]\nemail = \"a@b.example\"\npassword = \"x\"\npump_serial = \"90000011\"", &[], "90000011"),
        ("[tandem]\nemail = \"a@b.example\"\npassword = \"x\"\npump_serial = 90000012", &[], "90000012"),
        (
            "TANDEM_SOURCE_EMAIL = \"a@b.example\"\nTANDEM_SOURCE_PASSWORD = \"x\"\nPUMP_SERIAL_NUMBER = \"90000013\"",
            &[],
            "90000013",
        ),
        (
            "[tandem]\nemail = \"a@b.example\"\npassword = \"x\"\npump_serial = \"90000011\"",
            &["--pump", "90000014"],
            "90000014",
        ),
    ];
    for (credentials, flags, serial) in cases {
        let place = Place::new();
        checkout(&place, &rows, Some(credentials));
        let said = place.run(&[&["import", "fetch/data/tandem.db"], flags].concat());
        assert_eq!(said.code, 0, "{credentials}: {}", said.talk);
        assert_eq!(answer(&place, "SELECT serial_number FROM pumps"), [serial], "{credentials}");
    }
}

#[test]
fn every_form_of_a_row_is_read_and_anything_else_quarantined() {
    let place = Place::new();
    let records: Vec<_> = records().into_iter().take(4).collect();
    let two = [&records[1].1, &records[2].1].map(|record| STANDARD.decode(record).expect("base64")).concat();
    let rows = [
        row(records[0].0, &records[0].1),
        format!("\"{}\"", STANDARD.encode(two)),
        event(7, 900),
        row(8, &records[3].1[..16]),
        "\"no base64\"".to_owned(),
        "{\"raw_event\": {\"id\": 3}}".to_owned(),
        "null".to_owned(),
    ];
    checkout(&place, &rows, None);
    let said = place.run(&["import", "fetch/data/tandem.db", "--pump", "11"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    assert_eq!((place.count("raw_events"), place.count("rejected_events")), (4, 4), "{}", said.data);
    let kept = answer(&place, "SELECT raw_event_data FROM rejected_events");
    assert!(kept.iter().any(|text| text.contains("no base64")), "{kept:?}");
}

#[test]
fn different_events_of_two_pumps_under_one_number_are_reported_and_kept() {
    let place = Place::new();
    let records: Vec<_> = records().into_values().take(2).collect();
    let renumbered = |record: &str| {
        let mut bytes = STANDARD.decode(record).expect("base64");
        bytes[6..10].copy_from_slice(&7_u32.to_be_bytes());
        row(7, &STANDARD.encode(bytes))
    };
    checkout(&place, &records.iter().map(|record| renumbered(record)).collect::<Vec<_>>(), None);
    let said = place.run(&["import", "fetch/data/tandem.db", "--pump", "11"]);
    assert!(said.code == 0 && said.talk.contains("1 event came again and said something else"), "{}", said.talk);
    assert_eq!((place.count("raw_events"), place.count("raw_event_revisions")), (1, 1));
}

#[test]
fn a_log_beside_the_file_is_read_and_kept() {
    let place = Place::new();
    let (number, record) = records().into_iter().next().expect("a record");
    let path = place.path().join("old.db");
    let insert = format!("INSERT INTO old.raw_events VALUES (1, now(), '{}')", row(number, &record));
    make(
        &path,
        &format!(
            "{SCHEMA}; CHECKPOINT old; PRAGMA disable_checkpoint_on_shutdown; SET wal_autocheckpoint = '1GB'; {insert}"
        ),
    );
    let files = || ["old.db", "old.db.wal"].map(|name| std::fs::read(place.path().join(name)).expect("a file"));
    let before = files();
    let said = place.run(&["import", "old.db", "--pump", "11"]);
    assert_eq!((said.code, place.count("raw_events")), (0, 1), "{}", said.talk);
    assert!(files() == before, "neither file is changed");
}

#[test]
fn other_databases_are_refused_with_a_reason() {
    let place = Place::new();
    make(&place.path().join("other.db"), "CREATE TABLE old.t (i INTEGER)");
    make(&place.path().join("half.db"), "CREATE TABLE old.raw_events (id INTEGER)");
    place.file("one.json", event(1, 900));
    for database in ["mine.db", "another.db"] {
        assert_eq!(place.run(&["import", "one.json", "--db", database]).code, 0);
    }
    let mut cut = std::fs::read(place.path().join("other.db")).expect("read");
    cut.truncate(5000);
    place.file("cut.db", cut);
    for (file, code, words) in [
        ("other.db", 6, "without the raw_events of tandem-fetch"),
        ("half.db", 6, "without the raw_events of tandem-fetch"),
        ("another.db", 6, "a database of this program already"),
        ("cut.db", 6, "cannot open the database cut.db"),
        ("mine.db", 2, "mine.db is the database to import into"),
    ] {
        let said = place.run(&["import", file, "--db", "mine.db"]);
        assert_eq!(said.code, code, "{file}: {}", said.talk);
        assert!(said.talk.contains(words) && said.talk.contains("hint: "), "{file}: {}", said.talk);
        assert!(said.talk.contains("--db") || file == "cut.db", "{file}: {}", said.talk);
    }
}

/// `tandem-fetch` is at work: its database is open in another process.
#[test]
fn a_database_in_use_is_reported() {
    let place = Place::new();
    let (number, record) = records().into_iter().next().expect("a record");
    let path = place.path().join("old.db");
    make_with(&path, &[row(number, &record)]);
    let mut other = DuckStore::in_memory().expect("a database in memory");
    other.connection().expect("open").execute_batch(&format!("ATTACH '{}' AS old", path.display())).expect("attached");
    let said = place.run(&["import", "old.db", "--pump", "11"]);
    assert!(said.code == 6 && said.talk.contains("another program has it open for writing"), "{}", said.talk);
    drop(other);
    assert_eq!(place.run(&["import", "old.db", "--pump", "11"]).code, 0);
}

#[test]
fn it_is_not_taken_for_a_database_of_this_program() {
    let place = Place::new();
    let (number, record) = records().into_iter().next().expect("a record");
    checkout(&place, &[row(number, &record)], None);
    make(&place.path().join("other.db"), "CREATE TABLE old.t (i INTEGER)");
    let before = std::fs::read(place.path().join("fetch/data/tandem.db")).expect("read");
    for (file, program) in [("fetch/data/tandem.db", "tandem-fetch"), ("other.db", "another program")] {
        for arguments in [&["status"][..], &["query", "FROM events"], &["zone", "set", "UTC"]] {
            let said = place.run(&[arguments, &["--db", file]].concat());
            let words = format!("a database of {program}, not one made by tandem");
            assert!(said.code == 5 && said.talk.contains(&words), "{file}: {}", said.talk);
            assert!(said.talk.contains("tandem import FILE --db"), "{file}: {}", said.talk);
        }
    }
    assert!(
        std::fs::read(place.path().join("fetch/data/tandem.db")).expect("read") == before,
        "nothing was made in it"
    );
}
