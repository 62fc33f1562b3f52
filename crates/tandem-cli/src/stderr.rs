//! Lines on stderr, above the progress bar if one is on the screen.

use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

/// How often a bar is drawn.
const TICK: Duration = Duration::from_millis(120);

/// The bar that is on the screen now; lines of text go above it.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Writes to stderr; above a progress bar if there is one.
pub(crate) fn write_stderr(text: &str) {
    suspend_bar(|| {
        // Where stderr is closed, the text has no reader.
        let _ = io::stderr().write_all(text.as_bytes());
    });
}

/// Does `work` with the bar out of the way; one that is to appear meanwhile waits.
pub(crate) fn suspend_bar<T>(work: impl FnOnce() -> T) -> T {
    let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match &*shown {
        Some(bar) => bar.suspend(work),
        None => work(),
    }
}

/// Draws `bar` from now on, unless it is finished.
pub(crate) fn show_bar(bar: &ProgressBar) {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if !bar.is_finished() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(TICK);
        *shown = Some(bar.clone());
    }
}

/// Removes `bar` from the screen.
pub(crate) fn clear_bar(bar: &ProgressBar) {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    bar.finish_and_clear();
    *shown = None;
}
