//! The commands in documents: each is run as a reader would type it, in a scratch home, on the simulated account.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::readers;
use super::scene::Scene;
use crate::process::run;

/// Beginnings of commands that are not run here, and why.
const NOT_RUN: &[(&str, &str)] = &[
    ("cargo install", "the program that is run here is the one it would install"),
    ("cargo xtask", "this is a part of it"),
    ("RUSTC_BOOTSTRAP=1 cargo fuzz", "it searches for as long as it is let"),
    ("tandem init", "asks on a terminal; the simulated account is set instead"),
    ("tandem login", "asks on a terminal, and a keyring keeps the answer"),
    ("tandem sync --watch", "stays until it is stopped"),
    ("tandem push nightscout", "needs a Nightscout site; tests push to a simulated one"),
    ("tandem sync --push", "needs a Nightscout site; tests push to a simulated one"),
    ("tandem mcp", "talks to an assistant until that hangs up"),
    ("install -", "sets up units of systemd"),
    ("systemctl ", "needs systemd"),
    ("loginctl ", "needs systemd"),
    ("launchctl ", "needs a Mac"),
    ("sed \"s/YOU", "writes where only a Mac has a folder"),
    ("podman ", "needs podman"),
    ("printf %s 'the password' | podman", "needs podman"),
];

/// Programs that come as Python packages.
const PYTHON_TOOLS: [&str; 3] = ["duckdb", "python", "python3"];

/// The README alone: it has the way from nothing to answers.
pub(super) fn readme(scene: &Scene) -> Result<String> {
    run_all(scene, &[scene.workspace.root.join("README.md")])
}

/// Every other document of the repository.
pub(super) fn others(scene: &Scene) -> Result<String> {
    let mut files = vec![scene.workspace.root.join("CONTRIBUTING.md"), scene.workspace.root.join("SECURITY.md")];
    for entry in fs::read_dir(scene.workspace.root.join("docs")).context("cannot look into docs")? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    run_all(scene, &files)
}

fn run_all(scene: &Scene, files: &[PathBuf]) -> Result<String> {
    let (mut ran, mut left, mut failed) = (0, 0, Vec::new());
    for file in files {
        let place = place(scene, file)?;
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        for command in commands(&text) {
            match run_one(scene, &place, &command) {
                Ok(true) => ran += 1,
                Ok(false) => left += 1,
                Err(error) => failed.push(format!("{}: {command}\n  {error:#}", name(file))),
            }
        }
    }
    ensure!(ran > 0, "there were no commands");
    if !failed.is_empty() {
        bail!("{} of {} commands fail\n{}", failed.len(), ran + failed.len(), failed.join("\n"));
    }
    Ok(format!("{ran} commands run, {left} cannot run here"))
}

/// A folder for the commands of a document, with a database where the reader has one.
fn place(scene: &Scene, file: &Path) -> Result<String> {
    let place = format!("reader-{}", name(file));
    for folder in [scene.path(&place).join("data"), scene.path("home/tandem")] {
        fs::create_dir_all(&folder).context("cannot make a folder")?;
        fs::copy(scene.database(), folder.join("tandem.db")).context("cannot copy the database")?;
    }
    Ok(place)
}

/// Runs a command; false when it is one of those that are not run here.
fn run_one(scene: &Scene, place: &str, command: &str) -> Result<bool> {
    let needs_python = PYTHON_TOOLS.contains(&command.split_whitespace().next().unwrap_or_default());
    if NOT_RUN.iter().any(|(beginning, _)| command.starts_with(beginning)) || (scene.quick && needs_python) {
        return Ok(false);
    }
    let mut folders = vec![scene.tandem.parent().context("the program is in no folder")?.to_owned()];
    if needs_python {
        folders.push(readers::tools(scene)?);
    }
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let path = std::env::join_paths(folders).context("the search path cannot be put together")?;
    // In a checkout a reader runs the program through cargo.
    let command = command.replace("cargo run --release -- ", "tandem ");
    run(scene.command("sh", place).args(["-eu", "-c", &command]).env("PATH", path))?;
    Ok(true)
}

/// The commands of the `sh` blocks: one a line, or over several that end in a backslash or within quotes.
fn commands(markdown: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut open = String::new();
    for line in blocks(markdown) {
        open.push_str(line);
        open.push('\n');
        if !line.ends_with('\\') && is_closed(&open) {
            commands.push(std::mem::take(&mut open).trim().to_owned());
        }
    }
    commands.push(open.trim().to_owned());
    commands.retain(|command| !command.is_empty() && !command.starts_with('#'));
    commands
}

/// The lines of the blocks that are marked as shell commands.
fn blocks(markdown: &str) -> impl Iterator<Item = &str> {
    let mut in_block = false;
    markdown.lines().filter(move |line| {
        let fence = line.trim_start().strip_prefix("```");
        in_block = fence.map_or(in_block, |language| !in_block && matches!(language, "sh" | "bash" | "shell"));
        in_block && fence.is_none()
    })
}

/// True when every quote that was opened is closed; those in comments do not count.
fn is_closed(text: &str) -> bool {
    let (mut quote, mut in_comment, mut before) = (None, false, ' ');
    for character in text.chars() {
        match (quote, character) {
            (_, '\n') => in_comment = false,
            _ if in_comment => {}
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '#') if before.is_whitespace() => in_comment = true,
            _ => {}
        }
        before = character;
    }
    quote.is_none()
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found() {
        let rows: [(&str, &[&str]); 6] = [
            (
                "text\n```sh\ntandem sync\ntandem status  # what's there\n```\nno `tandem x`",
                &["tandem sync", "tandem status  # what's there"],
            ),
            ("```sql\nSELECT 1;\n```\n```\nplain\n```", &[]),
            ("```sh\ntandem query \"SELECT\n  1\"\ntandem day\n```", &["tandem query \"SELECT\n  1\"", "tandem day"]),
            ("```sh\ntandem export \\\n  --overwrite\n```", &["tandem export \\\n  --overwrite"]),
            ("1. x\n\n   ```sh\n   tandem day\n   ```", &["tandem day"]),
            ("```sh\n# a remark\n\n```", &[]),
        ];
        for (markdown, expected) in rows {
            assert_eq!(commands(markdown), expected, "{markdown}");
        }
    }
}
