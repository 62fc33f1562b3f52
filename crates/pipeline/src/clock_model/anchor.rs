//! The one constant that the log of a chain does not tell: all evidence about it, weighed.

use std::cmp::Reverse;
use std::ops::Range;

use super::carry::{ZONE_TOLERANCE, carry_offset, nearest_quarter};
use super::evidence::{LogPiece, millis};
use super::segments::{Chain, Segment};
use super::zones::ZoneTimeline;
use super::{ADJUSTMENT, DAY, MAX_ZONE, MIN_ZONE, MINUTE, Millis};

/// What the offsets of a chain rest on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Basis {
    /// No zone is configured, and no phone's clock is known.
    NoZone,
    /// Every believable clock lies in the future.
    FutureClock,
    /// The clock was never set since the factory.
    FactoryClock,
    /// Another constant fits nearly as well.
    Ambiguous,
    /// The evidence agrees on one constant.
    Known,
}

/// The offsets of a chain, and what they rest on.
pub(super) struct Anchored {
    pub(super) offsets: Vec<Millis>,
    /// For each segment, whether a phone's clock confirms its offset.
    pub(super) confirmed: Vec<bool>,
    pub(super) basis: Basis,
}

/// What is known besides the chain itself.
pub(super) struct Surroundings<'a> {
    pub(super) timeline: &'a ZoneTimeline,
    /// The last offset of the chain before.
    pub(super) previous: Option<Millis>,
    /// The latest arrival of any event: what lies beyond it is in the future.
    pub(super) present: Option<Millis>,
}

/// A log that is known for this long is established: what extends it does not vote about it.
const ESTABLISHED: Millis = DAY;
/// A clock that agrees with the zone for this long after it was set was set to that zone.
const SET_TO_ZONE: Millis = 2 * DAY;
/// Computers' clocks and the service's differ by less than this.
const ARRIVAL_TOLERANCE: Millis = 15 * MINUTE;
/// An event this far beyond its arrival lies in the future, whatever the zone.
const FUTURE: Millis = ADJUSTMENT;
/// A log whose newest events arrived within this long is followed as it grows.
const FRESH: Millis = 3 * DAY;
/// The newest event of an upload is this much older than the upload; a little younger if clocks differ.
const UPLOAD_LAG: Range<Millis> = -3 * MINUTE..12 * MINUTE;
/// A phone's times are trusted if this many agree …
const MIN_PHONE_TIMES: usize = 3;
/// … within this much, in nine of ten cases.
const PHONE_TOLERANCE: Millis = 2 * MINUTE;

/// Weights of evidence, in time for which the log would have to agree with the zone to outweigh it.
const PHONE_WEIGHT: Millis = 365 * DAY;
const UPLOAD_WEIGHT: Millis = 30 * DAY;
const SAME_PLACE_WEIGHT: Millis = 30 * DAY;
const FRESH_WEIGHT: Millis = 1_000 * DAY;
const LATE_ARRIVAL_WEIGHT: Millis = 60 * DAY;
const FUTURE_WEIGHT: Millis = 3_650 * DAY;

/// Finds the offsets of a chain.
pub(super) fn anchor_chain(chain: &Chain, surroundings: &Surroundings<'_>) -> Anchored {
    let mut trials = trials(chain, surroundings);
    rank(&mut trials);
    let Some(best) = trials.first() else { return unanchored(chain, surroundings.timeline) };
    let basis = if lies_in_future(chain, &best.offsets, surroundings.present) {
        Basis::FutureClock
    } else if trials[1..].iter().any(|other| is_as_likely(other, best)) || begins_in_advance(chain, best, surroundings)
    {
        Basis::Ambiguous
    } else {
        Basis::Known
    };
    let confirmed = confirmed(&best.offsets, &trusted_phone_offsets(chain));
    Anchored { offsets: best.offsets.clone(), confirmed, basis }
}

/// Puts the best first; of equal ones, that which agrees earliest in the log. An anchor with which no clock agrees is not
/// established: all of the log then votes.
fn rank(trials: &mut [Trial]) {
    trials.sort_by_key(|trial| Reverse(trial.established + trial.other));
    if trials.first().is_some_and(|best| best.established == 0) {
        trials.sort_by_key(|trial| Reverse(trial.agreement + trial.other));
    }
}

/// Whether another trial fits nearly as well as the best, or is the only one of the two that fits the zones at all.
fn is_as_likely(other: &Trial, best: &Trial) -> bool {
    let margin = (best.established + best.other) - (other.established + other.other);
    let is_close = margin < best.established / 3;
    is_close || (best.agreement == 0 && other.agreement >= ESTABLISHED && margin < PHONE_WEIGHT)
}

/// Whether the log begins shortly before the zones change, with a clock that was set for the change already. A clock that was right at
/// first and was never set for the change shows the same.
fn begins_in_advance(chain: &Chain, best: &Trial, Surroundings { timeline, previous, .. }: &Surroundings<'_>) -> bool {
    let mut believable = chain.iter().zip(&best.offsets).filter(|(segment, _)| segment.is_believable());
    let Some((first, offset)) = believable.next().filter(|_| previous.is_none() && best.other == 0) else {
        return false;
    };
    let start = first.start - offset;
    timeline.offset_at(start) != Some(*offset) && timeline.offset_at(start + SET_TO_ZONE) == Some(*offset)
}

