//! A database that version 0.1.0 wrote is brought up to date, and is then what a fresh import of its events gives.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use pipeline::store::{RawPage, Stage};
use pipeline::testing::batch_of;
use pipeline::{EventStore, FixedClock, Pipeline, PumpKey, RawStore, RunStore, StoreErrorKind};
use store_duckdb::{DuckStore, ReadOptions, Reader, StoreOptions, schema_version};

use crate::contents::{contents, rows};

/// Names the database that a child process is to bring up to date.
const PATH_VARIABLE: &str = "TANDEM_TEST_UPGRADE";

fn now() -> DateTime<Utc> {
    "2026-11-28T12:00:00Z".parse().expect("an instant")
}

/// A copy of the database that version 0.1.0 wrote: five days of two simulated pumps, with a clock change and a revised event.
fn former_database(folder: &Path) -> PathBuf {
    let packed = std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/version-0.1.0.db.gz"));
    let mut unpacked = flate2::read::GzDecoder::new(packed.expect("the database in tests/data"));
    let path = folder.join("former.db");
    let mut file = std::fs::File::create(&path).expect("a file");
    std::io::copy(&mut unpacked, &mut file).expect("unpacked");
    path
}

/// Opens a database and runs the stages that bring it up to date.
fn upgraded(path: &Path) -> DuckStore {
    let store = DuckStore::open(path, StoreOptions::default()).expect("brought up to date");
    let mut pipeline = Pipeline::new(store, Arc::new(FixedClock(now())));
    pipeline.parse().expect("decoded");
    pipeline.derive().expect("derived");
    pipeline.into_store().expect("the store")
}

/// A new database with the pumps, zones and events of `former`, batch by batch.
fn imported_afresh(former: &mut DuckStore) -> DuckStore {
    let mut store = DuckStore::in_memory().expect("a database in memory");
    let zones = former.zone_history().expect("zones");
    pipeline::parse::set_zones(&mut store, &zones).expect("zones");
    for pump in former.pumps().expect("pumps") {
        let key = PumpKey::Assignment(pump.assignment_ids[0].clone());
        assert_eq!(store.pump_for(&key, now()).expect("a pump"), pump.id);
    }
    let pages = "SELECT pump_id || ' [' || string_agg(raw_event_data, ',' ORDER BY id) || ']' FROM (
                     SELECT pump_id, id, raw_event_data, batch_id FROM raw_events
                     UNION ALL SELECT raw_events_id // 281474976710656, raw_events_id, raw_event_data, batch_id FROM raw_event_revisions
                 ) GROUP BY pump_id, batch_id ORDER BY batch_id";
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    for row in rows(former, pages).expect("raw events") {
        let (pump, texts) = row.split_once(' ').expect("a pump and texts");
        let pump = pipeline::PumpId(pump.parse().expect("a number"));
        let texts: Vec<&serde_json::value::RawValue> = serde_json::from_str(texts).expect("JSON");
        let page = batch_of(texts.iter().map(|text| text.get()));
        store.store_page(&RawPage { pump, run, received: now(), events: &page, window: None }).expect("stored");
    }
    let mut pipeline = Pipeline::new(store, Arc::new(FixedClock(now())));
    pipeline.parse().expect("decoded");
    pipeline.derive().expect("derived");
    pipeline.into_store().expect("the store")
}

fn check_equal(found: &[String], expected: &[String], case: &str) {
    let difference = found.iter().zip(expected).find(|(found, expected)| found != expected);
    assert_eq!(difference, None, "{case}");
    assert_eq!(found.len(), expected.len(), "{case}");
}

