//! Histories out of the simulator, for the decoders and for the simulated service.

use anyhow::{Context as _, Result};
use tandem_sim::history::{History, Scenario};

/// About how many events a quiet day has.
const EVENTS_PER_DAY: u64 = 3_190;

/// A pump's life of about `wanted` events.
pub(crate) fn history(wanted: u64) -> Result<History> {
    let days = u32::try_from(wanted / EVENTS_PER_DAY + 1).context("that many days cannot be simulated")?;
    Ok(Scenario::quiet(days).simulate())
}
