//! The pump's event log: entries are put in at true times in any order and come out in the order they were logged.

use chrono::{DateTime, Utc};
use pump_events::Event;

use super::clock::{ClockChange, ClockEvents, ClockPlan, DAY, UtcSeconds, instant, pump_day, pump_time};
use super::draft::Draft;

/// Names an entry before the log is in order and sequence numbers exist.
pub(crate) type EntryId = u32;

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: UtcSeconds,
    stamp: Timestamp,
    draft: Draft,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timestamp {
    /// The wall clock at the entry's true time.
    WallClock,
    /// A clock event, stamped with the new value of what it changed. Comes first in its second.
    ClockChange(i64),
}

/// Collects entries.
#[derive(Debug)]
pub(crate) struct PumpLog {
    plan: ClockPlan,
    entries: Vec<Entry>,
}

/// The log in order.
#[derive(Debug)]
pub(crate) struct FinishedLog {
    pub(crate) events: Vec<Event>,
    pub(crate) instants: Vec<DateTime<Utc>>,
    sequence_of: Vec<Option<u32>>,
}

impl PumpLog {
    pub(crate) fn new(plan: ClockPlan) -> Self {
        Self { plan, entries: Vec::new() }
    }

    pub(crate) fn plan(&self) -> &ClockPlan {
        &self.plan
    }

    /// Logs at the true time `at`.
    pub(crate) fn push(&mut self, at: UtcSeconds, draft: Draft) -> EntryId {
        self.entries.push(Entry { at, stamp: Timestamp::WallClock, draft });
        self.entries.len() as EntryId - 1
    }

    /// Logs what a setting of the clock leaves behind: 14 with the new date and the old time of day, then 13 with the new
    /// time, both in the second of the change (the captured pair 364364, 364365 is stamped so).
    pub(crate) fn push_clock_change(&mut self, change: &ClockChange) {
        let (before, after) = (change.at + change.offset_before, change.at + change.offset_after);
        let rtc = change.at.rem_euclid(i64::from(u32::MAX));
        if change.events == ClockEvents::DateAndTime {
            let draft = Draft::new(14)
                .with("datePrior", pump_day(before))
                .with("dateAfter", pump_day(after))
                .with("rawRtcTime", rtc);
            self.push_stamped(change.at, after.div_euclid(DAY) * DAY + before.rem_euclid(DAY), draft);
        }
        if change.events != ClockEvents::Silent {
            let draft = Draft::new(13)
                .with("timePrior", before.rem_euclid(DAY) * 1000)
                .with("timeAfter", after.rem_euclid(DAY) * 1000)
                .with("rawRtcTime", rtc + 2);
            self.push_stamped(change.at, after, draft);
        }
    }

    fn push_stamped(&mut self, at: UtcSeconds, wall: i64, draft: Draft) {
        self.entries.push(Entry { at, stamp: Timestamp::ClockChange(wall), draft });
    }

    /// Puts the entries before `end` in order, numbers them from `first_sequence` and stamps them.
    pub(crate) fn finish(self, first_sequence: u32, end: UtcSeconds) -> FinishedLog {
        let mut order: Vec<usize> = (0..self.entries.len()).filter(|index| self.entries[*index].at < end).collect();
        order.sort_by_key(|index| {
            let entry = &self.entries[*index];
            (entry.at, entry.stamp == Timestamp::WallClock)
        });
        let mut finished = FinishedLog {
            events: Vec::with_capacity(order.len()),
            instants: Vec::with_capacity(order.len()),
            sequence_of: vec![None; self.entries.len()],
        };
        for (index, sequence) in order.into_iter().zip(first_sequence..) {
            let entry = &self.entries[index];
            finished.sequence_of[index] = Some(sequence);
            finished.instants.push(instant(entry.at));
            finished.events.push(entry.draft.event(self.stamp(entry), sequence));
        }
        finished
    }

    fn stamp(&self, entry: &Entry) -> u32 {
        let wall = match entry.stamp {
            Timestamp::WallClock => self.plan.wall(entry.at),
            Timestamp::ClockChange(wall) => wall,
        };
        pump_time(wall).seconds()
    }
}

impl FinishedLog {
    /// The sequence number an entry got; `None` for one that lay behind the log's end.
    pub(crate) fn sequence(&self, entry: EntryId) -> Option<u32> {
        self.sequence_of[entry as usize]
    }
}
