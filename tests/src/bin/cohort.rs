//! Builds a lake of many simulated people, a month of each, and prints what it costs. `cargo xtask cohort` starts it.

#![expect(clippy::print_stdout, reason = "a command line tool talks to the person who runs it")]

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use chrono::NaiveDate;
use clap::Parser;
use nix::sys::resource::{UsageWho, getrusage};
use tandem_sim::history::Scenario;

/// Sizes of the lake, in people, at which its cost is measured; so it is when everyone is in it.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
/// Exporters at once.
const WORKERS: usize = 2;
/// Days of each person.
const DAYS: u32 = 30;
const PERSON_YEARS: f64 = 100_000.0;
const MONTHS_PER_YEAR: f64 = 365.25 / DAYS as f64;

/// Builds a lake of simulated people and prints rate, size and growth.
#[derive(Parser)]
#[command(name = "cohort", bin_name = "cargo xtask cohort")]
struct Arguments {
    /// How many people
    #[arg(long, default_value_t = 10)]
    people: usize,
    /// The program to measure
    #[arg(long)]
    tandem: PathBuf,
    /// Keep the lake in this folder
    #[arg(long)]
    output: Option<PathBuf>,
}

/// What a lake had cost when it held so many people.
struct Cost {
    people: usize,
    events: usize,
    seconds: f64,
    /// Processor time of imports and exports; the simulation's is not in it.
    processor_seconds: f64,
    bytes: u64,
    files: usize,
}

/// A lake that is being built.
struct Build<'a> {
    tandem: &'a Path,
    lake: PathBuf,
    began: Instant,
    next: AtomicUsize,
    done: AtomicUsize,
    events: AtomicUsize,
    costs: Mutex<Vec<Cost>>,
}

fn main() -> Result<()> {
    let Arguments { people, tandem, output } = Arguments::parse();
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    let lake = output.unwrap_or_else(|| folder.path().join("lake"));
    ensure!(!lake.exists(), "{} is there already", lake.display());
    fs::create_dir_all(lake.parent().unwrap_or(Path::new(".")))?;
    let build = Build {
        tandem: &tandem,
        lake,
        began: Instant::now(),
        next: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        events: AtomicUsize::new(0),
        costs: Mutex::default(),
    };
    println!(
        "| people (a month each) | events | wall clock, s | processor, s | processor per person, s | files | MiB | KiB per person |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(|| build.work(people))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|_| bail!("a worker panicked, see above")))
    })?;
    let mut costs = build.costs.into_inner().unwrap_or_else(PoisonError::into_inner);
    costs.sort_by_key(|cost| cost.people);
    print_growth(&costs)
}

impl Build<'_> {
    /// Adds people until there are enough.
    fn work(&self, people: usize) -> Result<()> {
        loop {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            if number >= people {
                return Ok(());
            }
            self.events.fetch_add(self.add(number)?, Ordering::SeqCst);
            let done = self.done.fetch_add(1, Ordering::SeqCst) + 1;
            if done == people || SIZES.contains(&done) {
                let cost = self.cost(done)?;
                println!("{}", cost.row());
                self.costs.lock().unwrap_or_else(PoisonError::into_inner).push(cost);
            }
        }
    }

    /// Simulates a person, stores the history and exports it. Returns the number of events.
    fn add(&self, number: usize) -> Result<usize> {
        let place = tempfile::tempdir().context("cannot make a folder")?;
        let start = NaiveDate::from_ymd_opt(2026, 9, 1).context("a date")?;
        let mut scenario = Scenario::demo().start(start).days(DAYS).seed(number as u64 + 1);
        scenario.pumps_mut().truncate(1);
        let history = scenario.simulate();
        for pump in &history.pumps {
            let mut file = BufWriter::new(File::create(place.path().join("pump.json"))?);
            tandem_sim::writers::write_pump_logs(&mut file, pump)?;
            drop(file);
            self.run(place.path(), &["import", "pump.json", "--time-zone", history.zone.name()])?;
        }
        let lake = self.lake.to_str().context("the lake's name is not UTF-8")?;
        self.run(place.path(), &["export", "--partitioned", "--person", &format!("p{number:06}"), "--output", lake])?;
        Ok(history.pumps.iter().map(|pump| pump.events.len()).sum())
    }

    fn run(&self, place: &Path, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(self.tandem);
        command.args(arguments).args(["--db", "person.db", "--quiet"]).current_dir(place);
        let output = command.env("HOME", place).stdin(Stdio::null()).output().context("tandem does not start")?;
        ensure!(output.status.success(), "tandem {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    fn cost(&self, people: usize) -> Result<Cost> {
        let (bytes, files) = size_of(&self.lake)?;
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        Ok(Cost {
            people,
            events: self.events.load(Ordering::SeqCst),
            seconds: self.began.elapsed().as_secs_f64(),
            processor_seconds: seconds(usage.user_time()) + seconds(usage.system_time()),
            bytes,
            files,
        })
    }
}

/// Bytes and files below a folder. A file that another worker renames meanwhile is not counted.
fn size_of(folder: &Path) -> Result<(u64, usize)> {
    let (mut bytes, mut files) = (0, 0);
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let (more_bytes, more_files) = match fs::metadata(&path) {
            Ok(data) if data.is_dir() => size_of(&path)?,
            Ok(data) => (data.len(), 1),
            Err(_) => (0, 0),
        };
        bytes += more_bytes;
        files += more_files;
    }
    Ok((bytes, files))
}

impl Cost {
    fn per_person(&self, of: f64) -> f64 {
        of / self.people as f64
    }

    /// A row of the table, in Markdown.
    fn row(&self) -> String {
        let Self { people, events, seconds, processor_seconds, bytes, files } = self;
        let (per_person, kib) = (processor_seconds / *people as f64, *bytes as f64 / 1024.0 / *people as f64);
        let mib = *bytes as f64 / 1024.0 / 1024.0;
        format!(
            "| {people} | {events} | {seconds:.0} | {processor_seconds:.0} | {per_person:.2} | {files} | {mib:.1} | {kib:.0} |"
        )
    }
}

/// How costs grew from the smallest lake to the largest, and what follows for a large cohort.
fn print_growth(costs: &[Cost]) -> Result<()> {
    let last = costs.last().context("no lake was measured")?;
    match costs {
        [first, .., _] => println!("\n{}", growth(first, last)),
        _ => println!("\nGrowth was not measured: it takes more than {} people.", SIZES[0]),
    }
    let months = PERSON_YEARS * MONTHS_PER_YEAR;
    println!(
        "At these rates, {PERSON_YEARS} person-years take {:.0} GiB and {:.0} processor days.",
        last.per_person(last.bytes as f64) * months / f64::from(1 << 30),
        last.per_person(last.processor_seconds) * months / 86400.0
    );
    Ok(())
}

fn growth(first: &Cost, last: &Cost) -> String {
    let times = |of: fn(&Cost) -> f64| last.per_person(of(last)) / first.per_person(of(first));
    format!(
        "From {} to {} people, a person costs {:.2} × the processor time and {:.2} × the bytes.",
        first.people,
        last.people,
        times(|cost| cost.processor_seconds),
        times(|cost| cost.bytes as f64)
    )
}
