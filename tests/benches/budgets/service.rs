//! A sync that brings nothing: it must cost one request and next to no processor time, whatever the database holds.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use tandem_sim::service::Account;
use tandem_sim::{Sim, SimConfig};

use crate::program::Program;
use crate::{Imported, Row, archive, thousands};

pub(crate) fn rows(program: &Program, folder: &Path, imported: &Imported) -> Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let config = SimConfig::new(archive::history(imported.events)?, SystemTime::now);
    let sim = runtime.block_on(Sim::start(config)).context("the simulated service does not start")?;
    let account = Account::default();
    let program = program.with(vec![
        ("TANDEM_ENDPOINT", sim.url()),
        ("TANDEM_EMAIL", account.email),
        ("TANDEM_PASSWORD", account.password),
        ("TANDEM_REGION", "us".to_owned()),
        ("XDG_STATE_HOME", folder.join("state").display().to_string()),
    ]);
    let first = program.run(&imported.database, &["sync"])?;
    eprintln!("a first sync of what is known already: {:.2} s, {} MiB", first.seconds, first.peak_mib);
    let requests = || sim.requests().len();
    let before = requests();
    let nothing = program.run(&imported.database, &["sync"])?;
    let asked = requests() - before;
    Ok(vec![Row {
        what: format!("a sync that brings nothing, {} events", thousands(imported.events)),
        budget: "1 request, ≤ 100 ms of CPU",
        measured: format!(
            "{asked} request, {:.0} ms of CPU, {:.0} ms in all",
            nothing.cpu_seconds * 1e3,
            nothing.seconds * 1e3
        ),
        is_met: Some(asked == 1 && nothing.cpu_seconds <= 0.1),
    }])
}
