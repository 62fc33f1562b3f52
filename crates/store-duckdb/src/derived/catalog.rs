//! What the database says it holds: the objects of the catalog, and the definitions ours were built with.

use duckdb::{Connection, Row};
use pipeline::StoreError;

use crate::error::DuckdbContext as _;

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
    /// The columns of a table, a digest of the text of a view or macro.
    pub(super) shape: String,
}

/// A digest of the words in a view's or macro's `text`. DuckDB writes a text that it has read back from the file with other quotes
/// and parentheses, and lists after EXCLUDE in another order, so neither counts.
macro_rules! text_digest {
    ($text:literal) => {
        concat!("md5(list_sort(regexp_extract_all(", $text, r", '\w+'))::VARCHAR)")
    };
}

/// Columns stand for tables, because the text of a table is written differently by other versions of DuckDB.
const TABLES: &str = "
    SELECT table_name AS name, 'table' AS kind, string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) AS shape
    FROM duckdb_columns() JOIN (SELECT table_oid FROM duckdb_tables() WHERE NOT internal AND NOT temporary) USING (table_oid)
    WHERE database_name = current_database() AND schema_name = 'main'
    GROUP BY table_name";

const VIEWS: &str = concat!(
    "
    SELECT view_name AS name, 'view' AS kind, ",
    text_digest!("sql"),
    " AS shape
    FROM duckdb_views() WHERE NOT internal AND NOT temporary AND database_name = current_database() AND schema_name = 'main'"
);

/// To list functions takes longer than all the rest.
const MACROS: &str = concat!(
    "
    SELECT function_name, function_type, ",
    text_digest!("macro_definition"),
    "
    FROM duckdb_functions()
    WHERE NOT internal AND function_type IN ('macro', 'table_macro') AND database_name = current_database() AND schema_name = 'main'"
);

pub(super) fn list_built(connection: &Connection) -> Result<Vec<Built>, StoreError> {
    let list = "SELECT name, kind, digest, comments_digest, shape, is_complete FROM derived_objects";
    collect_rows(connection, list, |row| {
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
    let parts = [TABLES, VIEWS, MACROS];
    let list = parts[..if with_macros { 3 } else { 2 }].join("\n    UNION ALL");
    collect_rows(connection, &list, |row| Ok(Present { name: row.get(0)?, kind: row.get(1)?, shape: row.get(2)? }))
}

/// The views of ours that are no longer there as they were built.
pub(super) fn list_altered_views(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let list = format!(
        "SELECT name FROM derived_objects
         WHERE kind = 'view' AND (name, shape) NOT IN (SELECT (name, shape) FROM ({VIEWS}))
         ORDER BY name"
    );
    collect_rows(connection, &list, |row| row.get(0))
}

/// The rows of a query.
pub(super) fn collect_rows<T>(
    connection: &Connection,
    query: &str,
    row: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let doing = "cannot read what the database holds";
    let mut statement = connection.prepare(query).context(doing)?;
    statement.query_map([], row).and_then(Iterator::collect).context(doing)
}
