//! Integration tests of the crate, one binary.

mod csv_series;
mod edges;
mod episodes;
mod golden;
mod golden_insulin;
mod printing;
mod support;
mod time;
