//! Anybody's SQL, for reading only: a connection that can neither write nor reach anything but its one file.
//!
//! Five sandbox layers, each enough for most of it: the file is opened read-only; access to files, network and extensions is off
//! and the configuration is locked; every statement is run as a subquery, which only a query can be; functions that do
//! more than read are refused; and spilling to disk is off, so that nothing of a health database is left beside it.
//! Results come as DuckDB's own text, row by row, or go as Parquet into the one file that was named when it was opened.

mod effects;
mod statement;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use duckdb::arrow::array::{Array, StringArray, StructArray};
use duckdb::{AccessMode, Config, Connection};
use pipeline::{StoreError, StoreErrorKind};

use crate::connection::open_in_utc;
use crate::documents::PumpNames;
use crate::error::{DuckdbContext as _, error_family};
use crate::{derived, migrations};
use statement::{NotSingle, SingleStatement};

/// How often to try a held file.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// The sandbox layers that hold once the file is open. The order matters: the last line locks all before it.
pub(crate) const SANDBOX_SETTINGS: &str =
    "SET temp_directory = ''; SET enable_external_access = false; SET lock_configuration = true;";

/// How a [`Reader`] behaves.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// How long to wait for another program that writes to the file.
    pub lock_timeout: Duration,
    /// DuckDB's memory limit, in its own words (`1GB`). A query that needs more fails; nothing is spilled to disk.
    pub memory_limit: String,
    /// The one file that [`Query::write_parquet`] may write.
    pub output: Option<PathBuf>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { lock_timeout: Duration::from_secs(5), memory_limit: "1GB".to_owned(), output: None }
    }
}

/// A database opened for reading by anybody's SQL.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
}

/// Stops the statement that a [`Reader`] runs, from another thread. Does nothing when none runs.
#[derive(Clone)]
pub struct InterruptHandle(Arc<duckdb::InterruptHandle>);

/// One column of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QueryColumn {
    /// Its name.
    pub name: String,
    /// Its type in DuckDB's words, for example `TIMESTAMP WITH TIME ZONE`.
    pub type_name: String,
}

/// A statement that was found to be a query, ready to run.
#[derive(Debug)]
pub struct Query<'reader> {
    reader: &'reader Reader,
    columns: Vec<QueryColumn>,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// Runs inside a query of ours.
    Subquery(String),
    /// `EXPLAIN` cannot; its answer is text already.
    Direct(String),
}

/// How to write a cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CellForm {
    /// DuckDB's own text of every value.
    Text,
    /// The same, but lists, structs, maps and unions as JSON.
    NestedAsJson,
}

