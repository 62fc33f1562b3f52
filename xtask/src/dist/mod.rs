//! What people without a compiler get: an archive and a wheel, with checksums and a list of all that is in them.
//!
//! Each is unpacked or installed in an empty place and runs the demo there before this task succeeds.

mod archive;
mod contents;
mod release;
mod sbom;
mod smoke;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::release::{CHECKSUMS, Release, checksum_line};

/// Packs the program into `folder` and tries what was packed.
pub(crate) fn dist(folder: Option<&Path>) -> Result<()> {
    let release = Release::new(folder)?;
    let work = tempfile::tempdir().context("cannot make a folder to work in")?;
    eprintln!("── bill of materials");
    let sbom = sbom::write_sbom(&release, work.path())?;
    eprintln!("── archive");
    let contents = contents::gather(&release, &work.path().join(release.name()))?;
    let archive = archive::write_archive(&release, &contents)?;
    eprintln!("── wheel");
    let wheel = wheel::write_wheel(&release, &contents, &work.path().join("wheel"))?;
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

/// One line a file, in the form that `sha256sum --check` reads.
fn write_checksums(folder: &Path, files: &[&PathBuf]) -> Result<()> {
    let lines = files.iter().map(|file| checksum_line(file)).collect::<Result<String>>()?;
    fs::write(folder.join(CHECKSUMS), lines).context("cannot write the checksums")
}
