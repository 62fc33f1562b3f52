//! Shows that all of it works: the program as a person has it, in a fresh folder, against the simulated service.
//!
//! Each requirement that the project began with, and each promise of the README, is a row of [`CHECKS`]. A check looks at what is
//! there (files, rows, answers) and holds it against what must be; where the truth is known, against the truth.

mod cohort;
mod criteria;
mod documents;
mod embedding;
mod readers;
mod requirements;
mod scene;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::workspace::Workspace;
use scene::Scene;

/// One thing that is shown.
struct Check {
    name: &'static str,
    what: &'static str,
    /// Shows it, and gives the figure; fails with what is wrong.
    run: fn(&Scene) -> Result<String>,
    needs: Needs,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Needs {
    /// What is in this checkout.
    Nothing,
    /// Python packages, which are fetched.
    Python,
    /// Minutes: the first build of another program with the same libraries.
    Time,
}

const fn check(name: &'static str, what: &'static str, run: fn(&Scene) -> Result<String>) -> Check {
    Check { name, what, run, needs: Needs::Nothing }
}

const fn with_python(name: &'static str, what: &'static str, run: fn(&Scene) -> Result<String>) -> Check {
    Check { needs: Needs::Python, ..check(name, what, run) }
}

const fn slow(name: &'static str, what: &'static str, run: fn(&Scene) -> Result<String>) -> Check {
    Check { needs: Needs::Time, ..check(name, what, run) }
}

const CHECKS: &[Check] = &[
    check("SC-001", "one command, from nothing to everything", criteria::one_command),
    check("SC-002", "all stages complete, and `verify` finds nothing", criteria::stages_complete),
    check("SC-003", "nothing lost, duplicated or misdated: the simulator's truth", criteria::nothing_lost),
    with_python("SC-004", "analytical queries in DuckDB's own command line", readers::command_line),
    check("SC-005", "a copy of the file elsewhere gives the same", criteria::portable),
    check("SC-006", "the README's commands run", documents::readme),
    check("FR-001", "one file holds everything", requirements::one_file),
    check("FR-002", "three stages, each alone", requirements::three_stages),
    check("FR-003", "incremental: only what is new", requirements::incremental),
    check("FR-004", "the file is created, with its folder", requirements::created),
    check("FR-005", "killed while writing: whole pages or none", requirements::rolled_back),
    check("FR-006", "every row leads to its event and raw event", requirements::integrity),
    check("FR-007", "times with zone, true to the second", requirements::zoned),
    check("FR-008", "payloads are JSON, as received", requirements::payloads),
    check("FR-009", "commands for fetching and processing", requirements::commands),
    check("FR-010", "nothing of PostgreSQL", requirements::no_postgres),
    with_python("DuckDB 1.4", "opens, every table and view", |scene| readers::duckdb(scene, "1.4")),
    with_python("DuckDB 1.5", "opens, every table and view", |scene| readers::duckdb(scene, "1.5")),
    with_python("DuckDB 2.0", "opens, every table and view", |scene| readers::duckdb(scene, "2.0")),
    with_python("Polars", "reads the tables and the exported Parquet", readers::polars),
    with_python("cohort", "a lake of three people, the same to every reader", cohort::compare_lake),
    slow("embedding", "a program outside the workspace builds and runs", embedding::outside_program),
    check("docs", "the commands of all other documents run", documents::others),
];

/// What came of a check.
struct Outcome {
    check: &'static Check,
    /// The figure, or what is wrong; `None` where the check was left out.
    result: Option<Result<String>>,
    seconds: f64,
}

/// Runs the checks, prints the table, writes it to `json`, and fails if any of them did.
pub(crate) fn validate(workspace: &Workspace, quick: bool, json: Option<&Path>) -> Result<()> {
    let scene = Scene::set(workspace, quick)?;
    let outcomes: Vec<Outcome> = CHECKS.iter().map(|check| run(check, &scene, quick)).collect();
    let json = json.map_or_else(|| scene.workspace.target.join("validate.json"), PathBuf::from);
    fs::write(&json, format!("{:#}\n", as_json(&outcomes)))
        .with_context(|| format!("cannot write {}", json.display()))?;
    eprintln!("{}", json.display());
    let failed: Vec<&str> =
        outcomes.iter().filter(|outcome| outcome.failed()).map(|outcome| outcome.check.name).collect();
    if !failed.is_empty() {
        bail!("not shown: {}; to repair: fix what the row says", failed.join(", "));
    }
    Ok(())
}

fn run(check: &'static Check, scene: &Scene, quick: bool) -> Outcome {
    let started = Instant::now();
    let result = (!quick || check.needs == Needs::Nothing).then(|| (check.run)(scene));
    let outcome = Outcome { check, result, seconds: started.elapsed().as_secs_f64() };
    eprint!("{}", outcome.row());
    outcome
}

impl Outcome {
    fn failed(&self) -> bool {
        matches!(self.result, Some(Err(_)))
    }

    fn row(&self) -> String {
        let Check { name, what, .. } = self.check;
        let (mark, figure) = match &self.result {
            Some(Ok(figure)) => ('✓', figure.clone()),
            Some(Err(error)) => ('✗', format!("{error:#}")),
            None => ('–', "left out of a quick run".to_owned()),
        };
        let mut lines = figure.lines();
        let mut row = format!("{mark} {name:<10}  {what:<57}  {}\n", lines.next().unwrap_or_default());
        lines.for_each(|line| writeln!(row, "{:14}{line}", "").expect("memory takes all"));
        row
    }
}

fn as_json(outcomes: &[Outcome]) -> Value {
    let entry = |outcome: &Outcome| {
        let (state, figure) = match &outcome.result {
            Some(Ok(figure)) => ("passed", Some(figure.clone())),
            Some(Err(error)) => ("failed", Some(format!("{error:#}"))),
            None => ("left out", None),
        };
        let Check { name, what, .. } = outcome.check;
        json!({"check": name, "what": what, "outcome": state, "figure": figure, "seconds": outcome.seconds})
    };
    json!({"ok": !outcomes.iter().any(Outcome::failed), "checks": outcomes.iter().map(entry).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_a_row_for_every_check() {
        let readme = include_str!("../../../README.md");
        for Check { name, what, .. } in CHECKS {
            assert!(readme.contains(&format!("| {name} | {what} |")), "README.md lacks `| {name} | {what} |`");
        }
    }

    #[test]
    fn a_failed_check_is_seen() {
        let outcome = |result| Outcome { check: &CHECKS[0], result, seconds: 0.0 };
        let rows = [
            (outcome(Some(Ok("5 events".to_owned()))), false, '✓'),
            (outcome(Some(Err(anyhow::anyhow!("4 events, not 5")))), true, '✗'),
            (outcome(None), false, '–'),
        ];
        for (outcome, failed, mark) in rows {
            assert_eq!((outcome.failed(), outcome.row().chars().next()), (failed, Some(mark)));
            assert_eq!(as_json(&[outcome])["ok"], !failed);
        }
    }
}
