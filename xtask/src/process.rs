//! Runs other programs, above all the one that was built here, as someone has it who is not at this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Makes a Python environment with these packages in `folder`; its folder of programs.
pub(crate) fn python_environment(folder: &Path, packages: &[&str]) -> Result<PathBuf> {
    let (python, bin) = if cfg!(windows) { ("python", "Scripts") } else { ("python3", "bin") };
    run(Command::new(python).args(["-m", "venv"]).arg(folder))?;
    let bin = folder.join(bin);
    run(Command::new(bin.join("pip")).args(["install", "--quiet", "--disable-pip-version-check"]).args(packages))?;
    Ok(bin)
}

/// A program for developers by its crate's name, if `install_tool` or the person has installed it.
pub(crate) fn find_tool(target: &Path, name: &str) -> Option<PathBuf> {
    let own = target.join("tools/bin").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let on_path = || {
        let found = Command::new(name).arg("--version").output();
        found.is_ok_and(|output| output.status.success()).then(|| PathBuf::from(name))
    };
    if own.exists() { Some(own) } else { on_path() }
}

/// Takes this machine's configuration away from a command and gives it a home of its own.
pub(crate) fn clean_environment<'a>(command: &'a mut Command, home: &Path) -> &'a mut Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TANDEM_")) {
        command.env_remove(name);
    }
    for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env(variable, home.join(variable));
    }
    command.env("HOME", home).env("NO_COLOR", "1").stdin(Stdio::null())
}

/// Runs a command to its end; its stdout, or an error with what it said.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {}", show_command(command)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{} ended with {}:\n{}", show_command(command), output.status, last_lines(&said));
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{} wrote something other than text", show_command(command)))
}

/// Runs a command that talks to the person directly; an error where it fails.
pub(crate) fn run_visibly(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", show_command(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", show_command(command));
    }
    Ok(())
}

/// The processor time of all programs that this one has run to their end, in seconds; `None` where the system does not say.
pub(crate) fn processor_seconds() -> Option<f64> {
    #[cfg(unix)]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
        let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        Some(seconds(usage.user_time()) + seconds(usage.system_time()))
    }
    #[cfg(not(unix))]
    None
}

fn show_command(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy().into_owned());
    words.collect::<Vec<_>>().join(" ")
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
