//! Whole runs, from the service to the rows of the database.

#![expect(clippy::print_stderr, reason = "a test that cannot be run says so, and figures are printed")]

mod campaign;
mod faults;
mod first_sync;
mod privacy;
mod readers;
mod silence;
mod uploads;
