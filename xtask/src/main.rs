//! Chores of the workspace: `cargo xtask help` lists them. What CI runs is `cargo xtask test`.

#![expect(clippy::print_stderr, reason = "a command line tool talks to the person who runs it")]

mod browser;
mod dist;
mod edges;
mod gate;
mod process;
mod validate;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Chores of the workspace.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// The gate: formatting, lints, documentation, dependency edges, licences, then every test.
    Test,
    /// Checks that crates depend on each other only as ARCHITECTURE.md says.
    Edges,
    /// Shows that all of it works: the program against the simulated service, checked by what ends up in the file.
    Validate {
        /// Leave out what needs Python packages or minutes.
        #[arg(long)]
        quick: bool,
        /// Where the results go as JSON [default: validate.json in the target folder]
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Measures the budgets of docs/performance.md: decoding, whole runs of each size, first answers.
    Bench {
        /// Sizes of archives, in events [default: 100000 1000000 5000000]
        #[arg(value_name = "EVENTS")]
        sizes: Vec<u64>,
    },
    /// Packs a tarball and a wheel with checksums and a bill of materials, and tries each in an empty place.
    Dist {
        /// Where they go [default: dist in the target folder]
        #[arg(long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
    /// Opens the demo's report in a real browser: errors, requests, accessibility, overlapping labels.
    ReportCheck {
        /// Keep screenshots in this folder.
        #[arg(long, value_name = "FOLDER")]
        screenshots: Option<PathBuf>,
    },
    /// Records docs/tour.md and the list of error texts anew, from what the binary shows now.
    Tour {
        /// Only compares.
        #[arg(long)]
        check: bool,
    },
    /// Writes docs/data-dictionary.md anew, from the comments in the database.
    Codegen,
    /// The fault campaign: disturbs hundreds of runs of sync and import; see docs/reliability.md.
    Faults {
        /// `--runs N`, `--seed S`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().chore {
        Chore::Test => gate::test(),
        Chore::Edges => edges::check(),
        Chore::Validate { quick, json } => validate::validate(quick, json.as_deref()),
        Chore::Bench { sizes } => gate::bench(&sizes),
        Chore::Dist { output } => dist::dist(output.as_deref()),
        Chore::ReportCheck { screenshots } => browser::check(screenshots.as_deref()),
        Chore::Tour { check } => gate::tour(check),
        Chore::Codegen => gate::codegen(),
        Chore::Faults { arguments } => gate::faults(&arguments),
    }
}
