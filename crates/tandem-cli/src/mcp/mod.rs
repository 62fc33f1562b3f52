//! The MCP server: an assistant may look at the history, and do nothing else.
//!
//! What is asked for and answered is here; the answers themselves are made in [`answers`]. Each call opens the database for
//! reading and closes it again, so that a sync can run beside.

mod answers;
mod query_process;
mod stdio;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use pipeline::StopSignal;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::service::{RequestContext, ServerInitializeError};
use rmcp::{RoleServer, ServerHandler, ServiceExt as _, schemars, tool, tool_handler, tool_router};
use serde::Deserialize;
use store_duckdb::{ReadOptions, Reader};
use tokio::io::DuplexStream;
use tokio::sync::Semaphore;

use crate::error_output;

/// What an assistant reads before it asks anything.
const INSTRUCTIONS: &str = "\
One person's insulin pump history (Tandem t:slim X2 or Mobi) in a local DuckDB database, read-only. Call `summary` first: span, \
gaps, time in range, insulin per day. Then `list_tables` and `describe_table` (columns with meaning and unit), then `query` in \
DuckDB SQL; `cgm_context` (one row per reading with all that was going on) and `meals` answer most questions in one line. Glucose is in mg/dL (39 stands for LOW, 401 for HIGH), insulin in units, basal rates in basal_deliveries in mU/h. \
For statistics of glucose read person_readings (each measurement once) and weigh by interval_seconds, or use glucose_daily and insulin_daily. \
`local_time` is what a correct clock showed the person, `timestamp` what the pump's clock showed, `timestamp_utc` the instant. Filter and \
group by `local_time` (`local_time >= now()::TIMESTAMP - INTERVAL 7 DAY`); distances in time are `minutes_between(a, b)` of instants. Gaps in the data are gaps in the record, not zeros. This is \
what a device recorded; it is not medical advice, and decisions about insulin belong to the person and their clinicians.";

/// Each may take the memory of one; the others wait.
const QUERIES_AT_ONCE: u32 = 2;

/// Serves one database.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    database: Arc<PathBuf>,
    query_seconds: u64,
    queries: Arc<Semaphore>,
    ends: StopSignal,
}

/// A table to describe.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct TableName {
    /// Name of a table or view, as `list_tables` gives it.
    table: String,
}

/// A question in SQL.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Sql {
    /// One DuckDB query that only reads.
    sql: String,
    /// The most rows to return, 1 to 1000; 200 if left out. Aggregate in SQL rather than reading many rows.
    max_rows: Option<u32>,
}

/// A day.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Day {
    /// A date such as 2026-03-14, `today`, `yesterday`, or -N for N days ago; the newest day on record if left out.
    date: Option<String>,
}

#[tool_router]
impl Server {
    /// A server of the database in this file, that limits each query to `seconds` and ends all of them with `ends`.
    pub(crate) fn new(database: PathBuf, query_seconds: u64, ends: StopSignal) -> Self {
        let queries = Arc::new(Semaphore::new(QUERIES_AT_ONCE as usize));
        Self { database: Arc::new(database), query_seconds, queries, ends }
    }

