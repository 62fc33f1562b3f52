//! An end to queries that take too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use store_duckdb::{QueryError, QueryStopper};

use crate::failure::{Exit, Failure};

/// Stopping reaches a statement only while it runs: between two of them it is tried again after this.
const INSISTENCE: Duration = Duration::from_millis(50);

/// Stops the queries of a reader once its time has passed, until it is dropped.
pub(crate) struct TimeLimit {
    limit: Option<Duration>,
    passed: Arc<AtomicBool>,
    /// Dropped together with this: the thread that waits for the end of time ends.
    _done: Sender<()>,
}

impl TimeLimit {
    /// Starts to count; `None` is no limit.
    pub(crate) fn start(stopper: QueryStopper, limit: Option<Duration>) -> Self {
        let passed = Arc::new(AtomicBool::new(false));
        let (done, waiting) = channel::<()>();
        if let Some(limit) = limit {
            let passed = passed.clone();
            std::thread::spawn(move || {
                let mut wait = limit;
                while waiting.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    passed.store(true, Ordering::Relaxed);
                    stopper.stop();
                    wait = INSISTENCE;
                }
            });
        }
        Self { limit, passed, _done: done }
    }

    /// DuckDB says that a query was interrupted, whoever did it; this says so where it was the time.
    pub(crate) fn explain(&self, error: anyhow::Error, hint: &str) -> anyhow::Error {
        let stopped = matches!(error.downcast_ref(), Some(QueryError::Stopped));
        match self.limit.filter(|_| stopped && self.passed.load(Ordering::Relaxed)) {
            Some(limit) => {
                let message = format!("the query took longer than {} s and was stopped", limit.as_secs_f64());
                Failure::new(Exit::Usage, message).hint(hint).into()
            }
            None => error,
        }
    }
}
