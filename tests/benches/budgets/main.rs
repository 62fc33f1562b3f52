//! The budgets of the design, measured: `cargo xtask bench [EVENTS…]`.
//!
//! Every figure is of one run on one machine; what counts are the ratios, whose two sides are measured beside each other.
//! Whole runs are the real binary as a process of its own, so that its peak of memory is its own, too.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints what it measured")]

mod archive;
mod bare;
mod decode;
mod floor;
mod program;
mod service;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::program::{Measured, Program};

/// Sizes of archives, in events; growth is measured from each to the next.
const SIZES: [u64; 3] = [100_000, 1_000_000, 5_000_000];

/// One line of the table: what, the budget, what was measured, and whether it is met; `None` where there is none.
struct Row {
    what: String,
    budget: &'static str,
    measured: String,
    is_met: Option<bool>,
}

fn main() -> Result<()> {
    let numbers = std::env::args().skip(1).filter_map(|argument| argument.replace('_', "").parse().ok());
    let mut sizes: Vec<u64> = numbers.collect();
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let folder = tempfile::tempdir().context("cannot make a folder to work in")?;
    let mut rows = decode::rows(folder.path())?;
    rows.extend(runs(folder.path(), &sizes)?);
    print(&rows);
    Ok(())
}

/// What the three stages took for an archive of one size.
struct Imported {
    events: u64,
    archive: PathBuf,
    database: PathBuf,
    /// Import, parse, derive.
    stages: [Measured; 3],
}

impl Imported {
    fn seconds(&self) -> f64 {
        self.stages.iter().map(|stage| stage.seconds).sum()
    }

    fn peak_mib(&self) -> u64 {
        self.stages.iter().map(|stage| stage.peak_mib).max().unwrap_or_default()
    }
}

fn runs(folder: &Path, sizes: &[u64]) -> Result<Vec<Row>> {
    let program = Program::new(folder)?;
    let imported = sizes.iter().map(|size| import(&program, folder, *size)).collect::<Result<Vec<_>>>()?;
    let at_a_million = imported.iter().find(|run| run.events >= 400_000).unwrap_or(&imported[0]);
    let mut rows = beside_bare(folder, at_a_million)?;
    rows.extend(imported.windows(2).map(|pair| growth(&pair[0], &pair[1])));
    for run in &imported {
        rows.extend([memory(run), room(run)?]);
    }
    rows.extend(service::rows(&program, folder, at_a_million)?);
    rows.extend(answers(&program, at_a_million)?);
    Ok(rows)
}

fn import(program: &Program, folder: &Path, wanted: u64) -> Result<Imported> {
    let archive = folder.join(format!("{wanted}.json"));
    let events = archive::write(&archive, wanted)?;
    let database = folder.join(format!("{wanted}.db"));
    let stages = [
        program.run(&database, &["import", "--raw-only", &archive.display().to_string()])?,
        program.run(&database, &["parse"])?,
        program.run(&database, &["derive"])?,
    ];
    for (name, stage) in ["import", "parse", "derive"].iter().zip(stages) {
        let rate = events as f64 / stage.seconds / 1e3;
        eprintln!(
            "{events} events: {name:<6} {rate:>5.0} thousand/s, {:.2} s of CPU, {} MiB",
            stage.cpu_seconds, stage.peak_mib
        );
    }
    Ok(Imported { events, archive, database, stages })
}

/// The pipeline, and how much of its time DuckDB needs for the rows alone.
fn beside_bare(folder: &Path, run: &Imported) -> Result<Vec<Row>> {
    let bare = bare::read_json(&run.archive, &folder.join("bare.db"))?;
    let floor = floor::copy_tables(&run.database, &folder.join("floor.db"))?;
    let ratio = bare.seconds / run.seconds();
    let rate = |seconds: f64| run.events as f64 / seconds / 1e3;
    let pipeline = Row {
        what: format!("import, parse and derive of {} events beside bare `read_json`", thousands(run.events)),
        budget: "≥ 0.5 of bare",
        measured: format!(
            "{ratio:.2} ({:.0} against {:.0} thousand events/s; bare file {} bytes/event)",
            rate(run.seconds()),
            rate(bare.seconds),
            bare.bytes / run.events
        ),
        is_met: Some(ratio >= 0.5),
    };
    let copied = Row {
        what: format!("the same rows copied by DuckDB alone, {} events", thousands(run.events)),
        budget: "",
        measured: format!(
            "{:.2} of bare ({:.0} thousand events/s); the pipeline takes {:.1} × as long",
            bare.seconds / floor,
            rate(floor),
            run.seconds() / floor
        ),
        is_met: None,
    };
    Ok(vec![pipeline, copied])
}

/// The budget is 5.5 for five times as much: a tenth more than in proportion.
fn growth(small: &Imported, large: &Imported) -> Row {
    let times = large.events as f64 / small.events as f64;
    let cost = large.seconds() / small.seconds();
    Row {
        what: format!("{} events against {}", thousands(large.events), thousands(small.events)),
        budget: "≤ 1.1 × in proportion",
        measured: format!("{cost:.2} × the time for {times:.1} × the events"),
        is_met: Some(cost <= 1.1 * times),
    }
}

fn memory(run: &Imported) -> Row {
    Row {
        what: format!("peak memory, import of {} events", thousands(run.events)),
        budget: "≤ 400 MiB",
        measured: format!("{} MiB", run.peak_mib()),
        is_met: Some(run.peak_mib() <= 400),
    }
}

fn room(run: &Imported) -> Result<Row> {
    let bytes = std::fs::metadata(&run.database).context("the import left no database")?.len() / run.events;
    Ok(Row {
        what: format!("file, {} events with all three stages", thousands(run.events)),
        budget: "≤ 150 bytes/event",
        measured: format!("{bytes} bytes/event"),
        is_met: Some(bytes <= 150),
    })
}

/// How long a person waits for the first answers.
fn answers(program: &Program, run: &Imported) -> Result<Vec<Row>> {
    let fastest = |arguments: &[&str]| -> Result<f64> {
        let runs = (0..5).map(|_| program.run(&run.database, arguments)).collect::<Result<Vec<_>>>()?;
        Ok(runs.iter().map(|run| run.seconds * 1e3).fold(f64::INFINITY, f64::min))
    };
    let status = fastest(&["status"])?;
    let report = fastest(&["report", "--days", "90", "--output", "report.html", "--overwrite"])?;
    let row = |what: &str, budget, milliseconds: f64, most: f64| Row {
        what: format!("{what} at {} events", thousands(run.events)),
        budget,
        measured: format!("{milliseconds:.0} ms (best of five)"),
        is_met: Some(milliseconds <= most),
    };
    Ok(vec![row("`status`", "≤ 60 ms", status, 60.0), row("`report` of 90 days", "≤ 500 ms", report, 500.0)])
}

fn print(rows: &[Row]) {
    println!("| what | budget | measured | |\n|---|---|---|---|");
    for Row { what, budget, measured, is_met } in rows {
        let mark = is_met.map_or("", |is_met| if is_met { "✓" } else { "✗" });
        println!("| {what} | {budget} | {measured} | {mark} |");
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// The figure must be of work that was done.
fn ensure_some(count: u64) -> Result<()> {
    ensure!(count > 0, "nothing was measured");
    Ok(())
}
