//! What a person created in the file: it survives a rebuild, or is named before anything is changed.
//!
//! DuckDB drops a table's indexes with the table, refuses to drop a table that a foreign key refers to, and binds views and macros
//! only when they are used. So indexes are created again, and views are tried before the rebuild is committed.

use std::collections::BTreeSet;

use duckdb::{Connection, Transaction};
use pipeline::{StoreError, StoreErrorKind};

use super::catalog::{Built, Present, collect_rows};
use super::entries::OBJECTS;
use super::object::{Kind, Object};

/// What a person created on our tables, as it was before a rebuild.
#[derive(Debug)]
pub(super) struct PersonalObjects {
    /// Name, table and text of each index.
    indexes: Vec<(String, String, String)>,
    /// The views that work, by schema and name.
    views: Vec<(String, String)>,
}

const INDEXES: &str = "
    SELECT index_name, table_name, sql FROM duckdb_indexes()
    WHERE database_name = current_database() AND schema_name = 'main' AND sql IS NOT NULL ORDER BY ALL";

const VIEWS: &str = "
    SELECT schema_name, view_name FROM duckdb_views()
    WHERE NOT internal AND NOT temporary AND database_name = current_database() ORDER BY ALL";

const FOREIGN_KEYS: &str = "
    SELECT table_name, referenced_table FROM duckdb_constraints()
    WHERE constraint_type = 'FOREIGN KEY' AND database_name = current_database() ORDER BY ALL";

const MACROS: &str = "
    SELECT DISTINCT function_name FROM duckdb_functions()
    WHERE NOT internal AND function_type IN ('macro', 'table_macro') AND schema_name = 'main' ORDER BY ALL";

/// True where the functions that our statements call most do what DuckDB's do. To list macros takes ten times as long.
const CANARY: &str = "
    SELECT max(x) = 2 AND min(x) = 1 AND sum(x) = 3 AND count(x) = 2 AND count(*) = 2 AND avg(x) = 1.5 AND median(x) = 1.5
           AND any_value(x) > 0 AND arg_max(x, x) = 2 AND arg_min(x, x) = 1 AND max_by(x, x) = 2 AND bool_and(x > 0) AND bool_or(x > 1)
           AND len(list(x)) = 2 AND len(string_agg(x::VARCHAR, '+')) = 3 AND round(1.26, 1) = 1.3 AND abs(-1) = 1 AND floor(1.5) = 1
           AND sqrt(4) = 2 AND greatest(1, 2) = 2 AND least(1, 2) = 1 AND nullif(1, 1) IS NULL AND lower('A') = 'a'
           AND replace('ab', 'b', 'c') = 'ac' AND concat_ws('-', 'a', 'b') = 'a-b' AND strftime(DATE '2026-01-02', '%Y') = '2026'
           AND epoch_us(TIMESTAMP '1970-01-01 00:00:01') = 1000000 AND epoch(TIMESTAMP '1970-01-01 00:00:01') = 1
           AND epoch_us(make_timestamp(1000000)) = 1000000 AND epoch_us(to_timestamp(1)) = 1000000
           AND date_trunc('day', TIMESTAMP '2026-01-02 03:00:00') = TIMESTAMP '2026-01-02 00:00:00'
           AND hour(TIMESTAMP '2026-01-02 03:00:00') = 3 AND day(DATE '2026-01-02') = 2
    FROM (VALUES (1), (2)) AS numbers (x)";

