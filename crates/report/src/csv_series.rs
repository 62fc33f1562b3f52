//! Reads glucose series from CSV: `id,time,gl`, one row per reading, many subjects in one file.
//!
//! Columns are found by name, in any order. Instead of `gl` (mg/dL) a row may carry `gl_mmol` (mmol/L), or a pump event's
//! `event_id`, `glucoseValueStatus` and `currentGlucoseDisplayValue`.

use std::io::Read;

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::{
    glucose::{MgPerDl, Reading, ReadingStatus, reading_of_pump_value},
    time::Timestamp,
    weights::mark_intervals,
};

/// How a file is to be understood.
#[derive(Debug, Clone, Copy, Default)]
pub struct CsvOptions {
    /// The person's zone. Stamps without offset are wall clock in it, stamps with offset are shown in it. Without a zone,
    /// a stamp without offset is wall clock and UTC at once, and one with offset is its own wall clock.
    pub zone: Option<Tz>,
    /// What the words LOW and HIGH in the value column become.
    pub out_of_range_text: OutOfRangeText,
}

/// What becomes of a value that is a word instead of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutOfRangeText {
    /// Left out and counted in [`CsvSeries::out_of_range_left_out`], as R and Python packages do.
    #[default]
    Missing,
    /// 39 and 401 mg/dL, as receivers report them. Leaving lows and highs out flatters every share of time.
    Sentinels,
}

/// The readings of one `id`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CsvSeries {
    /// The subject, as written.
    pub id: String,
    /// Rows with a value, in file order.
    pub readings: Vec<Reading>,
    /// Rows without a usable value: empty, NA, not above 0, or a pump event that is not to be shown.
    pub missing: usize,
    /// Rows with the text LOW or HIGH, which were left out.
    pub out_of_range_left_out: usize,
    /// Rows whose instant another row of the subject has too. All of them are in `readings`.
    pub repeated_instants: usize,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The CSV itself is broken, or the reader failed.
    #[error("the file is not readable as CSV")]
    Malformed(#[from] csv::Error),
    /// A column is not there.
    #[error("the file has no column `{column}`")]
    NoColumn {
        /// The column that is needed.
        column: &'static str,
    },
    /// A stamp was not understood.
    #[error("line {line}: `{text}` is not a time such as 2024-03-04 00:05:00 or 2024-03-04T00:05:00-05:00")]
    BadTime {
        /// The line in the file, from 1.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// A value was not understood.
    #[error("line {line}: `{text}` is not a glucose value")]
    BadValue {
        /// The line in the file, from 1.
        line: u64,
        /// What stands there.
        text: String,
    },
}

/// Reads every series of a file, in order of first appearance.
///
/// # Errors
///
/// The first row that is not understood, by line; nothing is skipped silently.
pub fn read_csv(input: impl Read, options: &CsvOptions) -> Result<Vec<CsvSeries>, CsvError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(input);
    let columns = Columns::find(reader.headers()?)?;
    let mut all: Vec<CsvSeries> = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let row = Row { record: &record, columns: &columns };
        let series = series_of(&mut all, row.text(columns.id));
        let at = row.stamp(options.zone, series.readings.last())?;
        match row.value()? {
            Value::Reading(glucose, status) => series.push(at, glucose, status),
            Value::Missing => series.missing += 1,
            Value::Word(word) => series.push_word(at, word, options.out_of_range_text),
        }
    }
    for series in &mut all {
        series.count_repeated_instants();
        mark_intervals(&mut series.readings);
    }
    Ok(all)
}

fn series_of<'a>(all: &'a mut Vec<CsvSeries>, id: &str) -> &'a mut CsvSeries {
    let place = all.iter().rposition(|series| series.id == id).unwrap_or_else(|| {
        all.push(CsvSeries { id: id.to_owned(), ..CsvSeries::default() });
        all.len() - 1
    });
    &mut all[place]
}

impl CsvSeries {
    fn push_word(&mut self, at: Timestamp, word: ReadingStatus, policy: OutOfRangeText) {
        let glucose = if word == ReadingStatus::Low { MgPerDl::LOW } else { MgPerDl::HIGH };
        match policy {
            OutOfRangeText::Missing => self.out_of_range_left_out += 1,
            OutOfRangeText::Sentinels => self.push(at, glucose, word),
        }
    }

    fn push(&mut self, at: Timestamp, glucose: MgPerDl, status: ReadingStatus) {
        self.readings.push(Reading { at, glucose, status, interval_minutes: 0.0 });
    }

    fn count_repeated_instants(&mut self) {
        let mut instants: Vec<DateTime<Utc>> = self.readings.iter().map(|reading| reading.at.utc).collect();
        instants.sort_unstable();
        self.repeated_instants = instants.windows(2).filter(|pair| pair[0] == pair[1]).count();
    }
}

struct Columns {
    id: Option<usize>,
    time: usize,
    glucose: Option<usize>,
    glucose_mmol: Option<usize>,
    pump: Option<PumpColumns>,
}

struct PumpColumns {
    event: usize,
    status: usize,
    display: usize,
}

