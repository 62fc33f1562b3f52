//! Functions that pass for queries and change something all the same: no lock of the configuration holds them.
//!
//! DuckDB's plan tells which functions a query calls, also through `query('…')`. DuckDB runs `PIVOT` in steps, the first of
//! them while it only finds out what is meant, and has no plan of it; there the words tell, before anything else is done,
//! and SQL that is made while it runs is refused.

use duckdb::Connection;
use serde_json::Value;

use super::statement;

/// They start, stop or empty DuckDB's log, write the file, or run SQL that no plan shows. A log in a file that may not be
/// written ends the program.
const REFUSED: [&str; 8] = [
    "enable_logging",
    "disable_logging",
    "enable_profiling",
    "disable_profiling",
    "truncate_duckdb_logs",
    "checkpoint",
    "force_checkpoint",
    "json_execute_serialized_sql",
];
/// Runs SQL that a plan shows, and words do not.
const QUERY: &str = "query";

/// The function that is not only reading in a statement that DuckDB runs in steps.
pub(super) fn find_in_steps(sql: &str) -> Option<&'static str> {
    const IN_STEPS: [&str; 2] = ["pivot", "pivot_wider"];
    let words = statement::split_words(sql);
    let in_steps = words.iter().any(|word| IN_STEPS.iter().any(|step| step.eq_ignore_ascii_case(word)));
    if in_steps { find_name(&words) } else { None }
}

/// The function of `query` that is not only reading, if there is one.
pub(super) fn find_effect(connection: &Connection, query: &str) -> duckdb::Result<Option<&'static str>> {
    let known = |name: &String| REFUSED.into_iter().find(|refused| refused.eq_ignore_ascii_case(name.trim()));
    if let Some(functions) = functions_in_plan(connection, query)? {
        return Ok(functions.iter().find_map(known));
    }
    Ok(find_name(&statement::split_words(query)))
}

fn find_name(words: &[&str]) -> Option<&'static str> {
    REFUSED.into_iter().chain([QUERY]).find(|name| statement::calls_function(words, name))
}

/// The functions that the plan of `query` names; `None` where there is no plan that can be read.
fn functions_in_plan(connection: &Connection, query: &str) -> duckdb::Result<Option<Vec<String>>> {
    let mut statement = connection.prepare(&format!("EXPLAIN (FORMAT json) SELECT * FROM (\n{query}\n)"))?;
    let plans: Vec<String> = statement.query_map([], |row| row.get(1))?.collect::<duckdb::Result<_>>()?;
    let [plan] = plans.as_slice() else { return Ok(None) };
    // A plan that is too deep for the parser counts as none.
    let Ok(plan) = serde_json::from_str::<Value>(plan) else { return Ok(None) };
    let mut functions = Vec::new();
    collect(&plan, &mut functions);
    Ok(Some(functions))
}

fn collect(node: &Value, functions: &mut Vec<String>) {
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| collect(node, functions)),
        Value::Object(members) => {
            let named = [members.get("name"), members.get("extra_info").and_then(|info| info.get("Function"))];
            functions.extend(named.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
            if let Some(children) = members.get("children") {
                collect(children, functions);
            }
        }
        _ => {}
    }
}
