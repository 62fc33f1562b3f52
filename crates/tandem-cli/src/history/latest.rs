//! What is true now: the newest reading, what is left in the pump, how old site and sensor are.

use anyhow::Result;
use chrono::{DateTime, Utc};
use report::{MgPerDl, Reading};

use super::cells::query;
use super::{History, instant, stamp};

/// The newest of everything; `None` where nothing is on record.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    pub(crate) reading: Option<Reading>,
    pub(crate) site: Option<DateTime<Utc>>,
    pub(crate) sensor: Option<Sensor>,
    pub(crate) battery: Option<Battery>,
    pub(crate) insulin_left: Option<f64>,
    pub(crate) fetched: Option<DateTime<Utc>>,
}

/// The sensor in use.
#[derive(Debug)]
pub(crate) struct Sensor {
    pub(crate) started: DateTime<Utc>,
    /// For how many days it is made.
    pub(crate) days: Option<u32>,
}

/// The newest report of the battery.
#[derive(Debug)]
pub(crate) struct Battery {
    pub(crate) percent: u32,
    pub(crate) at: DateTime<Utc>,
}

impl History<'_> {
    /// The newest of everything.
    pub(crate) fn latest(&self) -> Result<Latest> {
        Ok(Latest {
            reading: self.newest_reading()?,
            site: self.newest_site()?,
            sensor: self.newest_sensor()?,
            battery: self.newest_battery()?,
            insulin_left: self.insulin_left()?,
            fetched: self.newest_fetch()?,
        })
    }

    fn newest_reading(&self) -> Result<Option<Reading>> {
        let newest = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp_utc), cgm_reading, status FROM cgm_readings
             WHERE {} ORDER BY timestamp_utc DESC LIMIT 1",
            self.believable()
        );
        let rows = query(self.reader, &newest, |row| {
            let (at, status) = (stamp(row, 0, 1)?, row.parsed(3)?);
            Ok(MgPerDl::new(row.parsed(2)?).map(|glucose| Reading { at, glucose, status, interval_minutes: 0.0 }))
        })?;
        Ok(rows.into_iter().flatten().next())
    }

    fn newest_site(&self) -> Result<Option<DateTime<Utc>>> {
        let newest = format!(
            "SELECT epoch_us(max(timestamp_utc)) FROM site_changes WHERE kind = 'cannula_filled' AND {}",
            self.believable()
        );
        self.newest_instant(&newest)
    }

    fn newest_fetch(&self) -> Result<Option<DateTime<Utc>>> {
        self.newest_instant("SELECT epoch_us(max(ended)) FROM pipeline_runs WHERE stage IN ('fetch', 'import') AND outcome = 'completed'")
    }

    fn newest_instant(&self, sql: &str) -> Result<Option<DateTime<Utc>>> {
        let newest = query(self.reader, sql, |row| row.optional::<i64>(0)?.map(instant).transpose())?;
        Ok(newest.into_iter().flatten().next())
    }

    /// The newest sensor, unless it was stopped.
    fn newest_sensor(&self) -> Result<Option<Sensor>> {
        let newest = format!(
            "SELECT epoch_us(coalesce(sensor_started_utc, started_utc)), set_days FROM sensor_sessions
             WHERE ended IS NULL AND {} ORDER BY started_utc DESC LIMIT 1",
            self.believable()
        );
        let rows = query(self.reader, &newest, |row| {
            Ok(Sensor { started: instant(row.parsed(0)?)?, days: row.optional(1)? })
        })?;
        Ok(rows.into_iter().next())
    }

    fn newest_battery(&self) -> Result<Option<Battery>> {
        let newest = format!(
            "SELECT charge_percent, epoch_us(timestamp_utc) FROM battery_readings
             WHERE charge_percent IS NOT NULL AND {} ORDER BY timestamp_utc DESC LIMIT 1",
            self.believable()
        );
        let rows =
            query(self.reader, &newest, |row| Ok(Battery { percent: row.parsed(0)?, at: instant(row.parsed(1)?)? }))?;
        Ok(rows.into_iter().next())
    }

    /// What the newest cartridge was filled with, less what was delivered and used to fill since; an estimate.
    fn insulin_left(&self) -> Result<Option<f64>> {
        let believable = self.believable();
        let left = format!(
            "WITH filled AS (
                 SELECT pump_id, timestamp_utc AS at, units FROM site_changes
                 WHERE kind = 'cartridge_filled' AND units > 0 AND {believable} ORDER BY timestamp_utc DESC LIMIT 1
             )
             SELECT units
                 - coalesce((SELECT sum(commanded_basal_rate * seconds / 3600000.0) FROM basal_deliveries b WHERE b.pump_id = f.pump_id AND b.timestamp_utc >= f.at), 0)
                 - coalesce((SELECT sum(delivered_units) FROM boluses b WHERE b.pump_id = f.pump_id AND b.timestamp_utc >= f.at), 0)
                 - coalesce((SELECT sum(units) FROM site_changes s WHERE s.pump_id = f.pump_id AND s.timestamp_utc >= f.at AND kind IN ('tubing_filled', 'cannula_filled')), 0)
             FROM filled f"
        );
        let rows = query(self.reader, &left, |row| row.optional::<f64>(0))?;
        Ok(rows.into_iter().flatten().next().map(|units| units.max(0.0)))
    }
}
