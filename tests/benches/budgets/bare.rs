//! The yardstick: what a person without this program would write in DuckDB for the same files.

use std::path::Path;

use anyhow::Result;
use duckdb::Connection;
use nix::sys::resource::UsageWho;

use crate::program::cpu_seconds;

/// Every event in one table, and two tables of the common questions. A body is larger than what DuckDB expects of an object.
const BARE: &str = "
    CREATE TABLE events AS SELECT unnest(events, recursive := true) FROM read_json('FOLDER/*.json',
        maximum_object_size = 134217728, columns = {events: 'STRUCT(
            deviceAssignmentId VARCHAR, eventCode INTEGER, sequenceGroup INTEGER, sequenceNumber BIGINT,
            pumpDateTime TIMESTAMP, eventProperties JSON, estimatedDateTime VARCHAR)[]'});
    CREATE TABLE cgm AS SELECT pumpDateTime AS t, (eventProperties->>'$.currentGlucoseDisplayValue')::INTEGER AS mgdl
        FROM events WHERE eventCode IN (256, 372, 399, 480);
    CREATE TABLE basal AS SELECT pumpDateTime AS t, (eventProperties->>'$.commandedRate')::INTEGER AS mu_per_hour
        FROM events WHERE eventCode = 279;
    CHECKPOINT;";

/// What it took.
pub(crate) struct Bare {
    pub(crate) cpu_seconds: f64,
    pub(crate) bytes: u64,
}

/// Reads the bodies of `folder` into a new `database`, on as many threads as there are.
pub(crate) fn read_json(folder: &Path, database: &Path) -> Result<Bare> {
    let before = cpu_seconds(UsageWho::RUSAGE_SELF)?;
    let connection = Connection::open(database)?;
    connection.execute_batch(&BARE.replace("FOLDER", &folder.display().to_string()))?;
    let cpu_seconds = cpu_seconds(UsageWho::RUSAGE_SELF)? - before;
    crate::ensure_some(connection.query_row("SELECT count(*)::UBIGINT FROM cgm", [], |row| row.get(0))?)?;
    Ok(Bare { cpu_seconds, bytes: std::fs::metadata(database)?.len() })
}
