//! Killed in the middle of an import, a change of zone or a rebuild: what was stored stays, and the same command again ends where an
//! undisturbed one does.

use std::path::Path;
use std::process::Stdio;

use tandem_sim::history::Scenario;
use test_data::effort;

use crate::support::Place;

/// About 3,000 events a day.
fn write_history(place: &Place, days: u32) -> u64 {
    let history = Scenario::quiet(days).simulate();
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
        format!("SELECT '{table}', count(*), sum(hash(entry)::HUGEINT) FROM (SELECT {columns} FROM {table}) entry")
    };
    let checksums: Vec<String> = tables.lines().skip(1).map(checksum).collect();
    assert!(checksums.len() > 20, "{tables}");
    let found = place.run(&["query", &checksums.join(" UNION ALL "), "--db", database, "--format", "csv"]);
    assert_eq!(found.code, 0, "{}", found.talk);
    found.data.lines().skip(1).map(str::to_owned).collect()
}

fn size(path: &Path) -> u64 {
    let of = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    of(path) + of(&path.with_extension("db.wal"))
}

/// Starts an import and kills it for good once the database has grown to `limit`; false when it ended before.
fn kill_at(place: &Place, database: &str, limit: u64) -> bool {
    let import = ["import", "history.json", "--db", database, "--time-zone", "America/New_York"];
    run_and_kill(place, database, &import, |bytes| bytes >= limit)
}

#[test]
fn three_kills_and_a_final_run_end_as_an_undisturbed_one() {
    let place = Place::new();
    let events = write_history(&place, effort(28, 63));
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

/// Runs `arguments` and kills the run for good once `is_time` says so of the size of the database; false when it ended before.
fn run_and_kill(place: &Place, database: &str, arguments: &[&str], mut is_time: impl FnMut(u64) -> bool) -> bool {
    let mut child =
        place.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    loop {
        if child.try_wait().expect("the child can be asked").is_some() {
            return false;
        }
        if is_time(size(&place.path().join(database))) {
            child.kill().expect("the child can be killed");
            child.wait().expect("the child ends");
            return true;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
}

/// Runs `arguments` again and again, and kills each run when the database has grown by another share of what an undisturbed run
/// adds for a time; after each, what `verify` says is true and the same command ends right.
fn check_killed(place: &Place, database: &str, arguments: &[&str]) {
    let arguments = [arguments, &["--db", database]].concat();
    let path = place.path().join(database);
    let before = std::fs::read(&path).expect("a database");
    let mut largest = 0;
    run_and_kill(place, database, &arguments, |bytes| {
        largest = largest.max(bytes);
        false
    });
    let (expected, growth) = (content(place, database), largest - before.len() as u64);
    let (mut killed, kills) = (0, effort(3, 6));
    for place_in_time in 0..kills {
        std::fs::write(&path, &before).expect("a database");
        let limit = before.len() as u64 + 1 + growth * place_in_time / kills;
        killed += u64::from(run_and_kill(place, database, &arguments, |bytes| bytes >= limit));
        let mixed = "SELECT count(*) FROM cgm_readings c JOIN events e ON e.id = c.events_id
                     WHERE c.timestamp_utc - c.timestamp <> e.timestamp_utc - e.timestamp";
        let verified = place.run(&["verify", "--db", database]).code;
        let mixed = place.run(&["query", mixed, "--db", database, "--format", "csv"]).data;
        assert!(verified == 6 || mixed.ends_with("\n0\n"), "{arguments:?} killed at {limit}: {verified}, {mixed}");
        assert_eq!(place.run(&arguments).code, 0, "{arguments:?} again, killed at {limit}");
        assert_eq!(content(place, database), expected, "{arguments:?} killed at {limit}");
        assert_eq!(place.run(&["verify", "--db", database]).code, 0, "{arguments:?} killed at {limit}");
    }
    assert!(killed * 2 >= kills, "{arguments:?} was killed {killed} times on its way");
}

/// A database with two weeks, in a place of its own.
fn two_weeks() -> Place {
    let place = Place::new();
    write_history(&place, 14);
    let import = ["import", "history.json", "--db", "some.db", "--time-zone", "America/New_York"];
    assert_eq!(place.run(&import).code, 0);
    place
}

#[test]
fn a_killed_change_of_zone_is_completed() {
    check_killed(&two_weeks(), "some.db", &["zone", "set", "Asia/Tokyo"]);
}

#[test]
fn a_killed_rebuild_is_completed() {
    check_killed(&two_weeks(), "some.db", &["rebuild"]);
}
