//! The bill of materials: every crate that is in the program, in the form of `CycloneDX`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::release::Release;
use crate::process::run;
use crate::workspace::install_tool;

/// Writes it from the sources as committed: the tool leaves its outcome beside each manifest.
pub(super) fn write_sbom(release: &Release, work: &Path) -> Result<PathBuf> {
    let tool = install_tool(&release.workspace.target, "cargo-cyclonedx")?;
    let sources = work.join("sources");
    fs::create_dir_all(&sources).context("cannot make a folder")?;
    let archive = work.join("sources.tar");
    run(Command::new("git")
        .args(["archive", "--output"])
        .arg(&archive)
        .arg("HEAD")
        .current_dir(&release.workspace.root))?;
    tar::Archive::new(fs::File::open(&archive)?).unpack(&sources).context("cannot unpack the sources")?;
    let time = run(Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(&release.workspace.root))?;
    let mut command = Command::new(tool);
    command.args(["cyclonedx", "--format", "json", "--spec-version", "1.5", "--override-filename", "tandem"]);
    command.args(["--target", &release.target, "--manifest-path"]).arg(sources.join("crates/tandem-cli/Cargo.toml"));
    run(command.env("SOURCE_DATE_EPOCH", time.trim()))?;
    let path = release.folder.join(format!("{}.cdx.json", release.name()));
    fs::copy(sources.join("crates/tandem-cli/tandem.json"), &path).context("there is no bill of materials")?;
    check_sbom(&path)?;
    Ok(path)
}

/// The crates without which the program would be none.
fn check_sbom(path: &Path) -> Result<()> {
    let bill: Value = serde_json::from_slice(&fs::read(path)?).context("the bill of materials is no JSON")?;
    let components = bill["components"].as_array().context("the bill of materials names no components")?;
    let has = |name: &str| components.iter().any(|component| component["name"] == name);
    for name in ["libduckdb-sys", "reqwest", "rustls", "pump-events", "pipeline", "tokio"] {
        ensure!(has(name), "the bill of materials lacks {name}");
    }
    Ok(())
}
