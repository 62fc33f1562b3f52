//! `tandem`: a person's insulin pump history, out of Tandem Source into one DuckDB file.
//!
//! The only crate that reads the environment, configuration and clock, prints, and exits. Start at [`cli`] for what can be
//! said, [`commands`] for what is done (a file per command), [`settings`] for where every setting comes from, [`failure`]
//! for how errors are told. Everything else is in the libraries.

mod cli;
mod clock;
mod clock_hints;
mod commands;
mod context;
#[cfg(test)]
mod documented;
mod failure;
mod history;
mod interrupt;
mod logging;
mod mcp;
mod memory_limit;
mod output;
mod progress;
mod settings;
mod summary;
mod terminal;
mod time_limit;

use std::process::ExitCode;

use crate::context::Context;
use crate::failure::Exit;

fn main() -> ExitCode {
    keep_files_private();
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error),
    };
    cli.global.now.into_iter().for_each(clock::hold);
    let terminal = terminal::Terminal::new(&cli.global);
    logging::start(&cli.global);
    let outcome = Context::new(&cli, terminal).and_then(|context| match cli.command {
        Some(command) => commands::run(command, &context),
        None => commands::overview::run(&context),
    });
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) if failure::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => failure::present(&error).into(),
    }
}

/// Health data are their owner's: what this program makes (databases, reports, exports), nobody else may read.
#[cfg(unix)]
fn keep_files_private() {
    use rustix::fs::Mode;
    let others = Mode::RWXG | Mode::RWXO;
    rustix::process::umask(rustix::process::umask(others) | others);
}

#[cfg(not(unix))]
fn keep_files_private() {}
