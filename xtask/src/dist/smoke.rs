//! What was packed, as someone has it who has nothing else.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::archive;
use super::release::{CHECKSUMS, PROGRAM, Release, checksum_line};
use crate::process::{clean_environment, python_environment, run};

/// Each file has the checksum that is listed for it.
pub(super) fn checksums(folder: &Path) -> Result<()> {
    let listed = fs::read_to_string(folder.join(CHECKSUMS)).context("there are no checksums")?;
    for line in listed.lines() {
        let (_, name) = line.split_once("  ").with_context(|| format!("not a checksum: {line}"))?;
        ensure!(checksum_line(&folder.join(name))?.trim_end() == line, "{name} is not what {CHECKSUMS} says");
    }
    Ok(())
}

/// Unpacked in an empty folder.
pub(super) fn archive(release: &Release, archive: &Path) -> Result<()> {
    let place = tempfile::tempdir().context("cannot make a folder")?;
    archive::unpack_archive(archive, place.path())?;
    let folder = place.path().join(release.name());
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "man/man1/tandem-sync.1", "completions/_tandem"] {
        ensure!(folder.join(file).is_file(), "the archive lacks {file}");
    }
    if cfg!(unix) {
        let script = "source completions/tandem.bash && complete -p tandem";
        run(Command::new("bash").args(["-euc", script]).current_dir(&folder)).context("the completions for bash")?;
    }
    demo(release, &folder.join(PROGRAM))
}

/// Installed by pip in an environment that was made for it.
pub(super) fn wheel(release: &Release, wheel: &Path) -> Result<()> {
    let place = tempfile::tempdir().context("cannot make a folder")?;
    let environment = place.path().join("environment");
    let bin = python_environment(&environment, &[&wheel.display().to_string()])?;
    for file in ["share/man/man1/tandem-sync.1", "share/bash-completion/completions/tandem"] {
        ensure!(environment.join(file).is_file(), "the wheel does not install {file}");
    }
    demo(release, &bin.join(PROGRAM))
}

/// The program's own demonstration, in an empty folder with an empty home; its database must then answer.
fn demo(release: &Release, program: &Path) -> Result<()> {
    let place = tempfile::tempdir().context("cannot make a folder")?;
    let home = place.path().join("home");
    fs::create_dir(&home).context("cannot make a folder")?;
    let tandem = |arguments: &[&str]| {
        let mut command = Command::new(program);
        run(clean_environment(&mut command, &home).args(arguments).current_dir(&place))
    };
    let version = tandem(&["--version"])?;
    ensure!(version.trim() == format!("tandem {}", release.version), "it says it is {version}");
    tandem(&["demo"])?;
    ensure!(place.path().join("data/demo.html").is_file(), "the demo left no report");
    let count = ["query", "SELECT count(*) AS n FROM cgm_readings", "--format", "csv", "--db", "data/demo.db"];
    let answer = tandem(&count)?;
    let readings: u64 = answer.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or(0);
    ensure!(readings > 1000, "the demo's database answers {answer}");
    Ok(())
}
