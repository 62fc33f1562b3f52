//! One pump's clock: the instant of any of its events.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use pump_events::PumpTime;

use super::anchor::{Anchored, Basis, Surroundings, anchor_chain};
use super::evidence::{ClockHistory, wall};
use super::local::{Part, Placed, parts};
use super::segments::{Chain, Segment, cut_into_chains};
use super::utc_source::UtcSource;
use super::zones::{ZoneHistory, ZoneTimeline};
use super::{DAY, Millis, SECOND};
use crate::EventId;

/// An instant, and how it was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Instant {
    /// The instant.
    pub utc: DateTime<Utc>,
    /// The pump's wall clock minus UTC. Years, for a pump at a factory date.
    pub offset_seconds: i64,
    /// What a correct clock would have shown the person, minus UTC.
    pub local_offset_seconds: i64,
    /// How it was found.
    pub source: UtcSource,
}

impl Instant {
    /// What a correct clock would have shown the person.
    #[must_use]
    pub fn local_time(&self) -> NaiveDateTime {
        self.utc.naive_utc() + Duration::seconds(self.local_offset_seconds)
    }
}

/// A part of a pump's log with one offset, one local offset and one source.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClockSegment {
    /// The first event on this clock.
    pub first: EventId,
    /// Within events from `first` on, the wall clock from which this entry holds.
    pub from_wall: NaiveDateTime,
    /// The pump's wall clock minus UTC.
    pub offset_seconds: i64,
    /// What a correct clock would have shown the person, minus UTC.
    pub local_offset_seconds: i64,
    /// How it was found.
    pub source: UtcSource,
}

/// One pump's clock: tells the instant of any of its events.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PumpClock {
    segments: Vec<ClockSegment>,
}

impl PumpClock {
    /// Builds the clock of a pump from all evidence and the zones that the person lived in.
    #[must_use]
    pub fn build(history: &ClockHistory, zones: &ZoneHistory) -> Self {
        let chains = cut_into_chains(history);
        let timeline = timeline(&chains, zones);
        let present = history.pieces.iter().filter_map(|piece| piece.arrived).max();
        let anchored = anchor_all(&chains, &timeline, present.map(|present| present.timestamp_millis()));
        let placed = place_chains(&chains, &anchored);
        let parts = parts(&placed, &timeline);
        let mut segments: Vec<ClockSegment> =
            placed.iter().zip(&parts).flat_map(|(placed, parts)| entries(placed, parts)).collect();
        // Where a clock fell back, both clocks hold from the same event on; the wall clock tells them apart.
        segments.sort_by_key(|segment| (segment.first, segment.from_wall));
        Self { segments }
    }

    /// The segments, in order of sequence.
    #[must_use]
    pub fn segments(&self) -> &[ClockSegment] {
        &self.segments
    }

    /// The instant of the event `id` that carries the wall clock `wall`. Without segments, the wall clock as UTC.
    #[must_use]
    pub fn instant(&self, id: EventId, wall: PumpTime) -> Instant {
        let wall = wall.to_naive();
        let Some(segment) = self.segment(id, wall) else {
            let (utc, source) = (wall.and_utc(), UtcSource::NoZone);
            return Instant { utc, offset_seconds: 0, local_offset_seconds: 0, source };
        };
        let ClockSegment { offset_seconds, local_offset_seconds, source, .. } = segment;
        let utc = wall.and_utc() - Duration::seconds(offset_seconds);
        Instant { utc, offset_seconds, local_offset_seconds, source }
    }

    /// The last clock begun at or before the event; of its entries the last that holds at the wall clock, or its first.
    fn segment(&self, id: EventId, wall: NaiveDateTime) -> Option<ClockSegment> {
        let candidates = self.segments.partition_point(|segment| segment.first <= id).max(1).min(self.segments.len());
        let last = self.segments[..candidates].last()?;
        let first = self.segments[..candidates].partition_point(|segment| segment.first < last.first);
        let on_this_clock = &self.segments[first..candidates];
        let holding = on_this_clock.partition_point(|segment| segment.from_wall <= wall);
        on_this_clock.get(holding.saturating_sub(1)).copied()
    }
}

/// The offsets that the zones prescribe for the whole log, whatever its offset.
fn timeline(chains: &[Chain], zones: &ZoneHistory) -> ZoneTimeline {
    let year = 366 * DAY;
    let segments = || chains.iter().flatten();
    let from = segments().map(|segment| segment.start).min().unwrap_or(0);
    let until = segments().map(|segment| segment.end).max().unwrap_or(0);
    ZoneTimeline::new(zones, from - year, until + year)
}

fn anchor_all(chains: &[Chain], timeline: &ZoneTimeline, present: Option<Millis>) -> Vec<Anchored> {
    let mut previous = None;
    let anchor_one = |chain: &Chain| {
        let anchored = anchor_chain(chain, &Surroundings { timeline, previous, present });
        let last = chain.iter().zip(&anchored.offsets).rfind(|(segment, _)| segment.is_believable());
        previous = last.map(|(_, offset)| *offset).filter(|_| anchored.basis == Basis::Known);
        anchored
    };
    chains.iter().map(anchor_one).collect()
}

fn place_chains<'a>(chains: &'a [Chain], anchored: &[Anchored]) -> Vec<Placed<'a>> {
    let place_one = |(chain, anchored): (&'a Chain, &Anchored)| -> Vec<Placed<'a>> {
        let offsets = anchored.offsets.iter().zip(&anchored.confirmed);
        let placed = chain.iter().zip(offsets).map(|(segment, (offset, is_confirmed))| Placed {
            segment,
            offset: *offset,
            basis: anchored.basis,
            is_confirmed: *is_confirmed,
            is_newest: false,
        });
        placed.collect()
    };
    let mut placed: Vec<_> = chains.iter().zip(anchored).flat_map(place_one).collect();
    if let Some(newest) = placed.last_mut() {
        newest.is_newest = true;
    }
    placed
}

/// The entries of a segment: one for each part that differs from the one before.
fn entries(placed: &Placed<'_>, parts: &[Part]) -> Vec<ClockSegment> {
    let Segment { first, start, .. } = *placed.segment;
    let entry = |part: &Part| ClockSegment {
        first,
        from_wall: wall((part.from + placed.offset).max(start)),
        offset_seconds: placed.offset.div_euclid(SECOND),
        local_offset_seconds: part.local_offset.div_euclid(SECOND),
        source: part.source,
    };
    let mut entries: Vec<ClockSegment> = parts.iter().map(entry).collect();
    entries.dedup_by_key(|entry| (entry.local_offset_seconds, entry.source));
    entries
}
