//! From the pump's wall clock to instants, and to the time that a correct clock would have shown the person.
//!
//! A pump has a wall clock without a zone. The person sets it, often hours after a daylight-saving change, and takes it
//! along on journeys. The pump logs every change of its clock (events 13 and 14), so the distance between any two
//! segments of its log is known exactly; only one constant is missing. All evidence about it is weighed:
//!
//! 1. `segments`: cut the log, in order of sequence, at its clock changes into segments of constant offset. A clock
//!    that fell back to its factory date without logging a change starts a new chain of segments.
//! 2. `anchor`: every offset that makes some segment agree with the configured zones, or with the phone's clock, is a
//!    candidate. The score of a candidate is how long the log agrees with the zones under it, plus what phones and
//!    uploads say. Data that extend an established log do not vote: a journey cannot re-date what came before it.
//! 3. `carry`: from the anchored segment, the offset is carried across each change by the amount that the pump logged.
//! 4. `local`: find the segments whose clock was wrong (not merely elsewhere), and what a correct clock would have shown.
//!
//! The outcome depends on the log, the runs that brought it and the zones; not on the present, and not on how often or
//! in how many steps it is computed. Nothing here reads a database or asks what time it is.

mod anchor;
mod carry;
mod evidence;
mod local;
mod notices;
mod pump_clock;
mod segments;
mod utc_source;
mod zones;

pub use evidence::{ClockChange, ClockHistory, LogPiece, PhoneTime};
pub use notices::{ClockNotice, notices};
pub use pump_clock::{ClockSegment, Instant, PumpClock};
pub use utc_source::UtcSource;
pub use zones::ZoneHistory;

/// The revision of the clock model. Raise it with every change that can give an event another instant: databases then find their
/// clocks again.
pub const REVISION: u32 = 3;

/// Milliseconds, of a wall clock, of an instant (both since 1970) or of a length.
type Millis = i64;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// How far a setting of the clock may precede or follow the daylight-saving change it is made for.
const ADJUSTMENT: Millis = 36 * HOUR;
/// No place lies further behind UTC …
const MIN_ZONE: Millis = -12 * HOUR;
/// … or further ahead.
const MAX_ZONE: Millis = 14 * HOUR;
