//! Looks at the demo's report in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::gate::Outcome;
use crate::process::{Workspace, run_visibly};
use crate::setup::{browser_check_folder, has_program};

/// Makes the demo's report and opens it in headless Chromium; screenshots go to `screenshots` when given.
pub(crate) fn check(workspace: &Workspace, screenshots: Option<&Path>) -> anyhow::Result<Outcome> {
    let work = browser_check_folder(&workspace.target);
    if let Some(missing) = missing(&work) {
        return Ok(Outcome::Skipped(format!("{missing} not installed (cargo xtask setup installs it)")));
    }
    copy_checker(&work)?;
    // A folder of its own: the demo never writes into an existing database, and an earlier check may have left one.
    let demo = tempfile::tempdir_in(&work).context("cannot make a folder for the demo")?;
    let report = demo_report(workspace, demo.path())?;
    let mut command = Command::new("node");
    command.arg("check.mjs").arg(&report).current_dir(&work);
    if let Some(folder) = screenshots {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        command.arg(folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?);
    }
    if !command.status().context("cannot run node")?.success() {
        bail!("the report has faults, named above");
    }
    Ok(Outcome::Passed)
}

/// What the check lacks.
fn missing(work: &Path) -> Option<&'static str> {
    let has_chromium = Path::new("/usr/bin/chromium").exists() || std::env::var_os("CHROMIUM").is_some();
    match (has_chromium, has_program("node"), work.join("node_modules").exists()) {
        (false, ..) => Some("Chromium is"),
        (_, false, _) => Some("node is"),
        (.., false) => Some("the npm packages of tests/browser are"),
        _ => None,
    }
}

/// Copies the checker to where its packages are.
fn copy_checker(work: &Path) -> anyhow::Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser/check.mjs");
    std::fs::copy(&source, work.join("check.mjs")).with_context(|| format!("cannot copy {}", source.display()))?;
    Ok(())
}

fn demo_report(workspace: &Workspace, folder: &Path) -> anyhow::Result<PathBuf> {
    let database = folder.join("demo.db");
    let tandem = workspace.build_tandem()?;
    run_visibly(Command::new(tandem).args(["demo", "--quiet", "--db"]).arg(&database)).context("the demo failed")?;
    Ok(database.with_extension("html"))
}
