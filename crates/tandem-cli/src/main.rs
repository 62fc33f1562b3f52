//! `tandem`: a person's insulin pump history, out of Tandem Source into one DuckDB file.
//!
//! The only crate that reads the environment, configuration and clock, prints, and exits. Start at [`cli`] for what can be
//! said, [`commands`] for what is done (a file per command), [`settings`] for where every setting comes from, [`failure`]
//! for what errors mean. Everything else is in the libraries.

mod arguments;
mod cli;
mod clock;
mod clock_hints;
mod commands;
mod context;
#[cfg(test)]
mod documented;
mod error_output;
mod failure;
mod history;
mod interrupt;
mod lake;
mod logging;
mod mcp;
mod memory_limit;
mod output;
mod progress;
mod settings;
mod stderr;
mod summary;
mod terminal;
mod time_limit;

use std::process::ExitCode;

use crate::commands::Command;
use crate::context::Context;
use crate::failure::Exit;

fn main() -> ExitCode {
    keep_files_private();
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(error) => return error_output::print_usage(error),
    };
    cli.global.now.into_iter().for_each(clock::hold);
    let terminal = terminal::Terminal::new(&cli.global);
    logging::start(&cli.global);
    let tolerates_invalid_config = cli.command.as_ref().is_some_and(Command::tolerates_invalid_config);
    let context = Context::new(cli.global, tolerates_invalid_config, terminal);
    let outcome = context.and_then(|context| match cli.command {
        Some(command) => commands::run(command, cli::program(), &context),
        None => commands::overview::run(cli::program(), &context),
    });
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) if failure::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => error_output::print_error(&error).into(),
    }
}

/// Health data are their owner's: what this program makes (databases, reports, exports), no one else may read.
#[cfg(unix)]
fn keep_files_private() {
    use rustix::fs::Mode;
    let others = Mode::RWXG | Mode::RWXO;
    rustix::process::umask(rustix::process::umask(others) | others);
}

#[cfg(not(unix))]
fn keep_files_private() {}
