//! What a running stage tells, and how it is asked to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;

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
pub struct StopSignal(Arc<AtomicBool>);

impl StopSignal {
    /// Asks for the stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// True once [`StopSignal::stop`] was called on any clone.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
