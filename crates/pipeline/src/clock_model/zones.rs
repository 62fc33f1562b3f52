//! The zones a person lived in, and the offsets from UTC that they prescribe.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::Tz;

use super::evidence::millis;
use super::{DAY, Millis, SECOND};

/// The zones the person lived in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ZoneHistory {
    entries: Vec<(Option<NaiveDate>, Tz)>,
}

impl ZoneHistory {
    /// One zone for all time.
    #[must_use]
    pub fn from_zone(zone: Tz) -> Self {
        Self { entries: vec![(None, zone)] }
    }

    /// Sets the zone in force from the first moment of `from` (local date) on; `None` is the beginning of time.
    pub fn set(&mut self, from: Option<NaiveDate>, zone: Tz) {
        self.entries.retain(|(start, _)| *start != from);
        self.entries.push((from, zone));
        self.entries.sort_by_key(|(start, _)| *start);
    }

    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[(Option<NaiveDate>, Tz)] {
        &self.entries
    }

    /// The zone in force on `day`; before the first entry, the first entry's.
    #[must_use]
    pub fn zone_on(&self, day: NaiveDate) -> Option<Tz> {
        let in_force = self.entries.iter().rev().find(|(start, _)| start.is_none_or(|start| start <= day));
        in_force.or(self.entries.first()).map(|(_, zone)| *zone)
    }
}

/// The offsets that a zone history prescribes, as a function of the instant.
pub(super) struct ZoneTimeline {
    spans: Vec<ZoneSpan>,
}

/// A span of time with one prescribed offset.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct ZoneSpan {
    /// The first instant.
    pub(super) from: Millis,
    /// The instant after the last.
    pub(super) until: Millis,
    /// The wall clock minus UTC.
    pub(super) offset: Millis,
    /// Which entry of the history prescribes it. Neighbours of one entry differ by a daylight-saving change.
    pub(super) entry: usize,
}

impl ZoneTimeline {
    /// The offsets from `from` to `until`; before and after, the first and the last hold.
    pub(super) fn new(zones: &ZoneHistory, from: Millis, until: Millis) -> Self {
        let from = from.div_euclid(DAY) * DAY;
        let mut spans: Vec<ZoneSpan> = Vec::new();
        for (entry, (start, zone)) in zones.entries().iter().enumerate() {
            let begins = if entry == 0 { Millis::MIN } else { start.map_or(Millis::MIN, |day| midnight(day, *zone)) };
            for before in &mut spans {
                before.until = before.until.min(begins);
            }
            spans.retain(|span| span.from < span.until);
            append_spans(&mut spans, *zone, entry, (begins, from.max(begins), until));
        }
        Self { spans }
    }

    /// True when no zone is configured.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The span that `utc` lies in.
    pub(super) fn span_at(&self, utc: Millis) -> Option<ZoneSpan> {
        let after = self.spans.partition_point(|span| span.from <= utc);
        self.spans.get(after.saturating_sub(1)).copied()
    }

    /// The prescribed offset at `utc`.
    pub(super) fn offset_at(&self, utc: Millis) -> Option<Millis> {
        self.span_at(utc).map(|span| span.offset)
    }

    /// The spans between two instants, cut to them; the one at `from` even if they are the same.
    pub(super) fn between(&self, from: Millis, until: Millis) -> impl Iterator<Item = ZoneSpan> {
        let first = self.spans.partition_point(|span| span.from <= from).saturating_sub(1);
        let spans = self.spans[first.min(self.spans.len())..].iter();
        let within = spans.take_while(move |span| span.from < until.max(from + 1));
        within.map(move |span| ZoneSpan { from: span.from.max(from), until: span.until.min(until), ..*span })
    }
}

/// Appends the spans of one zone: in force from `begins`, looked at from `from` to `until`.
fn append_spans(spans: &mut Vec<ZoneSpan>, zone: Tz, entry: usize, (begins, from, until): (Millis, Millis, Millis)) {
    let mut open = ZoneSpan { from: begins, until: Millis::MAX, offset: offset(zone, from), entry };
    let mut known = from;
    while known < until {
        // No zone has two changes within a day.
        let next = known + DAY;
        let then = offset(zone, next);
        if then != open.offset {
            let change = find_change(zone, known, next);
            spans.push(ZoneSpan { until: change, ..open });
            open = ZoneSpan { from: change, offset: then, ..open };
        }
        known = next;
    }
    spans.push(open);
}

/// The first second after `before` at which the zone's offset is that at `after`.
fn find_change(zone: Tz, mut before: Millis, mut after: Millis) -> Millis {
    let then = offset(zone, after);
    while after - before > SECOND {
        let middle = before + (after - before) / 2 / SECOND * SECOND;
        if offset(zone, middle) == then { after = middle } else { before = middle }
    }
    after.div_euclid(SECOND) * SECOND
}

fn offset(zone: Tz, utc: Millis) -> Millis {
    let utc = DateTime::from_timestamp_millis(utc).unwrap_or_default().naive_utc();
    Millis::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * SECOND
}

/// The instant at which `day` begins in `zone`.
fn midnight(day: NaiveDate, zone: Tz) -> Millis {
    utc_of(day.and_time(NaiveTime::MIN), zone)
}

/// The instant of a wall clock in `zone`: of a repeated hour the first, of a skipped one the change.
fn utc_of(wall: NaiveDateTime, zone: Tz) -> Millis {
    let found = zone.from_local_datetime(&wall).earliest();
    found.map_or_else(|| millis(wall) - offset(zone, millis(wall)), |at| at.timestamp_millis())
}
