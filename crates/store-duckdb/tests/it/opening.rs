//! Opening: what is refused, in which words, and that nothing is lost by it.

use pipeline::{RawStore, StoreErrorKind};
use store_duckdb::{DuckStore, StoreOptions, schema_version};

fn refused(path: &std::path::Path) -> (StoreErrorKind, String) {
    let options = StoreOptions { lock_timeout: std::time::Duration::ZERO, ..StoreOptions::default() };
    let error = DuckStore::open(path, options).expect_err("this database is refused");
    (error.kind, error.message)
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.db");
    std::fs::write(&path, "this is not a database, and it is long enough to have a header ".repeat(200))
        .expect("written");
    let before = std::fs::read(&path).expect("read");
    assert_eq!(refused(&path).0, StoreErrorKind::Corrupt);
    assert_eq!(std::fs::read(&path).expect("read"), before);
}

#[test]
fn a_file_that_is_just_being_made_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (made, path) = (folder.path().join("made.db"), folder.path().join("x.db"));
    drop(DuckStore::open(&made, StoreOptions::default()).expect("a database"));
    std::fs::write(&path, "").expect("written");
    assert_eq!(refused(&path).0, StoreErrorKind::Corrupt, "without waiting");
    let maker = std::thread::spawn({
        let path = path.clone();
        move || {
            std::thread::sleep(std::time::Duration::from_millis(200));
            std::fs::rename(made, path)
        }
    });
    let mut store = DuckStore::open(&path, StoreOptions::default()).expect("the database once it is there");
    assert_eq!(store.pumps().expect("no pumps"), []);
    maker.join().expect("no panic").expect("moved");
}

#[test]
fn a_foreign_schema_is_refused_with_a_reason() {
    let newer = schema_version() + 1;
    let rows = [
        (
            format!("INSERT INTO refinery_schema_history VALUES ({newer}, 'from_the_future', '2030-01-01T00:00:00Z', '1')"),
            StoreErrorKind::TooNew,
            format!("the database was made by a newer tandem (schema {newer}, this program knows up to {}): update tandem", schema_version()),
        ),
        (
            "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 9".to_owned(),
            StoreErrorKind::MigrationMismatch,
            "migration V9__stored_tables was applied to this database in a different form from this program's V9__stored_tables: use the program that made the file, or import into a new file".to_owned(),
        ),
        (
            "INSERT INTO refinery_schema_history VALUES (2, 'events', '2026-01-01T00:00:00Z', '8683978965744625593')".to_owned(),
            StoreErrorKind::MigrationMismatch,
            "the database lacks migration V1__raw_history, although later ones were applied: restore it from a backup, or import into a new file".to_owned(),
        ),
    ];
    for (change, kind, words) in rows {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.db");
        let mut store = DuckStore::open(&path, StoreOptions::default()).expect("a new database");
        store.connection().expect("open").execute_batch(&change).expect("changed");
        drop(store);
        assert_eq!(refused(&path), (kind, words), "{change}");
    }
}

#[test]
fn the_folder_is_made_with_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a/b/x.db");
    let mut store = DuckStore::open(&path, StoreOptions::default()).expect("a new database in a new folder");
    assert_eq!(store.pumps().expect("pumps can be listed"), []);
}

#[test]
fn a_released_file_can_be_opened_by_others_and_taken_up_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.db");
    let mut store = DuckStore::open(&path, StoreOptions::default()).expect("a new database");
    store.release().expect("released");
    let other = DuckStore::open(&path, StoreOptions::default()).expect("another opens it");
    drop(other);
    assert_eq!(store.pumps().expect("and back"), []);
}

#[test]
fn every_table_and_column_says_what_it_is() {
    let mut store = DuckStore::in_memory().expect("a database in memory");
    let silent = "SELECT table_name || coalesce('.' || column_name, '') FROM (
            SELECT table_name, NULL AS column_name, comment FROM duckdb_tables() WHERE NOT internal
            UNION ALL SELECT view_name, NULL, comment FROM duckdb_views() WHERE NOT internal
            UNION ALL SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal
        ) WHERE comment IS NULL AND table_name <> 'refinery_schema_history' ORDER BY 1";
    assert_eq!(crate::contents::rows(&mut store, silent).expect("readable"), [""; 0]);
}
