//! Runs the real binary and measures it from outside.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// How often a running program's peak of memory is read.
const TICK: Duration = Duration::from_millis(5);

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_mib: u64,
}

/// The `tandem` binary, in a home of its own.
pub(crate) struct Program {
    binary: PathBuf,
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Program {
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let bench = std::env::current_exe().context("this program has no place")?;
        let binary = bench.ancestors().nth(2).context("cargo puts benches two folders deep")?.join("tandem");
        ensure!(binary.exists(), "there is no {}: cargo xtask bench builds it first", binary.display());
        Ok(Self { binary, folder: folder.to_owned(), environment: Vec::new() })
    }

    /// The same with more in its environment.
    pub(crate) fn with(&self, environment: Vec<(&'static str, String)>) -> Self {
        let environment = self.environment.iter().cloned().chain(environment).collect();
        Self { binary: self.binary.clone(), folder: self.folder.clone(), environment }
    }

    /// Runs it to its end, which must be a good one.
    pub(crate) fn run(&self, database: &Path, arguments: &[&str]) -> Result<Measured> {
        let mut command = self.command(database, arguments);
        let (cpu_before, began) = (cpu_seconds(UsageWho::RUSAGE_CHILDREN)?, Instant::now());
        let mut child = command.stdout(Stdio::null()).spawn().context("the binary does not start")?;
        let mut peak_mib = 0;
        let status = loop {
            peak_mib = peak_mib.max(peak_mib_of(child.id()));
            if let Some(status) = child.try_wait()? {
                break status;
            }
            std::thread::park_timeout(TICK);
        };
        let seconds = began.elapsed().as_secs_f64();
        let talk = child.wait_with_output()?.stderr;
        ensure!(status.success(), "{arguments:?} ended with {status}: {}", String::from_utf8_lossy(&talk));
        Ok(Measured { seconds, cpu_seconds: cpu_seconds(UsageWho::RUSAGE_CHILDREN)? - cpu_before, peak_mib })
    }

    /// What it prints.
    pub(crate) fn output(&self, database: &Path, arguments: &[&str]) -> Result<String> {
        let output = self.command(database, arguments).output().context("the binary does not start")?;
        ensure!(output.status.success(), "{arguments:?} ended with {}", output.status);
        String::from_utf8(output.stdout).context("the output is no text")
    }

    fn command(&self, database: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).stderr(Stdio::piped());
        command.env_clear().env("HOME", self.folder.join("home")).env("TANDEM_DB", database);
        command.env("TANDEM_TIME_ZONE", "America/New_York").envs(self.environment.iter().cloned());
        command
    }
}

/// The most memory a process has had so far; 0 when it is gone.
fn peak_mib_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Processor time so far, user and system, of this process or of all children that have ended.
pub(crate) fn cpu_seconds(who: UsageWho) -> Result<f64> {
    let usage = getrusage(who)?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
