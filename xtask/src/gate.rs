//! The gate that every commit passes: each step says on failure which command repairs, and those after it run all the same, so that
//! one run shows everything that is wrong.
//!
//! A step whose tools are missing is skipped, says why, and is named in the summary. Where `CI` is set it fails instead, so that
//! nothing passes there by not being looked at; `cargo xtask setup` installs what the steps need. The one exception is a file that no
//! package registry has.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::outcome::Outcome;
use crate::process::run_visibly;
use crate::tools::GROUPS;
use crate::workspace::{Profile, Workspace, cargo};

struct Step {
    name: &'static str,
    run: fn(&Workspace) -> Result<Outcome>,
    /// What repairs it.
    repair: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        name: "dependency edges",
        run: |_| crate::edges::check_edges().map(|()| Outcome::Passed),
        repair: "the Cargo.toml or the modules named, or the rule in xtask/src/edges.rs and ARCHITECTURE.md together",
    },
    Step {
        name: "wording",
        run: |_| crate::wording::check_wording(&crate::workspace::places()?.0).map(|()| Outcome::Passed),
        repair: "the lines named; CONTRIBUTING.md has the terms to use",
    },
    Step {
        name: "generated types",
        run: |_| crate::codegen::generate_types(true).map(|()| Outcome::Passed),
        repair: "cargo xtask codegen",
    },
    Step { name: "formatting", run: formatting, repair: "cargo fmt --all" },
    Step { name: "lints", run: lints, repair: "cargo clippy --workspace --all-targets --fix" },
    Step { name: "documentation", run: documentation, repair: "what the warning names" },
    Step { name: "licences", run: licences, repair: "see deny.toml" },
    Step {
        name: "report in a browser",
        run: |workspace| crate::browser::check_report(workspace, None),
        repair: "see crates/report/src/html, then cargo xtask report-check",
    },
    Step {
        name: "all of it works",
        run: |workspace| crate::validate::validate(workspace, true, None).map(|()| Outcome::Passed),
        repair: "what the row marked ✗ says",
    },
];

/// Runs every step, then the tests; their closing lines end the output.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let mut tally = Tally::new();
    for step in STEPS {
        tally.run(step.name, step.repair, || (step.run)(workspace));
    }
    run_groups(workspace, &mut tally);
    eprintln!("{}", tally.summary());
    eprintln!("── tests");
    let tests = run_visibly(workspace.cargo("test").arg("--no-fail-fast"));
    tally.finish().and(tests.context("tests failed; to repair: the test named above"))
}

/// Runs the tests that need other programs.
pub(crate) fn tools(workspace: &Workspace) -> Result<()> {
    let mut tally = Tally::new();
    run_groups(workspace, &mut tally);
    eprintln!("{}", tally.summary());
    tally.finish()
}

fn run_groups(workspace: &Workspace, tally: &mut Tally) {
    for group in GROUPS {
        tally.run(group.name, "the test named above", || group.run(workspace));
    }
}

/// How many steps passed, and which were skipped or failed.
struct Tally {
    /// Skipping a step is a failure.
    is_ci: bool,
    passed: usize,
    skipped: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    fn new() -> Self {
        Self { is_ci: std::env::var_os("CI").is_some(), passed: 0, skipped: Vec::new(), failed: Vec::new() }
    }

    fn run(&mut self, name: &str, repair: &str, step: impl Fn() -> Result<Outcome>) {
        eprintln!("── {name}");
        match step().and_then(|outcome| judge(name, outcome, self.is_ci)) {
            Ok(Outcome::Passed) => self.passed += 1,
            Ok(Outcome::Skipped(reason) | Outcome::Unavailable(reason)) => {
                eprintln!("skipped: {reason}");
                self.skipped.push(format!("{name} ({reason})"));
            }
            Err(error) => {
                eprintln!("✗ {name} failed: {error:#}; to repair: {repair}");
                self.failed.push(name.to_owned());
            }
        }
    }

    fn summary(&self) -> String {
        let skipped = match self.skipped.as_slice() {
            [] => "none skipped".to_owned(),
            skipped => format!("{} skipped: {}", skipped.len(), skipped.join("; ")),
        };
        let failed = match self.failed.as_slice() {
            [] => String::new(),
            failed => format!("; FAILED: {}", failed.join(", ")),
        };
        format!("── {} steps passed, {skipped}{failed}", self.passed)
    }

    /// Fails if a step did.
    fn finish(self) -> Result<()> {
        ensure!(self.failed.is_empty(), "these steps failed: {}; what repairs them is above", self.failed.join(", "));
        Ok(())
    }
}

fn judge(name: &str, outcome: Outcome, is_ci: bool) -> Result<Outcome> {
    match outcome {
        Outcome::Skipped(reason) if is_ci => bail!("{name} was skipped, which CI does not accept: {reason}"),
        outcome => Ok(outcome),
    }
}

