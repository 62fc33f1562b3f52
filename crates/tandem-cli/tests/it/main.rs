//! The command as a person has it: the real binary, real files, its words and exit codes.

#![expect(clippy::print_stderr, reason = "a test that cannot be run says so")]

mod assistant;
mod bad_input;
mod errors;
mod exits;
mod exports;
mod first_minute;
mod golden;
#[cfg(unix)]
mod kills;
mod lives;
mod metrics;
mod predecessor;
#[cfg(unix)]
mod private;
mod pushes;
mod python;
mod queries;
mod screens;
mod service;
mod shipped;
mod site;
mod support;
mod tour;
mod trouble;
