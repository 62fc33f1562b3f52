//! Pages for the browser: their address, and opening them.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use url::Url;

use crate::terminal::Terminal;

/// How long the desktop may take to say that it has no browser. One that is still at it then is taken to be showing the page.
const MAX_WAIT: Duration = Duration::from_secs(2);
const INTERVAL: Duration = Duration::from_millis(50);

/// The `file://` address of a file; its path where that cannot be said as an address.
pub(crate) fn file_address(path: &Path) -> String {
    let whole: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Url::from_file_path(&whole).map_or_else(|()| path.display().to_string(), String::from)
}

/// Asks the desktop to show a file; the file is there whether or not there is a desktop.
pub(crate) fn open(path: &Path, terminal: Terminal) {
    let shown = command().arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let problem = match shown {
        Err(error) => Some(error.to_string()),
        Ok(child) => problem_of(child),
    };
    if let Some(problem) = problem {
        terminal.note(format!("cannot start a browser ({problem}); open the file above yourself"));
    }
}

fn command() -> Command {
    if cfg!(target_os = "macos") {
        return Command::new("open");
    }
    if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        return command;
    }
    Command::new("xdg-open")
}

/// Why the desktop gave up, if it did so quickly.
fn problem_of(mut child: Child) -> Option<String> {
    let started = Instant::now();
    while started.elapsed() < MAX_WAIT {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return None,
            Ok(Some(status)) => return Some(status.to_string()),
            Ok(None) => thread::sleep(INTERVAL),
            Err(error) => return Some(error.to_string()),
        }
    }
    None
}
