//! The yardstick: what a person without this program would write in DuckDB for the same file.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use duckdb::Connection;

/// Every event in one table, and two tables of the common questions.
const BARE: &str = "
    CREATE TABLE events AS FROM read_json('FILE', format = 'newline_delimited', columns = {
        deviceAssignmentId: 'VARCHAR', eventCode: 'INTEGER', sequenceGroup: 'INTEGER', sequenceNumber: 'BIGINT',
        pumpDateTime: 'TIMESTAMP', eventProperties: 'JSON', estimatedDateTime: 'VARCHAR'});
    CREATE TABLE cgm AS SELECT pumpDateTime AS t, (eventProperties->>'$.currentGlucoseDisplayValue')::INTEGER AS mgdl
        FROM events WHERE eventCode IN (256, 372, 399, 480);
    CREATE TABLE basal AS SELECT pumpDateTime AS t, (eventProperties->>'$.commandedRate')::INTEGER AS mu_per_hour
        FROM events WHERE eventCode = 279;
    CHECKPOINT;";

/// What it took.
pub(crate) struct Bare {
    pub(crate) seconds: f64,
    pub(crate) bytes: u64,
}

/// Reads `archive` into a new `database`, on as many threads as there are.
pub(crate) fn read_json(archive: &Path, database: &Path) -> Result<Bare> {
    let connection = Connection::open(database)?;
    let began = Instant::now();
    connection.execute_batch(&BARE.replace("FILE", &archive.display().to_string()))?;
    let seconds = began.elapsed().as_secs_f64();
    crate::ensure_some(connection.query_row("SELECT count(*)::UBIGINT FROM cgm", [], |row| row.get(0))?)?;
    Ok(Bare { seconds, bytes: std::fs::metadata(database)?.len() })
}
