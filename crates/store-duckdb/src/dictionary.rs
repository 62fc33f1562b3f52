//! The data dictionary: every table, view and column with its type and meaning, out of the database's own comments.

use std::fmt::Write;

use duckdb::Connection;
use pipeline::StoreError;

use crate::DuckStore;
use crate::derived::OBJECTS;
use crate::error::DuckdbContext as _;

/// A table or view of the schema.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// True for a view.
    pub is_view: bool,
    /// What it holds.
    pub meaning: String,
    /// Its columns, in order.
    pub columns: Vec<RelationColumn>,
}

/// A column of a table or view.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RelationColumn {
    /// Its name.
    pub name: String,
    /// Its type in DuckDB's words.
    pub type_name: String,
    /// What it holds, with the unit.
    pub meaning: String,
}

const RELATIONS: &str = "
    SELECT table_name AS name, false AS is_view, coalesce(comment, '') FROM duckdb_tables()
    WHERE NOT internal AND NOT temporary AND table_name <> 'refinery_schema_history'
    UNION ALL
    SELECT view_name, true, coalesce(comment, '') FROM duckdb_views() WHERE NOT internal AND NOT temporary
    ORDER BY is_view, name";

const COLUMNS: &str = "
    SELECT column_name, data_type, coalesce(comment, '')
    FROM duckdb_columns()
    WHERE table_name = ? AND NOT internal AND database_name = current_database()
    ORDER BY column_index";

impl DuckStore {
    /// Every table and view with its comments, tables first, in the order of the registry; then what a person created.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn relations(&mut self) -> Result<Vec<Relation>, StoreError> {
        relations(self.connection()?)
    }

    /// The same as a page of Markdown.
    ///
    /// # Errors
    /// As [`DuckStore::relations`].
    pub fn data_dictionary(&mut self) -> Result<String, StoreError> {
        Ok(markdown(&self.relations()?))
    }
}

fn relations(connection: &Connection) -> Result<Vec<Relation>, StoreError> {
    let doing = "cannot read the schema";
    let mut statement = connection.prepare(RELATIONS).context(doing)?;
    let named = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .context(doing)?;
    let whole = |(name, is_view, meaning): (String, bool, String)| {
        let columns = columns(connection, &name)?;
        Ok(Relation { name, is_view, meaning, columns })
    };
    let mut relations = named.into_iter().map(whole).collect::<Result<Vec<Relation>, StoreError>>()?;
    let place = |name: &str| OBJECTS.iter().position(|object| object.name == name).unwrap_or(OBJECTS.len());
    relations.sort_by_key(|relation| (relation.is_view, place(&relation.name)));
    Ok(relations)
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<RelationColumn>, StoreError> {
    let doing = "cannot read the schema";
    let mut statement = connection.prepare(COLUMNS).context(doing)?;
    let columns = statement
        .query_map([table], |row| {
            Ok(RelationColumn { name: row.get(0)?, type_name: row.get(1)?, meaning: row.get(2)? })
        })
        .and_then(Iterator::collect);
    columns.context(doing)
}

const OPENING: &str = "\
# Data dictionary

Made from the comments in the database by `cargo xtask codegen`; do not edit. The same text is in every database:
`SELECT * FROM duckdb_columns()`.

Three times: `timestamp`, `started` and the like are the pump's wall clock, exactly as shown on the pump; columns that end in
`_utc` are instants, and `utc_source` says how an instant was found; `local_time` is what a correct clock would have shown the
person. Days and hours of the day are those of `local_time`. Insulin is in units (U), rates in units per hour unless the
name says otherwise, glucose in mg/dL.
";

fn markdown(relations: &[Relation]) -> String {
    let mut page = OPENING.to_owned();
    for (title, is_view) in [("Tables", false), ("Views", true)] {
        write!(page, "\n## {title}\n").expect("a string takes any text");
        for relation in relations.iter().filter(|relation| relation.is_view == is_view) {
            section(&mut page, relation);
        }
    }
    page
}

fn section(page: &mut String, relation: &Relation) {
    write!(
        page,
        "\n### {}\n\n{}\n\n| column | type | meaning |\n|---|---|---|\n",
        relation.name,
        escape_cell(&relation.meaning)
    )
    .expect("a string takes any text");
    for column in &relation.columns {
        writeln!(page, "| {} | {} | {} |", column.name, column.type_name, escape_cell(&column.meaning))
            .expect("a string takes any text");
    }
}

/// A text that does not break a table of Markdown.
fn escape_cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
