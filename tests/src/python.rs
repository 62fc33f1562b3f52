//! Python with packages, as `cargo xtask setup` installs it. Nothing is installed here.

use std::path::{Path, PathBuf};

/// The environment with everything that reads our files or asks our program, among it `DuckDB`'s shell.
pub const READERS: &str = "readers";

/// The `python` of an environment that `cargo xtask setup` made in the target folder.
///
/// # Panics
/// There is none.
#[must_use]
pub fn find_python(environment: &str) -> PathBuf {
    let python = python_path(environment);
    assert!(python.exists(), "there is no Python environment `{environment}`; to make it: cargo xtask setup");
    python
}

/// A Python file that `cargo xtask setup` downloaded into the target folder.
///
/// # Panics
/// There is none.
#[must_use]
pub fn find_script(name: &str) -> PathBuf {
    let file = folder().join(name);
    assert!(file.exists(), "there is no {}; to download it: cargo xtask setup", file.display());
    file
}

/// Where the `python` of an environment is, if it was made.
#[must_use]
pub fn python_path(environment: &str) -> PathBuf {
    folder().join(environment).join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// The folder of Python environments.
fn folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    target.unwrap_or(Path::new("target")).join("python")
}
