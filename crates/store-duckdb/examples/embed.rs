//! A program that embeds the pipeline: history of a source into a DuckDB file, and a question asked of it.
//!
//! `cargo run --release -p store-duckdb --example embed`. The source here is a scripted one; `tandem-source` has the real one.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it does")]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use pipeline::fetch::FetchOptions;
use pipeline::testing::{ASSIGNMENT, ScriptedSource, basal_event};
use pipeline::{Account, AssignmentId, FixedClock, Pipeline, PumpListing, SerialNumber};
use pump_events::PumpTime;
use store_duckdb::{DuckStore, StoreOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let now: DateTime<Utc> = "2026-07-01T12:00:00Z".parse()?;
    let source = source(now);

    let store = DuckStore::open(folder.path().join("history.db"), StoreOptions::default())?;
    let mut pipeline = Pipeline::new(store, Arc::new(FixedClock(now)))
        .with_zone(chrono_tz::Europe::Berlin)?
        .on_progress(|progress| eprintln!("{}: {} events", progress.stage.as_str(), progress.events));

    let report = pipeline.sync(&source, &FetchOptions::default()).await?;
    println!("new events: {}", report.fetch.total().new);

    let connection = pipeline.store()?.connection()?;
    let average = "SELECT round(avg(commanded_basal_rate) / 1000, 3) FROM basal_deliveries";
    let average: f64 = connection.query_row(average, [], |row| row.get(0))?;
    println!("average basal rate: {average} U/h");
    Ok(())
}

/// A day of basal rates, as a service would hand them out.
fn source(now: DateTime<Utc>) -> ScriptedSource {
    let first = PumpTime::from_naive(now.naive_utc() - chrono::Duration::days(1)).expect("within the pump's time");
    let moment = |number: u32| PumpTime::from_seconds(first.seconds() + number * 300);
    let events = (0..288).map(|number| basal_event(number, moment(number), 700 + (number % 200) as u16)).collect();
    let pump = PumpListing {
        serial_number: SerialNumber::new("11"),
        assignment_id: Some(AssignmentId::new(ASSIGNMENT)),
        model_name: Some("t:slim X2".to_owned()),
        model_number: None,
        part_number: None,
        software_version: None,
        algorithm: None,
        last_upload: Some(now),
        first_event: Some(first.to_naive()),
        last_event: Some(now.naive_utc()),
        settings: None,
    };
    ScriptedSource::new(Account { id: None, pumps: vec![pump] }, events)
}
