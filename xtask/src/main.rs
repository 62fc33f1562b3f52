//! Tasks of the workspace: `cargo xtask help` lists them. What CI runs is `cargo xtask test`.

#![expect(clippy::print_stderr, reason = "a command line tool talks to the person who runs it")]

mod browser;
mod codegen;
mod demo;
mod dist;
mod download;
mod duckdb;
mod edges;
mod gate;
mod outcome;
mod process;
mod setup;
mod tools;
mod validate;
mod wording;
mod workspace;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Tasks of the workspace.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
    /// Compile DuckDB from source instead of linking a prebuilt library (about 40 minutes on two cores, once).
    #[arg(long, global = true)]
    bundled: bool,
}

#[derive(Subcommand)]
enum Task {
    /// Build `tandem` and run its demo: a made-up account, fetched, decoded and shown.
    Demo {
        /// Arguments for `tandem demo`, for example `--open`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the gate: formatting, lints, documentation, dependency edges, licences, the program as a whole, then every test.
    Test,
    /// Get DuckDB's library, so that plain cargo commands and your editor work, and install what the steps of the gate need.
    Setup,
    /// Run the tests that need other programs: Python packages, a terminal, shells, a small disk.
    Tools,
    /// Check that crates depend on each other only as ARCHITECTURE.md says, and that modules do not form circles.
    Edges,
    /// Check that no text uses a phrase that CONTRIBUTING.md replaces.
    Wording,
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
    /// Packs an archive and a wheel with checksums and a bill of materials, and tries each in an empty place.
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
    /// Records docs/tour.md and the list of error texts again, from what the binary shows now.
    Tour {
        /// Only compares.
        #[arg(long)]
        check: bool,
    },
    /// Generate Rust types of labels from the event dictionary, and docs/data-dictionary.md from the database.
    Codegen {
        /// Compare only.
        #[arg(long)]
        check: bool,
    },
    /// Builds a lake of simulated people, a month of each, and prints rate, size and growth; see docs/cohort.md.
    Cohort {
        /// `--people N`, `--output FOLDER`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The fault campaign: disturbs hundreds of runs of sync and import; see docs/reliability.md.
    Faults {
        /// `--runs N`, `--seed S`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> anyhow::Result<()> {
    let Arguments { task, bundled } = Arguments::parse();
    let prepare = || Workspace::prepare(bundled);
    match task {
        Task::Demo { arguments } => demo::run(&prepare()?, &arguments),
        Task::Test => gate::test(&prepare()?),
        Task::Setup => setup::install(prepare),
        Task::Tools => gate::tools(&prepare()?),
        Task::Edges => edges::check_edges(),
        Task::Wording => wording::check_wording(&workspace::places()?.0),
        Task::Validate { quick, json } => validate::validate(&prepare()?, quick, json.as_deref()),
        Task::Bench { sizes } => gate::bench(&prepare()?, &sizes),
        Task::Dist { output } => dist::dist(output.as_deref()),
        Task::ReportCheck { screenshots } => report_check(&prepare()?, screenshots.as_deref()),
        Task::Tour { check } => gate::tour(&prepare()?, check),
        Task::Codegen { check } => {
            codegen::generate_types(check)?;
            gate::codegen(&prepare()?, check)
        }
        Task::Cohort { arguments } => gate::cohort(&prepare()?, &arguments),
        Task::Faults { arguments } => gate::faults(&prepare()?, &arguments),
    }
}

fn report_check(workspace: &Workspace, screenshots: Option<&std::path::Path>) -> anyhow::Result<()> {
    if let outcome::Outcome::Skipped(reason) = browser::check_report(workspace, screenshots)? {
        anyhow::bail!("the report was not checked: {reason}");
    }
    Ok(())
}
