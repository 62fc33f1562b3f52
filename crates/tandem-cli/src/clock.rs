//! The machine's clock; the libraries take the time from their caller, and this is where it comes from.

use std::sync::OnceLock;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use pipeline::Clock;

static HELD: OnceLock<DateTime<Utc>> = OnceLock::new();

/// The present, by this computer, unless it is held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

/// Lets it be `now` for the rest of the run.
pub(crate) fn hold(now: DateTime<Utc>) {
    HELD.get_or_init(|| now);
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        HELD.get().copied().unwrap_or_else(|| SystemTime::now().into())
    }
}
