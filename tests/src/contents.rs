//! Compares two databases row for row, and asks one a question.

use std::path::Path;

use anyhow::{Result, ensure};
use store_duckdb::DuckStore;

/// Tables that say when and how rows came, not what they say.
const BOOKKEEPING: &str =
    "'raw_batches', 'pipeline_runs', 'fetch_windows', 'parse_progress', 'refinery_schema_history'";

/// Columns of the same kind.
const BOOKKEEPING_COLUMNS: &str = "'created', 'batch_id', 'first_seen', 'last_seen'";

/// Tables that every history here fills; a comparison without rows in them would prove nothing.
const FILLED: [&str; 6] = ["raw_events", "events", "cgm_readings", "basal_deliveries", "boluses", "daily_totals"];

/// Fails with the first differing rows unless `store` and the database in `other` hold the same rows, but for bookkeeping
/// and the tables `except`. Returns how many rows that are.
///
/// # Errors
/// What differs, or what keeps from comparing.
pub fn ensure_same(store: &mut DuckStore, other: &Path, except: &[&str]) -> Result<u64> {
    store.connection()?.execute_batch(&format!("ATTACH '{}' AS other (READ_ONLY)", other.display()))?;
    let outcome = compare_all(store, except);
    store.connection()?.execute_batch("DETACH other")?;
    outcome
}

fn compare_all(store: &mut DuckStore, except: &[&str]) -> Result<u64> {
    let tables = tables(store)?;
    let is_there = |name: &&str| tables.iter().any(|table| table == name);
    ensure!(FILLED.iter().all(is_there), "tables are missing: there are only {tables:?}");
    let here = texts(store, "SELECT current_database()")?.concat();
    let mut rows = 0;
    for table in tables.iter().filter(|table| !except.contains(&table.as_str())) {
        let (mine, theirs) = (checksum(store, &here, table)?, checksum(store, "other", table)?);
        if mine != theirs {
            anyhow::bail!("{table} differs:\n  {}", differing(store, &here, table)?.join("\n  "));
        }
        ensure!(mine.0 > 0 || !FILLED.contains(&table.as_str()), "{table} is empty in both");
        rows += mine.0;
    }
    Ok(rows)
}

fn tables(store: &mut DuckStore) -> Result<Vec<String>> {
    let list = format!(
        "SELECT table_name FROM duckdb_tables()
         WHERE database_name = current_database() AND NOT temporary AND table_name NOT IN ({BOOKKEEPING}) ORDER BY ALL"
    );
    texts(store, &list)
}

/// The rows of a table without their bookkeeping.
fn rows_of(database: &str, table: &str) -> String {
    format!("SELECT COLUMNS(name -> name NOT IN ({BOOKKEEPING_COLUMNS})) FROM \"{database}\".{table}")
}

/// The number of rows, and a sum over all of them that does not depend on their order.
fn checksum(store: &mut DuckStore, database: &str, table: &str) -> Result<(u64, String)> {
    let sum = format!(
        "SELECT count(*)::UBIGINT, coalesce(sum(hash(entry)::HUGEINT), 0)::VARCHAR FROM ({}) entry",
        rows_of(database, table)
    );
    Ok(store.connection()?.query_row(&sum, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The first rows that only one of the databases has.
fn differing(store: &mut DuckStore, here: &str, table: &str) -> Result<Vec<String>> {
    let only = |one: &str, other: &str, sign: &str| {
        format!(
            "(SELECT '{sign} ' || entry::VARCHAR FROM ({} EXCEPT ALL {}) entry ORDER BY 1 LIMIT 3)",
            rows_of(one, table),
            rows_of(other, table)
        )
    };
    texts(store, &format!("{} UNION ALL {}", only(here, "other", "+"), only("other", here, "-")))
}

/// The texts that a query with one column gives.
///
/// # Errors
/// The query does not run.
pub fn texts(store: &mut DuckStore, query: &str) -> Result<Vec<String>> {
    let mut statement = store.connection()?.prepare(query)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many rows `from` has: a table, or one with a condition.
///
/// # Errors
/// The query does not run.
pub fn count(store: &mut DuckStore, from: &str) -> Result<u64> {
    Ok(store.connection()?.query_row(&format!("SELECT count(*)::UBIGINT FROM {from}"), [], |row| row.get(0))?)
}
