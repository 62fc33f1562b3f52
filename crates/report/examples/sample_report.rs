//! Writes a report of made-up data to standard output.
//!
//! `cargo run -p report --example sample_report -- [DAYS | FILE.csv] [mmol] [alone] [no-cgm] [no-insulin]`: so many days (14 without), or the first
//! series of a file with insulin made up to go with it; glucose in mmol/L; without the period before, without one half.

use std::{error::Error, fs::File, io::Write as _};

use chrono::{NaiveDate, TimeDelta};
use report::{CsvOptions, GlucoseUnit, Period, Report, ReportInput, ReportOptions, read_csv};
use sample::Days;

mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let said = |word: &str| words.iter().any(|given| given == word);
    let file = words.iter().find(|word| word.contains('.'));
    let count = words.iter().find_map(|word| word.parse().ok()).unwrap_or(14);
    let readings = match file {
        Some(path) => read_csv(File::open(path)?, &CsvOptions::default())?.swap_remove(0).readings,
        None => Days::new(NaiveDate::from_ymd_opt(2024, 3, 4).ok_or("a date")?.into(), count).readings(),
    };
    let (first, last) = readings.first().zip(readings.last()).ok_or("the file has no readings")?;
    let days = Days::new(first.at.wall, (last.at.date() - first.at.date()).num_days() + 1);
    let before = Days::new(days.window().start.wall - TimeDelta::days(17), 14);
    let mut period = days.period(readings);
    if said("no-cgm") {
        period.readings.clear();
    }
    if said("no-insulin") {
        period = Period { readings: period.readings, ..Period::empty(period.window) };
    }
    let input = ReportInput {
        period,
        previous: (!said("alone")).then(|| before.period(before.readings())),
        zone: None,
        pump: Some("t:slim X2".to_owned()),
    };
    let unit = if said("mmol") { GlucoseUnit::MmolPerL } else { GlucoseUnit::MgPerDl };
    let options = ReportOptions { unit, name: Some("Sample person".to_owned()), ..ReportOptions::default() };
    std::io::stdout().write_all(Report::render(&input, &options).as_bytes())?;
    Ok(())
}