/// A chain without any believable clock.
fn unanchored(chain: &Chain, timeline: &ZoneTimeline) -> Anchored {
    let newest = chain.len() - 1;
    let first_believable = chain.iter().position(Segment::is_believable);
    let (index, basis) = if timeline.is_empty() {
        (first_believable.unwrap_or(newest), Basis::NoZone)
    } else {
        (newest, Basis::FactoryClock)
    };
    let start = chain[index].start;
    let as_if_utc = timeline.offset_at(start).unwrap_or(0);
    let offset = timeline.offset_at(start - as_if_utc).unwrap_or(0);
    Anchored { offsets: carry_offset(chain, index, offset, timeline), confirmed: vec![false; chain.len()], basis }
}

/// One candidate, carried to all segments and weighed.
struct Trial {
    offsets: Vec<Millis>,
    /// For how long the established part of the log agrees with the zones.
    established: Millis,
    /// For how long all of the log agrees with them.
    agreement: Millis,
    /// Everything else that speaks for or against it.
    other: Millis,
}

/// Every candidate that differs from the others, in order of the segment that it makes agree.
fn trials(chain: &Chain, surroundings: &Surroundings<'_>) -> Vec<Trial> {
    let by_phone = trusted_phone_offsets(chain);
    let established = established_ends(chain);
    let all: Vec<Millis> = chain.iter().map(|segment| segment.end).collect();
    let mut trials: Vec<Trial> = Vec::new();
    let mut before = surroundings.previous;
    for (index, segment) in chain.iter().enumerate().filter(|(_, segment)| segment.is_believable()) {
        let said = [by_phone[index], before.take()];
        for offset in candidates(segment, said.into_iter().flatten(), surroundings.timeline) {
            if trials.iter().any(|trial| (trial.offsets[index] - offset).abs() <= ZONE_TOLERANCE) {
                continue;
            }
            let offsets = carry_offset(chain, index, offset, surroundings.timeline);
            let agreement_until = |ends: &[Millis]| agreement_of(chain, &offsets, ends, surroundings.timeline);
            trials.push(Trial {
                established: agreement_until(&established),
                agreement: agreement_until(&all),
                other: other_evidence(chain, &offsets, &by_phone, surroundings.previous),
                offsets,
            });
        }
    }
    trials
}

/// The offsets that a segment may have: any that the zones prescribe within half a year, and what else is `said` of it.
fn candidates(segment: &Segment, said: impl Iterator<Item = Millis>, timeline: &ZoneTimeline) -> Vec<Millis> {
    let half_a_year = 183 * DAY;
    let spans = timeline.between(segment.start - half_a_year, segment.end + half_a_year);
    let mut offsets: Vec<Millis> = Vec::new();
    for offset in spans.map(|span| span.offset).chain(said) {
        if !offsets.contains(&offset) {
            offsets.push(offset);
        }
    }
    offsets
}

/// For each segment the wall clock up to which it was known when the log became established. What came later and extends it
/// does not vote.
fn established_ends(chain: &Chain) -> Vec<Millis> {
    let mut pieces: Vec<_> = (0..chain.len())
        .filter(|index| chain[*index].is_believable())
        .flat_map(|index| chain[index].pieces.iter().map(move |piece| (piece.run, index, piece)))
        .collect();
    pieces.sort_by_key(|(run, index, _)| (*run, *index));
    let mut known: Vec<Option<Range<Millis>>> = vec![None; chain.len()];
    let length = |span: &Option<Range<Millis>>| span.as_ref().map_or(0, |span| span.end - span.start);
    for run in pieces.chunk_by(|one, other| one.0 == other.0) {
        for (_, index, piece) in run {
            let (first, last) = (millis(piece.first.1), millis(piece.latest));
            let span = known[*index].get_or_insert(first..first);
            *span = span.start.min(first)..span.end.max(last);
        }
        if known.iter().map(length).sum::<Millis>() >= ESTABLISHED {
            break;
        }
    }
    let newest = known.iter().rposition(Option::is_some);
    let end = |(index, segment): (usize, &Segment)| match newest {
        Some(newest) if index > newest => segment.start,
        Some(newest) if index == newest => known[newest].as_ref().map_or(segment.start, |span| span.end),
        _ => segment.end,
    };
    chain.iter().enumerate().map(end).collect()
}

fn agreement_of(chain: &Chain, offsets: &[Millis], ends: &[Millis], timeline: &ZoneTimeline) -> Millis {
    let segments = chain.iter().zip(offsets).zip(ends).filter(|((segment, _), _)| segment.is_believable());
    segments.map(|((segment, offset), end)| agreement(segment.start - offset, end - offset, *offset, timeline)).sum()
}

