//! Integration tests of the crate, one binary.

mod csv_series;
mod edges;
mod episodes;
mod golden;
mod golden_insulin;
mod messages;
mod page;
mod person;
mod printing;
#[path = "../../examples/sample/mod.rs"]
mod sample;
mod support;
mod time;
