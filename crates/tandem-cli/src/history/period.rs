//! Everything that happened in a window, for the report.

use anyhow::Result;
use report::Period;
use report::html::{Alarm, AlarmKind, CarbEntry, SiteChange, SitePart};
use report::insulin::{BasalSegment, BasalSource, Bolus, BolusOrigin, InsulinRows, LoopMode, UserMode};
use report::{Span, Stamp, Window};

use super::cells::{Cells, query};
use super::{History, stamp, within};

impl History<'_> {
    /// Everything that happened in `window`.
    pub(crate) fn period(&self, window: Window) -> Result<Period> {
        let mut period = Period::empty(window);
        period.readings = self.readings(window)?;
        period.insulin = InsulinRows {
            basal: self.basal(window)?,
            boluses: self.boluses(window)?,
            loop_modes: self.spans("control_iq_modes", "mode", window, |mode| loop_mode(mode))?,
            user_modes: self.spans("user_modes", "mode", window, |mode| user_mode(mode))?,
        };
        period.suspensions = self.spans("suspensions", "reason", window, |_| ())?;
        period.carbs = self.carbs(window)?;
        period.site_changes = self.site_changes(window)?;
        period.sensor_starts = self.sensor_starts(window)?;
        period.alarms = self.alarms(window)?;
        Ok(period)
    }

    /// Stretches that touch the window; one that lasts ends with the window.
    fn basal(&self, window: Window) -> Result<Vec<BasalSegment>> {
        let list = format!(
            "SELECT epoch_us(timestamp), epoch_us(timestamp_utc), seconds, commanded_basal_rate, commanded_basal_rate_source
             FROM basal_deliveries
             WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL AND {} ORDER BY timestamp_utc",
            overlapping("epoch_us(timestamp_utc)", "epoch_us(timestamp_utc) + seconds * 1000000", window)
        );
        query(self.reader, &list, |row| {
            let start = stamp(row, 0, 1)?;
            let length = chrono::TimeDelta::seconds(row.parsed(2)?);
            let end = Stamp::new(start.wall + length, start.utc + length);
            let units_per_hour = row.parsed::<f64>(3)? / 1000.0;
            let source = basal_source(row.optional_text(4).as_deref().unwrap_or_default(), units_per_hour);
            Ok(BasalSegment { start, end, units_per_hour, source })
        })
    }

    fn boluses(&self, window: Window) -> Result<Vec<Bolus>> {
        let list = format!(
            "SELECT epoch_us(coalesce(started, timestamp)), epoch_us(coalesce(started_utc, timestamp_utc)),
                    epoch_us(coalesce(ended, started, timestamp)), epoch_us(coalesce(ended_utc, started_utc, timestamp_utc)),
                    delivered_units, extended_delivered_units, coalesce(food_units, 0), coalesce(correction_units, 0),
                    coalesce(carbs_grams, 0), source = 'automatic', user_override
             FROM boluses WHERE {} ORDER BY timestamp_utc",
            within("coalesce(started_utc, timestamp_utc)", window)
        );
        query(self.reader, &list, |row| {
            Ok(Bolus {
                start: stamp(row, 0, 1)?,
                end: stamp(row, 2, 3)?,
                delivered_units: row.parsed(4)?,
                extended_units: row.parsed(5)?,
                requested_food_units: row.parsed(6)?,
                requested_correction_units: row.parsed(7)?,
                carbs_grams: row.parsed(8)?,
                origin: if row.parsed(9)? { BolusOrigin::Automatic } else { BolusOrigin::User },
                overridden: row.parsed(10)?,
            })
        })
    }

    fn spans<T>(&self, table: &str, value: &str, window: Window, named: impl Fn(&str) -> T) -> Result<Vec<Span<T>>> {
        let end = window.end;
        let list = format!(
            "SELECT epoch_us(started), epoch_us(started_utc), epoch_us(ended), epoch_us(ended_utc), {value} FROM {table}
             WHERE {} ORDER BY started_utc",
            overlapping("epoch_us(started_utc)", "epoch_us(ended_utc)", window)
        );
        query(self.reader, &list, |row| {
            let end = if row.optional_text(3).is_some() { stamp(row, 2, 3)? } else { end };
            Ok(Span { start: stamp(row, 0, 1)?, end, value: named(&row.text(4)?) })
        })
    }

    /// Carbohydrates that no bolus carries: the report has the others from the boluses.
    fn carbs(&self, window: Window) -> Result<Vec<CarbEntry>> {
        let list = format!(
            "SELECT epoch_us(timestamp), epoch_us(timestamp_utc), carbs_grams FROM carb_entries
             WHERE bolus_id IS NULL AND {} ORDER BY timestamp_utc",
            within("timestamp_utc", window)
        );
        query(self.reader, &list, |row| Ok(CarbEntry { at: stamp(row, 0, 1)?, grams: row.parsed(2)? }))
    }

    fn site_changes(&self, window: Window) -> Result<Vec<SiteChange>> {
        let list = format!(
            "SELECT epoch_us(timestamp), epoch_us(timestamp_utc), kind FROM site_changes
             WHERE kind IN ('cartridge_filled', 'tubing_filled', 'cannula_filled') AND {} ORDER BY timestamp_utc",
            within("timestamp_utc", window)
        );
        query(self.reader, &list, |row| {
            let part = match row.text(2)?.as_str() {
                "cartridge_filled" => SitePart::Cartridge,
                "tubing_filled" => SitePart::Tubing,
                _ => SitePart::Cannula,
            };
            Ok(SiteChange { at: stamp(row, 0, 1)?, part })
        })
    }

    fn sensor_starts(&self, window: Window) -> Result<Vec<Stamp>> {
        let list = format!(
            "SELECT epoch_us(started), epoch_us(started_utc) FROM sensor_sessions WHERE {} ORDER BY started_utc",
            within("started_utc", window)
        );
        query(self.reader, &list, |row| stamp(row, 0, 1))
    }

    fn alarms(&self, window: Window) -> Result<Vec<Alarm>> {
        let list = format!(
            "SELECT epoch_us(timestamp), epoch_us(timestamp_utc), family, name FROM alarms WHERE {} ORDER BY timestamp_utc",
            within("timestamp_utc", window)
        );
        let kind = |row: &Cells<'_>| {
            Ok::<_, anyhow::Error>(match row.text(2)?.as_str() {
                "cgm" => AlarmKind::CgmAlert,
                "alarm" => AlarmKind::Alarm,
                "malfunction" => AlarmKind::Malfunction,
                _ => AlarmKind::Alert,
            })
        };
        query(self.reader, &list, |row| Ok(Alarm { at: stamp(row, 0, 1)?, kind: kind(row)?, name: row.text(3)? }))
    }
}

