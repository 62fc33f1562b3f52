//! The store against real DuckDB, in memory and on file.

mod atomicity;
mod captures;
mod contents;
mod conformance;
mod opening;
mod readings;
