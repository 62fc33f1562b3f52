//! Installs what the steps of the gate need beside Rust: Python packages and files, Chromium and other programs, npm packages, cargo-deny.
//!
//! Everything but Debian's packages goes into the target folder. What is there already stays as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::download::{check_file, download};
use crate::process::{python_environment, run};
use crate::workspace::{Workspace, install_tool};

/// Python environments in the target folder, with their packages. `DuckDB` of several versions cannot be in one.
const ENVIRONMENTS: &[(&str, &[&str])] = &[
    ("readers", &["duckdb==1.5.*", "duckdb-cli==1.5.*", "iglu-python", "mcp", "polars", "pyarrow", "pytz"]),
    ("duckdb-1.4", &["duckdb==1.4.*", "pytz"]),
    ("duckdb-2.0", &["duckdb==2.0.*"]),
    ("spark", &["pyspark==4.*"]),
    // Needs NumPy 1, which PyArrow supports up to 25.
    ("babelbetes", &["babelbetes==0.3.2", "pyarrow<26"]),
    // What docs/performance.md compares the decoder with.
    ("tconnectsync", &["tconnectsync==3.*"]),
];

/// Python files that no registry has, so that a step without them is no failure: place in the target folder, address, SHA-256.
const FILES: &[(&str, &str, &str)] = &[(
    "python/DIAX.py",
    "https://raw.githubusercontent.com/Center-for-Diabetes-Technology/DIAX/b807a99b33a0cbb4c2e1f8f3d75a6b74d6d8e3ed/utils/python/DIAX.py",
    "fb67639ff0c7d49e5867ee140e62a9320be94d784c7b6943c6f8a36cd145915c",
)];

/// Programs that judge what we ship, and Debian's packages of them.
const PROGRAMS: &[(&str, &str)] = &[
    ("chromium", "chromium"),
    ("fish", "fish"),
    ("groff", "groff"),
    ("java", "default-jre-headless"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("python3", "python3"),
    ("Rscript", "r-base-core"),
    ("systemd-analyze", "systemd"),
    ("tmux", "tmux"),
    ("zsh", "zsh"),
];

/// Installs everything, DuckDB's library by `prepare`, and says what was done. What cannot be installed does not keep the rest from it.
pub(crate) fn install(prepare: impl Fn() -> Result<Workspace>) -> Result<()> {
    let mut failed = Vec::new();
    let mut step = |name: &str, outcome: Result<String>| match outcome {
        Ok(done) => eprintln!("{name}: {done}"),
        Err(error) => failed.push(format!("{name}: {error:#}")),
    };
    // First, because what follows needs Python and npm.
    step("programs", install_programs());
    let target = &prepare()?.target;
    for (name, packages) in ENVIRONMENTS {
        step(&format!("Python packages ({name})"), install_python(target, name, packages));
    }
    for (place, url, checksum) in FILES {
        let installed = install_file(&target.join(place), url, checksum);
        eprintln!("{place}: {}", installed.unwrap_or_else(|error| format!("not available: {error:#}")));
    }
    step("browser check", install_browser_check(target));
    step("cargo-deny", install_tool(target, "cargo-deny").map(|path| path.display().to_string()));
    if !failed.is_empty() {
        bail!("not everything could be installed; what needs the rest is skipped:\n  {}", failed.join("\n  "));
    }
    Ok(())
}

/// Where an environment's `python` is, if it was made.
pub(crate) fn python_path(target: &Path, environment: &str) -> PathBuf {
    let folder = target.join("python").join(environment);
    folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// Where the packages of the browser check are installed.
pub(crate) fn browser_check_folder(target: &Path) -> PathBuf {
    target.join("report-check")
}

/// True if a program can be started.
pub(crate) fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .any(|folder| folder.join(name).with_extension(std::env::consts::EXE_EXTENSION).is_file())
}

/// Installs what is missing with apt, which only root on Debian or Ubuntu can.
fn install_programs() -> Result<String> {
    let missing = PROGRAMS.iter().filter(|(program, _)| !has_program(program)).map(|(_, package)| *package);
    let packages: Vec<&str> = missing.chain((!has_venv()).then_some("python3-venv")).collect();
    if packages.is_empty() {
        return Ok("nothing missing".to_owned());
    }
    let listed = packages.join(" ");
    if !has_program("apt-get") {
        bail!("not installed here: {listed} (names of Debian's packages)");
    }
    let apt =
        |arguments: &[&str]| run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    apt(&["update", "-qq"]).with_context(|| format!("cannot install {listed}; as root: apt-get install {listed}"))?;
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages.as_slice()].concat())
        .with_context(|| format!("cannot install {listed}"))?;
    Ok(format!("installed {listed}"))
}

/// True if Python can make environments, for which Debian has a package of its own.
fn has_venv() -> bool {
    Command::new("python3").args(["-c", "import ensurepip"]).output().is_ok_and(|output| output.status.success())
}

/// Makes an environment, unless it is there with these packages.
fn install_python(target: &Path, name: &str, packages: &[&str]) -> Result<String> {
    let folder = target.join("python").join(name);
    let (marker, wanted) = (folder.join("packages.txt"), packages.join("\n"));
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok("already there".to_owned());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot replace {}", folder.display()))?;
    }
    python_environment(&folder, packages)?;
    fs::write(&marker, wanted).with_context(|| format!("cannot write {}", marker.display()))?;
    Ok(format!("installed {}", packages.join(", ")))
}

/// Downloads a file, unless it is there.
fn install_file(file: &Path, url: &str, checksum: &str) -> Result<String> {
    if check_file(file, checksum).is_ok() {
        return Ok("already there".to_owned());
    }
    fs::create_dir_all(file.parent().context("a file is in a folder")?).context("cannot make its folder")?;
    download(url, file, checksum).with_context(|| format!("cannot install {}", file.display()))?;
    Ok(format!("installed from {url}"))
}

/// Copies the browser check into the target folder and installs its npm packages there.
fn install_browser_check(target: &Path) -> Result<String> {
    let folder = browser_check_folder(target);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser/package.json");
    let wanted = fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let installed = folder.join("package.json");
    if folder.join("node_modules").exists() && fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok("already there".to_owned());
    }
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))?;
    let install = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"];
    run(Command::new("npm").args(install).current_dir(&folder))?;
    Ok(format!("installed into {}", folder.display()))
}
