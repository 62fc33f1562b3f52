//! `tandem query`: SQL that only reads, answered in the format one needs.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use store_duckdb::{Query, ReadOptions};

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::memory_limit::{MemoryLimit, MemoryWatch};
use crate::output::atomic;
use crate::output::rows::{Format, RowWriter};
use crate::terminal::{self, Terminal};
use crate::time_limit::{self, TimeLimit};

const TOO_LONG: &str = "simplify the query, or allow more time with --timeout SECONDS";

/// Rows of a table on a screen, unless more are asked for.
const TABLE_ROWS: u64 = 200;

const EXAMPLES: &str = "\
Examples:
  tandem query 'SHOW TABLES'
  tandem query 'DESCRIBE cgm_readings'
  tandem query \"SELECT date_trunc('day', local_time) AS day, round(avg(cgm_reading)) FROM cgm_readings GROUP BY day ORDER BY day\"
  tandem query --file report.sql --format csv > report.csv
  tandem query 'FROM cgm_5min' --format parquet --output cgm.parquet
  echo 'FROM pumps' | tandem query --format json

The database is opened read-only; a query cannot reach files, the network or extensions. For days and intervals use
`local_time`: `WHERE local_time >= now()::TIMESTAMP - INTERVAL 7 DAY`.";

/// Run an SQL query on the database
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// SQL query; read from stdin if omitted or `-`
    #[arg(value_name = "SQL", conflicts_with = "file", allow_hyphen_values = true)]
    sql: Option<String>,
    /// Read the query from a file
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Write to this file instead of stdout; it is written completely or not at all
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// Maximum number of rows; 0 for all [default: 200 in a table on a terminal, else all]
    #[arg(short, long, value_name = "ROWS", value_parser = clap::value_parser!(u64).range(..i64::MAX as u64))]
    limit: Option<u64>,
    /// Stop after this many seconds; 0 for no limit
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// Memory limit for DuckDB; a query that needs more fails
    #[arg(long, value_name = "SIZE", default_value = "1GB")]
    memory_limit: MemoryLimit,
}

/// Asks.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let sql = sql(arguments)?;
    match (&arguments.output, arguments.format) {
        (None, Format::Parquet) => {
            let failure = Failure::new(Exit::Usage, "cannot write Parquet to stdout");
            Err(failure.hint("give a file, for example --output rows.parquet").into())
        }
        (None, _) => answer(&sql, arguments, None, context, |query, limit| {
            let mut out = BufWriter::with_capacity(1 << 16, limit.excusing(io::stdout().lock()));
            let written =
                write_rows(query, arguments, Terminal::screen_width(), &mut out).and_then(|()| Ok(out.flush()?));
            written.map_err(terminal::explain_unwritten)
        }),
        (Some(path), Format::Parquet) => write_parquet(&sql, path, arguments, context),
        (Some(path), _) => {
            atomic::may_write(path, arguments.overwrite)?;
            answer(&sql, arguments, None, context, |query, _| {
                atomic::fill(path, arguments.overwrite, |file| write_rows(query, arguments, None, file))
            })
        }
    }
    .map(|()| Exit::Done)
}

/// Finds the query's meaning and hands it to `write`, within the time limit; a signal stops it. Only `output` may be written.
fn answer(
    sql: &str,
    arguments: &Arguments,
    output: Option<&Path>,
    context: &Context,
    write: impl FnOnce(&Query<'_>, &TimeLimit) -> Result<()>,
) -> Result<()> {
    arguments.memory_limit.enforce();
    let (output, memory_limit) = (output.map(Path::to_owned), arguments.memory_limit.as_str().to_owned());
    let reader = context.reader_with(&ReadOptions { output, memory_limit, ..ReadOptions::default() })?;
    let interrupt_handle = reader.interrupt_handle();
    context.interrupt.on_signal("", move || time_limit::stop_for_good(interrupt_handle.clone()));
    let limit = (arguments.timeout > 0).then(|| Duration::from_secs(arguments.timeout));
    let limit = TimeLimit::start(reader.interrupt_handle(), limit, TOO_LONG);
    let watch = MemoryWatch::start(reader.interrupt_handle(), &arguments.memory_limit);
    let answered = reader.query(sql).map_err(anyhow::Error::from).and_then(|query| write(&query, &limit));
    answered.map_err(|error| watch.explain(limit.explain(error)))
}

fn write_parquet(sql: &str, path: &Path, arguments: &Arguments, context: &Context) -> Result<()> {
    atomic::may_write(path, arguments.overwrite)?;
    let file = atomic::temporary_beside(path)?;
    let limit = arguments.limit.filter(|limit| *limit > 0);
    answer(sql, arguments, Some(file.path()), context, |query, _| {
        Ok(query.write_parquet(file.path(), limit).map(|_| ())?)
    })?;
    atomic::keep(file, path, arguments.overwrite)
}

fn sql(arguments: &Arguments) -> Result<String> {
    if let Some(path) = &arguments.file {
        let failure = || Failure::new(Exit::Usage, format!("cannot read the query in {}", path.display()));
        return fs::read_to_string(path).map_err(|error| failure().because(error).into());
    }
    match arguments.sql.as_deref() {
        // A comment alone is no query, so this is a flag with a slip in it.
        Some(flag) if flag.starts_with("--") && !flag.contains(char::is_whitespace) => {
            let failure = Failure::new(Exit::Usage, format!("unknown flag {flag}"));
            Err(failure.hint("run `tandem query --help` for a list").into())
        }
        Some(sql) if sql != "-" => Ok(sql.to_owned()),
        None if io::stdin().is_terminal() => {
            Err(Failure::new(Exit::Usage, "no query given").hint("for example: tandem query 'SHOW TABLES'").into())
        }
        _ => {
            let mut sql = String::new();
            let read = io::stdin().read_to_string(&mut sql);
            read.map_err(|error| Failure::new(Exit::Usage, "cannot read the query from stdin").because(error))?;
            Ok(sql)
        }
    }
}

/// Writes the rows; a table for a screen, which has a `width`, is fitted to it.
fn write_rows(query: &Query<'_>, arguments: &Arguments, width: Option<usize>, out: &mut dyn Write) -> Result<()> {
    let limit = match (arguments.limit, arguments.format) {
        (Some(0), _) => None,
        (None, Format::Table) if width.is_some() => Some(TABLE_ROWS),
        (limit, _) => limit,
    };
    let mut writer = RowWriter::new(arguments.format, query.columns(), width, out)?;
    let (mut rows, mut more, mut failed) = (0, false, None);
    query.run(arguments.format.cells(), limit.map(|limit| limit.saturating_add(1)), &mut |cells| {
        if limit == Some(rows) || writer.is_full() {
            more = true;
            return ControlFlow::Break(());
        }
        rows += 1;
        match writer.row(cells) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    writer.finish(more).context("cannot write the result")
}
