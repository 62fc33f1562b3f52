//! The floor: what DuckDB alone needs to write the same rows into the same tables, out of a database that holds them already.
//! No JSON is read, nothing is decoded or joined; what is left is texts twice, two unique keys, and a checkpoint.

use std::path::Path;

use anyhow::Result;
use duckdb::Connection;
use nix::sys::resource::UsageWho;
use store_duckdb::{DuckStore, StoreOptions};

use crate::program::cpu_seconds;

/// Copies every table of `full` into a new database `copy`, on as many threads as there are; the processor time it took, in
/// seconds.
pub(crate) fn copy_tables(full: &Path, copy: &Path) -> Result<f64> {
    drop(DuckStore::open(copy, StoreOptions::default())?);
    let connection = Connection::open(copy)?;
    connection.execute_batch(&format!("ATTACH '{}' AS full_db (READ_ONLY)", full.display()))?;
    let tables = tables(&connection)?;
    let before = cpu_seconds(UsageWho::RUSAGE_SELF)?;
    for table in &tables {
        connection.execute_batch(&format!("INSERT INTO {table} SELECT * FROM full_db.{table}"))?;
    }
    connection.execute_batch("CHECKPOINT")?;
    let seconds = cpu_seconds(UsageWho::RUSAGE_SELF)? - before;
    crate::ensure_some(connection.query_row("SELECT count(*)::UBIGINT FROM events", [], |row| row.get(0))?)?;
    Ok(seconds)
}

fn tables(connection: &Connection) -> Result<Vec<String>> {
    let list = "SELECT table_name FROM duckdb_tables()
                WHERE database_name = current_database() AND table_name <> 'refinery_schema_history' ORDER BY ALL";
    let mut statement = connection.prepare(list)?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<duckdb::Result<_>>()?)
}
