//! A set of instants: periods, merged where they overlap.

use chrono::{DateTime, Utc};

use crate::time::Timestamp;

/// Segments in time order that neither overlap nor touch.
#[derive(Debug, Default)]
pub(crate) struct TimeSet(Vec<(DateTime<Utc>, DateTime<Utc>)>);

impl TimeSet {
    /// The union of half-open periods, in any order. Empty and backward ones add nothing.
    pub(crate) fn new(segments: impl Iterator<Item = (Timestamp, Timestamp)>) -> Self {
        let mut all: Vec<_> = segments.map(|(start, end)| (start.utc, end.utc)).filter(|(a, b)| a < b).collect();
        all.sort_unstable();
        all.dedup_by(|later, earlier| {
            let overlaps = later.0 <= earlier.1;
            if overlaps {
                earlier.1 = earlier.1.max(later.1);
            }
            overlaps
        });
        Self(all)
    }

    /// Elapsed minutes.
    pub(crate) fn minutes(&self) -> f64 {
        self.0.iter().map(|(start, end)| minutes(*start, *end)).sum()
    }

    /// Elapsed minutes that are in both sets.
    pub(crate) fn minutes_shared_with(&self, other: &Self) -> f64 {
        let shared = |(start, end): &(DateTime<Utc>, DateTime<Utc>)| {
            let first = other.0.partition_point(|(_, other_end)| other_end <= start);
            let touching = other.0[first..].iter().take_while(move |(other_start, _)| other_start < end);
            touching.map(|(a, b)| minutes(*a.max(start), *b.min(end))).sum::<f64>()
        };
        self.0.iter().map(shared).sum()
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn minutes(start: DateTime<Utc>, end: DateTime<Utc>) -> f64 {
    (end - start).num_milliseconds() as f64 / 60_000.0
}
