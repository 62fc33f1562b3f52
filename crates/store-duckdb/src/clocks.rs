//! What is worth saying about the pumps' clocks.

use pipeline::clock_model::{ClockNotice, ZoneHistory, notices};
use pipeline::parse::build_clock;
use pipeline::{PumpId, StoreError};

use crate::Reader;
use crate::events::{clock_evidence, read_zones};

/// The notices of all pumps, and the zones that they refer to.
#[derive(Clone, Debug, Default)]
pub struct ClockNotices {
    /// By pump, oldest first.
    pub notices: Vec<(PumpId, ClockNotice)>,
    /// The configured zones.
    pub zones: ZoneHistory,
}

impl ClockNotices {
    /// Reads what raw events say about the clocks, and weighs it.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn read(reader: &Reader) -> Result<Self, StoreError> {
        let connection = reader.connection();
        let zones = read_zones(connection)?;
        let mut all = Vec::new();
        for evidence in clock_evidence::read_evidence(connection)? {
            let pump = evidence.pump;
            let clock = build_clock(evidence, &zones);
            all.extend(notices(clock.segments()).into_iter().map(|notice| (pump, notice)));
        }
        Ok(Self { notices: all, zones })
    }
}
