//! What tests expect, with its source: published captures of events, series of readings with their metrics, and insulin with its totals.
//!
//! The files lie beside this crate, in formats made for reading and editing; each says at its top how to read it. A file that cannot be
//! read fails the test that asked for it.

mod captures;
mod effort;
mod insulin;
mod series;

pub use captures::{Capture, RECORD_LENGTH, events, newer_records, record_from_hex, records};
pub use effort::effort;
pub use insulin::{
    Average, AverageDays, BasalRun, Bolus, BolusClasses, Curve, Day, Insulin, ModeChange, Modes, OnBoard, insulin,
};
pub use series::{Expected, ExpectedValue, HourOfDay, PrintedRanges, Profile, Series};
