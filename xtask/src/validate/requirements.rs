//! The functional requirements that the project began with.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::scene::Scene;
use crate::process::run;

/// FR-001: what is in the folder, and what is in the file.
pub(super) fn one_file(scene: &Scene) -> Result<String> {
    let folder = scene.path("first/data");
    let entries = fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).context("cannot look")?;
    let names: Vec<_> = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    ensure!(names == ["tandem.db"], "the folder holds {names:?}");
    let tables = scene.query_number(&scene.database(), "SELECT count(*) FROM duckdb_tables() WHERE NOT internal")?;
    Ok(format!("{tables} tables in 1 file"))
}

/// FR-002: each stage leaves its own table filled and the next one empty; together they end where `sync` does.
pub(super) fn three_stages(scene: &Scene) -> Result<String> {
    let db = scene.path("staged.db");
    let events = scene.true_number("events")?;
    for (stage, expected) in [("fetch", [events, 0, 0]), ("parse", [events, events, 0])] {
        scene.tandem(&db, &[stage])?;
        let counts = counts(scene, &db)?;
        ensure!(counts == expected, "after {stage}: raw events, events, readings are {counts:?}, not {expected:?}");
    }
    scene.tandem(&db, &["derive"])?;
    let tables = scene.same_content(&db)?;
    Ok(format!("fetch, parse, derive: {tables} tables as after sync"))
}

fn counts(scene: &Scene, db: &Path) -> Result<[i64; 3]> {
    let count = |table: &str| scene.query_number(db, &format!("SELECT count(*) FROM {table}"));
    Ok([count("raw_events")?, count("events")?, count("cgm_readings")?])
}

/// FR-003: uploads come one after the other, and each sync brings what is new; one with nothing new asks for no days.
pub(super) fn incremental(scene: &Scene) -> Result<String> {
    const MAX_SYNCS: usize = 20;
    let (db, simulator) = (scene.path("gradual.db"), scene.gradual_simulator()?);
    let sync = || {
        let mut command = scene.command(&scene.tandem, ".");
        simulator.log_in(&mut command);
        run(command.args(["sync", "--db"]).arg(&db))
    };
    let events = scene.true_number("events")?;
    let mut steps = vec![0];
    while steps.last() != Some(&events) {
        ensure!(steps.len() <= MAX_SYNCS, "after {MAX_SYNCS} syncs there are {steps:?} of {events} events");
        sync()?;
        steps.push(scene.query_number(&db, "SELECT count(*) FROM raw_events")?);
    }
    ensure!(steps.len() > 3, "there were not several uploads: {steps:?}");
    ensure!(steps.is_sorted_by(|before, after| before < after), "a sync brought nothing: {steps:?}");
    scene.same_content(&db)?;
    let windows = || scene.query_number(&db, "SELECT count(*) FROM fetch_windows");
    let before = windows()?;
    sync()?;
    ensure!(windows()? == before, "days were asked for again although there was no new upload");
    Ok(format!("{} syncs to {events} events, then no day is asked for", steps.len() - 1))
}

/// FR-004: neither file nor folders are there before.
pub(super) fn created(scene: &Scene) -> Result<String> {
    let db = scene.path("not/there/yet.db");
    scene.tandem(&db, &["zone", "set", "Europe/Berlin"])?;
    ensure!(db.is_file(), "there is no file");
    let versions = scene.query_number(&db, "SELECT count(*) FROM refinery_schema_history")?;
    ensure!(versions > 0, "it has no schema");
    Ok(format!("with {versions} migrations"))
}

/// FR-005: killed for good as the file grows. Each page is there whole or not at all, and a last sync completes it.
pub(super) fn rolled_back(scene: &Scene) -> Result<String> {
    let db = scene.path("killed.db");
    let whole = size(&scene.database());
    let moments = [1, 3, 6, 9].map(|tenths| whole * tenths / 10);
    let mut kills = 0;
    for bytes in moments {
        kills += u32::from(kill_at(scene, &db, bytes)?);
        let broken = scene.query_number(
            &db,
            "SELECT count(*) FROM raw_batches LEFT JOIN (SELECT batch_id, count(*) AS found FROM raw_events GROUP BY ALL)
            ON batch_id = id WHERE coalesce(found, 0) <> new",
        )?;
        ensure!(broken == 0, "{broken} pages are there in part");
        let orphans = "SELECT count(*) FROM raw_events WHERE batch_id NOT IN (SELECT id FROM raw_batches)";
        ensure!(scene.query_number(&db, orphans)? == 0, "there are events of a page that was not finished");
    }
    ensure!(kills >= 2, "the program was killed {kills} times only");
    scene.tandem(&db, &["sync"])?;
    scene.same_content(&db)?;
    Ok(format!("{kills} kills, no half page, then the same content"))
}

