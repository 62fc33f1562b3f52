//! The gate that every commit passes: each step says on failure which command repairs.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};

struct Step {
    what: &'static str,
    command: &'static [&'static str],
    repair: &'static str,
}

const STEPS: &[Step] = &[
    Step { what: "formatting", command: &["fmt", "--all", "--check"], repair: "cargo fmt --all" },
    Step {
        what: "lints",
        command: &["clippy", "--release", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"],
        repair: "cargo clippy --release --workspace --all-targets --fix",
    },
    Step {
        what: "documentation",
        command: &["doc", "--release", "--workspace", "--no-deps", "--quiet"],
        repair: "mend what the warning names",
    },
];

/// Runs every step, then the tests; their closing lines end the output.
pub(crate) fn test() -> anyhow::Result<()> {
    crate::edges::check()?;
    for step in STEPS {
        eprintln!("── {}", step.what);
        run(step)?;
    }
    licences()?;
    eprintln!("── report in a browser");
    crate::browser::check(None)?;
    eprintln!("── all of it works");
    crate::validate::validate(true, None)?;
    eprintln!("── tests");
    run(&Step {
        what: "tests",
        command: &["test", "--release", "--workspace", "--no-fail-fast"],
        repair: "mend the test named above",
    })
}

/// Runs the tests that compare screens with kept texts; without `check` they write these anew.
pub(crate) fn tour(check: bool) -> anyhow::Result<()> {
    let names = ["the_tour_is_what_the_screen_shows", "every_error_is_told_as_it_always_was"];
    if !kept_texts(&names, !check)? {
        bail!("the screens are not as kept; if what is found is right: cargo xtask tour");
    }
    Ok(())
}

/// Writes the documents that are made from the database.
pub(crate) fn codegen() -> anyhow::Result<()> {
    if !kept_texts(&["the_data_dictionary_is_what_the_database_says"], true)? {
        bail!("the data dictionary cannot be written, see above");
    }
    Ok(())
}

/// Runs the tests called `names`, which compare a text that is kept with what is found now; to `record` is to keep the latter.
fn kept_texts(names: &[&str], record: bool) -> anyhow::Result<bool> {
    let mut command = cargo(&["test", "--release", "--workspace", "--test", "it", "--"]);
    command.args(names);
    if record {
        command.env("TANDEM_RECORD", "1");
    }
    let output = command.stderr(Stdio::inherit()).output().context("cannot run cargo test")?;
    let text = String::from_utf8_lossy(&output.stdout);
    // A test that has another name by now would be none, and none fails.
    let all = match names {
        [_] => "running 1 test".to_owned(),
        _ => format!("running {} tests", names.len()),
    };
    let ran = text.lines().any(|line| line == all);
    if !output.status.success() || !ran {
        eprintln!("{text}");
    }
    Ok(output.status.success() && ran)
}

/// Builds the binary and measures it on archives of these sizes. The release profile, so that DuckDB is not compiled for it again.
pub(crate) fn bench(sizes: &[u64]) -> anyhow::Result<()> {
    run(&Step {
        what: "build",
        command: &["build", "--release", "--package", "tandem-cli"],
        repair: "mend what the compiler names",
    })?;
    let mut command = cargo(&["bench", "--profile", "release", "--workspace", "--bench", "budgets", "--"]);
    if !command.args(sizes.iter().map(u64::to_string)).status().context("cannot run cargo bench")?.success() {
        bail!("the benchmark failed, see above");
    }
    Ok(())
}

fn run(step: &Step) -> anyhow::Result<()> {
    let status =
        cargo(step.command).status().with_context(|| format!("cannot run cargo {}", step.command.join(" ")))?;
    if !status.success() {
        bail!("{} failed (cargo {}); to repair: {}", step.what, step.command.join(" "), step.repair);
    }
    Ok(())
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = crate::process::cargo();
    command.args(arguments).env("RUSTDOCFLAGS", "--deny warnings");
    command
}

/// The fault campaign, which is a program of the tests: xtask itself needs none of what it runs.
pub(crate) fn faults(arguments: &[String]) -> anyhow::Result<()> {
    let mut command = cargo(&["run", "--release", "--quiet", "--package", "tandem-tests", "--bin", "faults", "--"]);
    let status = command.args(arguments).status().context("cannot run the fault campaign")?;
    if !status.success() {
        bail!("the fault campaign failed; to repair: mend what the seeds named above find");
    }
    Ok(())
}

/// Licences, bans and sources; advisories need a database from the network: .github/workflows/ci.yml asks for them.
fn licences() -> anyhow::Result<()> {
    eprintln!("── licences");
    let (_, target) = crate::process::places()?;
    let deny = match crate::process::tool(&target, "cargo-deny") {
        Ok(program) => program,
        Err(error) => {
            eprintln!("skipped, it cannot be installed here: {error:#}");
            return Ok(());
        }
    };
    // It looks at the crates of every system, of which a build has fetched those of its own.
    let fetched = cargo(&["fetch", "--locked", "--quiet"]).status().context("cannot run cargo fetch")?;
    if !fetched.success() {
        eprintln!("skipped, the crates of other systems cannot be had here");
        return Ok(());
    }
    let arguments = ["--offline", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    let status = Command::new(deny).args(arguments).status().context("cannot run cargo-deny")?;
    if !status.success() {
        bail!("licences failed (cargo deny check); to repair: see deny.toml");
    }
    Ok(())
}
