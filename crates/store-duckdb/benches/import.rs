//! The whole pipeline beside DuckDB's bare `read_json` of the same file: `cargo bench -p store-duckdb --profile release
//! --bench import -- [EVENTS]`. Prints ratios measured in one run; absolute numbers depend on the machine.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use duckdb::Connection;
use pipeline::import::ImportOptions;
use pipeline::{FixedClock, Pipeline};
use store_duckdb::{DuckStore, StoreOptions};
use tandem_sim::history::Scenario;

/// What a person without this program would write: every event in one table, and two tables of the common questions.
const BARE: &str = "
    CREATE TABLE events AS FROM read_json('FILE', format = 'newline_delimited', columns = {
        deviceAssignmentId: 'VARCHAR', eventCode: 'INTEGER', sequenceGroup: 'INTEGER', sequenceNumber: 'BIGINT',
        pumpDateTime: 'TIMESTAMP', eventProperties: 'JSON', estimatedDateTime: 'VARCHAR'});
    CREATE TABLE cgm AS SELECT pumpDateTime AS t, (eventProperties->>'$.currentGlucoseDisplayValue')::INTEGER AS mgdl
        FROM events WHERE eventCode IN (256, 372, 399, 480);
    CREATE TABLE basal AS SELECT pumpDateTime AS t, (eventProperties->>'$.commandedRate')::INTEGER AS mu_per_hour
        FROM events WHERE eventCode = 279;
    CHECKPOINT;";

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(500_000);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.json");
    let events = write_lines(&file, wanted)?;
    println!("{events} events, {} bytes each in the file", std::fs::metadata(&file)?.len() / events);
    let (ours, stages) = pipeline(&file, &folder.path().join("ours.db"))?;
    let bare = bare(&file, &folder.path().join("bare.db"))?;
    let rate = |time: Duration| events as f64 / time.as_secs_f64();
    println!("bare read_json  {:>10.0} events/s", rate(bare));
    println!("pipeline        {:>10.0} events/s, {:.2} of bare", rate(ours), bare.as_secs_f64() / ours.as_secs_f64());
    for (stage, time) in stages {
        println!(
            "  {stage:<13} {:>10.0} events/s, {:>3.0} % of the time",
            rate(time),
            100.0 * time.as_secs_f64() / ours.as_secs_f64()
        );
    }
    println!(
        "file            {:>10} bytes per event",
        std::fs::metadata(folder.path().join("ours.db"))?.len() / events
    );
    println!("peak memory     {:>10} MiB (bare read_json included)", peak_memory_mib());
    Ok(())
}

/// A line per event: the form that `read_json` is fastest with. About `wanted` events of one pump.
fn write_lines(file: &Path, wanted: u64) -> Result<u64, Box<dyn Error>> {
    let days = u32::try_from(wanted / 3_190 + 1)?;
    let history = Scenario::quiet(days).simulate();
    let pump = history.pumps.first().ok_or("the scenario has no pump")?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    tandem_sim::writers::write_json_lines(&mut out, &pump.assignment_id, &pump.events)?;
    Ok(pump.events.len() as u64)
}

type Stages = Vec<(&'static str, Duration)>;

fn pipeline(file: &Path, database: &Path) -> Result<(Duration, Stages), Box<dyn Error>> {
    let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse()?;
    let store = DuckStore::open(database, StoreOptions::default())?;
    let mut pipeline = Pipeline::new(store, Arc::new(FixedClock(now))).with_zone(chrono_tz::America::New_York)?;
    let mut stages = Vec::new();
    let mut lap = Instant::now();
    let mut done = |stage| {
        stages.push((stage, lap.elapsed()));
        lap = Instant::now();
    };
    pipeline.import(&[file.to_owned()], &ImportOptions::default())?;
    done("import");
    pipeline.parse()?;
    done("parse");
    pipeline.derive()?;
    done("derive");
    pipeline.store()?.release()?;
    done("close");
    Ok((stages.iter().map(|(_, time)| *time).sum(), stages))
}

fn bare(file: &Path, database: &Path) -> Result<Duration, Box<dyn Error>> {
    let connection = Connection::open(database)?;
    let start = Instant::now();
    connection.execute_batch(&BARE.replace("FILE", &file.display().to_string()))?;
    Ok(start.elapsed())
}

fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}
