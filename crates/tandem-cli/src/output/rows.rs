//! The rows of a query in the formats that people ask for.

use std::io::{self, Write};

use clap::ValueEnum;
use console::style;
use store_duckdb::{CellForm, QueryColumn};

use super::json::JsonRows;
use super::{Align, ScreenTable, format_count, wrap_text};

/// Output format.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For reading, fitted to the terminal
    Table,
    /// Comma-separated, with a header; NULL is an empty field
    Csv,
    /// One JSON array of objects
    Json,
    /// One JSON object per line
    Jsonl,
    /// A Markdown table
    Markdown,
    /// Parquet, compressed with zstd; needs --output
    Parquet,
    /// One JSON object of columns and rows, as `tandem mcp` answers: never long
    #[value(hide = true)]
    Answer,
}

/// The most bytes of rows in an [`Format::Answer`].
const MAX_ANSWER_BYTES: usize = 200_000;

impl Format {
    /// How cells are wanted.
    pub(crate) fn cells(self) -> CellForm {
        match self {
            Self::Json | Self::Jsonl | Self::Answer => CellForm::NestedAsJson,
            Self::Table | Self::Csv | Self::Markdown | Self::Parquet => CellForm::Text,
        }
    }
}

/// Takes rows and writes them.
pub(crate) struct RowWriter<'a> {
    out: &'a mut dyn Write,
    /// Of the screen, where a table goes to one.
    width: Option<usize>,
    form: Form,
    rows: u64,
}

enum Form {
    Table(ScreenTable),
    /// `EXPLAIN`: a drawing, not a table.
    Drawing,
    Csv,
    Json(JsonRows),
    Jsonl(JsonRows),
    Markdown,
    /// With the number of bytes so far.
    Answer(JsonRows, usize),
}

impl<'a> RowWriter<'a> {
    /// Writes what comes before the rows.
    pub(crate) fn new(
        format: Format,
        columns: &[QueryColumn],
        width: Option<usize>,
        out: &'a mut dyn Write,
    ) -> io::Result<Self> {
        let form = match format {
            Format::Table if columns.iter().any(|column| column.name == "explain_value") => Form::Drawing,
            Format::Table => {
                Form::Table(ScreenTable::new(columns.iter().map(|column| (column.name.as_str(), align(column)))))
            }
            Format::Csv => Form::Csv,
            Format::Json => Form::Json(JsonRows::new(columns)),
            Format::Jsonl => Form::Jsonl(JsonRows::new(columns)),
            Format::Markdown => Form::Markdown,
            Format::Answer => Form::Answer(JsonRows::new(columns), 0),
            Format::Parquet => return Err(io::Error::other("Parquet is not written row by row")),
        };
        let names = || columns.iter().map(|column| column.name.as_str());
        match form {
            Form::Csv => write_csv(out, names())?,
            Form::Json(_) => out.write_all(b"[")?,
            Form::Markdown => {
                write_markdown(out, names())?;
                write_markdown(out, columns.iter().map(|column| if column.is_number() { "---:" } else { "---" }))?;
            }
            Form::Answer(..) => write!(out, "{{\"columns\":{},\n\"rows\":[", described(columns))?,
            Form::Table(_) | Form::Drawing | Form::Jsonl(_) => {}
        }
        Ok(Self { out, width, form, rows: 0 })
    }

    /// Writes one row.
    pub(crate) fn row(&mut self, cells: &[Option<&str>]) -> io::Result<()> {
        let first = self.rows == 0;
        self.rows += 1;
        match &mut self.form {
            Form::Table(table) => table.push(cells.iter().map(|cell| cell.map(str::to_owned))),
            Form::Drawing => writeln!(self.out, "{}", cells.last().copied().flatten().unwrap_or_default().trim_end())?,
            Form::Csv => write_csv(self.out, cells.iter().map(|cell| cell.unwrap_or_default()))?,
            Form::Json(rows) => {
                self.out.write_all(if first { b"\n" } else { b",\n" })?;
                rows.write_object(self.out, cells)?;
            }
            Form::Jsonl(rows) => {
                rows.write_object(self.out, cells)?;
                self.out.write_all(b"\n")?;
            }
            Form::Markdown => write_markdown(self.out, cells.iter().map(|cell| cell.unwrap_or("NULL")))?,
            Form::Answer(rows, bytes) => {
                let mut row = if first { b"\n".to_vec() } else { b",\n".to_vec() };
                rows.write_array(&mut row, cells)?;
                *bytes += row.len();
                self.out.write_all(&row)?;
            }
        }
        Ok(())
    }

    /// True when there is no room for more rows.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.form, Form::Answer(_, bytes) if bytes > MAX_ANSWER_BYTES)
    }

    /// Writes what comes after the rows; `more` says that there would have been more of them.
    pub(crate) fn finish(self, more: bool) -> io::Result<()> {
        match self.form {
            Form::Table(table) => {
                let width = self.width.unwrap_or(usize::MAX / 2);
                let fitted = table.fit(width);
                self.out.write_all(fitted.text.as_bytes())?;
                let mut words = vec![format_count(self.rows, "row")];
                if more {
                    words[0] = format!("first {}; use --limit to show more", words[0]);
                }
                if fitted.rounded {
                    words.push("decimals rounded (terminal too narrow)".to_owned());
                }
                if !fitted.left_out.is_empty() {
                    words.push(format!("columns hidden (terminal too narrow): {}", fitted.left_out.join(", ")));
                }
                writeln!(self.out, "{}", style(wrap_text(&words.join("; "), width, 0)).dim())?;
            }
            Form::Json(_) => self.out.write_all(if self.rows == 0 { b"]\n" } else { b"\n]\n" })?,
            Form::Answer(..) if more => {
                let words = format!("only the first {} rows; aggregate or narrow the query", self.rows);
                writeln!(self.out, "],\n\"note\":\"{words}\"}}")?;
            }
            Form::Answer(..) => self.out.write_all(b"]}\n")?,
            Form::Drawing | Form::Csv | Form::Jsonl(_) | Form::Markdown => {}
        }
        self.out.flush()
    }
}

fn described(columns: &[QueryColumn]) -> serde_json::Value {
    let column = |column: &QueryColumn| serde_json::json!({"name": column.name, "type": column.type_name});
    columns.iter().map(column).collect()
}

fn align(column: &QueryColumn) -> Align {
    const WHOLE: [&str; 4] = ["TIMESTAMP", "DATE", "TIME", "BOOLEAN"];
    match column.type_name.as_str() {
        "DOUBLE" | "FLOAT" => Align::Fraction,
        _ if column.is_number() => Align::Right,
        _ if column.is_nested() => Align::Left,
        name if WHOLE.iter().any(|whole| name.starts_with(whole)) => Align::Whole,
        _ => Align::Left,
    }
}

fn write_csv<'a>(out: &mut dyn Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

fn write_markdown<'a>(out: &mut dyn Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for cell in cells {
        write!(out, "| {} ", cell.replace('|', "\\|").replace('\n', "<br>"))?;
    }
    out.write_all(b"|\n")
}
