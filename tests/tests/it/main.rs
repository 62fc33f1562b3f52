//! Whole runs, from the service to the rows of the database.

#![expect(clippy::print_stderr, reason = "figures are printed")]

mod campaign;
mod drift;
mod faults;
mod first_sync;
mod privacy;
mod silence;
mod uploads;
