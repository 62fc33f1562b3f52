//! Whole imports as a person runs them: fetched bodies in, a complete database out.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use duckdb::{AccessMode, Config, Connection};

use crate::bodies::{self, Bodies, Unknown};
use crate::program::{Measured, Program};
use crate::{Row, bare, floor, thousands};

/// Each figure is the best of this many runs, so that what else the machine does counts least.
const REPEATS: usize = 3;

const MIN_OF_BARE: f64 = 0.4;
const MAX_GROWTH: f64 = 1.1;
const MAX_COST_OF_UNKNOWN: f64 = 1.3;
const MAX_PROBLEM_ROWS: u64 = 100;

fn max_mib(events: u64) -> u64 {
    if events < 2_000_000 { 300 } else { 400 }
}

fn max_bytes_per_event(events: u64) -> u64 {
    if events < 400_000 { 160 } else { 150 }
}

/// An archive, and what it took to import, parse and derive it.
pub(crate) struct Imported {
    pub(crate) archive: Bodies,
    pub(crate) database: PathBuf,
    best: Measured,
}

/// Imports an archive of about `wanted` events, each time into a new database; the last one stays.
pub(crate) fn import(program: &Program, folder: &Path, wanted: u64, unknown: Unknown) -> Result<Imported> {
    let name = if unknown == Unknown::EveryEvent { "unknown" } else { "bodies" };
    let archive = bodies::write(folder.join(format!("{name}-{wanted}")), wanted, unknown)?;
    let database = folder.join(format!("{name}-{wanted}.db"));
    let program = program.with(vec![("TANDEM_NOW", archive.now())]);
    let run = || -> Result<Measured> {
        std::fs::remove_file(&database).or_else(ignore_missing)?;
        program.run(&database, &["import", &archive.folder.display().to_string()])
    };
    let runs = (0..REPEATS).map(|_| run()).collect::<Result<Vec<_>>>()?;
    let best = Measured {
        seconds: runs.iter().map(|run| run.seconds).fold(f64::INFINITY, f64::min),
        cpu_seconds: runs.iter().map(|run| run.cpu_seconds).fold(f64::INFINITY, f64::min),
        peak_mib: runs.iter().map(|run| run.peak_mib).max().unwrap_or_default(),
    };
    eprintln!("{name}, {} events: {best:.2?}", archive.events);
    Ok(Imported { archive, database, best })
}

fn ignore_missing(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

impl Imported {
    /// The pipeline, and how much of its time DuckDB needs for the rows alone.
    pub(crate) fn beside_bare(&self, folder: &Path) -> Result<Vec<Row>> {
        let runs =
            (0..REPEATS).map(|run| bare::read_json(&self.archive.folder, &folder.join(format!("bare-{run}.db"))));
        let runs = runs.collect::<Result<Vec<_>>>()?;
        let bare = runs.iter().map(|run| run.cpu_seconds).fold(f64::INFINITY, f64::min);
        let bare_bytes = runs.iter().map(|run| run.bytes).max().unwrap_or_default() / self.archive.events;
        let floor = floor::copy_tables(&self.database, &folder.join("floor.db"))?;
        let ratio = bare / self.best.cpu_seconds;
        let events = thousands(self.archive.events);
        let pipeline = Row {
            what: format!("import, parse and derive of {events} events beside bare `read_json`, processor time"),
            budget: format!("≥ {MIN_OF_BARE} of bare"),
            measured: format!(
                "{ratio:.2} ({:.1} s against {bare:.1} s; bare file {bare_bytes} bytes/event)",
                self.best.cpu_seconds
            ),
            is_met: Some(ratio >= MIN_OF_BARE),
        };
        let copied = Row {
            what: format!("the same rows copied by DuckDB alone, {events} events, processor time"),
            budget: String::new(),
            measured: format!(
                "{:.2} of bare ({floor:.1} s); the pipeline takes {:.1} × as long",
                bare / floor,
                self.best.cpu_seconds / floor
            ),
            is_met: None,
        };
        Ok(vec![pipeline, copied])
    }

    /// How processor time grows from a `small` archive to this one.
    pub(crate) fn growth(&self, small: &Self) -> Row {
        let times = self.archive.events as f64 / small.archive.events as f64;
        let cost = self.best.cpu_seconds / small.best.cpu_seconds;
        Row {
            what: format!("{} events against {}", thousands(self.archive.events), thousands(small.archive.events)),
            budget: format!("≤ {MAX_GROWTH} × in proportion"),
            measured: format!("{cost:.2} × the processor time for {times:.1} × the events"),
            is_met: Some(cost <= MAX_GROWTH * times),
        }
    }

    pub(crate) fn memory(&self) -> Row {
        let max = max_mib(self.archive.events);
        Row {
            what: format!("peak memory, import of {} events", thousands(self.archive.events)),
            budget: format!("≤ {max} MiB"),
            measured: format!("{} MiB", self.best.peak_mib),
            is_met: Some(self.best.peak_mib <= max),
        }
    }

    pub(crate) fn room(&self) -> Result<Row> {
        let max = max_bytes_per_event(self.archive.events);
        let file = std::fs::metadata(&self.database).context("the import left no database")?;
        let bytes = file.len() / self.archive.events;
        Ok(Row {
            what: format!("file, {} events with all three stages", thousands(self.archive.events)),
            budget: format!("≤ {max} bytes/event"),
            measured: format!("{bytes} bytes/event"),
            is_met: Some(bytes <= max),
        })
    }

    /// What it costs when the service adds a field to every event: `with_field` is the same archive with one.
    pub(crate) fn cost_of_unknown(&self, with_field: &Self) -> Result<Row> {
        let cost = with_field.best.cpu_seconds / self.best.cpu_seconds;
        let config = Config::default().access_mode(AccessMode::ReadOnly)?;
        let connection = Connection::open_with_flags(&with_field.database, config)?;
        let count = "SELECT count(*)::UBIGINT FROM decode_problems";
        let rows: u64 = connection.query_row(count, [], |row| row.get(0))?;
        crate::ensure_some(rows)?;
        Ok(Row {
            what: format!("an unknown field in each of {} events", thousands(with_field.archive.events)),
            budget: format!("≤ {MAX_COST_OF_UNKNOWN} × the processor time, ≤ {MAX_PROBLEM_ROWS} rows of problems"),
            measured: format!("{cost:.2} × the processor time, {rows} rows of problems"),
            is_met: Some(cost <= MAX_COST_OF_UNKNOWN && rows <= MAX_PROBLEM_ROWS),
        })
    }
}