fn formatting(_: &Workspace) -> Result<Outcome> {
    run_visibly(cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

fn lints(workspace: &Workspace) -> Result<Outcome> {
    // The tests of `tools` are no part of all targets, because `cargo test` leaves them out.
    for targets in [["--all-targets", "--quiet"], ["--test=tools", "--quiet"]] {
        run_visibly(workspace.cargo("clippy").args(targets).args(["--", "--deny", "warnings"]))?;
    }
    Ok(Outcome::Passed)
}

fn documentation(workspace: &Workspace) -> Result<Outcome> {
    run_visibly(workspace.cargo("doc").args(["--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(Outcome::Passed)
}

/// Licences, bans and sources; advisories need a database from the network: the workflows ask for them.
fn licences(workspace: &Workspace) -> Result<Outcome> {
    let Some(deny) = crate::process::find_tool(&workspace.target, "cargo-deny") else {
        return Ok(Outcome::Skipped("cargo-deny is not installed (cargo xtask setup installs it)".to_owned()));
    };
    // It looks at the crates of every system, of which a build has fetched those of its own.
    run_visibly(cargo().args(["fetch", "--locked", "--quiet"])).context("cannot fetch the crates of other systems")?;
    let arguments = ["--offline", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    run_visibly(Command::new(deny).args(arguments).current_dir(&workspace.root))?;
    Ok(Outcome::Passed)
}

/// Runs the tests that compare the output with snapshots; without `check` they record these again.
pub(crate) fn tour(workspace: &Workspace, check: bool) -> Result<()> {
    let tour = compare_snapshots(workspace, "tools", "the_tour_is_what_the_screen_shows", !check)?;
    let errors = compare_snapshots(workspace, "it", "every_error_is_as_recorded", !check)?;
    if !(tour && errors) {
        bail!("the screens are not as kept; if what is found is right: cargo xtask tour");
    }
    Ok(())
}

/// Writes what is generated from the database; with `check`, only compares.
pub(crate) fn codegen(workspace: &Workspace, check: bool) -> Result<()> {
    if !compare_snapshots(workspace, "it", "the_data_dictionary_is_what_the_database_says", !check)? {
        bail!("the data dictionary is not what the database says, see above; to repair: cargo xtask codegen");
    }
    Ok(())
}

/// Runs the test called `name`, which compares a snapshot with the present output; `record` replaces the snapshot.
fn compare_snapshots(workspace: &Workspace, target: &str, name: &str, record: bool) -> Result<bool> {
    let mut command = workspace.cargo("test");
    command.args(["--test", target, "--", name]);
    if record {
        command.env("TANDEM_RECORD", "1");
    }
    let output = command.stderr(Stdio::inherit()).output().context("cannot run cargo test")?;
    let text = String::from_utf8_lossy(&output.stdout);
    // A test that has another name by now would be none, and none fails.
    let ran = text.lines().any(|line| line == "running 1 test");
    if !output.status.success() || !ran {
        eprintln!("{text}");
    }
    Ok(output.status.success() && ran)
}

/// Builds the binary and measures it on archives of these sizes, both optimized as for a release.
pub(crate) fn bench(workspace: &Workspace, sizes: &[u64]) -> Result<()> {
    // Together: alone, each has other features of the crates that both need, which would all be compiled twice.
    let targets = ["--release", "--bin", "tandem", "--bench", "budgets"];
    run_visibly(workspace.cargo("build").args(targets)).context("the benchmark does not build, see above")?;
    let mut command = workspace.cargo("bench");
    command.args(["--profile", "release", "--bench", "budgets", "--"]).args(sizes.iter().map(u64::to_string));
    run_visibly(&mut command).context("the benchmark failed, see above")
}

/// Builds a lake of simulated people with the binary as it is given away, and prints what it costs.
pub(crate) fn cohort(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let tandem = workspace.build("tandem", Profile::Release)?;
    let program = workspace.build("cohort", Profile::Release)?;
    run_visibly(Command::new(program).arg("--tandem").arg(tandem).args(arguments))
        .context("the lake was not built, see above")
}

/// The fault campaign, which is a program of the tests: xtask itself needs none of what it runs.
pub(crate) fn faults(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let program = workspace.build("faults", Profile::Dev)?;
    run_visibly(Command::new(program).args(arguments))
        .context("the fault campaign failed; to repair: what the seeds named above find")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_skipped_fails_where_all_must_be_looked_at() {
        let skipped = || Outcome::Skipped("no browser".to_owned());
        assert_eq!(judge("pages", skipped(), false).expect("accepted"), skipped());
        let refusal = judge("pages", skipped(), true).expect_err("refused").to_string();
        assert!(refusal.contains("pages") && refusal.contains("no browser"), "{refusal}");
        let unavailable = || Outcome::Unavailable("in no registry".to_owned());
        assert_eq!(judge("pages", unavailable(), true).expect("accepted"), unavailable());
        assert_eq!(judge("pages", Outcome::Passed, true).expect("accepted"), Outcome::Passed);
    }

    #[test]
    fn the_summary_names_what_was_skipped_and_what_failed() {
        let mut tally = Tally { is_ci: false, passed: 0, skipped: Vec::new(), failed: Vec::new() };
        tally.run("lints", "", || Ok(Outcome::Passed));
        assert_eq!(tally.summary(), "── 1 steps passed, none skipped");
        tally.run("pages", "", || Ok(Outcome::Skipped("no browser".to_owned())));
        assert_eq!(tally.summary(), "── 1 steps passed, 1 skipped: pages (no browser)");
        tally.run("edges", "the edge", || bail!("an edge"));
        assert_eq!(tally.summary(), "── 1 steps passed, 1 skipped: pages (no browser); FAILED: edges");
        assert!(tally.finish().expect_err("failed").to_string().contains("edges"));
    }
}
