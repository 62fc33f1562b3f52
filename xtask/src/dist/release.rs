//! What is being packed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};

use crate::process::run;
use crate::workspace::{Profile, Workspace};

/// The name of the file of checksums.
pub(super) const CHECKSUMS: &str = "SHA256SUMS";

/// The name of the program's file.
pub(super) const PROGRAM: &str = if cfg!(windows) { "tandem.exe" } else { "tandem" };

/// What is being packed.
pub(super) struct Release {
    pub(super) workspace: Workspace,
    /// The program, with DuckDB in it.
    pub(super) tandem: PathBuf,
    pub(super) version: String,
    /// The machine it is for, in rustc's words.
    pub(super) target: String,
    /// Where the outcome goes.
    pub(super) folder: PathBuf,
}

impl Release {
    /// Builds the program and empties `folder` of earlier releases.
    pub(super) fn new(folder: Option<&Path>) -> Result<Self> {
        let workspace = Workspace::prepare(true)?;
        let tandem = workspace.build("tandem", Profile::Release)?;
        let said = run(Command::new(&tandem).arg("--version"))?;
        let version = said.trim().rsplit(' ').next().context("the program does not say its version")?.to_owned();
        let rustc = run(Command::new("rustc").arg("-vV"))?;
        let target = rustc.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
        let folder = folder.map_or_else(|| workspace.target.join("dist"), Path::to_owned);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        // What an earlier run left would be taken for this one's.
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot look into {}", folder.display()))? {
            let path = entry?.path();
            if path.is_file() && is_ours(&path) {
                fs::remove_file(&path).with_context(|| format!("cannot replace {}", path.display()))?;
            }
        }
        Ok(Self { version, target: target.to_owned(), folder, workspace, tandem })
    }

    /// `tandem-0.1.0-x86_64-unknown-linux-gnu`
    pub(super) fn name(&self) -> String {
        format!("tandem-{}-{}", self.version, self.target)
    }
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name == CHECKSUMS || name.starts_with("tandem-") || name.starts_with("tandem_cli-")
}

/// A line of the file of checksums.
pub(super) fn checksum_line(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.file_name().context("a file has a name")?.to_string_lossy();
    Ok(format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))))
}
