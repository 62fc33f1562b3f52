//! Rows of the database as the rows that metrics and the report are made of.
//!
//! Reads through the same sandbox as a person's SQL. What the database calls by its names is given the report's names here,
//! and nowhere else.

pub(crate) mod cells;
mod latest;
mod local_clock;
mod period;
mod settings;

pub(crate) use latest::Latest;

use anyhow::{Result, anyhow};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use pipeline::PumpId;
use pipeline::clock_model::ZoneHistory;
use report::{Reading, Timestamp, Window};
use store_duckdb::Reader;

use crate::failure::{Exit, Failure};
use cells::{Cells, query};
use local_clock::LocalClock;

/// A person's history, as far as the report is concerned.
pub(crate) struct History<'a> {
    reader: &'a Reader,
    pumps: Vec<PumpId>,
    /// Only this pump's rows, where one was chosen.
    pump: Option<i64>,
    clock: LocalClock,
    /// The zone in force for the newest days.
    pub(crate) zone: Option<Tz>,
}

/// One pump in few words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PumpSpan {
    pub(crate) serial_number: Option<String>,
    pub(crate) model_name: Option<String>,
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
    pub(crate) readings: u64,
}

/// Insulin on an average complete day: a day with at least 18 hours of basal on record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct InsulinPerDay {
    pub(crate) days: u64,
    pub(crate) basal_units: f64,
    pub(crate) bolus_units: f64,
    pub(crate) automatic_units: f64,
    pub(crate) carbs_grams: f64,
}

impl<'a> History<'a> {
    /// The history in `reader`.
    pub(crate) fn new(reader: &'a Reader) -> Result<Self> {
        let mut zones = ZoneHistory::default();
        for (from, name) in
            query(reader, "SELECT valid_from, zone FROM time_zones", |row| Ok((row.optional(0)?, row.text(1)?)))?
        {
            zones.set(from, name.parse().map_err(|_| anyhow!("the database names an unknown zone {name:?}"))?);
        }
        let zone = zones.entries().last().map(|(_, zone)| *zone);
        let pumps = query(reader, "SELECT id FROM pumps ORDER BY id", |row| row.parsed(0).map(PumpId))?;
        Ok(Self { reader, pumps, pump: None, clock: LocalClock::read(reader, zones)?, zone })
    }

    /// The part of it that the pump with this serial number made; all of it without one.
    pub(crate) fn of_pump(mut self, serial: Option<&str>) -> Result<Self> {
        self.pump = serial.map(|serial| pump_number(self.reader, serial)).transpose()?;
        Ok(self)
    }

    /// A condition that every row has to meet.
    fn chosen(&self) -> String {
        self.pump.map_or_else(|| "true".to_owned(), |id| format!("pump_id = {id}"))
    }

    /// A condition: the row's time can be believed.
    fn believable(&self) -> String {
        format!("utc_source NOT IN ('factory_clock', 'future_clock') AND {}", self.chosen())
    }

    /// The pumps that have readings, in order of use.
    pub(crate) fn pumps(&self) -> Result<Vec<PumpSpan>> {
        let list = "SELECT any_value(serial_number), any_value(model_name), min(local_time)::DATE, max(local_time)::DATE, count(*)
                    FROM cgm_readings JOIN pumps ON pumps.id = pump_id GROUP BY pump_id ORDER BY min(timestamp_utc)";
        query(self.reader, list, |row| {
            Ok(PumpSpan {
                serial_number: row.optional_text(0),
                model_name: row.optional_text(1),
                first: row.parsed(2)?,
                last: row.parsed(3)?,
                readings: row.parsed(4)?,
            })
        })
    }

