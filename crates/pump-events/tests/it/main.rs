//! The decoder against records of real pumps, its own rules against texts that break them, and laws that hold for any input.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop where it stands")]
#![expect(clippy::float_cmp, reason = "decoding is exact, so equality is what is meant")]
#![expect(clippy::too_many_lines, reason = "a table may be long")]

mod captures;
mod dictionary;
mod differences;
mod event_data;
mod json;
mod laws;
mod raw;
mod records;
