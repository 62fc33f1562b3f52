//! From a row of a domain table back to where it comes from: the events that made it, field by field with unit and label,
//! and the verbatim text of each.

use chrono::{DateTime, NaiveDateTime, Utc};
use duckdb::{Connection, Row};
use pipeline::StoreError;
use pump_events::{Event, Field, Labels, Value};

use crate::DuckStore;
use crate::derived::{OBJECTS, Sources};
use crate::error::DuckdbContext as _;

/// A row and the events that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    /// The table.
    pub table: String,
    /// The row's `id`.
    pub id: i64,
    /// The row, column by column.
    pub columns: Vec<ExplainedColumn>,
    /// The events that made it, in the order of the pump's log.
    pub events: Vec<ExplainedEvent>,
}

/// One column of an explained row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExplainedColumn {
    /// Its name.
    pub name: String,
    /// Its value in DuckDB's text; `None` for NULL.
    pub value: Option<String>,
    /// What it holds, with the unit.
    pub meaning: String,
}

/// One event behind an explained row.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedEvent {
    /// Identity: `events.id` and `raw_events.id`.
    pub id: i64,
    /// `sequenceGroup` of the service.
    pub sequence_group: u16,
    /// The pump's own number of the log entry.
    pub sequence_number: u32,
    /// Type code.
    pub code: u32,
    /// Name of the type.
    pub name: String,
    /// The pump's wall clock.
    pub timestamp: NaiveDateTime,
    /// The instant.
    pub timestamp_utc: DateTime<Utc>,
    /// How the instant was found.
    pub utc_source: String,
    /// Its fields, in the dictionary's order, then what the dictionary does not know.
    pub fields: Vec<ExplainedField>,
    /// The raw text, verbatim.
    pub raw: String,
    /// How many former texts it had.
    pub revisions: u64,
}

/// One field of an event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExplainedField {
    /// Its name in the dictionary.
    pub name: String,
    /// The number the pump gave, or the JSON of a field that the dictionary does not know.
    pub value: String,
    /// Unit of the number.
    pub unit: Option<String>,
    /// What the number stands for, where numbers or bits have names.
    pub label: Option<String>,
}

/// Why a row was not explained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// No table of that name can be explained.
    #[error("there is no table `{table}` to explain")]
    UnknownTable {
        /// The name asked for.
        table: String,
        /// The tables that can be explained.
        known: Vec<&'static str>,
    },
    /// The table has no such row.
    #[error("`{table}` has no row with the id {id}")]
    NoSuchRow {
        /// The table.
        table: String,
        /// The id asked for.
        id: i64,
    },
    /// The database cannot be read.
    // Not transparent: such errors are left out of the chain of causes.
    #[error("{0}")]
    Store(#[from] StoreError),
}

const EVENTS: &str = "
    SELECT e.id, e.sequence_group, e.sequence_number, e.event_id, e.event_name, e.timestamp, e.timestamp_utc, e.utc_source, r.raw_event_data,
           (SELECT count(*) FROM raw_event_revisions v WHERE v.raw_events_id = e.id) AS revisions
    FROM events e JOIN raw_events r ON r.id = e.raw_events_id";

impl DuckStore {
    /// Explains the row `id` of `table`: its columns, the events behind it, and their raw texts.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn explain(&mut self, table: &str, id: i64) -> Result<Provenance, ExplainError> {
        let Some(source) = find_sources(table) else {
            let known = explained_tables().collect();
            return Err(ExplainError::UnknownTable { table: table.to_owned(), known });
        };
        let connection = self.connection()?;
        let columns = columns(connection, table, id)?;
        if columns.is_empty() {
            return Err(ExplainError::NoSuchRow { table: table.to_owned(), id });
        }
        let events = events(connection, &source, id)?;
        Ok(Provenance { table: table.to_owned(), id, columns, events })
    }
}