/// Starts a sync and kills it once the database has grown to `bytes`; false when it ended before.
fn kill_at(scene: &Scene, db: &Path, bytes: u64) -> Result<bool> {
    let mut command = scene.command(&scene.tandem, ".");
    command.args(["sync", "--quiet", "--db"]).arg(db).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().context("cannot run tandem")?;
    loop {
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "sync after a kill ended with {status}");
            return Ok(false);
        }
        if size(db) >= bytes {
            child.kill()?;
            child.wait()?;
            return Ok(true);
        }
        std::thread::yield_now();
    }
}

fn size(db: &Path) -> u64 {
    let of = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    of(db) + of(&db.with_extension("db.wal"))
}

/// FR-006: every column that names an event, a raw event, a pump, a page or a run finds it; no raw event is left undecoded.
pub(super) fn integrity(scene: &Scene) -> Result<String> {
    let db = scene.database();
    let links = scene.query(
        &db,
        "SELECT table_name AS child, column_name AS link,
            CASE WHEN column_name LIKE '%raw_events_id' THEN 'raw_events' WHEN column_name LIKE '%events_id' THEN 'events'
                WHEN column_name = 'pump_id' THEN 'pumps' WHEN column_name = 'batch_id' THEN 'raw_batches'
                WHEN column_name = 'run_id' THEN 'pipeline_runs' END AS parent
        FROM duckdb_columns() JOIN duckdb_tables() USING (table_name) WHERE parent IS NOT NULL ORDER BY ALL",
    )?;
    let to_events = links.iter().filter(|link| link["parent"] == "events").count();
    ensure!(to_events >= 15, "only {to_events} columns lead to events");
    let text = |link: &Value, name: &str| link[name].as_str().unwrap_or_default().to_owned();
    let undecoded = ("raw_events".to_owned(), "id".to_owned(), "events".to_owned());
    let count = |(child, link, parent): (String, String, String)| {
        format!(
            "SELECT '{child}.{link} not in {parent}' AS link, count({link}) AS rows,
                count({link}) FILTER ({link} NOT IN (SELECT id FROM {parent})) AS broken FROM {child}"
        )
    };
    let links = links.iter().map(|link| (text(link, "child"), text(link, "link"), text(link, "parent")));
    let counts: Vec<String> = links.chain([undecoded]).map(count).collect();
    let counts = scene.query(&db, &counts.join(" UNION ALL "))?;
    let broken: Vec<&Value> = counts.iter().filter(|count| count["broken"] != 0).collect();
    ensure!(broken.is_empty(), "{broken:?}");
    let rows: i64 = counts.iter().filter_map(|count| count["rows"].as_i64()).sum();
    Ok(format!("{rows} links, {to_events} columns to events, none broken"))
}

/// FR-007: types, arithmetic and truth.
pub(super) fn zoned(scene: &Scene) -> Result<String> {
    let db = scene.database();
    let columns = "FROM duckdb_columns() JOIN duckdb_tables() USING (table_name)";
    let wrong = format!(
        "SELECT count(*) {columns} WHERE (column_name LIKE '%_utc' OR column_name = 'created') AND data_type <> 'TIMESTAMP WITH TIME ZONE'"
    );
    ensure!(scene.query_number(&db, &wrong)? == 0, "a column of instants has no zone");
    let tables = scene.query(
        &db,
        &format!(
            "SELECT table_name {columns} WHERE column_name IN ('timestamp', 'timestamp_utc', 'utc_offset_seconds')
            GROUP BY ALL HAVING count(*) = 3 ORDER BY ALL"
        ),
    )?;
    let tables: Vec<&str> = tables.iter().filter_map(|row| row["table_name"].as_str()).collect();
    ensure!(tables.contains(&"events") && tables.contains(&"cgm_readings"), "instants stand only in {tables:?}");
    let off = |table: &&str| {
        format!(
            "SELECT '{table}' AS name, count(*) AS rows FROM {table}
            WHERE epoch_us(timestamp) - epoch_us(timestamp_utc) IS DISTINCT FROM utc_offset_seconds * 1000000 HAVING rows > 0"
        )
    };
    let off = scene.query(&db, &tables.iter().map(off).collect::<Vec<_>>().join(" UNION ALL "))?;
    ensure!(off.is_empty(), "wall clock and instant are not apart by the offset: {off:?}");
    let instants = "SELECT (sum(epoch_us(timestamp_utc)::HUGEINT) // 1000000)::BIGINT FROM events";
    let (found, truth) = (scene.query_number(&db, instants)?, scene.true_number("instants_sum_seconds")?);
    ensure!(found == truth, "the instants of all events add up to {found} s, not {truth} s");
    let offsets = scene.query_number(&db, "SELECT count(DISTINCT utc_offset_seconds) FROM events")?;
    ensure!(offsets > 1, "the clock never changed, so nothing was shown");
    Ok(format!("{} tables, {offsets} offsets, off by 0 s", tables.len()))
}

