//! Series of glucose readings, each in a file of its own with the metrics it must have.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;

/// A series of readings of one subject, and what reference implementations make of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The name of the file.
    #[serde(skip)]
    pub name: String,
    /// Whose readings these are. Metrics of no readings are under the subject `(empty)`.
    pub subject: String,
    minutes_apart: i64,
    readings: String,
    expected: Vec<ExpectedBySource>,
    /// Time in ranges as it is printed; `None` without readings.
    pub printed_ranges: Option<PrintedRanges>,
    /// Percentiles by hour of day, for some series.
    pub profile: Option<Profile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedBySource {
    source: String,
    tolerance: f64,
    #[serde(default)]
    undefined: Vec<String>,
    #[serde(default)]
    values: BTreeMap<String, ExpectedValue>,
}

/// A metric and what it must be.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The metric's name in `tandem metrics --json`.
    pub metric: &'a str,
    /// `None` where the metric has no value.
    pub value: Option<&'a ExpectedValue>,
    /// How far a number may be off, relative to it.
    pub tolerance: f64,
    /// The reference implementation or formula.
    pub source: &'a str,
}

/// The value of a metric.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum ExpectedValue {
    /// A number, in the metric's unit.
    Number(f64),
    /// A class.
    Text(String),
}

/// Whole per cent that add up to 100.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the ranges are named")]
pub struct PrintedRanges {
    pub source: String,
    pub very_low: i64,
    pub low: i64,
    pub in_range: i64,
    pub high: i64,
    pub very_high: i64,
}

/// Percentiles of readings by hour of day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The reference implementation.
    pub source: String,
    /// The 24 hours.
    pub hours: Vec<HourOfDay>,
}

/// One hour of day: the 5th, 25th, 50th, 75th and 95th percentile of its readings in mg/dL.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HourOfDay {
    /// From 0 to 23.
    pub hour: u32,
    /// How many readings there are in it.
    pub readings: u32,
    /// The percentiles as they are.
    pub raw: [f64; 5],
    /// The percentiles, smoothed over neighbouring hours.
    pub smoothed: [f64; 5],
}

impl Series {
    /// Every series, by name.
    ///
    /// # Panics
    /// The folder or one of its files cannot be read.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let folder = folder();
        let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
        paths.sort();
        paths.iter().map(|path| read_file(path)).collect()
    }

    /// The series called `name`.
    ///
    /// # Panics
    /// There is none, or it cannot be read.
    #[must_use]
    pub fn named(name: &str) -> Self {
        read_file(&folder().join(name).with_extension("toml"))
    }

    /// The metrics that are expected.
    pub fn expected(&self) -> impl Iterator<Item = Expected<'_>> {
        self.expected.iter().flat_map(ExpectedBySource::iter)
    }

    /// The readings as a CSV file with the columns `id`, `time` and `gl`.
    ///
    /// # Panics
    /// The readings are not of the form `START : VALUE …`.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = "id,time,gl\n".to_owned();
        for run in self.runs() {
            self.write_run(&mut csv, &run).unwrap_or_else(|| panic!("{}: not a run of readings: {run}", self.name));
        }
        csv
    }

    /// Each run on one line. A run begins with its start; lines that continue it are indented.
    fn runs(&self) -> Vec<String> {
        self.readings.trim().replace("\n ", " ").lines().map(str::to_owned).collect()
    }

    fn write_run(&self, csv: &mut String, run: &str) -> Option<()> {
        let (start, values) = run.split_once(" : ")?;
        let (wall, offset) = start.split_at_checked("2024-03-04 00:00:00".len())?;
        let format = if wall.contains('T') { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
        let mut time = NaiveDateTime::parse_from_str(wall, format).ok()?;
        for value in values.split_whitespace() {
            let (value, times) = value.split_once('*').map_or(Some((value, 1)), |(v, n)| Some((v, n.parse().ok()?)))?;
            let value = if value == "-" { "" } else { value };
            for _ in 0..times {
                writeln!(csv, "{},{}{offset},{value}", self.subject, time.format(format)).ok()?;
                time += TimeDelta::minutes(self.minutes_apart);
            }
        }
        Some(())
    }
}

impl ExpectedBySource {
    fn iter(&self) -> impl Iterator<Item = Expected<'_>> {
        let undefined = self.undefined.iter().map(|metric| (metric, None));
        let defined = self.values.iter().map(|(metric, value)| (metric, Some(value)));
        undefined.chain(defined).map(|(metric, value)| Expected {
            metric,
            value,
            tolerance: self.tolerance,
            source: &self.source,
        })
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("metrics")
}

fn read_file(path: &Path) -> Series {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let series: Series = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    Series { name, ..series }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_series_and_no_value_is_missing() {
        let all = Series::all();
        assert_eq!(all.len(), 23);
        assert_eq!(all.iter().map(|series| series.expected().count()).sum::<usize>(), 2123);
        assert_eq!(all.iter().filter(|series| series.profile.is_some()).count(), 5);
        assert_eq!(all.iter().filter(|series| series.printed_ranges.is_some()).count(), 21);
        assert_eq!(all.iter().map(|series| series.to_csv().lines().count() - 1).sum::<usize>(), 42_752);
    }

    #[test]
    fn runs_become_rows() {
        let series = |readings: &str| Series {
            name: "test".to_owned(),
            subject: "a".to_owned(),
            minutes_apart: 5,
            readings: readings.to_owned(),
            expected: Vec::new(),
            printed_ranges: None,
            profile: None,
        };
        let rows = [
            ("", ""),
            ("\n2024-03-04 23:55:00 : 100*2\n", "a,2024-03-04 23:55:00,100\na,2024-03-05 00:00:00,100\n"),
            ("2024-03-04 00:00:00 : LOW\n  -", "a,2024-03-04 00:00:00,LOW\na,2024-03-04 00:05:00,\n"),
            (
                "2024-03-10T01:55:00-05:00 : 1\n2024-03-10T03:00:00-04:00 : 2",
                "a,2024-03-10T01:55:00-05:00,1\na,2024-03-10T03:00:00-04:00,2\n",
            ),
        ];
        for (readings, expected) in rows {
            assert_eq!(series(readings).to_csv(), format!("id,time,gl\n{expected}"), "{readings}");
        }
    }
}
