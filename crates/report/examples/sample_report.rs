//! Writes a report of made-up data to standard output.
//!
//! `cargo run -p report --example sample_report -- [DAYS | FILE.csv] [WORD …]`: the number of days (14 by default), or the first series of
//! a file with insulin made up to go with it. Words: `mmol`, `german`, `letter`, `explore` (the explorer instead), `alone` (no
//! period before), `no-cgm`, `no-insulin`, `no-days`, `large-days`.

use std::{error::Error, fs::File, io::Write as _};

use chrono::{NaiveDate, TimeDelta};
use report::{
    CsvOptions, Explorer, GlucoseUnit, Language, Paper, Period, Report, ReportInput, ReportOptions, read_csv,
};
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
        settings: days.settings(),
    };
    let unit = if said("mmol") { GlucoseUnit::MmolPerL } else { GlucoseUnit::MgPerDl };
    let options = ReportOptions {
        unit,
        language: if said("german") { Language::German } else { Language::English },
        paper: if said("letter") { Paper::Letter } else { Paper::A4 },
        name: Some("Sample person".to_owned()),
        born: NaiveDate::from_ymd_opt(1990, 5, 17),
        day_pages: !said("no-days"),
        large_days: said("large-days"),
        ..ReportOptions::default()
    };
    let page = if said("explore") { Explorer::render(&input, &options) } else { Report::render(&input, &options) };
    std::io::stdout().write_all(page.as_bytes())?;
    Ok(())
}
