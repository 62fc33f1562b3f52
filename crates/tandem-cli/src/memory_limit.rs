//! How much memory a query may use. DuckDB keeps to its limit where it counts; a thread watches what the whole program holds, and
//! the system refuses what is asked for at once.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use store_duckdb::{InterruptHandle, QueryError};

use crate::time_limit;

/// The program itself, its threads and what DuckDB takes without counting, as long as a query is sane.
const BESIDES: u64 = 512 << 20;
/// How often to look at what the program holds. It can grow by a few hundred megabytes per second.
const WATCH_INTERVAL: Duration = Duration::from_millis(20);

/// A size such as `512MB` or `2GiB`.
#[derive(Clone, Debug)]
pub(crate) struct MemoryLimit {
    words: String,
    bytes: u64,
}

impl MemoryLimit {
    /// In DuckDB's words.
    pub(crate) fn as_str(&self) -> &str {
        &self.words
    }

    /// What the program may hold while it runs a query.
    fn bytes_in_all(&self) -> u64 {
        self.bytes.saturating_add(BESIDES)
    }

    /// Has the system refuse this process a good deal more than the limit: a single value of gigabytes is outside of
    /// what DuckDB counts, and fails then instead of taking the machine's memory.
    pub(crate) fn enforce(&self) {
        #[cfg(unix)]
        {
            use rustix::process::{Resource, getrlimit, setrlimit};
            let mut limit = getrlimit(Resource::Data);
            let most = self.bytes_in_all().saturating_mul(2);
            limit.current = Some(limit.maximum.map_or(most, |maximum| most.min(maximum)));
            if let Err(error) = setrlimit(Resource::Data, limit) {
                tracing::debug!(%error, "the system does not limit memory");
            }
        }
    }
}

/// Stops the queries of a reader once the program holds a good deal more than their limit, until it is dropped. Aggregates such as
/// `histogram` collect values that DuckDB does not count; where the system refuses them memory, DuckDB aborts the program.
pub(crate) struct MemoryWatch {
    limit: MemoryLimit,
    exceeded: Arc<AtomicBool>,
    /// Dropped together with this: the thread that watches ends.
    _done: Sender<()>,
}

impl MemoryWatch {
    /// Starts to watch. A query that does not listen when it is stopped ends with the program.
    pub(crate) fn start(interrupt_handle: InterruptHandle, limit: &MemoryLimit) -> Self {
        let exceeded = Arc::new(AtomicBool::new(false));
        let (done, waiting) = channel::<()>();
        let watch = Self { limit: limit.clone(), exceeded: exceeded.clone(), _done: done };
        let limit = limit.clone();
        std::thread::spawn(move || {
            while waiting.recv_timeout(WATCH_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                if memory_held() > limit.bytes_in_all() {
                    exceeded.store(true, Ordering::Relaxed);
                    return time_limit::insist(&interrupt_handle, &waiting, || too_large(&limit).into());
                }
            }
        });
        watch
    }

    /// DuckDB says that a query was interrupted, whoever did it; this says so where it was the memory.
    pub(crate) fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let stopped = matches!(error.downcast_ref(), Some(QueryError::Stopped));
        if stopped && self.exceeded.load(Ordering::Relaxed) { too_large(&self.limit).into() } else { error }
    }
}

/// The memory of this process, in bytes; 0 where the system does not say.
fn memory_held() -> u64 {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64)
}

fn too_large(limit: &MemoryLimit) -> QueryError {
    QueryError::OutOfMemory { message: format!("the query needs much more memory than {}", limit.as_str()) }
}

/// With less than this DuckDB does not start.
const LEAST: u64 = 16 << 20;
const MOST: u64 = 1 << 40;

impl FromStr for MemoryLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
        let power = match unit.to_ascii_lowercase().as_str() {
            "kb" | "kib" => 10,
            "mb" | "mib" => 20,
            "gb" | "gib" => 30,
            "tb" | "tib" => 40,
            _ => return Err("not a size such as 512MB or 2GB".to_owned()),
        };
        let number: u64 = number.parse().map_err(|_| "not a size such as 512MB or 2GB".to_owned())?;
        let bytes = number.saturating_mul(1 << power);
        if !(LEAST..=MOST).contains(&bytes) {
            return Err("not between 16MB and 1TB".to_owned());
        }
        Ok(Self { words: text.to_owned(), bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("512MB", Some(512 << 20)),
            ("2gib", Some(2 << 30)),
            ("65536KB", Some(64 << 20)),
            ("0GB", None),
            ("99999999999TB", None),
            ("1", None),
            ("MB", None),
            ("-1GB", None),
            ("1.5GB", None),
        ] {
            assert_eq!(text.parse::<MemoryLimit>().ok().map(|limit| limit.bytes), bytes, "{text}");
        }
    }
}
