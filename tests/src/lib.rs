//! Whole runs: the simulated service, the real client, the pipeline and a database in a file, together; and other people's
//! programs that read the file.
//!
//! [`setup`] makes a service and a folder, [`program`] runs the binary that people run, [`contents`] compares databases,
//! [`campaign`] disturbs runs by a seed, [`drift`] changes the service's format, [`python`] finds what others made. The tests are
//! in `tests/it`; `src/bin/faults.rs` runs the campaign at length, `src/bin/cohort.rs` builds a lake of many people.

pub mod campaign;
pub mod contents;
pub mod disk;
pub mod drift;
pub mod program;
pub mod python;
pub mod setup;
