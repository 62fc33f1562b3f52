//! Python with packages of its own, made once in the target folder and kept there.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// A `python` that has `packages` (pip's requirements, `polars>=1`), or `None` where that cannot be had; why is said.
///
/// Environments are told apart by what is in them and outlive the test, so that the next run needs no network.
#[must_use]
pub fn python_environment(packages: &[&str]) -> Option<PathBuf> {
    static KNOWN: Mutex<Option<HashMap<String, Option<PathBuf>>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let name = name(packages);
    let environment = known.get_or_insert_default().entry(name).or_insert_with_key(|name| {
        let made = make(name, packages);
        made.map_err(|reason| eprintln!("skipped: no Python with {}: {reason}", packages.join(", "))).ok()
    });
    environment.clone()
}

/// The folder's name: readable, and as good as different for different packages.
fn name(packages: &[&str]) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
    packages.join("_").chars().map(letter).collect()
}

fn make(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let folder = environments().map_err(|error| format!("no folder for it: {error}"))?;
    // Test binaries run side by side.
    let lock = File::create(folder.join(format!("{name}.lock"))).map_err(|error| format!("no lock: {error}"))?;
    lock.lock().map_err(|error| format!("no lock: {error}"))?;
    let (environment, whole) = (folder.join(name), folder.join(format!("{name}.whole")));
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if whole.exists() && python.exists() {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20"];
    run(Command::new(&python).args(pip).args(packages))?;
    File::create(whole).map_err(|error| format!("it cannot be kept: {error}"))?;
    Ok(python)
}

fn environments() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    let folder = target.unwrap_or(Path::new("target")).join("python");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(words.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it failed and said nothing").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_cannot_be_had_is_no_environment() {
        assert_eq!(python_environment(&["./no-such-folder"]), None);
    }
}
