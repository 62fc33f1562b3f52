//! `tandem query`: SQL that only reads, answered in the format one needs.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use store_duckdb::Query;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::output::rows::{Format, RowWriter};
use crate::time_limit::TimeLimit;

/// Rows of a table on a screen, unless more are asked for.
const TABLE_ROWS: u64 = 200;

const EXAMPLES: &str = "\
Examples:
  tandem query 'SHOW TABLES'
  tandem query 'DESCRIBE cgm_readings'
  tandem query \"SELECT date_trunc('day', timestamp) AS day, round(avg(cgm_reading)) FROM cgm_readings GROUP BY day ORDER BY day\"
  tandem query --file report.sql --format csv > report.csv
  echo 'FROM pumps' | tandem query --format json

The database is opened read-only; a query cannot reach files, the network or extensions.";

/// Ask the database in SQL
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The query; read from stdin when it is `-` or missing
    #[arg(value_name = "SQL", conflicts_with = "file", allow_hyphen_values = true)]
    sql: Option<String>,
    /// Read the query from a file
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// How rows are written
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Write to a file instead of stdout
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// The most rows to write; 0 for all [default: 200 in a table, else all]
    #[arg(short, long, value_name = "ROWS")]
    limit: Option<u64>,
    /// Stop after so many seconds; 0 for never
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
}

/// Asks.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let sql = sql(arguments)?;
    let reader = context.reader()?;
    let stopper = reader.stopper();
    context.interrupt.on_signal("", move || stopper.stop());
    let limit = (arguments.timeout > 0).then(|| Duration::from_secs(arguments.timeout));
    let limit = TimeLimit::start(reader.stopper(), limit);
    let answered = reader.query(&sql).map_err(anyhow::Error::from).and_then(|query| write(&query, arguments, context));
    answered.map_err(|error| limit.explain(error, "ask for less, or allow more time with --timeout SECONDS"))?;
    Ok(Exit::Done)
}

fn sql(arguments: &Arguments) -> Result<String> {
    if let Some(path) = &arguments.file {
        let failure = || Failure::new(Exit::Usage, format!("cannot read the query in {}", path.display()));
        return fs::read_to_string(path).map_err(|error| failure().because(error).into());
    }
    match arguments.sql.as_deref() {
        Some(sql) if sql != "-" => Ok(sql.to_owned()),
        None if io::stdin().is_terminal() => {
            Err(Failure::new(Exit::Usage, "there is no query").hint("for example: tandem query 'SHOW TABLES'").into())
        }
        _ => {
            let mut sql = String::new();
            let read = io::stdin().read_to_string(&mut sql);
            read.map_err(|error| Failure::new(Exit::Usage, "cannot read the query from stdin").because(error))?;
            Ok(sql)
        }
    }
}

fn write(query: &Query<'_>, arguments: &Arguments, context: &Context) -> Result<()> {
    let Some(path) = &arguments.output else {
        return write_rows(query, arguments, &mut context.terminal.data());
    };
    let failure = || Failure::new(Exit::Usage, format!("cannot write {}", path.display()));
    let mut file = io::BufWriter::new(File::create(path).map_err(|error| failure().because(error))?);
    write_rows(query, arguments, &mut file)
}

fn write_rows(query: &Query<'_>, arguments: &Arguments, out: &mut dyn Write) -> Result<()> {
    let limit = match (arguments.limit, arguments.format) {
        (Some(0), _) => None,
        (None, Format::Table) => Some(TABLE_ROWS),
        (limit, _) => limit,
    };
    let mut writer = RowWriter::new(arguments.format, query.columns(), out)?;
    let (mut rows, mut more, mut failed) = (0, false, None);
    query.run(arguments.format.cells(), limit.map(|limit| limit + 1), &mut |cells| {
        if limit == Some(rows) {
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
    writer.finish(more).context("cannot write the answer")
}
