//! Everything that happened in a window, for the report.

use anyhow::Result;
use pipeline::{EventId, PumpId};
use report::Period;
use report::html::{Alarm, InsulinOnBoard, SiteChange, SiteChangeKind};
use report::insulin::{BasalSegment, Bolus, CarbEntry, InsulinRows};
use report::{Span, Timestamp, Window};

use super::cells::query;
use super::{History, stamp, wall_micros, within};

impl History<'_> {
    /// Everything that happened in `window`.
    pub(crate) fn period(&self, window: Window) -> Result<Period> {
        let mut period = Period::empty(window);
        period.readings = self.readings(window)?;
        period.insulin = self.insulin(window)?;
        period.suspensions = self.spans("suspensions", "reason", window, |_| ())?;
        period.insulin_on_board = self.insulin_on_board(window)?;
        period.site_changes = self.site_changes(window)?;
        period.sensor_starts = self.sensor_starts(window)?;
        period.alarms = self.alarms(window)?;
        Ok(period)
    }

    /// Basal, boluses, carbs and modes in `window`.
    pub(crate) fn insulin(&self, window: Window) -> Result<InsulinRows> {
        Ok(InsulinRows {
            basal: self.basal(window)?,
            boluses: self.boluses(window)?,
            carbs: self.carbs(window)?,
            loop_modes: self.spans("control_iq_modes", "mode", window, |mode| mode.into())?,
            user_modes: self.spans("user_modes", "mode", window, |mode| mode.into())?,
        })
    }

    /// Segments that touch the window.
    fn basal(&self, window: Window) -> Result<Vec<BasalSegment>> {
        let list = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp_utc), seconds, commanded_basal_rate, coalesce(commanded_basal_rate_source, 'unknown')
             FROM basal_deliveries
             WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL AND {} AND {} ORDER BY timestamp_utc",
            overlapping("epoch_us(local_time)", "epoch_us(local_time) + seconds * 1000000", window),
            self.chosen()
        );
        query(self.reader, &list, |row| {
            let start = stamp(row, 0, 1)?;
            let length = chrono::TimeDelta::seconds(row.parsed(2)?);
            let end = Timestamp::new(start.wall + length, start.utc + length);
            Ok(BasalSegment { start, end, units_per_hour: row.parsed::<f64>(3)? / 1000.0, source: row.parsed(4)? })
        })
    }

    fn boluses(&self, window: Window) -> Result<Vec<Bolus>> {
        let list = format!(
            "WITH timed AS (
                 SELECT *, epoch_us(local_time) - epoch_us(timestamp_utc) AS offset_us, epoch_us(coalesce(started_utc, timestamp_utc)) AS start_us,
                        epoch_us(coalesce(ended_utc, started_utc, timestamp_utc)) AS end_us
                 FROM boluses
             )
             SELECT start_us + offset_us, start_us, end_us + offset_us, end_us,
                    delivered_units, coalesce(extended_delivered_units, 0), coalesce(food_units, 0), coalesce(correction_units, 0),
                    coalesce(carbs_grams, 0), source, user_override
             FROM timed WHERE {} AND {} ORDER BY timestamp_utc",
            within("make_timestamp(start_us + offset_us)", window),
            self.chosen()
        );
        query(self.reader, &list, |row| {
            Ok(Bolus {
                start: stamp(row, 0, 1)?,
                end: stamp(row, 2, 3)?,
                delivered_units: row.optional(4)?,
                extended_units: row.parsed(5)?,
                requested_food_units: row.parsed(6)?,
                requested_correction_units: row.parsed(7)?,
                carbs_grams: row.parsed(8)?,
                origin: row.parsed(9)?,
                overridden: row.parsed(10)?,
            })
        })
    }

    /// Segments that touch the window. One whose end was never logged is known to have held up to its pump's last event and
    /// no longer: a pump that was replaced while suspended is not suspended ever after.
    fn spans<T>(&self, table: &str, value: &str, window: Window, named: impl Fn(&str) -> T) -> Result<Vec<Span<T>>> {
        if self.pumps.is_empty() {
            return Ok(Vec::new());
        }
        let last_events = self.last_events();
        let list = format!(
            "WITH last_events AS (
                 {last_events}
             ), spans AS (
                 SELECT pump_id, epoch_us(local_time) AS start_local_us, epoch_us(started_utc) AS start_us,
                        epoch_us(coalesce(ended_utc, greatest(started_utc, last_utc))) AS end_us, start_local_us + end_us - start_us AS end_local_us,
                        {value} AS value
                 FROM {table} JOIN last_events USING (pump_id)
             )
             SELECT start_local_us, start_us, end_local_us, end_us, value FROM spans
             WHERE {} AND {} ORDER BY start_us",
            overlapping("start_local_us", "end_local_us", window),
            self.chosen()
        );
        query(self.reader, &list, |row| {
            Ok(Span { start: stamp(row, 0, 1)?, end: stamp(row, 2, 3)?, value: named(&row.text(4)?) })
        })
    }

    /// What the pump said was on board, at each total that it wrote and before each bolus.
    /// SQL for the instant of each pump's last event (`pump_id`, `last_utc`). Asked for one pump, DuckDB reads the end of the table only.
    fn last_events(&self) -> String {
        let last = |pump: &PumpId| {
            let (first, end) = (EventId::first_of(*pump).number(), EventId::first_of(PumpId(pump.0 + 1)).number());
            format!(
                "(SELECT pump_id, timestamp_utc AS last_utc FROM events WHERE id >= {first} AND id < {end} ORDER BY id DESC LIMIT 1)"
            )
        };
        self.pumps.iter().map(last).collect::<Vec<_>>().join(" UNION ALL ")
    }

    fn insulin_on_board(&self, window: Window) -> Result<Vec<InsulinOnBoard>> {
        let list = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp_utc), iob_units
             FROM (SELECT pump_id, local_time, timestamp_utc, iob_units FROM basal_totals
                   UNION ALL SELECT pump_id, local_time, timestamp_utc, iob_units FROM boluses)
             WHERE iob_units IS NOT NULL AND {} AND {} ORDER BY timestamp_utc",
            within("local_time", window),
            self.chosen()
        );
        query(self.reader, &list, |row| Ok(InsulinOnBoard { at: stamp(row, 0, 1)?, units: row.parsed(2)? }))
    }

    /// Every entry of carbohydrates, with a bolus or without.
    fn carbs(&self, window: Window) -> Result<Vec<CarbEntry>> {
        let list = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp_utc), carbs_grams, bolus_id IS NOT NULL FROM carb_entries
             WHERE {} AND {} ORDER BY timestamp_utc",
            within("local_time", window),
            self.chosen()
        );
        query(self.reader, &list, |row| {
            Ok(CarbEntry { at: stamp(row, 0, 1)?, grams: row.parsed(2)?, has_bolus: row.parsed(3)? })
        })
    }

    fn site_changes(&self, window: Window) -> Result<Vec<SiteChange>> {
        let list = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp_utc), kind FROM site_changes
             WHERE {} AND {} ORDER BY timestamp_utc",
            within("local_time", window),
            self.chosen()
        );
        let mut changes =
            query(self.reader, &list, |row| Ok(SiteChange { at: stamp(row, 0, 1)?, kind: row.parsed(2)? }))?;
        // A fill follows each of these.
        let is_step = |kind: &SiteChangeKind| {
            matches!(kind, SiteChangeKind::CartridgeRemoved | SiteChangeKind::CartridgeInserted)
        };
        changes.retain(|change| !is_step(&change.kind));
        Ok(changes)
    }

    fn sensor_starts(&self, window: Window) -> Result<Vec<Timestamp>> {
        let list = format!(
            "SELECT epoch_us(local_time), epoch_us(started_utc) FROM sensor_sessions WHERE {} AND {} ORDER BY started_utc",
            within("local_time", window),
            self.chosen()
        );
        query(self.reader, &list, |row| stamp(row, 0, 1))
    }

    fn alarms(&self, window: Window) -> Result<Vec<Alarm>> {
        let list = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp_utc), family, name FROM alarms WHERE {} AND {} ORDER BY timestamp_utc",
            within("local_time", window),
            self.chosen()
        );
        query(self.reader, &list, |row| Ok(Alarm { at: stamp(row, 0, 1)?, family: row.parsed(2)?, name: row.text(3)? }))
    }
}

/// A condition: the span between two local times in microseconds touches `window`.
fn overlapping(start: &str, end: &str, window: Window) -> String {
    format!("{start} < {} AND {end} > {}", wall_micros(window.end), wall_micros(window.start))
}
