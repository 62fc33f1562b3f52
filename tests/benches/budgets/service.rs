//! A sync that brings nothing: it must cost one request and next to no processor time, whatever the database holds.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use tandem_sim::service::Account;
use tandem_sim::{Sim, SimConfig};

use crate::program::Program;
use crate::{Row, simulated, thousands};

const MAX_REQUESTS: usize = 1;
const MAX_CPU_MILLISECONDS: f64 = 100.0;

/// Measures it in a database of about `wanted` events, all of which were fetched.
pub(crate) fn row(program: &Program, folder: &Path, wanted: u64) -> Result<Row> {
    let history = simulated::history(wanted)?;
    let events: usize = history.pumps.iter().map(|pump| pump.events.len()).sum();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let sim = runtime.block_on(Sim::start(SimConfig::new(history, SystemTime::now)));
    let sim = sim.context("the simulated service does not start")?;
    let account = Account::default();
    let program = program.with(vec![
        ("TANDEM_ENDPOINT", sim.url()),
        ("TANDEM_EMAIL", account.email),
        ("TANDEM_PASSWORD", account.password),
        ("TANDEM_REGION", "us".to_owned()),
        ("XDG_STATE_HOME", folder.join("state").display().to_string()),
    ]);
    let database = folder.join("synced.db");
    let first = program.run(&database, &["sync"])?;
    eprintln!("a first sync of {events} events: {:.2} s of CPU, {} MiB", first.cpu_seconds, first.peak_mib);
    let before = sim.requests().len();
    let nothing = program.run(&database, &["sync"])?;
    let (asked, cpu) = (sim.requests().len() - before, nothing.cpu_seconds * 1e3);
    Ok(Row {
        what: format!("a sync that brings nothing, {} events", thousands(events as u64)),
        budget: format!("{MAX_REQUESTS} request, ≤ {MAX_CPU_MILLISECONDS} ms of CPU"),
        measured: format!("{asked} request, {cpu:.0} ms of CPU, {:.0} ms in all", nothing.seconds * 1e3),
        is_met: Some(asked <= MAX_REQUESTS && cpu <= MAX_CPU_MILLISECONDS),
    })
}
