//! What a correct clock would have shown the person, and how each instant is known.
//!
//! A clock is wrong if it was set to a wrong date or half of the day, was never set since the factory, or was not (or too
//! early) set to daylight-saving time. It is not wrong for showing the time of another place: there the person has travelled.

use super::anchor::Basis;
use super::segments::{Segment, is_whole_days};
use super::utc_source::UtcSource;
use super::zones::{ZoneSpan, ZoneTimeline};
use super::{ADJUSTMENT, MAX_ZONE, MIN_ZONE, MINUTE, Millis};

/// A clock this far beyond any zone is in none.
const OUTSIDE_ZONES: Millis = 10 * MINUTE;

/// The entry of a span where no zone is configured.
const NO_ZONE: usize = usize::MAX;

/// A segment with its offset.
pub(super) struct Placed<'a> {
    pub(super) segment: &'a Segment,
    pub(super) offset: Millis,
    pub(super) basis: Basis,
    /// True where a phone's clock confirms the offset.
    pub(super) is_confirmed: bool,
    /// True for the last segment of the log: nothing was set since.
    pub(super) is_newest: bool,
}

/// A part of a segment for which the same is known throughout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Part {
    /// The instant from which it holds.
    pub(super) from: Millis,
    /// What a correct clock would have shown, minus UTC.
    pub(super) local_offset: Millis,
    pub(super) source: UtcSource,
    at: Whereabouts,
}

/// How a clock compares with the zones.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Whereabouts {
    /// It shows the zone's time, or did before the last daylight-saving change.
    Home,
    /// It shows another place's time.
    Elsewhere,
    /// It shows no place's time.
    Nowhere,
}

impl Placed<'_> {
    fn is_unknown(&self) -> bool {
        matches!(self.basis, Basis::FactoryClock | Basis::FutureClock)
    }

    /// True where its clock shows no place's time; `right` is the offset of the last clock before that did.
    fn is_wrong(&self, right: Option<Millis>) -> bool {
        let zones = MIN_ZONE - OUTSIDE_ZONES..=MAX_ZONE + OUTSIDE_ZONES;
        let is_wrong_day = right.is_some_and(|right| is_whole_days(self.offset - right));
        let is_wrong = self.segment.is_momentary || self.segment.is_mistake || !zones.contains(&self.offset);
        !self.is_unknown() && (is_wrong || is_wrong_day)
    }

    /// The source of an instant at which the clock agrees with the zone, or is late for a daylight-saving change.
    fn source(&self, agrees: bool, is_late: bool) -> UtcSource {
        match self.basis {
            Basis::NoZone => UtcSource::NoZone,
            Basis::FutureClock => UtcSource::FutureClock,
            Basis::FactoryClock => UtcSource::FactoryClock,
            Basis::Ambiguous => UtcSource::Ambiguous,
            Basis::Known if agrees => UtcSource::Zone,
            Basis::Known if self.is_confirmed => UtcSource::Phone,
            Basis::Known if self.is_newest && is_late => UtcSource::Held,
            Basis::Known => UtcSource::ClockChange,
        }
    }

    fn spans(&self, timeline: &ZoneTimeline) -> Vec<ZoneSpan> {
        let (start, end) = (self.segment.start - self.offset, self.segment.end - self.offset);
        let spans: Vec<_> = timeline.between(start, end).collect();
        let zoneless = ZoneSpan { from: start, until: end, offset: self.offset, entry: NO_ZONE };
        if spans.is_empty() { vec![zoneless] } else { spans }
    }
}

/// The parts of every segment, in order.
pub(super) fn parts(placed: &[Placed<'_>], timeline: &ZoneTimeline) -> Vec<Vec<Part>> {
    let mut parts: Vec<Vec<Part>> = Vec::with_capacity(placed.len());
    let mut walk = Walk::default();
    for one in placed {
        let spans = one.spans(timeline);
        let right = walk.clock.map(|(offset, _)| offset);
        parts.push(if one.is_wrong(right) { Walk::wrong(one, &spans) } else { walk.right(one, &spans) });
    }
    correct_wrong_clocks(&mut parts, placed);
    parts
}

/// What came before the segment at hand, wrong clocks left out.
#[derive(Default)]
struct Walk {
    /// The offset of the clock, and the zone's span that it agreed with or was late for; `None` elsewhere.
    clock: Option<(Millis, Option<ZoneSpan>)>,
}

impl Walk {
    /// The parts of a segment whose clock shows some place's time.
    fn right(&mut self, one: &Placed<'_>, spans: &[ZoneSpan]) -> Vec<Part> {
        let mut parts = Vec::with_capacity(spans.len());
        for (index, span) in spans.iter().enumerate() {
            let agrees = span.entry != NO_ZONE && span.offset == one.offset;
            let is_late = !agrees && self.is_late(one.offset, span);
            let is_home = agrees || is_late || self.is_early(one.offset, &spans[index..]);
            let at = if is_home { Whereabouts::Home } else { Whereabouts::Elsewhere };
            let is_correctable = is_home && !one.is_unknown();
            let local_offset = if is_correctable { span.offset } else { one.offset };
            parts.push(Part { from: span.from, local_offset, source: one.source(agrees, is_late), at });
            if !one.is_unknown() {
                self.clock = Some((one.offset, is_home.then_some(*span)));
            }
        }
        parts
    }

    /// The parts of a segment whose clock shows no place's time; for now with the zone's offset.
    fn wrong(one: &Placed<'_>, spans: &[ZoneSpan]) -> Vec<Part> {
        let agrees = |span: &ZoneSpan| span.entry != NO_ZONE && span.offset == one.offset;
        let part = |span: &ZoneSpan| Part {
            from: span.from,
            local_offset: span.offset,
            source: one.source(agrees(span), false),
            at: Whereabouts::Nowhere,
        };
        spans.iter().map(part).collect()
    }

    /// True where the clock agreed with the zone until a daylight-saving change, and was not set since.
    fn is_late(&self, offset: Millis, span: &ZoneSpan) -> bool {
        self.clock.is_some_and(|(before, home)| before == offset && home.is_some_and(|home| home.entry == span.entry))
    }

    /// True where the clock was set for a daylight-saving change that is to come within a day or so.
    fn is_early(&self, offset: Millis, spans: &[ZoneSpan]) -> bool {
        let [span, next, ..] = spans else { return false };
        let was_home = self.clock.is_some_and(|(_, home)| home.is_some_and(|home| home.entry == span.entry));
        was_home && next.entry == span.entry && next.offset == offset && next.from - span.from <= ADJUSTMENT
    }
}

/// Gives wrong clocks the offset of the place where the person was: home if they were there before or after, else that of the
/// clock before or after. Whoever is just setting the clock is where it will be set for.
fn correct_wrong_clocks(parts: &mut [Vec<Part>], placed: &[Placed<'_>]) {
    let is_right = |part: &&Part| part.at != Whereabouts::Nowhere;
    for (index, one) in placed.iter().enumerate() {
        if parts[index].iter().any(|part| part.at != Whereabouts::Nowhere) {
            continue;
        }
        let before = parts[..index].iter().flatten().rev().find(is_right).copied();
        let after = parts[index..].iter().flatten().find(is_right).copied();
        let was_home = [before, after].into_iter().flatten().any(|part| part.at == Whereabouts::Home);
        let neighbour = if one.segment.is_momentary { after } else { before.or(after).filter(|_| !was_home) };
        if let Some(neighbour) = neighbour {
            parts[index].iter_mut().for_each(|part| part.local_offset = neighbour.local_offset);
        }
    }
}