/// FR-008: the type of the columns, and that the texts say the same as the columns made of them.
pub(super) fn payloads(scene: &Scene) -> Result<String> {
    let db = scene.database();
    let typed = "SELECT count(*) FROM duckdb_columns() WHERE (table_name, column_name, data_type) IN
        (('raw_events', 'raw_event_data', 'JSON'), ('events', 'event_data', 'JSON'))";
    ensure!(scene.query_number(&db, typed)? == 2, "the payloads are not of type JSON");
    let unlike = "SELECT count(*) FROM raw_events WHERE NOT coalesce(json_valid(raw_event_data)
        AND (raw_event_data->>'sequenceNumber')::BIGINT = sequence_number AND (raw_event_data->>'eventCode')::INTEGER = event_code
        AND (raw_event_data->>'pumpDateTime')::TIMESTAMP = pump_time, false)";
    ensure!(scene.query_number(&db, unlike)? == 0, "raw events are unlike their texts");
    let decoded = "SELECT count(*) FROM events WHERE coalesce(json_type(event_data), '') <> 'OBJECT'";
    ensure!(scene.query_number(&db, decoded)? == 0, "decoded fields are no JSON objects");
    Ok(format!("{} texts read back", scene.query_number(&db, "SELECT count(*) FROM raw_events")?))
}

/// FR-009: the commands are listed and explained; the offline ones make the same out of an archive.
pub(super) fn commands(scene: &Scene) -> Result<String> {
    const COMMANDS: [&str; 8] = ["sync", "fetch", "import", "parse", "derive", "rebuild", "status", "verify"];
    let help = run(scene.command(&scene.tandem, ".").arg("--help"))?;
    for command in COMMANDS {
        ensure!(help.contains(&format!("\n  {command} ")), "{command} is not in the help");
        run(scene.command(&scene.tandem, ".").args([command, "--help"]))?;
    }
    let (archive, db) = (scene.path("archive.jsonl"), scene.path("imported.db"));
    let mut lines = String::new();
    for row in scene.query(&scene.database(), "SELECT raw_event_data::VARCHAR AS text FROM raw_events ORDER BY id")? {
        lines.push_str(row["text"].as_str().context("a raw event has no text")?);
        lines.push('\n');
    }
    fs::write(&archive, lines).context("cannot write an archive")?;
    scene.tandem(&db, &["import", &archive.display().to_string()])?;
    scene.same_content(&db)?;
    scene.tandem(&db, &["rebuild"])?;
    scene.same_content(&db)?;
    Ok(format!("{} commands; import and rebuild give the same content", COMMANDS.len()))
}

/// FR-010: neither a crate nor a library.
pub(super) fn no_postgres(scene: &Scene) -> Result<String> {
    const FOREIGN: [&str; 6] = ["postgres", "libpq", "pq-sys", "sqlx", "diesel", "psycopg"];
    let lock = fs::read_to_string(scene.workspace.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let crates: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
    ensure!(crates.contains(&"\"duckdb\""), "Cargo.lock names no crates");
    let libraries = run(scene.command("ldd", ".").arg(&scene.tandem))?;
    let named = crates.iter().copied().chain(libraries.lines());
    let found: Vec<&str> = named.filter(|name| FOREIGN.iter().any(|foreign| name.contains(foreign))).collect();
    ensure!(found.is_empty(), "found {found:?}");
    Ok(format!("{} crates, {} shared libraries", crates.len(), libraries.lines().count()))
}
