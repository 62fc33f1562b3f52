//! The store against real DuckDB, in memory and on file.

mod atomicity;
mod captured_domain;
mod captures;
mod conformance;
mod contents;
mod documents;
mod domain;
mod explain;
mod incremental;
mod opening;
mod readings;
mod simulated;
mod truth;
mod verify;
