//! A sync and a push that have nothing new: each must cost one request and next to no processor time, whatever the database holds.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use chrono::Days;
use tandem_sim::nightscout::{self, SiteConfig};
use tandem_sim::service::Account;
use tandem_sim::{Sim, SimConfig};

use crate::program::Program;
use crate::{Row, simulated, thousands};

const MAX_REQUESTS: usize = 1;
const MAX_CPU_MILLISECONDS: f64 = 100.0;

/// What a Nightscout site gives out as a token.
const TOKEN: &str = "tandem-0123456789abcdef";
/// Days that the first push sends.
const PUSHED_DAYS: Days = Days::new(7);

/// Measures both in a database of about `wanted` events, all of which were fetched.
pub(crate) fn rows(program: &Program, folder: &Path, wanted: u64) -> Result<Vec<Row>> {
    let history = simulated::history(wanted)?;
    let last =
        history.pumps.iter().filter_map(|pump| pump.events.last()).map(|event| event.header().pump_time.to_naive());
    let pushed_from = (last.max().context("nothing was simulated")?.date() - PUSHED_DAYS).to_string();
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
    let sync = measure_nothing_new(&program, &database, &["sync"], || sim.requests().len())?;
    let site = runtime.block_on(nightscout::start(SiteConfig::new(TOKEN, || SystemTime::now().into())))?;
    let program =
        program.with(vec![("TANDEM_NIGHTSCOUT_URL", site.url()), ("TANDEM_NIGHTSCOUT_TOKEN", TOKEN.to_owned())]);
    let first = program.run(&database, &["push", "nightscout", "--from", &pushed_from])?;
    eprintln!("a first push of {} documents: {:.2} s of CPU", site.count("entries"), first.cpu_seconds);
    crate::ensure_some(site.count("entries") as u64)?;
    let push = measure_nothing_new(&program, &database, &["push", "nightscout"], || site.request_count())?;
    Ok(vec![
        Row { what: format!("a sync that brings nothing, {} events", thousands(events as u64)), ..sync },
        Row { what: format!("a push with nothing new, {} events", thousands(events as u64)), ..push },
    ])
}

/// Runs a command that finds nothing to do, and counts the requests that it makes all the same.
fn measure_nothing_new(
    program: &Program,
    database: &Path,
    arguments: &[&str],
    count_requests: impl Fn() -> usize,
) -> Result<Row> {
    let before = count_requests();
    let run = program.run(database, arguments)?;
    let (asked, cpu) = (count_requests() - before, run.cpu_seconds * 1e3);
    Ok(Row {
        what: String::new(),
        budget: format!("≤ {MAX_REQUESTS} request, ≤ {MAX_CPU_MILLISECONDS} ms of CPU"),
        measured: format!("{asked} requests, {cpu:.0} ms of CPU, {:.0} ms in all", run.seconds * 1e3),
        is_met: Some(asked <= MAX_REQUESTS && cpu <= MAX_CPU_MILLISECONDS),
    })
}
