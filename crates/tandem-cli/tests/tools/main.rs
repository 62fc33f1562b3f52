//! What other people's programs make of this one: Python packages, `DuckDB`'s shell, a terminal, manual pages, shells, a disk that is full.
//!
//! `cargo test` leaves these out. `cargo xtask test` and `cargo xtask tools` run them in named steps, which are skipped with a reason where a
//! program is missing; here, a missing program is a failure.

#[path = "../it/golden.rs"]
#[allow(dead_code, reason = "shared with the tests in `it`")]
mod golden;
#[path = "../it/lives.rs"]
#[allow(dead_code, reason = "shared with the tests in `it`")]
mod lives;
#[path = "../it/support.rs"]
#[allow(dead_code, reason = "shared with the tests in `it`")]
mod support;

mod babelbetes;
mod diax;
mod disk;
mod example_python;
mod example_r;
mod launchd;
mod manual;
mod python;
mod shell;
mod shells;
mod spark;
mod systemd;
mod terminal;
