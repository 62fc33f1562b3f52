//! Running other programs: cargo, and above all the program that was built here, as someone has it who is not at this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::duckdb::{self, Engine};

/// The checkout, and how it is built.
pub(crate) struct Workspace {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds.
    pub(crate) target: PathBuf,
    engine: Engine,
}

/// The features with which every crate of the workspace has DuckDB in it.
const BUNDLED: &str = "store-duckdb/bundled,tandem-cli/bundled,tandem-tests/bundled";

impl Workspace {
    /// Finds the checkout and makes sure that there is a DuckDB for it; `bundled` compiles DuckDB without looking for a library.
    pub(crate) fn prepare(bundled: bool) -> Result<Self> {
        let (root, target) = places()?;
        let engine = duckdb::provide(bundled)?;
        Ok(Self { root, target, engine })
    }

    /// `cargo SUBCOMMAND --workspace` for a subcommand that compiles. All of them select the whole workspace, whatever they are
    /// after: another selection has other features of the same crates, and compiles them again.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = cargo();
        command.args([subcommand, "--workspace"]).current_dir(&self.root);
        if self.engine == Engine::Bundled {
            command.args(["--features", BUNDLED]);
        }
        command
    }

    /// Builds `tandem`; where it is.
    pub(crate) fn build_tandem(&self) -> Result<PathBuf> {
        self.build("tandem", Profile::Dev)
    }

    /// Builds a program of the workspace; where it is.
    pub(crate) fn build(&self, name: &str, profile: Profile) -> Result<PathBuf> {
        let mut command = self.cargo("build");
        command.args(["--bin", name]).args(profile.arguments());
        let status = command.status().context("cannot run cargo build")?;
        if !status.success() {
            bail!("{name} does not build, see above");
        }
        Ok(self.target.join(profile.folder()).join(name).with_extension(std::env::consts::EXE_EXTENSION))
    }
}

/// How a program is compiled.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// For everything but what is measured or given away.
    Dev,
    /// For what is measured or given away.
    Release,
}

impl Profile {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &[],
            Self::Release => &["--release"],
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// The checkout, and where cargo puts what it builds.
pub(crate) fn places() -> Result<(PathBuf, PathBuf)> {
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec().context("cannot read the workspace")?;
    Ok((metadata.workspace_root.into_std_path_buf(), metadata.target_directory.into_std_path_buf()))
}

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

/// A program for developers by its crate's name: installed beside what is built, once.
pub(crate) fn install_tool(target: &Path, name: &str) -> Result<PathBuf> {
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

/// Cargo as a person starts it, without what the cargo that runs this program has set: the variables of this package, for which a
/// build script (ring's) asks, and the `[env]` table of `.cargo/config.toml`, which each cargo reads itself. With them, whatever
/// depends on such a script would be compiled again whenever cargo is started the other way.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| of_package(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    if duckdb::named_folder().is_none() {
        command.env_remove(duckdb::FOLDER_VARIABLE);
    }
    command
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
