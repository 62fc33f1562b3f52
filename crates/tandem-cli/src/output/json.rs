//! Rows as JSON objects or arrays. Numbers keep DuckDB's own digits.

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

/// Writes rows as JSON.
pub(crate) struct JsonRows {
    columns: Vec<(String, Kind)>,
}

impl JsonRows {
    /// For rows with these columns.
    pub(super) fn new(columns: &[QueryColumn]) -> Self {
        let columns = columns.iter().map(|column| (quoted(&column.name), kind(column))).collect();
        Self { columns }
    }

    /// Writes one object, without a line end.
    pub(super) fn write_object(&self, out: &mut dyn Write, cells: &[Option<&str>]) -> io::Result<()> {
        for (index, ((name, kind), cell)) in self.columns.iter().zip(cells).enumerate() {
            write!(out, "{}{name}:", if index == 0 { '{' } else { ',' })?;
            write_cell(out, *kind, *cell)?;
        }
        out.write_all(b"}")
    }

    /// Writes one array, without a line end.
    pub(super) fn write_array(&self, out: &mut dyn Write, cells: &[Option<&str>]) -> io::Result<()> {
        for (index, ((_, kind), cell)) in self.columns.iter().zip(cells).enumerate() {
            out.write_all(if index == 0 { b"[" } else { b"," })?;
            write_cell(out, *kind, *cell)?;
        }
        out.write_all(b"]")
    }
}

fn write_cell(out: &mut dyn Write, kind: Kind, cell: Option<&str>) -> io::Result<()> {
    match (cell, kind) {
        (None, _) => out.write_all(b"null"),
        (Some(text), Kind::Bare) if is_json_number(text) => write_number(out, text),
        (Some(text), Kind::Json) if serde_json::from_str::<&RawValue>(text).is_ok() => write_line(out, text),
        (Some(text), _) => Ok(serde_json::to_writer(out, text)?),
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

/// DuckDB leaves out the 0 before the point of a `DECIMAL(1,1)`.
fn write_number(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
    let zero = if digits.starts_with('.') { "0" } else { "" };
    write!(out, "{sign}{zero}{digits}")
}

/// JSON on one line: line breaks in it stand between its values, never in a string.
fn write_line(out: &mut dyn Write, json: &str) -> io::Result<()> {
    for (index, line) in json.split(['\n', '\r']).enumerate() {
        out.write_all(if index == 0 { b"" } else { b" " })?;
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
