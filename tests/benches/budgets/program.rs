//! Runs the real binary and measures it from outside.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// How often a running program's peak of memory is read.
const TICK: Duration = Duration::from_millis(5);
/// Clock ticks of `/proc` in a second, on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

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
        Self { binary: self.binary.clone(), folder: self.folder.clone(), environment }
    }

    /// Runs it to its end, which must be a good one.
    pub(crate) fn run(&self, database: &Path, arguments: &[&str]) -> Result<Measured> {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::null());
        command.env_clear().env("HOME", self.folder.join("home")).env("TANDEM_DB", database);
        command.env("TANDEM_TIME_ZONE", "America/New_York").envs(self.environment.iter().cloned());
        let (cpu_before, began) = (children_cpu_seconds()?, Instant::now());
        let mut child = command.stderr(Stdio::piped()).spawn().context("the binary does not start")?;
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
        Ok(Measured { seconds, cpu_seconds: children_cpu_seconds()? - cpu_before, peak_mib })
    }
}

/// The most memory a process has had so far; 0 when it is gone.
fn peak_mib_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// The processor time of all children that have ended, user and system.
fn children_cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("this is not Linux")?;
    // The name in parentheses may hold anything; fields are counted behind it, from the third on.
    let (_, fields) = stat.rsplit_once(") ").context("an unknown form of /proc/self/stat")?;
    let ticks = fields.split(' ').skip(13).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_PER_SECOND)
}
