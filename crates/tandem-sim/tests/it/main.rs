//! The simulator's tests: the history by itself, its encodings and uploads, and the service over loopback HTTP.

#![expect(clippy::unwrap_used, reason = "tests")]

mod browser;
mod choices;
mod data;
mod encodings;
mod history;
mod login;
mod trouble;
mod truth;
mod uploads;
