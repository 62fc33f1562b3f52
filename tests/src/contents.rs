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

/// A table, and the columns of it that are compared.
struct Table {
    name: String,
    columns: String,
}

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
    let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
    ensure!(FILLED.iter().all(|name| names.contains(name)), "tables are missing: there are only {names:?}");
    let here = texts(store, "SELECT current_database()")?.concat();
    let mut rows = 0;
    for table in tables.iter().filter(|table| !except.contains(&table.name.as_str())) {
        let (mine, theirs) = (checksum(store, &here, table)?, checksum(store, "other", table)?);
        if mine != theirs {
            anyhow::bail!("{} differs:\n  {}", table.name, differing(store, &here, table)?.join("\n  "));
        }
        ensure!(mine.0 > 0 || !FILLED.contains(&table.name.as_str()), "{} is empty in both", table.name);
        rows += mine.0;
    }
    Ok(rows)
}

fn tables(store: &mut DuckStore) -> Result<Vec<Table>> {
    let list = format!(
        "SELECT table_name || ':' || string_agg(column_name, ', ' ORDER BY column_index) FROM duckdb_columns()
         JOIN duckdb_tables() USING (database_name, table_name)
         WHERE database_name = current_database() AND NOT temporary
             AND table_name NOT IN ({BOOKKEEPING}) AND column_name NOT IN ({BOOKKEEPING_COLUMNS})
         GROUP BY table_name ORDER BY table_name"
    );
    let split = |text: String| {
        let (name, columns) = text.split_once(':').unwrap_or_default();
        Table { name: name.to_owned(), columns: columns.to_owned() }
    };
    Ok(texts(store, &list)?.into_iter().map(split).collect())
}

/// The number of rows, and a sum over all of them that does not depend on their order.
fn checksum(store: &mut DuckStore, database: &str, table: &Table) -> Result<(u64, String)> {
    let Table { name, columns } = table;
    let sum = format!(
        "SELECT count(*)::UBIGINT, coalesce(sum(hash(entry)::HUGEINT), 0)::VARCHAR
         FROM (SELECT {columns} FROM \"{database}\".{name}) entry"
    );
    Ok(store.connection()?.query_row(&sum, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The first rows that only one of the databases has.
fn differing(store: &mut DuckStore, here: &str, Table { name, columns }: &Table) -> Result<Vec<String>> {
    let only = |one: &str, other: &str, sign: &str| {
        format!(
            "(SELECT '{sign} ' || entry::VARCHAR FROM
                (SELECT {columns} FROM \"{one}\".{name} EXCEPT ALL SELECT {columns} FROM \"{other}\".{name}) entry
              ORDER BY 1 LIMIT 3)"
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
