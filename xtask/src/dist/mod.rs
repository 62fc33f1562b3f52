//! What people without a compiler get: an archive and a wheel, with checksums and a list of all that is in them.
//!
//! Each is unpacked or installed in an empty place and runs the demo there before this task succeeds.

mod archive;
mod contents;
mod sbom;
mod smoke;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};

use crate::process::{Profile, Workspace, run};

const CHECKSUMS: &str = "SHA256SUMS";

/// The name of the program's file.
const PROGRAM: &str = if cfg!(windows) { "tandem.exe" } else { "tandem" };

/// What is being packed.
struct Release {
    workspace: Workspace,
    /// The program, with DuckDB in it.
    tandem: PathBuf,
    version: String,
    /// The machine it is for, in rustc's words.
    target: String,
    /// Where the outcome goes.
    folder: PathBuf,
}

/// Packs the program into `folder` and tries what was packed.
pub(crate) fn dist(folder: Option<&Path>) -> Result<()> {
    let release = Release::new(folder)?;
    let work = tempfile::tempdir().context("cannot make a folder to work in")?;
    eprintln!("── bill of materials");
    let sbom = sbom::write(&release, work.path())?;
    eprintln!("── archive");
    let contents = contents::gather(&release, &work.path().join(release.name()))?;
    let archive = archive::write(&release, &contents)?;
    eprintln!("── wheel");
    let wheel = wheel::write(&release, &contents, &work.path().join("wheel"))?;
    write_checksums(&release.folder, &[&archive, &wheel, &sbom])?;
    eprintln!("── tried in an empty place");
    smoke::checksums(&release.folder)?;
    smoke::archive(&release, &archive)?;
    smoke::wheel(&release, &wheel)?;
    for file in [&archive, &wheel, &sbom] {
        let bytes = fs::metadata(file).with_context(|| format!("cannot look at {}", file.display()))?.len();
        eprintln!("{:>6.1} MB  {}", bytes as f64 / 1e6, file.display());
    }
    Ok(())
}

impl Release {
    fn new(folder: Option<&Path>) -> Result<Self> {
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
    fn name(&self) -> String {
        format!("tandem-{}-{}", self.version, self.target)
    }
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name == CHECKSUMS || name.starts_with("tandem-") || name.starts_with("tandem_cli-")
}

/// One line a file, in the form that `sha256sum --check` reads.
fn write_checksums(folder: &Path, files: &[&PathBuf]) -> Result<()> {
    let lines = files.iter().map(|file| checksum_line(file)).collect::<Result<String>>()?;
    fs::write(folder.join(CHECKSUMS), lines).context("cannot write the checksums")
}

fn checksum_line(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.file_name().context("a file has a name")?.to_string_lossy();
    Ok(format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))))
}