/// Why a query was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// There is no statement in the text.
    #[error("there is no query in the text")]
    Empty,
    /// There is more than one statement in the text.
    #[error("there is more than one statement in the text")]
    Several,
    /// The statement would change something, or is none that can be read from.
    #[error("the statement is not a query: only queries are allowed here")]
    NotAQuery,
    /// The statement calls a function that does more than read.
    #[error("{function} does more than read, and only queries are allowed here")]
    Forbidden {
        /// Its name.
        function: &'static str,
    },
    /// DuckDB refuses the statement.
    #[error("{message}")]
    Refused {
        /// What DuckDB says, with the place in the statement where it can tell.
        message: String,
    },
    /// The query needs more memory than it may have.
    #[error("{message}")]
    OutOfMemory {
        /// What there was no room for.
        message: String,
    },
    /// [`InterruptHandle::interrupt`] was called.
    #[error("the query was stopped")]
    Stopped,
    /// The file itself is not in order.
    // Not transparent: such errors are left out of the chain of causes.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl Reader {
    /// Opens the database in `path` for reading.
    ///
    /// # Errors
    /// [`StoreError`]: [`NotFound`](StoreErrorKind::NotFound) without a file, [`Locked`](StoreErrorKind::Locked) while
    /// another program writes for longer than the lock timeout,
    /// [`Outdated`](StoreErrorKind::Outdated) for a database that an older version built.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::new(StoreErrorKind::NotFound, format!("there is no database {}", path.display())));
        }
        let mut waited = Duration::ZERO;
        loop {
            match Self::open_once(path, options) {
                Err(error) if error.kind == StoreErrorKind::Locked && waited < options.lock_timeout => {
                    std::thread::sleep(LOCK_INTERVAL);
                    waited += LOCK_INTERVAL;
                }
                outcome => return outcome,
            }
        }
    }

    fn open_once(path: &Path, options: &ReadOptions) -> Result<Self, StoreError> {
        let config = read_only(options).context("cannot configure the database")?;
        let opening = || format!("cannot open the database {}", path.display());
        let connection = open_in_utc(Some(path), config).context(opening())?;
        if let Some(output) = &options.output {
            let allow = format!("SET allowed_paths = ['{}']", quotable(output)?);
            connection.execute_batch(&allow).context(opening())?;
        }
        connection.execute_batch(SANDBOX_SETTINGS).context(opening())?;
        derived::refuse_macros_in_use(&connection)?;
        migrations::check_version(&connection)?;
        derived::check_up_to_date(&connection)?;
        Ok(Self { connection })
    }

    /// What stops a query of this reader from another thread.
    #[must_use]
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::from_connection(&self.connection)
    }

    /// Makes sure that `sql` is one query, and finds its columns. Runs nothing.
    ///
    /// # Errors
    /// [`QueryError`] for anything else, in DuckDB's words where DuckDB refuses it.
    pub fn query(&self, sql: &str) -> Result<Query<'_>, QueryError> {
        let statement = SingleStatement::find(sql).map_err(|not_single| match not_single {
            NotSingle::Empty => QueryError::Empty,
            NotSingle::Several => QueryError::Several,
        })?;
        if let Some(function) = effects::find_in_steps(statement.text) {
            return Err(QueryError::Forbidden { function });
        }
        // The statement as it was written first: its complaints then point into what the person sees.
        self.connection.prepare(statement.text).map_err(query_error)?;
        if statement.first_word() == "explain" {
            let explained = statement.explained().map_err(|_| QueryError::NotAQuery)?;
            self.describe(&as_query(explained))?;
            let body = Body::Direct(statement.text.to_owned());
            return Ok(Query { reader: self, columns: explain_columns(), body });
        }
        let body = as_query(statement);
        let columns = self.describe(&body)?;
        Ok(Query { reader: self, columns, body: Body::Subquery(body) })
    }

    /// Runs a query of the program itself, and hands every row to `row`, each cell in DuckDB's own text. Unlike [`query`](Self::query),
    /// it does not look at what the statement is before it runs, which takes longer than most of them.
    ///
    /// # Errors
    /// [`QueryError`]; rows handed over before it are good.
    pub fn run_own_query(
        &self,
        sql: &str,
        row: &mut dyn FnMut(&[Option<&str>]) -> ControlFlow<()>,
    ) -> Result<(), QueryError> {
        let sql = format!("SELECT COLUMNS(*)::VARCHAR FROM (\n{sql}\n)");
        self.stream_rows(&sql, wrapped_query_error, row)
    }

    fn stream_rows(
        &self,
        sql: &str,
        to_error: fn(duckdb::Error) -> QueryError,
        row: &mut dyn FnMut(&[Option<&str>]) -> ControlFlow<()>,
    ) -> Result<(), QueryError> {
        let mut statement = self.connection.prepare(sql).map_err(to_error)?;
        // Only starts the query: the iterator that this returns would end the program where a step fails.
        let _ = statement.stream_arrow([]).map_err(to_error)?;
        while let Some(chunk) = statement.step().map_err(to_error)? {
            if hand_over(&chunk, row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The columns of `query`, if it is one and does nothing but read.
    fn describe(&self, query: &str) -> Result<Vec<QueryColumn>, QueryError> {
        let describe = format!("DESCRIBE SELECT * FROM (\n{query}\n)");
        let mut statement = self.connection.prepare(&describe).map_err(not_a_query)?;
        let column = |row: &duckdb::Row<'_>| Ok(QueryColumn { name: row.get(0)?, type_name: row.get(1)? });
        let columns = statement.query_map([], column).and_then(Iterator::collect).map_err(wrapped_query_error)?;
        match effects::find_effect(&self.connection, query).map_err(wrapped_query_error)? {
            Some(function) => Err(QueryError::Forbidden { function }),
            None => Ok(columns),
        }
    }

    /// The pumps' names in the identifiers of documents.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn pump_names(&self) -> Result<PumpNames, StoreError> {
        PumpNames::read(&self.connection)
    }

    /// The connection, for the questions of this crate.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl InterruptHandle {
    pub(crate) fn from_connection(connection: &Connection) -> Self {
        Self(connection.interrupt_handle())
    }

    /// Interrupts the running statement, which ends with [`QueryError::Stopped`].
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

impl Query<'_> {
    /// The columns of the answer, in order.
    #[must_use]
    pub fn columns(&self) -> &[QueryColumn] {
        &self.columns
    }

    /// Runs the query and hands every row, or the first `limit`, to `row`, in order: one cell per column, `None` for
    /// NULL. `row` ends the reading by breaking.
    ///
    /// # Errors
    /// [`QueryError`]; rows handed over before it are good.
    pub fn run(
        &self,
        form: CellForm,
        limit: Option<u64>,
        row: &mut dyn FnMut(&[Option<&str>]) -> ControlFlow<()>,
    ) -> Result<(), QueryError> {
        let sql = self.sql(form, limit);
        let to_error = match self.body {
            Body::Direct(_) => query_error,
            Body::Subquery(_) => wrapped_query_error,
        };
        self.reader.stream_rows(&sql, to_error, row)
    }

    /// Runs the query and writes all rows, or the first `limit`, to the file of [`ReadOptions::output`], as Parquet
    /// compressed with zstd. Returns the number of rows.
    ///
    /// # Errors
    /// [`QueryError`], also without such a file; then the file is of no use.
    pub fn write_parquet(&self, file: &Path, limit: Option<u64>) -> Result<u64, QueryError> {
        let Body::Subquery(query) = &self.body else { return Err(QueryError::NotAQuery) };
        let (file, limit) = (quotable(file)?, limit_clause(limit));
        let copy = format!(
            "COPY (SELECT * FROM (\n{query}\n){limit}) TO '{file}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        );
        self.reader.connection.execute(&copy, []).map(|rows| rows as u64).map_err(wrapped_query_error)
    }

    fn sql(&self, form: CellForm, limit: Option<u64>) -> String {
        let query = match &self.body {
            Body::Direct(statement) => return statement.clone(),
            Body::Subquery(query) => query,
        };
        let cells: Vec<_> = self.columns.iter().enumerate().map(|(index, column)| cell(index, column, form)).collect();
        let names: Vec<_> = (0..self.columns.len()).map(|index| format!("c{index}")).collect();
        let (cells, names, limit) = (cells.join(", "), names.join(", "), limit_clause(limit));
        format!("SELECT {cells} FROM (\n{query}\n) AS answer({names}){limit}")
    }
}

impl QueryColumn {
    /// True for a type made of other values.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        let starts = ["STRUCT", "MAP", "UNION", "LIST"].iter().any(|word| self.type_name.starts_with(word));
        starts || self.type_name.ends_with(']')
    }

    /// True for whole, decimal and floating-point numbers.
    #[must_use]
    pub fn is_number(&self) -> bool {
        const NUMBERS: [&str; 13] = [
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "UHUGEINT",
            "FLOAT",
            "DOUBLE",
            "BIGNUM",
        ];
        NUMBERS.contains(&self.type_name.as_str()) || (self.type_name.starts_with("DECIMAL(") && !self.is_nested())
    }
}

pub(crate) fn read_only(options: &ReadOptions) -> duckdb::Result<Config> {
    Config::default()
        .access_mode(AccessMode::ReadOnly)?
        .with("autoinstall_known_extensions", "false")?
        .with("autoload_known_extensions", "false")?
        .max_memory(&options.memory_limit)
}

fn limit_clause(limit: Option<u64>) -> String {
    limit.map_or_else(String::new, |limit| format!(" LIMIT {limit}"))
}

/// A file's name between quotes.
pub(crate) fn quotable(file: &Path) -> Result<String, StoreError> {
    let name = file.to_str().ok_or_else(|| {
        let message = format!("the name of {} is not UTF-8, which DuckDB needs", file.display());
        StoreError::new(StoreErrorKind::NotWritable, message)
    })?;
    Ok(name.replace('\'', "''"))
}

/// The statement as what can stand in parentheses after FROM.
fn as_query(statement: SingleStatement<'_>) -> String {
    match statement.first_word().as_str() {
        "pragma" => pragma_as_query(statement.after_first_word()),
        "call" => format!("FROM {}", statement.after_first_word()),
        _ => statement.text.to_owned(),
    }
}

fn explain_columns() -> Vec<QueryColumn> {
    ["explain_key", "explain_value"]
        .map(|name| QueryColumn { name: name.to_owned(), type_name: "VARCHAR".to_owned() })
        .to_vec()
}

/// The pragmas that answer something are table functions, too.
fn pragma_as_query(pragma: &str) -> String {
    match pragma.to_ascii_lowercase().as_str() {
        "show_tables" => "SHOW TABLES".to_owned(),
        "show_databases" => "SHOW DATABASES".to_owned(),
        "show_tables_expanded" => "SHOW ALL TABLES".to_owned(),
        _ if pragma.ends_with(')') => format!("FROM pragma_{pragma}"),
        _ => format!("FROM pragma_{pragma}()"),
    }
}

fn cell(index: usize, column: &QueryColumn, form: CellForm) -> String {
    if form == CellForm::NestedAsJson && column.is_nested() {
        format!("to_json(c{index})::VARCHAR")
    } else {
        format!("c{index}::VARCHAR")
    }
}

fn hand_over(
    chunk: &StructArray,
    row: &mut dyn FnMut(&[Option<&str>]) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, QueryError> {
    let texts = chunk.columns().iter().map(|column| column.as_any().downcast_ref::<StringArray>());
    let columns = texts.collect::<Option<Vec<_>>>().ok_or_else(|| {
        QueryError::Store(StoreError::new(StoreErrorKind::Internal, "DuckDB answered with something other than text"))
    })?;
    let mut cells = Vec::with_capacity(columns.len());
    for index in 0..chunk.len() {
        cells.clear();
        cells.extend(columns.iter().map(|column| column.is_valid(index).then(|| column.value(index))));
        if row(&cells).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn query_error(error: duckdb::Error) -> QueryError {
    let message = match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => describe(message),
        other => other.to_string(),
    };
    match message {
        _ if message.starts_with("INTERRUPT") => QueryError::Stopped,
        // What DuckDB advises after the first line is not possible here.
        _ if message.starts_with("Out of Memory") => {
            QueryError::OutOfMemory { message: message.lines().next().unwrap_or_default().to_owned() }
        }
        _ if error_family(&message) == StoreErrorKind::Corrupt => StoreError {
            kind: StoreErrorKind::Corrupt,
            message: "cannot read the database".to_owned(),
            source: Some(message.into()),
        }
        .into(),
        _ => QueryError::Refused { message },
    }
}

/// [`query_error`] for a statement that was wrapped, and so stands one line lower than its writer counts.
fn wrapped_query_error(error: duckdb::Error) -> QueryError {
    match query_error(error) {
        QueryError::Refused { message } => QueryError::Refused { message: one_line_up(&message) },
        other => other,
    }
}

/// `LINE 3: …` as `LINE 2: …`, with the mark below it where it was.
fn one_line_up(message: &str) -> String {
    let mut narrower = 0;
    let lines = message.split('\n').map(|line| {
        let numbered = line.strip_prefix("LINE ").and_then(|rest| rest.split_once(": "));
        match numbered.and_then(|(number, text)| Some((number, number.parse::<usize>().ok()?.checked_sub(1)?, text))) {
            Some((number, above, text)) => {
                let above = above.max(1).to_string();
                narrower = number.len() - above.len();
                format!("LINE {above}: {text}")
            }
            None => line.strip_prefix(&" ".repeat(std::mem::take(&mut narrower))).unwrap_or(line).to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What fails between rows comes as JSON, everything else as text.
fn describe(message: String) -> String {
    let Ok(exception) = serde_json::from_str::<serde_json::Value>(&message) else { return message };
    match (exception["exception_type"].as_str(), exception["exception_message"].as_str()) {
        (Some(kind), Some(words)) => format!("{kind} Error: {words}"),
        _ => message,
    }
}

/// A statement that DuckDB takes alone but not as a subquery is no query.
fn not_a_query(error: duckdb::Error) -> QueryError {
    match query_error(error) {
        QueryError::Refused { message } if message.starts_with("Parser Error") => QueryError::NotAQuery,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_writer() {
        for (message, place) in [
            (
                "Error: no\nLINE 2: SELECT 'x'::INT\n               ^",
                "Error: no\nLINE 1: SELECT 'x'::INT\n               ^",
            ),
            ("Error: no\nLINE 10: x\n         ^", "Error: no\nLINE 9: x\n        ^"),
            ("Error: no\nLINE 1: x\n        ^", "Error: no\nLINE 1: x\n        ^"),
            ("Error: no\n LINE 3 of a poem\nLINE up: x", "Error: no\n LINE 3 of a poem\nLINE up: x"),
        ] {
            assert_eq!(one_line_up(message), place);
        }
    }

    #[test]
    fn exceptions_are_described() {
        for (message, words) in [
            (r#"{"exception_type":"Out of Memory","exception_message":"no\nroom"}"#, "Out of Memory Error: no\nroom"),
            ("Binder Error: no", "Binder Error: no"),
            (r#"{"other": 1}"#, r#"{"other": 1}"#),
        ] {
            assert_eq!(describe(message.to_owned()), words);
        }
    }
}
