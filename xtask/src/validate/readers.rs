//! Other programs on the same file: DuckDB of three versions, its command line, Polars.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::scene::Scene;
use crate::process::run;
use crate::setup::python_path;

/// Questions of the kinds that the predecessor's README asks, and its exports.
const QUERIES: &str = include_str!("predecessor.sql");
const COUNT_EVERYTHING: &str = include_str!("count_everything.py");
const READ_WITH_POLARS: &str = include_str!("read_with_polars.py");

/// The programs of a Python environment that `cargo xtask setup` made.
pub(super) fn environment(scene: &Scene, name: &str) -> Result<PathBuf> {
    let python = python_path(&scene.workspace.target, name);
    ensure!(python.exists(), "there is no Python environment `{name}`; to make it: cargo xtask setup");
    Ok(python.parent().context("a program is in a folder")?.to_owned())
}

/// DuckDB's own command line, and everything the commands of documents may need.
pub(super) fn tools(scene: &Scene) -> Result<PathBuf> {
    environment(scene, "readers")
}

/// Opens the file with DuckDB of `version`: every table and view answers, and has the rows that `tandem` finds there.
pub(super) fn duckdb(scene: &Scene, version: &str) -> Result<String> {
    let name = match version {
        "1.5" => "readers".to_owned(),
        other => format!("duckdb-{other}"),
    };
    let found = python(&environment(scene, &name)?, COUNT_EVERYTHING, &[&scene.database()])?;
    let exact = found["version"].as_str().unwrap_or_default().to_owned();
    ensure!(exact.starts_with(version), "{exact} was installed");
    let relations = found["rows"].as_object().context("no relations were counted")?;
    ensure!(relations.len() > 30, "only {} tables and views were seen", relations.len());
    for (relation, rows) in relations {
        let expected = scene.query_number(&scene.database(), &format!("SELECT count(*) FROM {relation}"))?;
        ensure!(rows.as_i64() == Some(expected), "{relation} has {rows} rows, not {expected}");
    }
    Ok(format!("{exact}: {} tables and views", relations.len()))
}

/// The same questions to DuckDB's own command line and to `tandem query`, with the same answers.
pub(super) fn command_line(scene: &Scene) -> Result<String> {
    let bin = tools(scene)?;
    let work = scene.path("queries");
    fs::create_dir(&work).context("cannot make a folder")?;
    let ask = |sql: &str| {
        let mut command = scene.command(bin.join("duckdb"), "queries");
        run(command.args(["-readonly", "-json"]).arg(scene.database()).arg(sql))
    };
    let (mut answered, mut exported) = (0, 0);
    for sql in QUERIES.split(';').map(str::trim).filter(|sql| !sql.is_empty()) {
        let answer = ask(sql).with_context(|| sql.to_owned())?;
        if sql.contains("COPY ") {
            exported += 1;
            continue;
        }
        let answer: Value = serde_json::from_str(&answer).with_context(|| format!("no JSON answers {sql}"))?;
        let ours = Value::Array(scene.query(&scene.database(), sql)?);
        ensure!(answer == ours && ours[0].is_object(), "{sql}\nanswers {answer}, and {ours} to tandem");
        answered += 1;
    }
    let rows = scene.query_number(&scene.database(), "SELECT count(*) FROM cgm_readings")?;
    for file in ["cgm_readings.parquet", "cgm_readings.csv"] {
        let count = ask(&format!("SELECT count(*) AS rows FROM '{file}'"))?;
        ensure!(count.contains(&format!("\"rows\":{rows}}}")), "{file} has {count}, not {rows} rows");
    }
    Ok(format!("{answered} queries with equal answers, {exported} exports"))
}

/// Polars over the file and over the Parquet that `tandem export` writes.
pub(super) fn polars(scene: &Scene) -> Result<String> {
    let folder = scene.path("parquet");
    scene.tandem(&scene.database(), &["export", "--output", &folder.display().to_string()])?;
    let found = python(&tools(scene)?, READ_WITH_POLARS, &[&scene.database(), &folder])?;
    let sql = "SELECT sum(cgm_reading)::BIGINT FROM cgm_readings";
    let expected = scene.query_number(&scene.database(), sql)?;
    for way in ["database", "parquet"] {
        ensure!(
            found[way].as_i64() == Some(expected),
            "the readings add up to {} by way of {way}, not {expected}",
            found[way]
        );
    }
    Ok(format!(
        "{}: {} columns of readings, both ways",
        found["version"].as_str().unwrap_or_default(),
        found["columns"]
    ))
}

fn python(bin: &Path, program: &str, arguments: &[&PathBuf]) -> Result<Value> {
    let answer = run(Command::new(bin.join("python")).args(["-c", program]).args(arguments))?;
    serde_json::from_str(&answer).with_context(|| format!("python answered {answer}"))
}
