//! Rows as JSON objects. Numbers keep DuckDB's own digits.

use std::io::{self, Write};

use serde_json::value::RawValue;
use store_duckdb::QueryColumn;

/// How a column's text becomes a JSON value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// A number or truth value: the text is JSON.
    Bare,
    /// JSON already, or to be checked.
    Json,
    /// A string.
    Text,
}

/// Writes rows as JSON objects.
pub(super) struct JsonRows {
    columns: Vec<(String, Kind)>,
}

impl JsonRows {
    pub(super) fn new(columns: &[QueryColumn]) -> Self {
        let columns = columns.iter().map(|column| (quoted(&column.name), kind(column))).collect();
        Self { columns }
    }

    /// Writes one object, without a line end.
    pub(super) fn write(&self, out: &mut dyn Write, cells: &[Option<&str>]) -> io::Result<()> {
        for (index, ((name, kind), cell)) in self.columns.iter().zip(cells).enumerate() {
            write!(out, "{}{name}:", if index == 0 { '{' } else { ',' })?;
            match (cell, kind) {
                (None, _) => out.write_all(b"null")?,
                (Some(text), Kind::Bare) if is_json_number(text) => out.write_all(text.as_bytes())?,
                (Some(text), Kind::Json) if serde_json::from_str::<&RawValue>(text).is_ok() => {
                    out.write_all(text.as_bytes())?;
                }
                (Some(text), _) => serde_json::to_writer(&mut *out, text)?,
            }
        }
        out.write_all(b"}")
    }
}

fn kind(column: &QueryColumn) -> Kind {
    match column.type_name.as_str() {
        _ if column.is_number() => Kind::Bare,
        "BOOLEAN" | "JSON" => Kind::Json,
        _ if column.is_nested() => Kind::Json,
        _ => Kind::Text,
    }
}

/// Infinity and NaN have no place in JSON; they become strings.
fn is_json_number(text: &str) -> bool {
    text.ends_with(|last: char| last.is_ascii_digit())
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
