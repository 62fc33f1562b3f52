//! Queries into files: Parquet, CSV, JSON. The one place that may write files beside the database.
//!
//! The database is opened read-only. The queries are the caller's own, made of names from the schema and of typed values,
//! never a person's SQL; that belongs to [`Reader`](crate::Reader), which cannot reach files.

use std::path::Path;

use duckdb::{AccessMode, Config, Connection};
use pipeline::{StoreError, StoreErrorKind};

use crate::error::{broken, failed};
use crate::query::{ReadOptions, Reader};

/// The form of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileForm {
    /// Parquet, compressed with zstd.
    Parquet,
    /// Comma-separated with a header; NULL is an empty field.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// One JSON array of objects.
    JsonArray,
}

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
        let config = read_only(options).map_err(failed("cannot configure the database"))?;
        let opened = Connection::open_with_flags(path, config);
        let connection = opened.map_err(failed(format!("cannot open the database {}", path.display())))?;
        Ok(Self { connection })
    }

    /// Writes the answer of `query` to `file`, which is replaced. Returns the number of rows.
    ///
    /// # Errors
    /// [`StoreError`]; then the file is of no use.
    pub fn write(&self, query: &str, file: &Path, form: FileForm) -> Result<u64, StoreError> {
        let Some(name) = file.to_str() else {
            let message = format!("the name of {} is not UTF-8, which DuckDB needs", file.display());
            return Err(broken(StoreErrorKind::NotWritable, message));
        };
        let options = match form {
            FileForm::Parquet => "FORMAT parquet, COMPRESSION zstd",
            FileForm::Csv => "FORMAT csv, HEADER true",
            FileForm::JsonLines => "FORMAT json",
            FileForm::JsonArray => "FORMAT json, ARRAY true",
        };
        let copy = format!("COPY ({query}) TO '{}' ({options}, USE_TMP_FILE false)", name.replace('\'', "''"));
        let rows = self.connection.execute(&copy, []);
        rows.map(|rows| rows as u64).map_err(failed(format!("cannot write {name}")))
    }
}

fn read_only(options: &ReadOptions) -> duckdb::Result<Config> {
    Config::default()
        .access_mode(AccessMode::ReadOnly)?
        .with("autoinstall_known_extensions", "false")?
        .with("autoload_known_extensions", "false")?
        .with("temp_directory", "")?
        .max_memory(&options.memory_limit)
}
