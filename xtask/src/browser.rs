//! Looks at the demo's report in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::gate::Outcome;
use crate::process::{Workspace, run_visibly};

/// Makes the demo's report and opens it in headless Chromium; screenshots go to `screenshots` when given.
pub(crate) fn check(workspace: &Workspace, screenshots: Option<&Path>) -> anyhow::Result<Outcome> {
    let missing = |what: &str| Ok(Outcome::Skipped(what.to_owned()));
    if !has_chromium() {
        return missing("Chromium is not installed and cannot be installed here (Debian's package: chromium)");
    }
    let work = workspace.target.join("report-check");
    std::fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    if !install_checker(&work)? {
        return missing("node or npm's packages cannot be had here");
    }
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

fn has_chromium() -> bool {
    let found = || Path::new("/usr/bin/chromium").exists() || std::env::var_os("CHROMIUM").is_some();
    // As root on Debian (a CI machine), the package can simply be installed; elsewhere this fails and says nothing.
    found()
        || (succeeds("apt-get", &["update", "-qq"])
            && succeeds("apt-get", &["install", "-y", "-qq", "chromium"])
            && found())
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).env("DEBIAN_FRONTEND", "noninteractive").output();
    output.is_ok_and(|output| output.status.success())
}

/// Copies the checker to `work` and installs its packages there; false where that cannot be done.
fn install_checker(work: &Path) -> anyhow::Result<bool> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser");
    for name in ["package.json", "check.mjs"] {
        std::fs::copy(source.join(name), work.join(name)).with_context(|| format!("cannot copy {name}"))?;
    }
    let install = Command::new("npm")
        .args(["install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"])
        .current_dir(work)
        .status();
    Ok(install.is_ok_and(|status| status.success()))
}

fn demo_report(workspace: &Workspace, folder: &Path) -> anyhow::Result<PathBuf> {
    let database = folder.join("demo.db");
    let tandem = workspace.build_tandem()?;
    run_visibly(Command::new(tandem).args(["demo", "--quiet", "--db"]).arg(&database)).context("the demo failed")?;
    Ok(database.with_extension("html"))
}
