//! The store against real DuckDB, in memory and on file.

mod atomicity;
mod captured_domain;
mod captures;
mod clocks;
mod conformance;
mod contents;
mod documents;
mod domain;
mod explain;
mod hostile;
mod incremental;
mod merging;
mod opening;
mod person;
mod problems;
mod pushes;
mod questions;
mod readings;
mod regions;
mod settings;
mod simulated;
mod truth;
mod upgrade;
mod verify;
mod zones;
