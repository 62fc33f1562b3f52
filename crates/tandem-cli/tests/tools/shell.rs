//! `DuckDB`'s own command line reads the file while `tandem sync --watch` fills it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use tandem_sim::service::{Behaviour, Endpoint, Fault, FaultPlan, When};
use tandem_tests::program::{send, tandem, wait};
use tandem_tests::python::{READERS, find_python};
use tandem_tests::setup::{Setup, short_history};

/// The service holds each answer back until the shell has seen the page before: data arrive and the shell reads in turns.
/// While a page is written it hears of the lock; before the next one is due it must get through.
#[test]
fn a_shell_reads_while_watch_runs() -> Result<()> {
    let shell = find_python(READERS).with_file_name("duckdb");
    let setup = Setup::new(&short_history(5, 120), Behaviour::default())?;
    let database = setup.path("tandem.db");
    setup.sim.set_faults(FaultPlan::new().on(Endpoint::PumpLogs, When::Always, Fault::Held));
    let watching = tandem(&setup, &database, &["sync", "--watch", "--quiet"])?.spawn()?;
    let mut look = Look { shell, database, watching, answered: 0, locked: 0 };

    let events = setup.history.pumps.iter().flat_map(|pump| &pump.events);
    let known = events.filter(|event| event.layout().is_some()).count() as u64;
    let (mut seen, mut pages) = (0, 0);
    while seen < known {
        setup.sim.let_through(1);
        seen = look.until_more_than(seen, "raw_events")?;
        pages += 1;
    }
    look.until_more_than(0, "cgm_readings")?;
    ensure!(pages >= 4, "only {pages} pages came one by one, {} answers, {} locks", look.answered, look.locked);
    ensure!(setup.count(Endpoint::Login) == 1, "more than one login");
    send(&look.watching, "TERM")?;
    let ended = wait(look.watching)?;
    ensure!(ended.code == Some(0), "ended with {:?} after SIGTERM: {}", ended.code, ended.talk);
    Ok(())
}

/// A shell that looks into the database while `watching` runs.
struct Look {
    shell: PathBuf,
    database: PathBuf,
    watching: Child,
    answered: u64,
    locked: u64,
}

impl Look {
    /// Asks again and again, until `table` has more than `rows` rows; it never has fewer than before.
    fn until_more_than(&mut self, rows: u64, table: &str) -> Result<u64> {
        loop {
            ensure!(self.watching.try_wait()?.is_none(), "the program ended by itself");
            if !self.database.exists() {
                std::thread::park_timeout(std::time::Duration::from_millis(1));
                continue;
            }
            match answer(&self.shell, &self.database, &format!("SELECT count(*) FROM {table}"))? {
                Some(count) if count > rows => return Ok(count),
                Some(count) => {
                    self.answered += 1;
                    ensure!(count == rows, "{rows} rows of {table} became {count}");
                }
                None => self.locked += 1,
            }
        }
    }
}

/// The number that a shell answers with; `None` when it comes while the file is held.
fn answer(shell: &Path, database: &Path, query: &str) -> Result<Option<u64>> {
    let output =
        Command::new(shell).args(["-readonly", "-csv"]).arg(database).arg(query).stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let talk = String::from_utf8_lossy(&output.stderr);
        ensure!(talk.contains("lock"), "the shell says: {talk}");
        return Ok(None);
    }
    let text = String::from_utf8(output.stdout)?;
    let number = text.lines().nth(1).context("the shell answers with a row")?;
    Ok(Some(number.parse()?))
}
