//! A program outside the workspace that uses the crates as a library.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::scene::Scene;
use crate::process::run;
use crate::workspace::cargo;

/// Writes the program into a folder of its own, builds it where the workspace is built (DuckDB is there already), runs it.
pub(super) fn outside_program(scene: &Scene) -> Result<String> {
    let folder = scene.path("outside");
    fs::create_dir_all(folder.join("src")).context("cannot make a folder")?;
    let root = scene.workspace.root.display();
    let manifest = include_str!("embedding/outside.toml").replace("ROOT", &root.to_string());
    fs::write(folder.join("Cargo.toml"), manifest).context("cannot write the manifest")?;
    fs::copy(scene.workspace.root.join("Cargo.lock"), folder.join("Cargo.lock"))
        .context("cannot copy the lock file")?;
    fs::copy(scene.workspace.root.join("crates/store-duckdb/examples/embed.rs"), folder.join("src/main.rs"))?;
    let mut build = cargo();
    build.args(["run", "--quiet", "--offline"]).current_dir(&folder).env("CARGO_TARGET_DIR", &scene.workspace.target);
    let said = run(&mut build)?;
    ensure!(said.contains("new events: 288"), "it said {said}");
    Ok(said.lines().last().unwrap_or_default().to_owned())
}
