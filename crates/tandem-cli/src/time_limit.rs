//! An end to queries that take too long, also to those that do not listen.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use store_duckdb::{InterruptHandle, QueryError};

use crate::error_output;
use crate::failure::{Exit, Failure};

/// Stopping reaches a statement only while it runs: between two of them it is tried again after this.
const INSISTENCE: Duration = Duration::from_millis(50);
/// How long a statement has to listen. DuckDB asks between rows only, and one function of one row may take hours.
const GRACE: Duration = Duration::from_secs(3);

/// Stops the queries of a reader once its time has passed, until it is dropped. Time in which the answer is being read is not
/// the query's.
pub(crate) struct TimeLimit {
    limit: Option<Duration>,
    clock: Clock,
    hint: &'static str,
    passed: Arc<AtomicBool>,
    /// Dropped together with this: the thread that waits for the end of time ends.
    _done: Sender<()>,
}

impl TimeLimit {
    /// Starts to count; `None` is no limit. A query that does not listen when it is stopped ends with the program.
    pub(crate) fn start(interrupt_handle: InterruptHandle, limit: Option<Duration>, hint: &'static str) -> Self {
        let passed = Arc::new(AtomicBool::new(false));
        let clock = Clock::default();
        let (done, waiting) = channel::<()>();
        if let Some(limit) = limit {
            let (passed, clock) = (passed.clone(), clock.clone());
            std::thread::spawn(move || {
                let mut left = limit;
                while waiting.recv_timeout(left.max(INSISTENCE)) == Err(RecvTimeoutError::Timeout) {
                    left = limit.saturating_sub(clock.spent());
                    if left.is_zero() {
                        passed.store(true, Ordering::Relaxed);
                        return insist(&interrupt_handle, &waiting, || too_long(limit, hint).into());
                    }
                }
            });
        }
        Self { limit, clock, hint, passed, _done: done }
    }

    /// `out`, with the time that it takes to write left out of the query's.
    pub(crate) fn excusing<W: Write>(&self, out: W) -> Excused<W> {
        Excused { out, clock: self.clock.clone() }
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

/// The time of a query: what has passed, without what was spent writing.
#[derive(Clone)]
struct Clock {
    began: Instant,
    writing: Arc<Writing>,
}

/// In microseconds since the clock began.
#[derive(Default)]
struct Writing {
    /// Since when it is being written; 0 when it is not.
    since: AtomicU64,
    in_all: AtomicU64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { began: Instant::now(), writing: Arc::default() }
    }
}

impl Clock {
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX).max(1)
    }

    fn spent(&self) -> Duration {
        let now = self.now();
        let writing = match self.writing.since.load(Ordering::Acquire) {
            0 => 0,
            since => now.saturating_sub(since),
        };
        Duration::from_micros(now.saturating_sub(self.writing.in_all.load(Ordering::Acquire) + writing))
    }
}

/// An output whose reader may take its time.
pub(crate) struct Excused<W> {
    out: W,
    clock: Clock,
}

impl<W: Write> Excused<W> {
    fn timed<T>(&mut self, work: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        let since = self.clock.now();
        self.clock.writing.since.store(since, Ordering::Release);
        let outcome = work(&mut self.out);
        self.clock.writing.in_all.fetch_add(self.clock.now() - since, Ordering::Release);
        self.clock.writing.since.store(0, Ordering::Release);
        outcome
    }
}

impl<W: Write> Write for Excused<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.timed(|out| out.write(data))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.timed(Write::flush)
    }
}

/// Interrupts what runs until it is `done`; if it does not listen, ends the program with this error.
pub(crate) fn insist(interrupt_handle: &InterruptHandle, done: &Receiver<()>, error: impl FnOnce() -> anyhow::Error) {
    let began = Instant::now();
    while began.elapsed() < GRACE {
        interrupt_handle.interrupt();
        if done.recv_timeout(INSISTENCE) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
    std::process::exit(error_output::print_error(&error()) as i32)
}

/// Interrupts what runs, now and until the program ends: between two statements, or while rows are written, nothing
/// listens.
pub(crate) fn stop_for_good(interrupt_handle: InterruptHandle) {
    std::thread::spawn(move || {
        loop {
            interrupt_handle.interrupt();
            std::thread::sleep(INSISTENCE);
        }
    });
}

fn too_long(limit: Duration, hint: &str) -> Failure {
    let message = format!("the query was stopped after {} s", limit.as_secs_f64());
    Failure::new(Exit::Usage, message).hint(hint)
}
