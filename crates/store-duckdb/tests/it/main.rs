//! The store against real DuckDB, in memory and on file.

mod atomicity;
mod captures;
mod conformance;
mod contents;
mod domain;
mod opening;
mod readings;
mod documents;
mod explain;
mod incremental;
mod simulated;
mod truth;
mod verify;
