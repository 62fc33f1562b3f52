//! What the database says it holds: the objects of the catalog, and the definitions ours were built with.

use duckdb::{Connection, Row};
use pipeline::StoreError;

use crate::error::failed;

/// One row of `derived_objects`: an object of ours as it was built.
#[derive(Clone, Debug)]
pub(super) struct Built {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) digest: String,
    pub(super) comments_digest: String,
    pub(super) shape: String,
    pub(super) is_complete: bool,
}

/// One object of the catalog, whoever created it.
#[derive(Clone, Debug)]
pub(super) struct Present {
    pub(super) name: String,
    /// As in [`Kind::as_str`](super::Kind::as_str).
    pub(super) kind: String,
    /// The columns of a table, the text of a view or macro.
    pub(super) shape: String,
}

/// Columns stand for tables, because the text of a table is written differently by other versions of DuckDB.
const PRESENT: &str = "
    SELECT table_name, 'table', string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index)
    FROM duckdb_columns() JOIN (SELECT table_oid FROM duckdb_tables() WHERE NOT internal AND NOT temporary) USING (table_oid)
    WHERE database_name = current_database() AND schema_name = 'main'
    GROUP BY table_name
    UNION ALL
    SELECT view_name, 'view', sql FROM duckdb_views()
    WHERE NOT internal AND NOT temporary AND database_name = current_database() AND schema_name = 'main'";

/// To list functions takes longer than all the rest.
const MACROS: &str = "
    UNION ALL
    SELECT function_name, function_type, macro_definition FROM duckdb_functions()
    WHERE NOT internal AND function_type IN ('macro', 'table_macro') AND database_name = current_database() AND schema_name = 'main'";

pub(super) fn list_built(connection: &Connection) -> Result<Vec<Built>, StoreError> {
    let list = "SELECT name, kind, digest, comments_digest, shape, is_complete FROM derived_objects";
    collect(connection, list, |row| {
        Ok(Built {
            name: row.get(0)?,
            kind: row.get(1)?,
            digest: row.get(2)?,
            comments_digest: row.get(3)?,
            shape: row.get(4)?,
            is_complete: row.get(5)?,
        })
    })
}

pub(super) fn list_present(connection: &Connection, with_macros: bool) -> Result<Vec<Present>, StoreError> {
    let list = format!("{PRESENT}{}", if with_macros { MACROS } else { "" });
    collect(connection, &list, |row| Ok(Present { name: row.get(0)?, kind: row.get(1)?, shape: row.get(2)? }))
}

/// The rows of a query.
pub(super) fn collect<T>(
    connection: &Connection,
    query: &str,
    row: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let doing = || failed("cannot read what the database holds");
    let mut statement = connection.prepare(query).map_err(doing())?;
    statement.query_map([], row).and_then(Iterator::collect).map_err(doing())
}