/// For how long a clock with `offset` agrees with the zones. One that was set to the zone and then not to daylight-saving
/// time agrees all along; one that agrees only later does so by chance, and counts half.
fn agreement(start: Millis, end: Millis, offset: Millis, timeline: &ZoneTimeline) -> Millis {
    let is_set_to_zone = |probe: Millis| {
        let span = timeline.span_at(probe).filter(|span| span.offset == offset);
        probe <= end && span.is_some_and(|span| span.until.min(end) >= end.min(probe.saturating_add(SET_TO_ZONE)))
    };
    if is_set_to_zone(start) || is_set_to_zone(start + ADJUSTMENT) {
        return (end - start).max(0);
    }
    let agreeing = timeline.between(start, end).filter(|span| span.offset == offset);
    agreeing.map(|span| (span.until - span.from).max(0)).sum::<Millis>() / 2
}

/// What phones, uploads, arrivals and the chain before say about these offsets.
fn other_evidence(chain: &Chain, offsets: &[Millis], by_phone: &[Option<Millis>], previous: Option<Millis>) -> Millis {
    let segments = || chain.iter().zip(offsets);
    let phones = confirmed(offsets, by_phone).into_iter().filter(|is| *is).count() as Millis * PHONE_WEIGHT;
    let uploads: Millis = segments().map(|(segment, offset)| by_upload(segment, *offset)).sum();
    let first = segments().find(|(segment, _)| segment.is_believable()).map(|(_, offset)| *offset);
    let is_same_place = previous.zip(first).is_some_and(|(before, first)| (before - first).abs() <= ZONE_TOLERANCE);
    phones + uploads + by_arrival(chain, offsets) + if is_same_place { SAME_PLACE_WEIGHT } else { 0 }
}

fn confirmed(offsets: &[Millis], by_phone: &[Option<Millis>]) -> Vec<bool> {
    let is_close = |offset: Millis, phone: Millis| (phone - offset).abs() <= ZONE_TOLERANCE;
    let offsets = offsets.iter().zip(by_phone);
    offsets.map(|(offset, phone)| phone.is_some_and(|phone| is_close(*offset, phone))).collect()
}

/// Speaks for an offset at which the newest event of some upload is as old as such events are.
fn by_upload(segment: &Segment, offset: Millis) -> Millis {
    let at_upload = segment.pieces.iter().filter_map(LogPiece::offset_at_upload).max();
    let is_tight = at_upload.is_some_and(|at_upload| UPLOAD_LAG.contains(&(offset - at_upload)));
    if is_tight { UPLOAD_WEIGHT + segment.length() } else { 0 }
}

/// Speaks against offsets at which events are later than their arrival, and for those at which the newest arrived soon.
fn by_arrival(chain: &Chain, offsets: &[Millis]) -> Millis {
    let margins = chain.iter().zip(offsets).filter_map(|(segment, offset)| {
        let least = segment.pieces.iter().filter_map(LogPiece::least_offset).max()?;
        Some(offset - least)
    });
    let Some(margin) = margins.min() else { return 0 };
    match margin {
        _ if margin <= -FUTURE => -FUTURE_WEIGHT,
        _ if margin < -ARRIVAL_TOLERANCE => FRESH_WEIGHT - LATE_ARRIVAL_WEIGHT,
        _ if margin <= FRESH => FRESH_WEIGHT,
        _ => 0,
    }
}

fn lies_in_future(chain: &Chain, offsets: &[Millis], present: Option<Millis>) -> bool {
    let is_later =
        |present: Millis| chain.iter().zip(offsets).any(|(segment, offset)| segment.end - offset > present + FUTURE);
    present.is_some_and(is_later)
}

/// The offset of each segment by the phone's clock; `None` where too little is known or the times are not trusted.
///
/// An app that sends the pump's own time gives an offset of zero, one that sends something else gives offsets that differ or
/// that no place has: such times are no evidence, nor are those of a log where they contradict each other.
fn trusted_phone_offsets(chain: &Chain) -> Vec<Option<Millis>> {
    let offsets: Vec<Option<Millis>> = chain.iter().map(phone_offset).collect();
    let doubtful =
        chain.iter().zip(&offsets).filter(|(segment, offset)| !segment.by_phone.is_empty() && offset.is_none());
    let doubtful: usize = doubtful.map(|(segment, _)| segment.by_phone.len()).sum();
    let all: usize = chain.iter().map(|segment| segment.by_phone.len()).sum();
    if doubtful * 10 > all { vec![None; chain.len()] } else { offsets }
}

fn phone_offset(segment: &Segment) -> Option<Millis> {
    let mut offsets = segment.by_phone.clone();
    offsets.sort_unstable();
    let median = *offsets.get(offsets.len() / 2)?;
    let agreeing = offsets.iter().filter(|offset| (**offset - median).abs() <= PHONE_TOLERANCE).count();
    let quarter = nearest_quarter(median);
    let is_some_zone = (MIN_ZONE..=MAX_ZONE).contains(&quarter) && (quarter - median).abs() <= ZONE_TOLERANCE;
    let is_agreed = agreeing >= MIN_PHONE_TIMES && agreeing * 10 >= offsets.len() * 9;
    (is_some_zone && quarter != 0 && is_agreed).then_some(quarter)
}
