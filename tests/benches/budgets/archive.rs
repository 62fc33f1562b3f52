//! Archives to import: one pump's life, an event a line, the form that `read_json` is fastest with.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use tandem_sim::history::{History, Scenario};
use tandem_sim::writers::write_json_lines;

/// About how many events a quiet day has.
const EVENTS_PER_DAY: u64 = 3_190;

/// The life whose archive has about `wanted` events.
pub(crate) fn history(wanted: u64) -> Result<History> {
    let days = u32::try_from(wanted / EVENTS_PER_DAY + 1).context("that many days cannot be simulated")?;
    Ok(Scenario::quiet(days).simulate())
}

/// Writes an archive of about `wanted` events; returns how many they are.
pub(crate) fn write(path: &Path, wanted: u64) -> Result<u64> {
    let history = history(wanted)?;
    let pump = history.pumps.first().context("the life has no pump")?;
    let mut out = BufWriter::new(File::create(path).context("cannot make the archive")?);
    write_json_lines(&mut out, &pump.assignment_id, &pump.events)?;
    out.flush()?;
    Ok(pump.events.len() as u64)
}
