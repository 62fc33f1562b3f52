//! Running other programs: the one that was built here above all, as somebody has it who is not at this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The program, and where it comes from.
pub(crate) struct Built {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds.
    pub(crate) target: PathBuf,
    /// The program.
    pub(crate) tandem: PathBuf,
}

/// The checkout, and where cargo puts what it builds.
pub(crate) fn places() -> Result<(PathBuf, PathBuf)> {
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec().context("cannot read the workspace")?;
    Ok((metadata.workspace_root.into_std_path_buf(), metadata.target_directory.into_std_path_buf()))
}

/// Builds the program.
pub(crate) fn build() -> Result<Built> {
    let (root, target) = places()?;
    run(cargo().args(["build", "--release", "--quiet", "--package", "tandem-cli"]).current_dir(&root))?;
    Ok(Built { tandem: target.join("release/tandem"), root, target })
}

/// Makes a Python environment with these packages in `folder`; its folder of programs.
pub(crate) fn python_environment(folder: &Path, packages: &[&str]) -> Result<PathBuf> {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let bin = folder.join("bin");
    run(Command::new(bin.join("pip")).args(["install", "--quiet", "--disable-pip-version-check"]).args(packages))?;
    Ok(bin)
}

/// A program for developers by its crate's name: installed beside what is built, once.
pub(crate) fn tool(target: &Path, name: &str) -> Result<PathBuf> {
    let root = target.join("tools");
    let program = root.join("bin").join(name);
    if !program.exists() {
        eprintln!("installing {name} into {}", root.display());
        let mut install = cargo();
        install.args(["install", "--locked", "--quiet", "--root"]).arg(&root).arg(name);
        run(install.env_remove("CARGO_TARGET_DIR"))?;
    }
    Ok(program)
}

/// Takes this machine's configuration away from a command and gives it a home of its own.
pub(crate) fn clean<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TANDEM_")) {
        command.env_remove(name);
    }
    for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, home.join(variable));
    }
    command.env("HOME", home).env("NO_COLOR", "1").stdin(Stdio::null())
}

/// Cargo as a person starts it. What cargo tells this program about its own package is taken away: a build script below DuckDB's
/// (ring's) asks for these variables, and would make DuckDB compile again whenever cargo is started in the other way.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| of_package(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end; its stdout, or an error with what it said.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {}", in_words(command)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{} ended with {}:\n{}", in_words(command), output.status, last_lines(&said));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} wrote something other than text", in_words(command)))
}

fn in_words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy().into_owned());
    words.collect::<Vec<_>>().join(" ")
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
