//! Chores of the workspace: `cargo xtask help` lists them. What CI runs is `cargo xtask test`.

mod edges;
mod gate;

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
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().chore {
        Chore::Test => gate::test(),
        Chore::Edges => edges::check(),
    }
}