    #[tool(
        description = "Overview of the history: pumps, span of days, gaps, glucose metrics and insulin per day of the last 14 and 90 days on record. Call this first.",
        annotations(title = "Summary", read_only_hint = true, open_world_hint = false)
    )]
    async fn summary(&self) -> CallToolResult {
        self.answer(answers::summary).await
    }

    #[tool(
        description = "Every table and view with its meaning and number of rows.",
        annotations(title = "List tables", read_only_hint = true, open_world_hint = false)
    )]
    async fn list_tables(&self) -> CallToolResult {
        self.answer(answers::list_tables).await
    }

    #[tool(
        description = "The columns of one table or view: name, type, meaning and unit.",
        annotations(title = "Describe a table", read_only_hint = true, open_world_hint = false)
    )]
    async fn describe_table(&self, Parameters(TableName { table }): Parameters<TableName>) -> CallToolResult {
        self.answer(move |reader| answers::describe_table(reader, &table)).await
    }

    #[tool(
        description = "Runs one read-only DuckDB query; returns columns and rows. At most 1000 rows, 512 MB of memory and some seconds; no files, network, extensions or writes.",
        annotations(title = "Query", read_only_hint = true, open_world_hint = false)
    )]
    async fn query(&self, Parameters(sql): Parameters<Sql>, request: RequestContext<RoleServer>) -> CallToolResult {
        tokio::select! {
            answer = self.run_query(&sql) => answer,
            () = request.ct.cancelled() => stopped(),
            () = self.ends.stopped() => stopped(),
        }
    }

    #[tool(
        description = "One day in detail: glucose by hour, boluses, carbs, insulin totals, modes, suspensions, site changes and alarms.",
        annotations(title = "One day", read_only_hint = true, open_world_hint = false)
    )]
    async fn day(&self, Parameters(Day { date }): Parameters<Day>) -> CallToolResult {
        self.answer(move |reader| answers::day(reader, date.as_deref())).await
    }

    /// Runs a query in a process of its own, which is killed when this is dropped.
    async fn run_query(&self, Sql { sql, max_rows }: &Sql) -> CallToolResult {
        let place = match self.queries.clone().acquire_owned().await {
            Ok(place) => place,
            Err(error) => return to_result(Ok(Err(error.into()))),
        };
        match answers::query(&self.database, sql, *max_rows, self.query_seconds, place).await {
            Ok(Err(words)) => CallToolResult::error(vec![ContentBlock::text(words)]),
            Ok(Ok(text)) => to_result(Ok(Ok(text))),
            Err(error) => to_result(Ok(Err(error))),
        }
    }

    /// Answers from the database; what goes wrong is reported to the assistant, with what to do.
    async fn answer(&self, work: impl FnOnce(&Reader) -> Result<String> + Send + 'static) -> CallToolResult {
        let database = self.database.clone();
        let answered = tokio::task::spawn_blocking(move || {
            let options = ReadOptions { memory_limit: answers::MEMORY.to_owned(), ..ReadOptions::default() };
            work(&Reader::open(&database, &options)?)
        });
        to_result(answered.await)
    }
}

fn stopped() -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text("the query was stopped")])
}

fn to_result(answered: Result<Result<String>, tokio::task::JoinError>) -> CallToolResult {
    match answered {
        Ok(Ok(text)) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Ok(Err(error)) => CallToolResult::error(vec![ContentBlock::text(error_output::error_text(&error))]),
        Err(error) => CallToolResult::error(vec![ContentBlock::text(format!("internal error: {error}"))]),
    }
}

#[tool_handler]
impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("tandem", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }
}

/// Serves on standard input and output until the other side closes them, or `stop` is set. No query runs after that.
pub(crate) async fn serve(database: PathBuf, query_seconds: u64, stop: StopSignal) -> Result<()> {
    let ends = StopSignal::default();
    let server = Server::new(database, query_seconds, ends.clone());
    let queries = server.queries.clone();
    let ended = tokio::select! {
        ended = serve_stdio(server) => ended,
        () = stop.stopped() => Ok(()),
    };
    ends.stop();
    // Each query gives its place back when its process has been killed.
    let _all_ended = queries.acquire_many(QUERIES_AT_ONCE).await;
    ended
}

async fn serve_stdio(server: Server) -> Result<()> {
    let (pipes, messages) = stdio::connect(server.ends.clone());
    let messages = async { messages.await.context("cannot read or write messages") };
    tokio::try_join!(serve_on(server, pipes), messages).map(|_| ())
}

async fn serve_on(server: Server, pipes: (DuplexStream, DuplexStream)) -> Result<()> {
    match server.serve(pipes).await {
        // An assistant that goes away before it has said a word is no accident.
        Err(ServerInitializeError::ConnectionClosed(_)) => {}
        running => drop(running?.waiting().await?),
    }
    Ok(())
}
