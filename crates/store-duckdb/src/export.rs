//! Queries into files: Parquet, CSV, JSON. The one place that may write files beside the database.
//!
//! The database is opened read-only. The queries are the caller's own, made of names from the schema and of typed values,
//! never a person's SQL; that belongs to [`Reader`], which cannot reach files.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use duckdb::Connection;
use pipeline::{StoreError, StoreErrorKind};

use crate::connection::open_in_utc;
use crate::error::DuckdbContext as _;
use crate::query::{InterruptHandle, ReadOptions, Reader, quotable, read_only};
use crate::texts;
use crate::versions::DataVersions;

/// The form of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileForm {
    /// Parquet, compressed with zstd; the file's metadata name the [`DataVersions`] that its rows are of.
    Parquet,
    /// As [`FileForm::Parquet`], with columns that Arrow reads as this schema says (serialized, base64): for types that
    /// `DuckDB` cannot write.
    ArrowParquet(&'static str),
    /// Comma-separated with a header; NULL is an empty field.
    Csv,
    /// One JSON object per line.
    JsonLines,
    /// One JSON array of objects, which have no member where a column is NULL.
    JsonArray,
    /// One JSON object, of a query of one row, without members where a column is NULL.
    JsonObject,
}

/// What stands around JSON objects in a file.
struct Punctuation {
    start: &'static str,
    between: &'static str,
    end: &'static str,
    nothing: &'static str,
}

const ARRAY: Punctuation = Punctuation { start: "[\n", between: ",\n", end: "\n]\n", nothing: "[]\n" };
const SINGLE_OBJECT: Punctuation = Punctuation { start: "", between: "\n", end: "\n", nothing: "" };

/// A database opened to be written into files.
#[derive(Debug)]
pub struct Exporter {
    connection: Connection,
}

impl Exporter {
    /// Opens the database in `path`, which is not changed.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self, StoreError> {
        // Waits for a writer, and refuses what is no database of this schema.
        drop(Reader::open(path, options)?);
        let config = read_only(options).context("cannot configure the database")?;
        let opened = open_in_utc(Some(path), config);
        let opening = || format!("cannot open the database {}", path.display());
        let connection = opened.context(opening())?;
        connection.execute_batch("SET temp_directory = ''").context(opening())?;
        Ok(Self { connection })
    }

    /// What stops [`Exporter::write`] from another thread.
    #[must_use]
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::from_connection(&self.connection)
    }

    /// Writes the answer of `query` to `file`, which is replaced. Returns the number of rows.
    ///
    /// # Errors
    /// [`StoreError`]; then the file is of no use.
    pub fn write(&self, query: &str, file: &Path, form: FileForm) -> Result<u64, StoreError> {
        let name = quotable(file)?;
        let options = match form {
            FileForm::Parquet => parquet_options(""),
            FileForm::ArrowParquet(schema) => parquet_options(&format!(", 'ARROW:schema': '{schema}'")),
            FileForm::Csv => "FORMAT csv, HEADER true".to_owned(),
            FileForm::JsonLines => "FORMAT json".to_owned(),
            FileForm::JsonArray => return self.write_objects(query, file, &ARRAY),
            FileForm::JsonObject => return self.write_objects(query, file, &SINGLE_OBJECT),
        };
        let copy = format!("COPY ({query}) TO '{name}' ({options}, USE_TMP_FILE false)");
        let rows = self.connection.execute(&copy, []);
        rows.map(|rows| rows as u64).context(format!("cannot write {}", file.display()))
    }

    fn write_objects(&self, query: &str, file: &Path, around: &Punctuation) -> Result<u64, StoreError> {
        let unwritable = |error: io::Error| StoreError {
            kind: if error.kind() == io::ErrorKind::StorageFull {
                StoreErrorKind::DiskFull
            } else {
                StoreErrorKind::NotWritable
            },
            message: format!("cannot write {}", file.display()),
            source: Some(Box::new(error)),
        };
        let mut out = BufWriter::new(File::create(file).map_err(unwritable)?);
        // A patch with a null takes the member out.
        let objects = format!("SELECT json_merge_patch('{{}}', to_json(entry))::VARCHAR FROM ({query}) AS entry");
        let (mut rows, mut written) = (0, Ok(()));
        let read = texts::for_each_text(&self.connection, &objects, &mut |object| {
            let before = if rows == 0 { around.start } else { around.between };
            written = write!(out, "{before}{object}");
            rows += u64::from(written.is_ok());
            written.is_ok()
        });
        read.context("cannot read what is to be written")?;
        let after = if rows == 0 { around.nothing } else { around.end };
        written.and_then(|()| out.write_all(after.as_bytes())).map_err(unwritable)?;
        out.flush().map_err(unwritable)?;
        Ok(rows)
    }
}

/// Options of `COPY` for Parquet, with `more` entries of the file's metadata.
fn parquet_options(more: &str) -> String {
    let versions = DataVersions::current().parquet_entries();
    format!("FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{versions}{more}}}")
}
