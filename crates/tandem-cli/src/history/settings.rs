//! The pump's settings over time, and the profile's basal rate.

use anyhow::{Context as _, Result};
use chrono::NaiveDateTime;
use report::settings::{Settings, SettingsSnapshot};
use report::{GlucoseUnit, Timestamp, Window};

use super::cells::query;
use super::{History, instant, stamp, within};

impl History<'_> {
    /// The settings of the pumps up to the end of `window`, oldest first, pump after pump: of each the state in effect when the
    /// window begins and every later one. Where all were read after the window, the first one there is.
    pub(crate) fn settings(&self, window: Window) -> Result<Vec<SettingsSnapshot>> {
        let pumps = self.snapshots()?;
        let of_window = pumps.iter().flat_map(|snapshots| in_effect(snapshots, window)).collect::<Vec<_>>();
        let first = || pumps.last().and_then(|snapshots| snapshots.first()).cloned();
        Ok(if of_window.is_empty() { first().into_iter().collect() } else { of_window.into_iter().cloned().collect() })
    }

    /// Every state of the settings by pump; the pump whose settings were read last comes last.
    fn snapshots(&self) -> Result<Vec<Vec<SettingsSnapshot>>> {
        let list = format!(
            "SELECT pump_id, epoch_us(known_from), coalesce(model_name, 'pump') || coalesce(' ' || serial_number, ''), details
             FROM pump_settings_changes JOIN pump_settings USING (pump_id, settings_hash) JOIN pumps ON pumps.id = pump_id
             WHERE {}
             ORDER BY max(known_from) OVER (PARTITION BY pump_id), pump_id, known_from",
            self.chosen()
        );
        let rows = query(self.reader, &list, |row| {
            let known_from: NaiveDateTime = instant(row.parsed(1)?)?.naive_utc();
            let details = serde_json::from_str(&row.text(3)?).context("stored settings are not JSON")?;
            let settings = Settings::from_details(&details);
            Ok((row.parsed::<i64>(0)?, SettingsSnapshot { known_from, pump: row.text(2)?, settings }))
        })?;
        let of_pumps = rows.chunk_by(|one, other| one.0 == other.0);
        Ok(of_pumps.map(|rows| rows.iter().map(|(_, snapshot)| snapshot.clone()).collect()).collect())
    }

    /// The unit the newest settings show glucose in; `None` where they do not tell.
    pub(crate) fn pump_unit(&self) -> Result<Option<GlucoseUnit>> {
        let snapshots = self.snapshots()?;
        let newest = snapshots.iter().flatten().max_by_key(|snapshot| snapshot.known_from);
        let shows_mmol = newest.and_then(|snapshot| snapshot.settings.shows_mmol_per_l());
        Ok(shows_mmol.map(|mmol| if mmol { GlucoseUnit::MmolPerL } else { GlucoseUnit::MgPerDl }))
    }

    /// The profile's basal rate in units per hour where it changes, oldest first.
    pub(crate) fn profile_basal(&self, window: Window) -> Result<Vec<(Timestamp, f64)>> {
        let list = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp_utc), profile_basal_rate FROM (
                 SELECT *, lag(profile_basal_rate) OVER (ORDER BY timestamp_utc) AS rate_before
                 FROM basal_deliveries WHERE profile_basal_rate IS NOT NULL AND {} AND {}
             ) WHERE profile_basal_rate IS DISTINCT FROM rate_before ORDER BY timestamp_utc",
            within("local_time", window),
            self.chosen()
        );
        query(self.reader, &list, |row| Ok((stamp(row, 0, 1)?, row.parsed::<f64>(2)? / 1000.0)))
    }
}

/// The state in effect when the window begins, and every later one up to its end.
fn in_effect(snapshots: &[SettingsSnapshot], window: Window) -> &[SettingsSnapshot] {
    let begun = snapshots.partition_point(|snapshot| snapshot.known_from <= window.start.wall);
    let ended = snapshots.partition_point(|snapshot| snapshot.known_from < window.end.wall);
    &snapshots[begun.saturating_sub(1).min(ended)..ended]
}
