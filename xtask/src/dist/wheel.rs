//! The wheel: the program as a Python package, for those who have pip and no compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::contents;
use super::release::Release;
use crate::process::{python_environment, run};
use crate::workspace::cargo;

const PYPROJECT: &str = include_str!("../../../packaging/wheel/pyproject.toml");

/// Where an installation looks for what the tarball has in these folders.
const SHARED: [(&str, &str); 4] = [
    ("man/man1", "share/man/man1"),
    ("completions/tandem.bash", "share/bash-completion/completions/tandem"),
    ("completions/_tandem", "share/zsh/site-functions/_tandem"),
    ("completions/tandem.fish", "share/fish/vendor_completions.d/tandem.fish"),
];

/// Builds the wheel in `work`.
pub(super) fn write_wheel(release: &Release, contents: &Path, work: &Path) -> Result<PathBuf> {
    for (from, to) in SHARED {
        contents::copy(&contents.join(from), &work.join("data/data").join(to))?;
    }
    let root = &release.workspace.root;
    let place = |name: &str| root.join(name).display().to_string();
    let project = PYPROJECT.replace("\"MANIFEST\"", &format!("{:?}", place("crates/tandem-cli/Cargo.toml")));
    for name in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        contents::copy(&root.join(name), &work.join(name))?;
    }
    fs::write(work.join("pyproject.toml"), project).context("cannot write pyproject.toml")?;
    let bin = python_environment(&work.join("maturin"), &["maturin>=1.9,<2"])?;
    let before = wheels(&release.folder)?;
    ensure!(before.is_empty(), "there is a wheel already: {before:?}");
    // As xtask starts cargo, so that DuckDB is not compiled again; maturin hands its environment on.
    let mut maturin = Command::new(bin.join("maturin"));
    for (name, value) in cargo().get_envs() {
        match value {
            Some(value) => maturin.env(name, value),
            None => maturin.env_remove(name),
        };
    }
    maturin.args(["build", "--release", "--out"]).arg(&release.folder).current_dir(work);
    run(maturin.env("CARGO_TARGET_DIR", &release.workspace.target))?;
    match wheels(&release.folder)?.as_slice() {
        [wheel] => Ok(wheel.clone()),
        other => bail!("maturin left {other:?} instead of one wheel"),
    }
}

fn wheels(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "whl")).collect())
}
