//! The folder that a person unpacks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::release::{PROGRAM, Release};
use crate::process::run;

/// What goes along from the checkout, folders with all that is in them.
const FROM_CHECKOUT: [&str; 8] = [
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "docs",
    "packaging/systemd",
    "packaging/launchd",
];

/// Shells, and the name under which each finds the completions of a program `tandem`.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "tandem.bash"),
    ("zsh", "_tandem"),
    ("fish", "tandem.fish"),
    ("elvish", "tandem.elv"),
    ("powershell", "_tandem.ps1"),
];

/// Puts the program, its completions, manual pages and documents into `folder`.
pub(super) fn gather(release: &Release, folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).context("cannot make a folder")?;
    let program = folder.join(PROGRAM);
    strip(&release.tandem, &program)?;
    completions(&program, &folder.join("completions"))?;
    run(Command::new(&program).args(["man", "--quiet", "--output"]).arg(folder.join("man/man1")))?;
    for name in FROM_CHECKOUT {
        copy(&release.workspace.root.join(name), &folder.join(name))?;
    }
    Ok(folder.to_owned())
}

/// Copies the program without its symbols. On Windows they are in a file of their own.
fn strip(from: &Path, to: &Path) -> Result<()> {
    if cfg!(windows) {
        return copy(from, to);
    }
    run(Command::new("strip").arg("-o").arg(to).arg(from)).map(|_| ())
}

fn completions(program: &Path, folder: &Path) -> Result<()> {
    fs::create_dir(folder).context("cannot make a folder")?;
    for (shell, name) in COMPLETIONS {
        let script = run(Command::new(program).args(["completions", shell]))?;
        fs::write(folder.join(name), script).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

/// Copies a file, or a folder with all that is in it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    let failed = || format!("cannot copy {}", from.display());
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap_or(to)).with_context(failed)?;
        return fs::copy(from, to).map(|_| ()).with_context(failed);
    }
    for entry in fs::read_dir(from).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