#[test]
fn a_database_of_version_0_1_0_becomes_what_a_fresh_import_gives() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = former_database(folder.path());
    let error = Reader::open(&path, &ReadOptions::default()).expect_err("not as it is");
    assert_eq!(error.kind, StoreErrorKind::Outdated);
    assert_eq!(error.message, format!("the database has schema 8, this version of tandem needs {}", schema_version()));
    let mut store = upgraded(&path);
    assert!(store.is_complete().expect("readable"));
    let mut fresh = imported_afresh(&mut store);
    let expected = contents(&mut fresh).expect("content");
    assert!(expected.len() > 5_000, "{} rows", expected.len());
    check_equal(&contents(&mut store).expect("content"), &expected, "upgraded");
    let mut faults = [&mut store, &mut fresh].map(|store| {
        store.verify().expect("verified").into_iter().filter(|finding| finding.is_fault).collect::<Vec<_>>()
    });
    assert_eq!(std::mem::take(&mut faults[0]), faults[1], "what the history lacks, and nothing else");
    drop(store);
    Reader::open(&path, &ReadOptions::default()).expect("can be read now");
    check_equal(&contents(&mut upgraded(&path)).expect("content"), &expected, "opened once more");
}

#[test]
fn what_a_person_created_in_version_0_1_0_survives() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = former_database(folder.path());
    let plain = duckdb::Connection::open(&path).expect("opened by another program");
    plain
        .execute_batch(
            "CREATE TABLE notes AS SELECT DATE '2026-09-18' AS day, 'new pump' AS note;
             CREATE VIEW my_days AS SELECT day, total_units, note FROM daily_totals LEFT JOIN notes USING (day);
             CREATE MACRO units_on(wanted) AS (SELECT sum(total_units) FROM my_days WHERE day = wanted);
             CREATE INDEX my_index ON boluses (timestamp);",
        )
        .expect("created");
    let asked = "SELECT count(*) - (SELECT count(*) FROM daily_totals), count(note), (SELECT round(units_on(DATE '2026-09-18'), 3)),
                        (SELECT count(*) FROM duckdb_indexes() WHERE index_name = 'my_index') FROM my_days";
    let before: Vec<i64> =
        [0, 1, 3].map(|column| plain.query_row(asked, [], |row| row.get(column)).expect("asked")).into();
    plain.close().expect("closed");
    let mut store = upgraded(&path);
    let connection = store.connection().expect("open");
    let after: Vec<i64> =
        [0, 1, 3].map(|column| connection.query_row(asked, [], |row| row.get(column)).expect("asked")).into();
    assert_eq!(after, before);
}

/// Run by itself, this brings a copy up to date. Run by the test below, one that was named, and is killed on the way.
#[test]
fn a_process_brings_a_database_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = std::env::var_os(PATH_VARIABLE).map_or_else(|| former_database(folder.path()), PathBuf::from);
    assert!(upgraded(&path).is_complete().expect("readable"));
}

#[test]
fn an_upgrade_that_is_killed_is_continued() {
    let folder = tempfile::tempdir().expect("a folder");
    let former = former_database(folder.path());
    let path = folder.path().join("killed.db");
    let wal = folder.path().join("killed.db.wal");
    std::fs::copy(&former, &path).expect("copied");
    let expected = contents(&mut upgraded(&path)).expect("content");
    let upgrade = |path: &Path| {
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command.args(["--exact", "upgrade::a_process_brings_a_database_up_to_date"]).env(PATH_VARIABLE, path);
        command.stdout(std::process::Stdio::null()).spawn().expect("a process")
    };
    let began = std::time::Instant::now();
    std::fs::copy(&former, &path).expect("copied");
    assert!(upgrade(&path).wait().expect("ended").success());
    let whole = began.elapsed();
    for moment in 1..=20_u32 {
        std::fs::copy(&former, &path).expect("copied");
        let _ = std::fs::remove_file(&wal);
        // Twice: the second process is killed while it continues.
        for share in [moment, moment / 2] {
            let mut child = upgrade(&path);
            std::thread::sleep(whole * share / 20);
            child.kill().expect("killed");
            child.wait().expect("ended");
        }
        check_equal(&contents(&mut upgraded(&path)).expect("content"), &expected, &format!("killed at {moment}/20"));
    }
    assert!(whole > Duration::ZERO);
}
