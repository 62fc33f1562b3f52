//! Offsets of all segments of a chain, from the offset of one.

use super::segments::{Chain, Segment};
use super::zones::ZoneTimeline;
use super::{DAY, MAX_ZONE, MINUTE, Millis, SECOND};

/// An offset this close to the zone's is the zone's: drift and a clock set by hand.
pub(super) const ZONE_TOLERANCE: Millis = 5 * MINUTE;
/// An offset this close to a quarter of an hour is some other zone's; all zones in use lie on quarters.
const QUARTER_TOLERANCE: Millis = 2 * MINUTE;
const QUARTER: Millis = 15 * MINUTE;
/// Within this long of a moment, both seasons of its zone are met.
const SEASON: Millis = 183 * DAY;

/// The offset of every segment, if the one at `index` has `offset`.
///
/// Offsets are carried outwards from `index`, so that segments added to an end change nothing between. What is a few
/// minutes off a zone's offset is snapped to it: so drift does not add up.
pub(super) fn carry_offset(chain: &Chain, index: usize, offset: Millis, timeline: &ZoneTimeline) -> Vec<Millis> {
    let mut offsets = vec![0; chain.len()];
    offsets[index] = snap(&chain[index], offset, timeline);
    for later in index + 1..chain.len() {
        offsets[later] = snap(&chain[later], offsets[later - 1] + chain[later].forward, timeline);
    }
    for earlier in (0..index).rev() {
        offsets[earlier] = snap(&chain[earlier], offsets[earlier + 1] - chain[earlier + 1].forward, timeline);
    }
    offsets
}

/// A clock that shows no place's time has the offset that the changes around it give, to the second.
fn snap(segment: &Segment, offset: Millis, timeline: &ZoneTimeline) -> Millis {
    if !segment.is_believable() {
        return round_to_second(offset);
    }
    let start = segment.start - offset;
    let seasons = timeline.between(start - SEASON, start + SEASON).map(|span| span.offset);
    let nearest = seasons.min_by_key(|zone| (zone - offset).abs());
    if let Some(zone) = nearest.filter(|zone| (zone - offset).abs() <= ZONE_TOLERANCE) {
        return zone;
    }
    let quarter = nearest_quarter(offset);
    let is_some_zone = (quarter - offset).abs() <= QUARTER_TOLERANCE && quarter.abs() <= MAX_ZONE;
    if is_some_zone { quarter } else { round_to_second(offset) }
}

fn round_to_second(offset: Millis) -> Millis {
    (offset + SECOND / 2).div_euclid(SECOND) * SECOND
}

/// The whole number of quarter hours nearest to `offset`; every zone in use has one.
pub(super) fn nearest_quarter(offset: Millis) -> Millis {
    (offset + QUARTER / 2).div_euclid(QUARTER) * QUARTER
}
