//! Runs the fault campaign and prints a table of what happened. `cargo xtask faults` starts it.

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a command line tool talks to the person who runs it")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tandem_sim::service::Mutation;
use tandem_tests::campaign::{Campaign, Effect, KINDS, kind_of};
use tandem_tests::drift::{Drifts, Outcome};

/// Disturbs runs of sync and import, each in its own way by its seed, and compares what they end in with undisturbed runs.
#[derive(Parser)]
#[command(name = "faults", bin_name = "cargo xtask faults")]
struct Arguments {
    /// How many runs
    #[arg(long, default_value_t = 528)]
    runs: u64,
    /// The first seed; the next runs have the next seeds
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Instead of the campaign: change every member of frequent events in ten ways, one after the other
    #[arg(long, conflicts_with_all = ["runs", "seed"])]
    drift: bool,
}

/// What became of the runs of one kind.
#[derive(Default)]
struct Tally {
    runs: u64,
    disturbed: u64,
    borne: u64,
    skipped: u64,
    failed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.drift { drift() } else { campaign(&arguments) }
}

/// Changes each member in each way and prints what came of it.
fn drift() -> ExitCode {
    let drifts = match Drifts::new() {
        Ok(drifts) => drifts,
        Err(error) => {
            eprintln!("the undisturbed sync failed: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut silent = 0;
    println!(
        "| event | member | {} |",
        Mutation::ANY.map(|mutation| format!("{mutation:?}").to_lowercase()).join(" | ")
    );
    println!("|---|---|{}", "---|".repeat(Mutation::ANY.len()));
    for member in drifts.members() {
        let cells = Mutation::ANY.map(|mutation| match drifts.check(member, mutation) {
            Ok(Outcome::SameRows) => "=",
            Ok(Outcome::Refused) => "4",
            Ok(Outcome::Doubted) => "6",
            Err(error) => {
                eprintln!("{} of {}, {mutation:?}: {error:#}", member.name, member.event);
                silent += 1;
                "✗"
            }
        });
        println!("| {} | `{}` | {} |", member.event, member.name, cells.join(" | "));
    }
    if silent == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn campaign(arguments: &Arguments) -> ExitCode {
    let began = Instant::now();
    let mut campaign = Campaign::default();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for seed in arguments.seed..arguments.seed + arguments.runs {
        let kind = kind_of(seed);
        let tally = tallies.entry(kind.name).or_default();
        tally.runs += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| campaign.run(seed)));
        let outcome = outcome.unwrap_or_else(|_| Err(anyhow::anyhow!("it panicked, see above")));
        let (count, words) = match outcome {
            Ok(Effect::Disturbed) => (&mut tally.disturbed, "ended early, then whole".to_owned()),
            Ok(Effect::Borne) => (&mut tally.borne, "borne".to_owned()),
            Ok(Effect::Skipped) => (&mut tally.skipped, "not possible here".to_owned()),
            Err(error) => {
                let replay = format!("to replay: cargo xtask faults --runs 1 --seed {seed}");
                (&mut tally.failed, format!("FAILED: {error:#}\n  {replay}"))
            }
        };
        *count += 1;
        eprintln!("seed {seed} ({}): {words}", kind.name);
    }
    print(&tallies);
    let (last, minutes) = (arguments.seed + arguments.runs - 1, began.elapsed().as_secs_f64() / 60.0);
    println!("\nSeeds {} to {last}, {minutes:.1} minutes.", arguments.seed);
    if tallies.values().any(|tally| tally.failed > 0) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// A table in Markdown.
fn print(tallies: &BTreeMap<&str, Tally>) {
    println!("| kind | what happens | runs | ended early | borne | not possible here | failed |");
    println!("|---|---|---:|---:|---:|---:|---:|");
    for kind in &KINDS {
        let Some(Tally { runs, disturbed, borne, skipped, failed }) = tallies.get(kind.name) else { continue };
        println!("| `{}` | {} | {runs} | {disturbed} | {borne} | {skipped} | {failed} |", kind.name, kind.what);
    }
}
