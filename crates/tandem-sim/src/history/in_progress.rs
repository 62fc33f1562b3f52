//! What a pump is in the middle of: boluses and sensor sessions.

use super::clock::UtcSeconds;
use super::day::Fate;
use super::truth::Milliunits;

/// A bolus between its request and its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActiveBolus {
    pub(crate) id: u16,
    pub(crate) truth: usize,
    pub(crate) now: Milliunits,
    pub(crate) later: Milliunits,
    pub(crate) fate: Fate,
    pub(crate) started: Option<UtcSeconds>,
    pub(crate) delivered: Milliunits,
    pub(crate) extended_from: UtcSeconds,
}

/// Contact lost from `start` to `end`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence {
    pub(crate) start: UtcSeconds,
    pub(crate) end: UtcSeconds,
    pub(crate) backfilled: bool,
}

/// A measurement the pump has not seen yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measurement {
    pub(crate) measured: UtcSeconds,
    pub(crate) mgdl: f64,
}

/// One sensor session.
#[derive(Clone, Debug)]
pub(crate) struct SensorState {
    pub(crate) joins: UtcSeconds,
    pub(crate) sensor_started: UtcSeconds,
    pub(crate) warm_from: UtcSeconds,
    pub(crate) stops: UtcSeconds,
    pub(crate) failed: bool,
    pub(crate) silences: Vec<Silence>,
    pub(crate) missed: Vec<Measurement>,
    pub(crate) truth: usize,
    pub(crate) low_alarm: Option<usize>,
    pub(crate) high_alarm: Option<usize>,
    pub(crate) silence_alarm: Option<usize>,
}
