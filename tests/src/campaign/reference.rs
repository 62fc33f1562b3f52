//! A simulated life, and the databases that undisturbed runs make of it.

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use pipeline::Clock as _;
use tandem_sim::history::History;
use tandem_sim::service::Behaviour;
use tandem_sim::timeline::{Timeline, UploadHabits};
use tandem_sim::writers::write_json_lines;

use crate::program::{run, tandem};
use crate::setup::{Setup, short_history};

/// Days of a life: enough for a sync to have several windows.
const DAYS: u32 = 45;

/// Uploads every fourth day, some late, some out of order.
const HABITS: UploadHabits = UploadHabits {
    every_minutes: 4 * 1_440,
    late: 0.2,
    out_of_order: 0.3,
    backlog_after_days: Some(20),
    second_pump_by_cable: false,
};

/// What is disturbed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Work {
    Sync,
    Import,
}

/// A life with its undisturbed runs.
pub(super) struct Reference {
    setup: Setup,
    timeline: Timeline,
    present: DateTime<Utc>,
    archives: Vec<PathBuf>,
    sync: Undisturbed,
    import: Undisturbed,
}

struct Undisturbed {
    database: PathBuf,
    took: Duration,
}

impl Reference {
    pub(super) fn new(seed: u64) -> Result<Self> {
        let history = short_history(seed + 1, DAYS);
        let timeline = Timeline::new(&history, HABITS, seed);
        let setup = Setup::with_timeline(&history, Behaviour::default(), timeline.clone())?;
        let present = setup.clock.now();
        setup.sim.advance_uploads(usize::MAX);
        let archives = write_archives(&setup)?;
        let sync = undisturbed(&setup, "sync.db", &["sync"])?;
        let import = [&["import"], archive_names(&archives).as_slice()].concat();
        let import = undisturbed(&setup, "import.db", &import)?;
        Ok(Self { setup, timeline, present, archives, sync, import })
    }

    pub(super) fn history(&self) -> &Arc<History> {
        &self.setup.history
    }

    /// Nothing of it has happened yet.
    pub(super) fn timeline(&self) -> Timeline {
        self.timeline.clone()
    }

    /// After everything.
    pub(super) fn present(&self) -> DateTime<Utc> {
        self.present
    }

    pub(super) fn archives(&self) -> &[PathBuf] {
        &self.archives
    }

    pub(super) fn database(&self, work: Work) -> &Path {
        &self.of(work).database
    }

    pub(super) fn usual_time(&self, work: Work) -> Duration {
        self.of(work).took
    }

    /// The arguments of the program.
    pub(super) fn arguments(&self, work: Work) -> Vec<&str> {
        match work {
            Work::Sync => vec!["sync"],
            Work::Import => [&["import"], archive_names(&self.archives).as_slice()].concat(),
        }
    }

    fn of(&self, work: Work) -> &Undisturbed {
        match work {
            Work::Sync => &self.sync,
            Work::Import => &self.import,
        }
    }
}

fn undisturbed(setup: &Setup, database: &str, arguments: &[&str]) -> Result<Undisturbed> {
    let database = setup.path(database);
    let command = tandem(setup, &database, arguments)?;
    let began = Instant::now();
    let ended = run(command)?;
    ensure!(ended.code == Some(0), "{}", ended.talk);
    Ok(Undisturbed { database, took: began.elapsed() })
}

/// A file for each pump, an event a line.
fn write_archives(setup: &Setup) -> Result<Vec<PathBuf>> {
    let mut archives = Vec::new();
    for pump in &setup.history.pumps {
        let path = setup.path(&format!("{}.json", pump.serial));
        let mut file = BufWriter::new(std::fs::File::create(&path)?);
        write_json_lines(&mut file, &pump.assignment_id, &pump.events)?;
        archives.push(path);
    }
    Ok(archives)
}

fn archive_names(archives: &[PathBuf]) -> Vec<&str> {
    archives.iter().filter_map(|archive| archive.to_str()).collect()
}
