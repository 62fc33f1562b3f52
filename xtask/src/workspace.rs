//! The checkout, and cargo in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::duckdb::{self, Engine};
use crate::process::run;

/// The checkout, and how it is built.
#[derive(Clone)]
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