impl PersonalObjects {
    /// Finds what a person created; `ours` are the names of our own objects.
    pub(super) fn find(connection: &Connection, ours: &BTreeSet<&str>) -> Result<Self, StoreError> {
        let indexes = collect_rows(connection, INDEXES, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut views: Vec<(String, String)> = collect_rows(connection, VIEWS, |row| Ok((row.get(0)?, row.get(1)?)))?;
        views.retain(|view| {
            !(view.0 == "main" && ours.contains(view.1.as_str())) && trouble(connection, view).is_none()
        });
        Ok(Self { indexes, views })
    }

    /// Creates the indexes on `rebuilt` again and tries the views. Returns what no longer works, and why.
    pub(super) fn restore_in_tx(&self, transaction: &Transaction<'_>, rebuilt: &BTreeSet<&str>) -> Vec<String> {
        let mut broken = Vec::new();
        for (name, _, sql) in self.indexes.iter().filter(|(_, table, _)| rebuilt.contains(table.as_str())) {
            if let Err(error) = transaction.execute_batch(sql) {
                broken.push(format!("the index {name} ({error})"));
            }
        }
        for view in &self.views {
            if let Some(reason) = trouble(transaction, view) {
                broken.push(format!("the view {} ({reason})", view.1));
            }
        }
        broken
    }
}

/// Why a view cannot be read, if it cannot.
fn trouble(connection: &Connection, (schema, name): &(String, String)) -> Option<String> {
    let query = format!("SELECT * FROM {}.{} LIMIT 0", quoted(schema), quoted(name));
    connection.prepare(&query).err().map(|error| error.to_string())
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What stands in the way of rebuilding `rebuilt`: objects with names of ours, columns added to our tables, foreign keys.
pub(super) fn find_obstacles(
    connection: &Connection,
    rebuilt: &[&Object],
    built: &[Built],
    present: &[Present],
) -> Result<Vec<String>, StoreError> {
    let mut obstacles = Vec::new();
    for object in rebuilt {
        let Some(there) = present.iter().find(|there| there.name == object.name) else { continue };
        match built.iter().find(|ours| ours.name == object.name && ours.kind == there.kind) {
            None => obstacles.push(format!("the {} {}, whose name is needed", there.kind, there.name)),
            Some(ours) => obstacles.extend(added_columns(ours, there)),
        }
    }
    obstacles.extend(find_foreign_keys(connection, |table| rebuilt.iter().any(|object| object.name == table))?);
    Ok(obstacles)
}

/// The foreign keys of a person's tables to those of ours that `concerns` selects.
fn find_foreign_keys(connection: &Connection, concerns: impl Fn(&str) -> bool) -> Result<Vec<String>, StoreError> {
    let keys: Vec<(String, String)> = collect_rows(connection, FOREIGN_KEYS, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let concerned = keys.into_iter().filter(|(_, table)| concerns(table));
    Ok(concerned.map(|(from, to)| format!("the foreign key of {from} to {to}")).collect())
}

/// Refuses to replace rows of derived tables while a foreign key refers to one of them: DuckDB would refuse some of the rows, and
/// the tables would no longer follow the events.
pub(crate) fn refuse_foreign_keys(connection: &Connection) -> Result<(), StoreError> {
    let is_ours = |table: &str| OBJECTS.iter().any(|object| object.name == table && object.kind != Kind::Stored);
    let keys = find_foreign_keys(connection, is_ours)?;
    if keys.is_empty() { Ok(()) } else { Err(in_the_way(&keys)) }
}

/// As [`refuse_shadowing_macros`], for connections that only read: looks for macros only where one is in use.
pub(crate) fn refuse_macros_in_use(connection: &Connection) -> Result<(), StoreError> {
    let is_sound = connection.query_row(CANARY, [], |row| row.get::<_, Option<bool>>(0));
    if matches!(is_sound, Ok(Some(true))) { Ok(()) } else { refuse_shadowing_macros(connection) }
}

/// Refuses a database in which a macro has the name of a function of DuckDB: our statements and views would call the macro.
pub(crate) fn refuse_shadowing_macros(connection: &Connection) -> Result<(), StoreError> {
    let macros: Vec<String> = collect_rows(connection, MACROS, |row| row.get(0))?;
    let is_ours = |name: &String| OBJECTS.iter().any(|object| object.name == name);
    if macros.iter().all(is_ours) {
        return Ok(());
    }
    let functions: BTreeSet<String> =
        collect_rows(connection, "SELECT DISTINCT function_name FROM duckdb_functions() WHERE internal", |row| {
            row.get(0)
        })?
        .into_iter()
        .collect();
    let shadowing: Vec<_> =
        macros.iter().filter(|name| functions.contains(*name)).map(|name| format!("the macro {name}")).collect();
    if shadowing.is_empty() {
        return Ok(());
    }
    let message = format!("macros in the database hide functions of DuckDB that tandem uses: {}", shadowing.join("; "));
    Err(StoreError::new(StoreErrorKind::Conflict, message))
}

/// The columns of a table that it did not have when it was built.
fn added_columns(ours: &Built, there: &Present) -> Vec<String> {
    if ours.kind != "table" || ours.shape.is_empty() {
        return Vec::new();
    }
    let before: Vec<&str> = ours.shape.split(", ").collect();
    let added = there.shape.split(", ").filter(|column| !before.contains(column));
    added.map(|column| format!("the column {}.{column}", ours.name)).collect()
}

/// The error that names what stands in the way.
pub(super) fn in_the_way(obstacles: &[String]) -> StoreError {
    let message = format!(
        "the database cannot be brought up to date without breaking what you created in it: {}",
        obstacles.join("; ")
    );
    StoreError::new(StoreErrorKind::Conflict, message)
}
