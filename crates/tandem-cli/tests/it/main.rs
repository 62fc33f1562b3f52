//! The command as a person has it: the real binary, real files, its words and exit codes.

#![expect(clippy::print_stderr, reason = "a test that cannot be run says so")]

mod assistant;
mod bad_input;
mod exports;
mod lives;
mod metrics;
mod predecessor;
mod python;
mod queries;
mod screens;
mod shipped;
mod support;
mod trouble;