impl Columns {
    fn find(headers: &csv::StringRecord) -> Result<Self, CsvError> {
        let named = |name: &str| {
            headers.iter().position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
        };
        let pump = || {
            Some(PumpColumns {
                event: named("event_id")?,
                status: named("glucoseValueStatus")?,
                display: named("currentGlucoseDisplayValue")?,
            })
        };
        let columns = Self {
            id: named("id"),
            time: named("time").ok_or(CsvError::NoColumn { column: "time" })?,
            glucose: named("gl"),
            glucose_mmol: named("gl_mmol"),
            pump: pump(),
        };
        let has_values = columns.glucose.is_some() || columns.glucose_mmol.is_some() || columns.pump.is_some();
        if has_values { Ok(columns) } else { Err(CsvError::NoColumn { column: "gl" }) }
    }
}

enum Value {
    Reading(MgPerDl, ReadingStatus),
    Missing,
    Word(ReadingStatus),
}

struct Row<'a> {
    record: &'a csv::StringRecord,
    columns: &'a Columns,
}

impl Row<'_> {
    fn text(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.record.get(column)).unwrap_or_default()
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn stamp(&self, zone: Option<Tz>, previous: Option<&Reading>) -> Result<Timestamp, CsvError> {
        let text = self.text(Some(self.columns.time));
        let stamp = match parse_time(text) {
            Some(Time::Instant(time)) => stamp_of_instant(time, zone),
            Some(Time::Wall(wall)) => stamp_of_wall(wall, zone, previous.map(|reading| reading.at)),
            None => return Err(CsvError::BadTime { line: self.line(), text: text.to_owned() }),
        };
        Ok(stamp)
    }

    fn value(&self) -> Result<Value, CsvError> {
        let mg_per_dl = self.text(self.columns.glucose);
        let mmol_per_l = self.text(self.columns.glucose_mmol);
        match (is_missing(mg_per_dl), is_missing(mmol_per_l), &self.columns.pump) {
            (false, _, _) => self.number(mg_per_dl, MgPerDl::new),
            (true, false, _) => self.number(mmol_per_l, MgPerDl::from_mmol_per_l),
            (true, true, Some(pump)) if self.columns.glucose.is_none() => self.pump_value(pump),
            _ => Ok(Value::Missing),
        }
    }

    fn number(&self, text: &str, convert: fn(f64) -> Option<MgPerDl>) -> Result<Value, CsvError> {
        match text.to_ascii_lowercase().as_str() {
            "low" | "lo" => return Ok(Value::Word(ReadingStatus::Low)),
            "high" | "hi" => return Ok(Value::Word(ReadingStatus::High)),
            _ => {}
        }
        let number: f64 = text.parse().map_err(|_| self.bad_value(text))?;
        Ok(convert(number).map_or(Value::Missing, |glucose| Value::Reading(glucose, ReadingStatus::Ok)))
    }

    fn pump_value(&self, pump: &PumpColumns) -> Result<Value, CsvError> {
        let (event, status) = (self.text(Some(pump.event)), self.text(Some(pump.status)));
        let display = self.text(Some(pump.display));
        let event_code = event.parse().map_err(|_| self.bad_value(event))?;
        let value_status = status.parse().map_err(|_| self.bad_value(status))?;
        let display_value = display.parse().map_err(|_| self.bad_value(display))?;
        let reading = reading_of_pump_value(event_code, value_status, display_value);
        Ok(reading.map_or(Value::Missing, |(glucose, status)| Value::Reading(glucose, status)))
    }

    fn bad_value(&self, text: &str) -> CsvError {
        CsvError::BadValue { line: self.line(), text: text.to_owned() }
    }
}

fn is_missing(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "" | "na" | "nan" | "null" | "none")
}

enum Time {
    Wall(NaiveDateTime),
    Instant(DateTime<FixedOffset>),
}

fn parse_time(text: &str) -> Option<Time> {
    const OFFSET_FORMS: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];
    const WALL_FORMS: [&str; 4] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let wall = WALL_FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let instant = || OFFSET_FORMS.iter().find_map(|form| DateTime::parse_from_str(text, form).ok());
    wall.map(Time::Wall).or_else(|| instant().map(Time::Instant))
}

fn stamp_of_instant(time: DateTime<FixedOffset>, zone: Option<Tz>) -> Timestamp {
    let wall = zone.map_or(time.naive_local(), |zone| time.with_timezone(&zone).naive_local());
    Timestamp::new(wall, time.with_timezone(&Utc))
}

/// A wall time that comes twice is the first pass, unless that would step back behind the row before. One that the zone skips
/// is of a clock that was not changed yet: it keeps the offset from before.
fn stamp_of_wall(wall: NaiveDateTime, zone: Option<Tz>, previous: Option<Timestamp>) -> Timestamp {
    let Some(zone) = zone else { return Timestamp::from_wall_as_utc(wall) };
    match zone.from_local_datetime(&wall) {
        LocalResult::Ambiguous(first, second) if previous.is_some_and(|stamp| stamp.utc >= first) => {
            Timestamp::new(wall, second.to_utc())
        }
        _ => Timestamp::in_zone(wall, zone),
    }
}