    /// The models of the pumps that were in use in `window`, oldest first; `None` where none is known.
    pub(crate) fn models(&self, window: Window) -> Result<Option<String>> {
        let list = format!(
            "SELECT model_name FROM (
                 SELECT pump_id, local_time, timestamp_utc FROM basal_deliveries UNION ALL SELECT pump_id, local_time, timestamp_utc FROM cgm_readings
             ) JOIN pumps ON pumps.id = pump_id
             WHERE model_name IS NOT NULL AND {} AND {} GROUP BY model_name ORDER BY min(timestamp_utc)",
            within("local_time", window),
            self.chosen()
        );
        let names = query(self.reader, &list, |row| row.text(0))?;
        Ok(Some(names.join(", ")).filter(|names| !names.is_empty()))
    }

    /// The last `days` days that end with the newest day on record; `None` without any.
    pub(crate) fn last_days(&self, days: u64) -> Result<Option<Window>> {
        Ok(self.recorded_days()?.map(|(_, newest)| {
            let end = newest + Days::new(1);
            self.days(end - Days::new(days), end)
        }))
    }

    /// The days, in local time, of the first and the last instant with glucose or insulin; `None` without any. Rows of a clock
    /// that was never set count only where there are no others.
    pub(crate) fn recorded_days(&self) -> Result<Option<(NaiveDate, NaiveDate)>> {
        match self.first_and_last_day(&self.believable())? {
            None => self.first_and_last_day(&self.chosen()),
            days => Ok(days),
        }
    }

    /// The days of the first and last row that fulfil `condition`. Each is looked for alone, because DuckDB then reads the ends of the
    /// tables only.
    fn first_and_last_day(&self, condition: &str) -> Result<Option<(NaiveDate, NaiveDate)>> {
        let end = |table: &str, order: &str| {
            format!(
                "(SELECT local_time::DATE AS day, timestamp_utc FROM {table} WHERE {condition} ORDER BY timestamp_utc {order} LIMIT 1)"
            )
        };
        let tables = ["cgm_readings", "basal_deliveries", "boluses"];
        let ends: Vec<String> = tables.iter().flat_map(|table| [end(table, "ASC"), end(table, "DESC")]).collect();
        let days = format!(
            "SELECT arg_min(day, timestamp_utc), arg_max(day, timestamp_utc) FROM ({}) HAVING count(*) > 0",
            ends.join(" UNION ALL ")
        );
        Ok(query(self.reader, &days, |row| Ok((row.parsed(0)?, row.parsed(1)?)))?.pop())
    }

    /// From the first moment of `first` to the first moment of `end`, on the person's wall clock.
    pub(crate) fn days(&self, first: NaiveDate, end: NaiveDate) -> Window {
        Window { start: self.midnight(first), end: self.midnight(end) }
    }

    /// The instant of an hour (0 to 24) in local time on `day`; `None` where the clock skips it.
    pub(crate) fn instant_at(&self, day: NaiveDate, hour: u32) -> Option<DateTime<Utc>> {
        let Some(wall) = day.and_hms_opt(hour, 0, 0) else { return day.succ_opt().map(|next| self.midnight(next).utc) };
        self.clock.first_showing(wall)
    }

    fn midnight(&self, day: NaiveDate) -> Timestamp {
        self.clock.reaching(day.and_time(NaiveTime::MIN))
    }

    /// The readings in `window` that count, in order of instants: of the person, each measurement once; of one pump, where one was chosen, each
    /// that it logged.
    pub(crate) fn readings(&self, window: Window) -> Result<Vec<Reading>> {
        let list = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp_utc), cgm_reading, status, interval_seconds FROM cgm_readings
             WHERE {} AND {} AND {} ORDER BY timestamp_utc",
            counting_readings(self.pump.is_some()),
            within("local_time", window),
            self.chosen()
        );
        query(self.reader, &list, |row| {
            let glucose = row.parsed::<f64>(2)?;
            let glucose =
                report::MgPerDl::new(glucose).ok_or_else(|| anyhow!("a stored reading is no concentration"))?;
            let interval_minutes = row.parsed::<f64>(4)? / 60.0;
            Ok(Reading { at: stamp(row, 0, 1)?, glucose, status: row.parsed(3)?, interval_minutes })
        })
    }

    /// Insulin per day over the complete days from `window`; `None` where there is no complete day.
    pub(crate) fn insulin_per_day(&self, window: Window) -> Result<Option<InsulinPerDay>> {
        let average = format!(
            "SELECT count(*), avg(basal_units), avg(bolus_units), avg(automatic_units), avg(carbs_grams) FROM insulin_daily
             WHERE is_complete AND day >= DATE '{}' AND day < DATE '{}' HAVING count(*) > 0",
            window.start.date(),
            window.end.date()
        );
        let per_day = query(self.reader, &average, |row| {
            Ok(InsulinPerDay {
                days: row.parsed(0)?,
                basal_units: row.parsed(1)?,
                bolus_units: row.parsed(2)?,
                automatic_units: row.parsed(3)?,
                carbs_grams: row.parsed(4)?,
            })
        })?;
        Ok(per_day.into_iter().next())
    }
}

/// The number of the pump with this serial number; one whose serial number is not known goes by its number.
pub(crate) fn pump_number(reader: &Reader, serial: &str) -> Result<i64> {
    let pumps = query(reader, "SELECT id, coalesce(serial_number, id::VARCHAR) FROM pumps ORDER BY id", |row| {
        Ok((row.parsed::<i64>(0)?, row.text(1)?))
    })?;
    let found = pumps.iter().find(|(_, name)| name == serial.trim());
    Ok(found.map(|(id, _)| *id).ok_or_else(|| {
        let known: Vec<_> = pumps.iter().map(|(_, name)| name.as_str()).collect();
        let hint =
            if known.is_empty() { "no pumps yet".to_owned() } else { format!("known pumps: {}", known.join(", ")) };
        Failure::new(Exit::Usage, format!("unknown pump {serial}")).hint(hint)
    })?)
}

/// A condition on rows of `cgm_readings`: which of them count. Those of one pump count also where another pump's stand for the person.
pub(crate) fn counting_readings(of_one_pump: bool) -> &'static str {
    if of_one_pump { "not_counted_because IS DISTINCT FROM 'repeated'" } else { "counts" }
}

/// A condition: the local time `time` lies in `window`.
fn within(time: &str, window: Window) -> String {
    format!("{time} >= {} AND {time} < {}", wall_literal(window.start), wall_literal(window.end))
}

/// A wall clock in SQL. Compared with a column as it is, DuckDB skips the parts of the table that are of other times.
fn wall_literal(stamp: Timestamp) -> String {
    format!("make_timestamp({})", wall_micros(stamp))
}

fn wall_micros(stamp: Timestamp) -> i64 {
    stamp.wall.and_utc().timestamp_micros()
}

/// The moment in two cells: microseconds of the wall clock, and of the instant.
fn stamp(row: &Cells<'_>, wall: usize, utc: usize) -> Result<Timestamp> {
    let wall: NaiveDateTime = instant(row.parsed(wall)?)?.naive_utc();
    Ok(Timestamp::new(wall, instant(row.parsed(utc)?)?))
}

fn instant(micros: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| anyhow!("a stored time is out of range"))
}
