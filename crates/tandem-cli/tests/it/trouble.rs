//! Killed in the middle of an import: what was stored stays, and the same command again ends where an undisturbed one does.

use std::path::Path;
use std::process::Stdio;

use tandem_sim::history::Scenario;

use crate::support::Place;

/// About 200,000 events of two months.
fn write_history(place: &Place) -> u64 {
    let history = Scenario::quiet(63).simulate();
    let pump = &history.pumps[0];
    let mut file = std::io::BufWriter::new(std::fs::File::create(place.path().join("history.json")).expect("a file"));
    tandem_sim::writers::write_json_lines(&mut file, &pump.assignment_id, &pump.events).expect("written");
    pump.events.len() as u64
}

/// Rows and a checksum of every table of history, without what says when it was stored.
fn content(place: &Place, database: &str) -> Vec<String> {
    let tables = "SELECT table_name, coalesce(max(column_name) FILTER (column_name = 'created'), '') FROM duckdb_columns()
        JOIN duckdb_tables() USING (table_name) WHERE table_name NOT IN ('raw_batches', 'pipeline_runs', 'pumps', 'parse_progress',
        'refinery_schema_history') GROUP BY ALL ORDER BY ALL";
    let tables = place.run(&["query", tables, "--db", database, "--format", "csv"]).data;
    let checksum = |line: &str| {
        let (table, created) = line.split_once(',').expect("two columns");
        let columns = match (table, created.is_empty()) {
            ("raw_events", _) => "* EXCLUDE (created, batch_id)",
            (_, true) => "*",
            (_, false) => "* EXCLUDE (created)",
        };
        let sum = format!("SELECT count(*), sum(hash(entry)::HUGEINT) FROM (SELECT {columns} FROM {table}) entry");
        format!("{table}: {}", place.run(&["query", &sum, "--db", database, "--format", "csv"]).data)
    };
    tables.lines().skip(1).map(checksum).collect()
}

fn size(path: &Path) -> u64 {
    let of = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    of(path) + of(&path.with_extension("db.wal"))
}

/// Starts an import and kills it for good once the database has grown to `bytes`; false when it ended before.
fn kill_at(place: &Place, database: &str, bytes: u64) -> bool {
    let mut command = place.command(&["import", "history.json", "--db", database, "--time-zone", "America/New_York"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    loop {
        if child.try_wait().expect("the child can be asked").is_some() {
            return false;
        }
        if size(&place.path().join(database)) >= bytes {
            child.kill().expect("the child can be killed");
            child.wait().expect("the child ends");
            return true;
        }
        std::thread::yield_now();
    }
}

#[test]
fn three_kills_and_a_final_run_end_as_an_undisturbed_one() {
    let place = Place::new();
    let events = write_history(&place);
    let import =
        |database: &str| place.run(&["import", "history.json", "--db", database, "--time-zone", "America/New_York"]);
    assert_eq!(import("whole.db").code, 0);
    let whole = content(&place, "whole.db");
    assert!(whole.iter().any(|table| table.contains(&format!("{events},"))), "{whole:?}");
    let full = size(&place.path().join("whole.db"));
    // While it grows: in the first pages, while events are decoded, near the end.
    let kills = [full / 12, full / 2, full - full / 10].map(|bytes| kill_at(&place, "killed.db", bytes));
    assert!(kills[0] && kills[1], "the import was killed on its way: {kills:?}");
    let said = import("killed.db");
    assert_eq!(said.code, 0, "{}", said.talk);
    assert_eq!(content(&place, "killed.db"), whole);
    assert_eq!(import("killed.db").code, 0, "and once more");
    assert_eq!(content(&place, "killed.db"), whole, "adds nothing");
}
