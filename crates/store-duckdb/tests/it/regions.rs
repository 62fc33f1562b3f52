//! The same content wherever the machine is: a DuckDB with the extension ICU has zones and calendars, one without has neither.

use chrono::NaiveDate;
use chrono_tz::Tz;
use pipeline::Pipeline;
use store_duckdb::{DuckStore, ReadOptions, Reader, StoreOptions};
use tandem_sim::history::{History, Scenario};

use crate::contents::{derived_contents, rows};
use crate::simulated::{stored, stored_in};

/// How one instant reads. The same in every DuckDB, as long as the session is in UTC and the calendar is Gregorian.
const INSTANT: &str = "SELECT '2026-03-08T06:30:00.25Z'::TIMESTAMPTZ";
const READS: &str = "2026-03-08 06:30:00.25+00";

/// Both clocks change within it.
fn history() -> History {
    let start = NaiveDate::from_ymd_opt(2026, 10, 30).expect("a date");
    Scenario::new(start, 5, Tz::America__New_York).simulate()
}

fn has_regions(store: &mut DuckStore) -> bool {
    let known = rows(store, "SELECT name FROM duckdb_settings() WHERE name IN ('TimeZone', 'Calendar')");
    !known.expect("readable").is_empty()
}

fn set_region(store: &mut DuckStore, zone: &str, calendar: &str) {
    let set = format!("SET TimeZone = '{zone}'; SET Calendar = '{calendar}'");
    store.connection().expect("open").execute_batch(&set).expect("known to ICU");
}

#[test]
fn every_connection_reads_instants_in_utc() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tandem.db");
    let mut stores = [
        DuckStore::in_memory().expect("a database"),
        DuckStore::open(&path, StoreOptions::default()).expect("a database"),
    ];
    for store in &mut stores {
        assert_eq!(rows(store, INSTANT).expect("readable"), [READS]);
        store.release().expect("closed");
        assert_eq!(rows(store, INSTANT).expect("readable"), [READS], "opened again");
    }
    drop(stores);
    let read_only = StoreOptions { read_only: true, ..StoreOptions::default() };
    let mut store = DuckStore::open(&path, read_only).expect("a database");
    assert_eq!(rows(&mut store, INSTANT).expect("readable"), [READS]);
    let reader = Reader::open(&path, &ReadOptions::default()).expect("a database");
    let mut cells = Vec::new();
    let query = reader.query(INSTANT).expect("a query");
    query
        .run(store_duckdb::CellForm::Text, None, &mut |row| {
            cells.extend(row.iter().map(|cell| cell.unwrap_or("NULL").to_owned()));
            std::ops::ControlFlow::Continue(())
        })
        .expect("it runs");
    assert_eq!(cells, [READS]);
}

/// What our SQL makes of a history does not depend on the session: whatever needed zones would differ here.
#[test]
fn derived_rows_do_not_depend_on_the_region() {
    let history = history();
    let expected = derived_contents(stored(&history).store().expect("the store")).expect("readable");
    for (zone, calendar) in [("America/New_York", "gregorian"), ("Asia/Kolkata", "buddhist")] {
        let mut store = DuckStore::in_memory().expect("a database");
        if has_regions(&mut store) {
            set_region(&mut store, zone, calendar);
        }
        let mut pipeline: Pipeline<DuckStore> = stored_in(store, &history);
        let store = pipeline.store().expect("the store");
        if has_regions(store) {
            set_region(store, "UTC", "gregorian");
        }
        assert_eq!(derived_contents(store).expect("readable"), expected, "{zone}, {calendar}");
    }
}

/// Every column of every table and view: instants by their number, everything else by its text.
#[test]
fn views_do_not_depend_on_the_region() {
    let mut pipeline = stored(&history());
    let store = pipeline.store().expect("the store");
    let expected = sums(store);
    assert!(expected.len() > 30, "only {} tables and views", expected.len());
    if has_regions(store) {
        for (zone, calendar) in [("America/New_York", "buddhist"), ("Asia/Kolkata", "gregorian")] {
            set_region(store, zone, calendar);
            assert_eq!(sums(store), expected, "{zone}, {calendar}");
        }
    }
}

fn sums(store: &mut DuckStore) -> Vec<String> {
    let relations = rows(
        store,
        "SELECT DISTINCT table_name FROM duckdb_columns() WHERE NOT internal AND database_name = current_database() ORDER BY ALL",
    );
    relations.expect("readable").iter().map(|relation| sum(store, relation)).collect()
}

fn sum(store: &mut DuckStore, relation: &str) -> String {
    let columns = format!(
        "SELECT CASE data_type WHEN 'TIMESTAMP WITH TIME ZONE' THEN 'epoch_us(' || column_name || ')' ELSE column_name || '::VARCHAR' END
         FROM duckdb_columns() WHERE table_name = '{relation}' ORDER BY column_index"
    );
    let columns = rows(store, &columns).expect("readable").join(", ");
    let found = rows(store, &format!("SELECT count(*), sum(hash({columns})) FROM {relation}")).expect("readable");
    format!("{relation}: {}", found.join(""))
}
