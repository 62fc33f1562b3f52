//! Runs the `tandem` binary, as people have it, against a simulated service, in a home of its own.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use tandem_sim::service::Account;

use crate::setup::Setup;

/// How a run of the program ended.
pub struct Ended {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What it wrote to stdout.
    pub data: String,
    /// What it wrote to stderr.
    pub talk: String,
}

/// `tandem` with `arguments` on `database`, as the account of the service of `setup`.
///
/// # Errors
/// The binary cannot be built.
pub fn tandem(setup: &Setup, database: &Path, arguments: &[&str]) -> Result<Command> {
    let account = Account::default();
    let mut command = Command::new(binary().context("the binary cannot be built")?);
    command.args(arguments).current_dir(setup.folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_clear().env("NO_COLOR", "1").env("TZ", "UTC");
    for home in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
        command.env(home, setup.path("home"));
    }
    command.env("TANDEM_DB", database).env("TANDEM_TIME_ZONE", setup.history.zone.name());
    command.env("TANDEM_EMAIL", account.email).env("TANDEM_PASSWORD", account.password).env("TANDEM_REGION", "us");
    command.env("TANDEM_ENDPOINT", setup.sim.url());
    // The binary's clock is the machine's; the service must live at the same time.
    setup.clock.set(SystemTime::now().into());
    Ok(command)
}

/// Runs it to its end.
///
/// # Errors
/// It does not start, or it panicked.
pub fn run(mut command: Command) -> Result<Ended> {
    ended(&command.output()?)
}

/// Starts `command` and sends it `signal` (`KILL`, `INT`, …) after `moment`, if it still runs.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_until(mut command: Command, signal: &str, moment: Duration) -> Result<Ended> {
    let began = Instant::now();
    let mut child = command.spawn()?;
    while child.try_wait()?.is_none() {
        let Some(left) = moment.checked_sub(began.elapsed()) else {
            send(&child, signal)?;
            break;
        };
        // Woken by no one: looks again soon, whether the program has ended by itself.
        std::thread::park_timeout(left.min(Duration::from_millis(5)));
    }
    ended(&child.wait_with_output()?)
}

/// Sends a signal to a child that was not waited for yet.
///
/// # Errors
/// There is no `kill`.
pub fn send(child: &Child, signal: &str) -> Result<()> {
    // It may have ended by itself meanwhile: then there is no one to tell, and its status says how it ended.
    Command::new("kill").args(["-s", signal, &child.id().to_string()]).stderr(Stdio::null()).status()?;
    Ok(())
}

/// Waits for a child that was started from [`tandem`].
///
/// # Errors
/// As [`run`].
pub fn wait(child: Child) -> Result<Ended> {
    ended(&child.wait_with_output()?)
}

fn ended(output: &Output) -> Result<Ended> {
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!talk.contains("panicked at"), "the program panicked: {talk}");
    let data = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Ended { code: output.status.code(), signal: output.status.signal(), data, talk })
}

/// The `tandem` binary: the one that `TANDEM_BINARY` names, or built from this workspace on the first call into the target
/// folder of the running program.
fn binary() -> io::Result<&'static Path> {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    if let Some(binary) = BINARY.get() {
        return Ok(binary);
    }
    let binary = std::env::var_os("TANDEM_BINARY").map_or_else(build, |binary| Ok(PathBuf::from(binary)))?;
    Ok(BINARY.get_or_init(|| binary))
}

/// The folder of cargo's profile that the running program was built in, such as `target/debug`.
fn profile_folder() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let of_target = |folder: &&Path| folder.parent().is_some_and(|target| target.join("CACHEDIR.TAG").exists());
    let folder = program.ancestors().find(of_target);
    folder.map(Path::to_owned).ok_or_else(|| io::Error::other("this program was not built by cargo"))
}

/// Builds the binary beside the running program: for the same workspace, with the same profile and features, so that cargo finds
/// nearly all of it built.
fn build() -> io::Result<PathBuf> {
    let folder = profile_folder()?;
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // As a person starts it (see xtask's `process`).
    for (name, _) in std::env::vars_os() {
        let of_package =
            ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start));
        if of_package {
            command.env_remove(name);
        }
    }
    command.args(["build", "--quiet", "--workspace", "--bin", "tandem", "--manifest-path"]).arg(manifest);
    command.arg("--target-dir").arg(folder.parent().unwrap_or(&folder));
    if folder.ends_with("release") {
        command.arg("--release");
    }
    if cfg!(feature = "bundled") {
        command.args(["--features", "store-duckdb/bundled,tandem-cli/bundled,tandem-tests/bundled"]);
    }
    let status = command.status()?;
    if !status.success() {
        return Err(io::Error::other(format!("cargo build of the binary ended with {status}")));
    }
    Ok(folder.join("tandem"))
}
