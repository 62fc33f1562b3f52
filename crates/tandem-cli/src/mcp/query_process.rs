//! A query runs in a process of its own: whatever a statement does to that one, the server goes on.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;

/// A process that runs a query, and its place among those that may run at once. When no one waits for it any more, it is killed;
/// its place is free once it has ended.
pub(super) struct QueryProcess(Option<(Child, OwnedSemaphorePermit)>);

impl QueryProcess {
    /// Starts it.
    pub(super) fn start(mut command: Command, place: OwnedSemaphorePermit) -> std::io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        Ok(Self(Some((command.spawn()?, place))))
    }

    /// Hands it the query; how it ended, and what it wrote to stdout and stderr.
    pub(super) async fn ask(&mut self, sql: &str) -> Result<(ExitStatus, String, String)> {
        let (child, _) = self.0.as_mut().context("the process has ended")?;
        if let Some(mut question) = child.stdin.take() {
            question.write_all(sql.as_bytes()).await?;
        }
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (status, data, talk) = tokio::try_join!(child.wait(), read_text(stdout), read_text(stderr))?;
        Ok((status, data, talk))
    }
}

impl Drop for QueryProcess {
    fn drop(&mut self) {
        let Some((mut child, place)) = self.0.take() else { return };
        // Dropping the child kills it, too, but leaves it to some later event to notice that it has ended.
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = child.kill().await {
                tracing::debug!(%error, "a query's process could not be killed");
            }
            drop(place);
        });
    }
}

async fn read_text(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut bytes).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// The file of this program, also after another version was put in its place.
pub(super) fn this_program() -> std::io::Result<PathBuf> {
    let itself = Path::new("/proc/self/exe");
    if itself.exists() { Ok(itself.to_owned()) } else { std::env::current_exe() }
}
