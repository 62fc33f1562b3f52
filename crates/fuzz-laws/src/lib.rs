//! What must hold for any bytes that reach the program from outside: one law per door.
//!
//! The fuzz targets in `fuzz/` search for input that breaks a law; this crate's test replays what they kept. A law panics when
//! it is broken. Nothing here knows the fuzzer, so that the stable toolchain runs the same laws.

mod archives;
mod events;
mod tokens;

pub use archives::archive;
pub use events::{event_text, pump_logs, records};
pub use tokens::id_token;

/// Panics when bytes from outside break what must hold for all of them.
pub type Law = fn(&[u8]);

/// Every law under the name of its fuzz target and of its folder in `fuzz/corpus`.
pub const LAWS: [(&str, Law); 5] = [
    ("archive", archive),
    ("event_text", event_text),
    ("id_token", id_token),
    ("pump_logs", pump_logs),
    ("records", records),
];
