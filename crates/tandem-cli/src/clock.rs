//! The machine's clock; the libraries are told the time, this is where it comes from.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use pipeline::Clock;

/// The present, by this computer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        SystemTime::now().into()
    }
}