/// The tables and views whose rows can be explained.
pub fn explained_tables() -> impl Iterator<Item = &'static str> {
    OBJECTS.iter().filter(|object| object.sources.is_some()).map(|object| object.name)
}

/// The query for the ids of the events behind the row `?1` of `table`.
fn find_sources(table: &str) -> Option<String> {
    let object = OBJECTS.iter().find(|object| object.name == table)?;
    Some(match object.sources? {
        Sources::Columns(columns) => format!("SELECT unnest([{columns}]) FROM {table} WHERE id = ?1"),
        Sources::Query(query) => query.to_owned(),
    })
}

fn columns(connection: &Connection, table: &str, id: i64) -> Result<Vec<ExplainedColumn>, StoreError> {
    let doing = || format!("cannot read {table}");
    let query = format!(
        "SELECT entry.column_name, entry.cell, coalesce(c.comment, '')
         FROM (SELECT COLUMNS(*)::VARCHAR FROM {table} WHERE id = ?) UNPIVOT INCLUDE NULLS (cell FOR column_name IN (COLUMNS(*))) entry
         JOIN duckdb_columns() c ON c.table_name = '{table}' AND c.column_name = entry.column_name AND NOT c.internal
         ORDER BY c.column_index"
    );
    let mut statement = connection.prepare(&query).context(doing())?;
    let column = |row: &Row<'_>| Ok(ExplainedColumn { name: row.get(0)?, value: row.get(1)?, meaning: row.get(2)? });
    statement.query_map([id], column).and_then(Iterator::collect).context(doing())
}

fn events(connection: &Connection, source: &str, id: i64) -> Result<Vec<ExplainedEvent>, StoreError> {
    let doing = "cannot read the events behind a row";
    let query = format!("{EVENTS} WHERE e.id IN ({source}) ORDER BY e.id");
    let mut statement = connection.prepare(&query).context(doing)?;
    statement.query_map([id], event).and_then(Iterator::collect).context(doing)
}

fn event(row: &Row<'_>) -> duckdb::Result<ExplainedEvent> {
    let raw: String = row.get(8)?;
    Ok(ExplainedEvent {
        id: row.get(0)?,
        sequence_group: row.get(1)?,
        sequence_number: row.get(2)?,
        code: row.get(3)?,
        name: row.get(4)?,
        timestamp: row.get(5)?,
        timestamp_utc: row.get(6)?,
        utc_source: row.get(7)?,
        fields: pump_events::decode_raw(&raw).map(|event| fields(&event)).unwrap_or_default(),
        raw,
        revisions: row.get(9)?,
    })
}

fn fields(event: &Event) -> Vec<ExplainedField> {
    let known = event.values().map(|(field, value)| explained(field, value));
    let extra = event.extra_fields().iter();
    let unknown = extra.map(|field| ExplainedField {
        name: field.name.clone(),
        value: field.json.clone(),
        unit: None,
        label: None,
    });
    known.chain(unknown).collect()
}

fn explained(field: &Field, value: Value) -> ExplainedField {
    let (name, unit) = (field.name.to_owned(), field.unit.map(str::to_owned));
    let (value, label) = match value {
        Value::Unsigned(number) => (number.to_string(), label(field, number)),
        Value::Signed(number) => (number.to_string(), None),
        Value::Float(number) => (number.to_string(), None),
    };
    ExplainedField { name, value, unit, label }
}

fn label(field: &Field, number: u32) -> Option<String> {
    match &field.labels {
        Labels::None => None,
        Labels::Bool => Some((number != 0).to_string()),
        Labels::Enum(labels) => labels.label(number).map(str::to_owned),
        Labels::Bits(labels) => {
            let set = (0..u32::BITS).filter(|bit| number & (1 << bit) != 0);
            let names = set.map(|bit| labels.label(bit).map_or_else(|| format!("bit {bit}"), str::to_owned));
            Some(names.collect::<Vec<_>>().join(", "))
        }
    }
}
