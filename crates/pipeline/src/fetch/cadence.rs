//! Notices answers from which single events are missing all over.
//!
//! Sensors and the closed loop log in a fixed cycle. Where an event of a cycle was left out, the next one comes a whole number
//! of cycles later. A sensor alone may skip cycles; when basal does so just as often, the answer is thinned.

use pump_events::EventCode;

use crate::RawBatch;

/// Types of event that a pump logs in every cycle: sensor readings, and basal delivery under the closed loop.
const CYCLIC: [EventCode; 5] = [EventCode(256), EventCode(279), EventCode(372), EventCode(399), EventCode(480)];
/// Five minutes.
const CYCLE_SECONDS: u32 = 300;
/// An event comes at most this much off its cycle.
const MAX_JITTER_SECONDS: u32 = 15;
/// Fewer intervals say nothing.
const MIN_INTERVALS: usize = 20;
/// Types of which a smaller share of intervals is whole cycles are not logged in cycles at this time.
const MIN_CYCLIC_PERCENT: usize = 90;
/// In a complete log, at least this share of the intervals is a single cycle.
const MIN_SINGLE_PERCENT: usize = 75;
/// A sensor or the loop alone may pause often.
const MIN_TYPES: usize = 2;

/// True when cycles are missing from at least two types of event.
#[must_use]
pub(super) fn is_thinned(answer: &RawBatch) -> bool {
    CYCLIC.iter().filter(|code| skips_cycles(&intervals(answer, **code))).count() >= MIN_TYPES
}

/// Seconds from each event of a type to the next, in the order of the pump's clock.
fn intervals(answer: &RawBatch, code: EventCode) -> Vec<u32> {
    let events = answer.iter().filter(|event| event.code == code);
    let mut seconds: Vec<u32> = events.map(|event| event.pump_time.seconds()).collect();
    seconds.sort_unstable();
    seconds.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn skips_cycles(intervals: &[u32]) -> bool {
    let cycles: Vec<u32> = intervals.iter().filter_map(|seconds| whole_cycles(*seconds)).collect();
    let single = cycles.iter().filter(|cycles| **cycles == 1).count();
    intervals.len() >= MIN_INTERVALS
        && cycles.len() * 100 >= intervals.len() * MIN_CYCLIC_PERCENT
        && single * 100 < intervals.len() * MIN_SINGLE_PERCENT
}

fn whole_cycles(seconds: u32) -> Option<u32> {
    let cycles = (seconds + CYCLE_SECONDS / 2) / CYCLE_SECONDS;
    (cycles > 0 && seconds.abs_diff(cycles * CYCLE_SECONDS) <= MAX_JITTER_SECONDS).then_some(cycles)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kept` of ten intervals are one cycle, the others two; `jitter` is added to each.
    fn cycles(kept: u32, jitter: u32) -> Vec<u32> {
        (0..40).map(|number| CYCLE_SECONDS * (1 + u32::from(number % 10 >= kept)) + jitter).collect()
    }

    #[test]
    fn cycles_are_skipped_when_many_intervals_are_longer_whole_cycles() {
        let rows = [(10, 0, false), (8, 0, false), (7, 0, true), (7, 15, true), (7, 16, false), (0, 0, true)];
        for (kept, jitter, expected) in rows {
            assert_eq!(skips_cycles(&cycles(kept, jitter)), expected, "{kept} of 10, {jitter} s late");
        }
        assert!(!skips_cycles(&cycles(0, 0)[..MIN_INTERVALS - 1]), "too few to tell");
        assert!(!skips_cycles(&[60; 100]), "a sensor of one minute");
    }
}
