//! What a running stage tells, and how it is asked to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use tokio::sync::Notify;

use crate::SerialNumber;
use crate::store::Stage;

/// How far a stage has come. Holds counts and days, never readings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// Events done in this run.
    pub events: u64,
    /// The pump being worked on, where it matters and is known.
    pub pump: Option<SerialNumber>,
    /// The day reached, where it matters.
    pub day: Option<NaiveDate>,
    /// Parts done and parts in all: windows of days, files, pumps; where the whole is known.
    pub parts: Option<(u64, u64)>,
}

/// Takes progress as it comes.
pub type OnProgress<'a> = dyn FnMut(Progress) + Send + 'a;

/// Asks a running stage to stop at the end of its batch; everything before is kept. Clones share one signal.
#[derive(Clone, Debug, Default)]
pub struct StopSignal(Arc<Stop>);

#[derive(Debug, Default)]
struct Stop {
    is_set: AtomicBool,
    notified: Notify,
}

impl StopSignal {
    /// Asks for the stop.
    pub fn stop(&self) {
        self.0.is_set.store(true, Ordering::Release);
        self.0.notified.notify_waiters();
    }

    /// True once [`StopSignal::stop`] was called on any clone.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.is_set.load(Ordering::Acquire)
    }

    /// Returns once [`StopSignal::stop`] was called on any clone.
    pub async fn stopped(&self) {
        let notified = self.0.notified.notified();
        tokio::pin!(notified);
        // Before the look, so that a stop between the look and the wait is heard.
        notified.as_mut().enable();
        if !self.is_set() {
            notified.await;
        }
    }
}
