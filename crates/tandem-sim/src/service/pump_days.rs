//! Where in a pump's log each day lies.

use std::ops::Range;

use crate::history::SimPump;
use crate::writers::is_clock_change;

/// Where in a pump's log the days of its wall clock lie: segments of one day each, in log order.
#[derive(Debug)]
pub(super) struct PumpDays {
    pub(super) segments: Vec<(u32, Range<usize>)>,
    pub(super) clock_changes: Vec<usize>,
}

impl PumpDays {
    pub(super) fn new(pump: &SimPump) -> Self {
        let mut segments: Vec<(u32, Range<usize>)> = vec![];
        for (index, event) in pump.events.iter().enumerate() {
            let day = event.header().pump_time.seconds() / 86_400;
            match segments.last_mut() {
                Some((known, range)) if *known == day => range.end = index + 1,
                _ => segments.push((day, index..index + 1)),
            }
        }
        let clock_changes = (0..pump.events.len()).filter(|index| is_clock_change(&pump.events[*index])).collect();
        Self { segments, clock_changes }
    }
}
