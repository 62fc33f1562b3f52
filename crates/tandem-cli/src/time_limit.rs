//! An end to queries that take too long, also to those that do not listen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use store_duckdb::{QueryError, QueryStopper};

use crate::failure::{self, Exit, Failure};

/// Stopping reaches a statement only while it runs: between two of them it is tried again after this.
const INSISTENCE: Duration = Duration::from_millis(50);
/// How long a statement has to listen. DuckDB asks between rows only, and one function of one row may take hours.
const GRACE: Duration = Duration::from_secs(3);

/// Stops the queries of a reader once its time has passed, until it is dropped.
pub(crate) struct TimeLimit {
    limit: Option<Duration>,
    hint: &'static str,
    passed: Arc<AtomicBool>,
    /// Dropped together with this: the thread that waits for the end of time ends.
    _done: Sender<()>,
}

impl TimeLimit {
    /// Starts to count; `None` is no limit. A query that does not listen when it is stopped ends with the program.
    pub(crate) fn start(stopper: QueryStopper, limit: Option<Duration>, hint: &'static str) -> Self {
        let passed = Arc::new(AtomicBool::new(false));
        let (done, waiting) = channel::<()>();
        if let Some(limit) = limit {
            let passed = passed.clone();
            std::thread::spawn(move || {
                let (mut wait, mut stopping) = (limit, Duration::ZERO);
                while waiting.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    passed.store(true, Ordering::Relaxed);
                    stopper.stop();
                    wait = INSISTENCE;
                    stopping += INSISTENCE;
                    if stopping > GRACE {
                        let exit = failure::present(&too_long(limit, hint).into());
                        std::process::exit(exit as i32);
                    }
                }
            });
        }
        Self { limit, hint, passed, _done: done }
    }

    /// DuckDB says that a query was interrupted, whoever did it; this says so where it was the time.
    pub(crate) fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        let stopped = matches!(error.downcast_ref(), Some(QueryError::Stopped));
        match self.limit.filter(|_| stopped && self.passed.load(Ordering::Relaxed)) {
            Some(limit) => too_long(limit, self.hint).into(),
            None => error,
        }
    }
}

/// Stops what `stopper` stops, now and until the program ends: between two statements, or while rows are written, nothing
/// listens.
pub(crate) fn stop_for_good(stopper: QueryStopper) {
    std::thread::spawn(move || {
        loop {
            stopper.stop();
            std::thread::sleep(INSISTENCE);
        }
    });
}

fn too_long(limit: Duration, hint: &str) -> Failure {
    let message = format!("the query took longer than {} s and was stopped", limit.as_secs_f64());
    Failure::new(Exit::Usage, message).hint(hint)
}
