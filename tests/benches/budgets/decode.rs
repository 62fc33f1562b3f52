//! How fast events are decoded, on one core, beside the public Python decoder where it can be had.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use pump_events::{RECORD_LENGTH, decode_json, decode_records};
use tandem_sim::writers::{event_json, write_records};

use crate::{Row, ensure_some, simulated};

const EVENTS: u64 = 300_000;
/// Each figure is the best of this many, so that what else the machine does counts least.
const REPEATS: usize = 5;

/// Decodes the records of the file named, and prints how many in a second.
const PYTHON: &str = "
import sys, time
from tconnectsync.eventparser.generic import Events
records = open(sys.argv[1], 'rb').read()[:26 * 30000]
start = time.perf_counter()
count = sum(1 for _ in Events(records))
print(count / (time.perf_counter() - start))";

pub(crate) fn rows(folder: &Path) -> Result<Vec<Row>> {
    let history = simulated::history(EVENTS)?;
    let pump = history.pumps.first().context("the life has no pump")?;
    let mut records = Vec::new();
    write_records(&mut records, &pump.events)?;
    let texts: Vec<String> = pump.events.iter().map(|event| event_json(event, &pump.assignment_id)).collect();
    let events = pump.events.len();
    ensure_some(events as u64)?;
    let binary = best_rate(events, || {
        let (events, tail) = decode_records(black_box(&records));
        assert!(tail.is_none() && records.len().is_multiple_of(RECORD_LENGTH));
        events.map(|event| event.values().map(|(_, value)| u64::from(value.as_f64() > 0.0)).sum::<u64>()).sum()
    });
    let json = best_rate(events, || {
        let decoded = texts.iter().filter(|text| decode_json(black_box(text)).is_ok()).count();
        assert_eq!(decoded, events, "an event that does not decode takes no time");
        decoded as u64
    });
    let mut rows = vec![
        row("records to all their values, one core", binary, 20.0),
        row("JSON text to `Event`, one core", json, 0.7),
    ];
    rows.extend(python_rate(folder, &records)?.map(|python| Row {
        what: "records, beside `tconnectsync`".to_owned(),
        budget: String::new(),
        measured: format!("{:.0} × its {:.0} thousand/s", binary / python, python / 1e3),
        is_met: Some(binary > python),
    }));
    Ok(rows)
}

/// The budget is in millions per second.
fn row(what: &str, rate: f64, budget: f64) -> Row {
    Row {
        what: what.to_owned(),
        budget: format!("≥ {budget} million/s"),
        measured: format!("{:.2} million/s", rate / 1e6),
        is_met: Some(rate / 1e6 >= budget),
    }
}

/// Events per second in the best of some runs of `work`.
fn best_rate(events: usize, work: impl Fn() -> u64) -> f64 {
    let run = || {
        let began = Instant::now();
        black_box(work());
        events as f64 / began.elapsed().as_secs_f64()
    };
    (0..REPEATS).map(|_| run()).fold(0.0, f64::max)
}

/// The rate of the Python decoder; `None`, and said so, where it is not installed.
fn python_rate(folder: &Path, records: &[u8]) -> Result<Option<f64>> {
    let python = tandem_tests::python::python_path("tconnectsync");
    if !python.exists() {
        eprintln!("not measured: tconnectsync is not installed (cargo xtask setup installs it)");
        return Ok(None);
    }
    let file = folder.join("records.bin");
    std::fs::write(&file, records)?;
    let mut command = Command::new(python);
    command.args(["-c", PYTHON]).arg(&file).stderr(Stdio::inherit());
    let output = command.output().context("python does not start")?;
    ensure!(output.status.success(), "the Python decoder failed: {}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}
