//! The content of a database as text, for comparing one with another.

use pipeline::StoreError;
use store_duckdb::DuckStore;

/// Every row of every table made from raw events, and the raw events themselves, in order; one line a row.
pub(crate) fn contents(store: &mut DuckStore) -> Result<Vec<String>, StoreError> {
    let mut lines = whole_rows(store, "SELECT * EXCLUDE (created, batch_id) FROM raw_events ORDER BY id")?;
    lines.extend(derived_contents(store)?);
    Ok(lines)
}

/// Every row of every table made from raw events.
pub(crate) fn derived_contents(store: &mut DuckStore) -> Result<Vec<String>, StoreError> {
    let tables = rows(
        store,
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary AND table_name NOT IN
         ('raw_events', 'raw_event_revisions', 'rejected_events', 'raw_batches', 'fetch_windows', 'pipeline_runs', 'parse_progress',
          'pumps', 'pump_assignments', 'pump_settings', 'refinery_schema_history') ORDER BY ALL",
    )?;
    let mut lines = Vec::new();
    for table in tables {
        // When a row was stored says when this database was filled, not what with.
        let found = whole_rows(store, &format!("SELECT COLUMNS(name -> name <> 'created') FROM {table} ORDER BY ALL"))?;
        lines.extend(found.into_iter().map(|row| format!("{table}: {row}")));
    }
    Ok(lines)
}

/// Runs a query; each row as DuckDB writes it, names and NULLs included.
fn whole_rows(store: &mut DuckStore, query: &str) -> Result<Vec<String>, StoreError> {
    texts(store, &format!("SELECT entry::VARCHAR FROM ({query}) entry"))
}

/// Runs a query; the columns of each row that are not NULL, joined by `|`.
pub(crate) fn rows(store: &mut DuckStore, query: &str) -> Result<Vec<String>, StoreError> {
    texts(store, &format!("SELECT concat_ws('|', *COLUMNS(*)) FROM ({query})"))
}

fn texts(store: &mut DuckStore, query: &str) -> Result<Vec<String>, StoreError> {
    let connection = store.connection()?;
    let mut statement = connection.prepare(query).expect("a query of the test");
    let found = statement.query_map([], |row| row.get::<_, String>(0)).expect("it runs");
    Ok(found.collect::<Result<_, _>>().expect("its rows are text"))
}