/// A condition: the stretch between two expressions in microseconds touches `window`; one without an end lasts.
fn overlapping(start: &str, end: &str, window: Window) -> String {
    let (first, last) = (window.start.utc.timestamp_micros(), window.end.utc.timestamp_micros());
    format!("{start} < {last} AND coalesce({end}, {last}) > {first}")
}

fn basal_source(text: &str, units_per_hour: f64) -> BasalSource {
    match text.to_ascii_lowercase().replace(' ', "_").as_str() {
        "suspended" => BasalSource::Suspended,
        "temp_rate" => BasalSource::TempRate,
        "algorithm" => BasalSource::Algorithm,
        "temp_rate_and_algorithm" => BasalSource::TempRateAndAlgorithm,
        "profile" => BasalSource::Profile,
        _ if units_per_hour == 0.0 => BasalSource::Suspended,
        _ => BasalSource::Profile,
    }
}

fn loop_mode(mode: &str) -> LoopMode {
    match mode {
        "closed_loop" => LoopMode::ClosedLoop,
        "no_control" => LoopMode::NoControl,
        _ => LoopMode::OpenLoop,
    }
}

fn user_mode(mode: &str) -> UserMode {
    match mode {
        "sleeping" => UserMode::Sleep,
        "exercising" => UserMode::Exercise,
        "eating_soon" => UserMode::EatingSoon,
        _ => UserMode::Normal,
    }
}
