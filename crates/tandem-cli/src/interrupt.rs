//! Ctrl-C and SIGTERM: at once by default; commands that can stop at a good place take over.

use std::sync::{Arc, Mutex, PoisonError};

use pipeline::StopSignal;
use tokio::sync::Notify;

use crate::failure::Exit;
use crate::stderr::write_stderr;

/// What happens on the first signal; the second always ends the program.
#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    stop: StopSignal,
    notify: Arc<Notify>,
    graceful: Arc<Mutex<Option<Graceful>>>,
}

struct Graceful {
    words: &'static str,
    action: Box<dyn Fn() + Send>,
}

impl Interrupt {
    /// Listens from now on; must be called inside the runtime.
    pub(crate) fn listen(&self) {
        let interrupt = self.clone();
        // Here and not in the task: a signal that comes before the task runs is heard, too.
        let signals = Signals::new();
        tokio::spawn(async move {
            let Ok(mut signals) = signals else { return };
            let mut count = 0_u32;
            while signals.next().await {
                count += 1;
                interrupt.happen(count);
            }
        });
    }

    /// From now on the first signal says `words` and sets the stop signal instead of ending the program.
    pub(crate) fn stop_gracefully(&self, words: &'static str) -> StopSignal {
        self.on_signal(words, || ());
        self.stop.clone()
    }

    /// As [`Interrupt::stop_gracefully`], and does `action`, too.
    pub(crate) fn on_signal(&self, words: &'static str, action: impl Fn() + Send + 'static) {
        *self.lock() = Some(Graceful { words, action: Box::new(action) });
    }

    /// True once a signal came.
    pub(crate) fn is_set(&self) -> bool {
        self.stop.is_set()
    }

    /// Returns when a signal has come.
    pub(crate) async fn wait(&self) {
        let notified = self.notify.notified();
        if !self.is_set() {
            notified.await;
        }
    }

    fn happen(&self, signals: u32) {
        self.stop.stop();
        self.notify.notify_waiters();
        match self.lock().as_ref().filter(|_| signals == 1) {
            Some(graceful) => {
                if !graceful.words.is_empty() {
                    write_stderr(&format!("\n{}\n", graceful.words));
                }
                (graceful.action)();
            }
            None => std::process::exit(i32::from(Exit::Interrupted as u8)),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Graceful>> {
        self.graceful.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ctrl-C and SIGTERM, from when this is made.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one; false when there will be none.
    async fn next(&mut self) -> bool {
        tokio::select! {
            came = self.interrupt.recv() => came.is_some(),
            came = self.terminate.recv() => came.is_some(),
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
