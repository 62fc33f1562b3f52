//! From the pump's wall clock to instants.
//!
//! A pump has a wall clock without zone. The person sets it, often hours after a daylight-saving change, and takes it
//! along on journeys. What the pump does tell is every change of its clock (events 13 and 14), so the distance between
//! any two stretches of its log is known exactly; only one constant is missing, and the configured zone supplies it:
//!
//! 1. cut the log, in order of sequence, at its clock changes into segments of constant offset;
//! 2. anchor the newest believable segment on the configured zone;
//! 3. carry the offset across each change, in both directions, by the amount the pump says it was changed;
//! 4. snap an offset that is a few minutes off the zone's: that is drift and imprecise setting, not another zone.
//!
//! A pump that lost its power comes back with a clock at its factory date, and does not log that as a change. It shows
//! when the clock is next set: the clock before lies before the stretch began. What came before such a fall hangs together
//! with nothing after it, and is anchored for itself.
//!
//! Nothing here reads a database or asks what time it is.

use chrono::{DateTime, Days, Duration, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use pump_events::PumpTime;

use crate::EventId;

/// The revision of the clock model. Raise it with every change that can give an event another instant: databases then find their
/// clocks again.
pub const REVISION: u32 = 1;

/// An offset this close to the zone's is the zone's: drift and a clock set by hand.
const ZONE_TOLERANCE_MS: i64 = 5 * 60_000;
/// An offset this close to a quarter of an hour is some other zone's; all zones in use lie on quarters.
const QUARTER_TOLERANCE_MS: i64 = 2 * 60_000;
const QUARTER_MS: i64 = 15 * 60_000;
/// No zone lies further from UTC.
const WIDEST_ZONE_MS: i64 = 14 * 3_600_000;
/// How far from a daylight-saving change a person may still be adjusting the clock for it.
const ADJUSTMENT_HOURS: i64 = 36;

/// The zones the person lived in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ZoneHistory {
    entries: Vec<(Option<NaiveDate>, Tz)>,
}

impl ZoneHistory {
    /// One zone for all time.
    #[must_use]
    pub fn of(zone: Tz) -> Self {
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

/// One change of a pump's clock, event 13 or 14.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClockChange {
    /// The event, already on the new clock.
    pub id: EventId,
    /// The new wall clock.
    pub wall: NaiveDateTime,
    /// New minus old.
    pub forward: Duration,
}

/// A pump's log as far as the clock is concerned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClockHistory {
    /// The first event.
    pub first: (EventId, NaiveDateTime),
    /// The last event by sequence.
    pub last: NaiveDateTime,
    /// The changes between, in order of sequence.
    pub changes: Vec<ClockChange>,
}

/// How an instant was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UtcSource {
    /// The pump's clock agrees with the configured zone at that instant.
    Zone,
    /// The pump's clock differs from the zone; its offset is carried across the clock changes it logged.
    ClockChange,
    /// The zone's offset has changed since the pump's clock was last set, and the pump never told of a change: the
    /// clock is taken to run on as it was.
    Held,
    /// The pump's clock was never set since the factory: the instant is not known, the wall clock is read in the zone.
    FactoryClock,
    /// The pump's clock lies in the future all along: the instant is not known, the wall clock is read in the zone.
    FutureClock,
    /// No zone is configured: the wall clock is read as UTC.
    NoZone,
}

impl UtcSource {
    /// Every source.
    pub const ALL: [Self; 6] =
        [Self::Zone, Self::ClockChange, Self::Held, Self::FactoryClock, Self::FutureClock, Self::NoZone];

    /// The source's name, as stored in `utc_source`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::ClockChange => "clock_change",
            Self::Held => "held",
            Self::FactoryClock => "factory_clock",
            Self::FutureClock => "future_clock",
            Self::NoZone => "no_zone",
        }
    }
}

/// An instant, and how it was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Instant {
    /// The instant.
    pub utc: DateTime<Utc>,
    /// The pump's wall clock minus UTC. Years, for a pump at a factory date.
    pub offset_seconds: i64,
    /// How it was found.
    pub source: UtcSource,
}

/// A stretch of a pump's log with one offset and one source.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClockSegment {
    /// The first event on this clock.
    pub first: EventId,
    /// Within events from `first` on, the wall clock from which this entry holds.
    pub from_wall: NaiveDateTime,
    /// The pump's wall clock minus UTC.
    pub offset_seconds: i64,
    /// How it was found.
    pub source: UtcSource,
}

/// One pump's clock: tells the instant of any of its events.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PumpClock {
    segments: Vec<ClockSegment>,
}

impl PumpClock {
    /// Builds the clock of a pump from what its log tells, the zones, and the present (an upper bound of the believable).
    #[must_use]
    pub fn build(history: &ClockHistory, zones: &ZoneHistory, now: DateTime<Utc>) -> Self {
        let mut chains = cut(history, now);
        let newest = chains.len() - 1;
        let entries = |(index, chain): (usize, &mut Vec<Stretch>)| chain_entries(chain, zones, now, index == newest);
        let mut segments: Vec<ClockSegment> = chains.iter_mut().enumerate().flat_map(entries).collect();
        // Where a clock fell back, both clocks hold from the same event on; the wall clock tells them apart.
        segments.sort_by_key(|segment| (segment.first, segment.from_wall));
        Self { segments }
    }

    /// A clock from segments that [`PumpClock::segments`] gave.
    #[must_use]
    pub fn from_segments(segments: Vec<ClockSegment>) -> Self {
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
        let candidates = self.segments.partition_point(|segment| segment.first <= id).max(1).min(self.segments.len());
        let Some(last) = candidates.checked_sub(1).map(|index| self.segments[index]) else {
            return Instant { utc: wall.and_utc(), offset_seconds: 0, source: UtcSource::NoZone };
        };
        let on_this_clock = self.segments[..candidates].iter().rev().take_while(|segment| segment.first == last.first);
        let mut earliest = last;
        for segment in on_this_clock {
            earliest = *segment;
            if segment.from_wall <= wall {
                break;
            }
        }
        let ClockSegment { offset_seconds, source, .. } = earliest;
        Instant { utc: wall.and_utc() - Duration::seconds(offset_seconds), offset_seconds, source }
    }
}

/// A stretch of the log between two clock changes.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: EventId,
    start: NaiveDateTime,
    end: NaiveDateTime,
    /// How far the clock was put forward at `start`, in milliseconds; 0 for the first stretch.
    forward: i64,
    /// Wall clock minus UTC in milliseconds, once known.
    offset: i64,
}

impl Stretch {
    fn moments(&self) -> [NaiveDateTime; 3] {
        [self.start, self.start + (self.end - self.start) / 2, self.end]
    }

    fn seconds(&self) -> i64 {
        (self.end - self.start).num_seconds().max(1)
    }
}

/// What the anchor rests on.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Basis {
    NoZone,
    FutureClock,
    FactoryClock,
    Zone,
}

/// A clock that was set back without a word by more than this has fallen, and not drifted.
const FALL: Duration = Duration::days(1);

/// The stretches of the log, in chains across which offsets can be carried: one, and one more for each fall of the clock.
fn cut(history: &ClockHistory, now: DateTime<Utc>) -> Vec<Vec<Stretch>> {
    let (first, start) = history.first;
    let mut chains = Vec::new();
    let mut chain = Vec::new();
    let mut open = Stretch { first, start, end: start, forward: 0, offset: 0 };
    for change in &history.changes {
        let before = change.wall - change.forward;
        if before < open.start - FALL {
            // When it fell is not known; it was before the clock was set again.
            open.end = change.wall.max(open.start);
            let fallen = Stretch { first: open.first, start: before, end: before, forward: 0, offset: 0 };
            chain.push(std::mem::replace(&mut open, fallen));
            chains.push(std::mem::take(&mut chain));
        }
        open.end = before.max(open.start);
        let forward = change.forward.num_milliseconds();
        let next = Stretch { first: change.id, start: change.wall, end: change.wall, forward, offset: 0 };
        chain.push(std::mem::replace(&mut open, next));
    }
    if history.last < open.start - FALL {
        open.end = now.naive_utc().max(open.start);
        let fallen = Stretch { first: open.first, start: history.last, end: history.last, forward: 0, offset: 0 };
        chain.push(std::mem::replace(&mut open, fallen));
        chains.push(std::mem::take(&mut chain));
    }
    open.end = history.last.max(open.start);
    chain.push(open);
    chains.push(chain);
    chains
}

/// Anchors a chain and tells the clock of each of its stretches.
fn chain_entries(chain: &mut [Stretch], zones: &ZoneHistory, now: DateTime<Utc>, newest: bool) -> Vec<ClockSegment> {
    let basis = anchor(chain, zones, now);
    let last = chain.len() - 1;
    let entries = |(index, stretch)| entries_of(stretch, zones, basis, newest && index == last);
    chain.iter().enumerate().flat_map(entries).collect()
}

/// Finds every stretch's offset: anchors one, carries it to the others.
fn anchor(stretches: &mut [Stretch], zones: &ZoneHistory, now: DateTime<Utc>) -> Basis {
    let latest = now.naive_utc() + Duration::hours(ADJUSTMENT_HOURS);
    let believable = |stretch: &Stretch| stretch.start <= latest && !is_factory_date(stretch.start);
    let newest = stretches.len() - 1;
    let (index, basis) = match stretches.iter().rposition(believable) {
        _ if zones.entries().is_empty() => (newest, Basis::NoZone),
        Some(index) => (index, Basis::Zone),
        None if stretches[newest].start > latest => (newest, Basis::FutureClock),
        None => (newest, Basis::FactoryClock),
    };
    let offset = best_offset(stretches, index, zones);
    carry(stretches, index, offset, zones);
    basis
}

/// Pumps leave the factory, and come back from a reset, with clocks that start at these dates.
fn is_factory_date(wall: NaiveDateTime) -> bool {
    use chrono::Datelike;
    wall.year() <= 2008 || (wall.year() == 2020 && wall.month() == 1)
}

/// The zone's offset at the start of the anchor. Near a daylight-saving change there are two candidates, because people
/// set the clock early or late; then the one that lets more of the remaining log agree with the zone.
fn best_offset(stretches: &[Stretch], index: usize, zones: &ZoneHistory) -> i64 {
    let start = stretches[index].start;
    let near = [0, -ADJUSTMENT_HOURS, ADJUSTMENT_HOURS].map(|hours| zone_offset(zones, start + Duration::hours(hours)));
    let mut best = (near[0], agreement(stretches, index, near[0], zones));
    for candidate in &near[1..] {
        let agreed = agreement(stretches, index, *candidate, zones);
        if agreed > best.1 {
            best = (*candidate, agreed);
        }
    }
    best.0
}

/// How many seconds of the log agree with the zone, if the stretch at `index` had `offset`.
fn agreement(stretches: &[Stretch], index: usize, offset: i64, zones: &ZoneHistory) -> i64 {
    let mut trial = stretches.to_vec();
    carry(&mut trial, index, offset, zones);
    let agrees = |stretch: &Stretch, wall: NaiveDateTime| zone_offset(zones, wall) == stretch.offset;
    let share = |stretch: &Stretch| stretch.moments().into_iter().filter(|wall| agrees(stretch, *wall)).count() as i64;
    trial.iter().map(|stretch| share(stretch) * stretch.seconds() / 3).sum()
}

fn carry(stretches: &mut [Stretch], index: usize, offset: i64, zones: &ZoneHistory) {
    stretches[index].offset = offset;
    for later in index + 1..stretches.len() {
        let carried = stretches[later - 1].offset + stretches[later].forward;
        stretches[later].offset = snap(&stretches[later], carried, zones);
    }
    for earlier in (0..index).rev() {
        let carried = stretches[earlier + 1].offset - stretches[earlier + 1].forward;
        stretches[earlier].offset = snap(&stretches[earlier], carried, zones);
    }
}

fn snap(stretch: &Stretch, offset: i64, zones: &ZoneHistory) -> i64 {
    let moments = stretch.moments().into_iter();
    let seasons = [0, 182].into_iter().map(|days| stretch.start + Days::new(days));
    let zone = moments.chain(seasons).map(|wall| zone_offset(zones, wall)).min_by_key(|zone| (zone - offset).abs());
    if let Some(zone) = zone.filter(|zone| (zone - offset).abs() <= ZONE_TOLERANCE_MS) {
        return zone;
    }
    let quarter = (offset + QUARTER_MS / 2).div_euclid(QUARTER_MS) * QUARTER_MS;
    let is_some_zone = (quarter - offset).abs() <= QUARTER_TOLERANCE_MS && quarter.abs() <= WIDEST_ZONE_MS;
    if is_some_zone { quarter } else { (offset + 500).div_euclid(1000) * 1000 }
}

/// The zone's offset at a wall clock, in milliseconds. Of a repeated hour the first pass, of a skipped one the offset after.
fn zone_offset(zones: &ZoneHistory, wall: NaiveDateTime) -> i64 {
    let Some(zone) = zones.zone_on(wall.date()) else { return 0 };
    let offset = match zone.offset_from_local_datetime(&wall) {
        MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => offset.fix(),
        MappedLocalTime::None => zone.offset_from_utc_datetime(&wall).fix(),
    };
    i64::from(offset.local_minus_utc()) * 1000
}

/// Splits a stretch where it starts or ceases to agree with the zone: the offset is one, what is known of it is not.
fn entries_of(stretch: &Stretch, zones: &ZoneHistory, basis: Basis, newest: bool) -> Vec<ClockSegment> {
    let offset_seconds = stretch.offset / 1000;
    let entry = |from_wall, source| ClockSegment { first: stretch.first, from_wall, offset_seconds, source };
    let unanchored = match basis {
        Basis::NoZone => Some(UtcSource::NoZone),
        Basis::FutureClock => Some(UtcSource::FutureClock),
        Basis::FactoryClock => Some(UtcSource::FactoryClock),
        Basis::Zone => None,
    };
    if let Some(source) = unanchored {
        return vec![entry(stretch.start, source)];
    }
    let agrees = |wall: NaiveDateTime| agrees_with_zone(wall, stretch.offset, zones);
    let ever_agreed = agrees(stretch.start);
    let source = |wall: NaiveDateTime| match agrees(wall) {
        true => UtcSource::Zone,
        false if newest && ever_agreed => UtcSource::Held,
        false => UtcSource::ClockChange,
    };
    changes_of(source, stretch.start, stretch.end).into_iter().map(|(from, source)| entry(from, source)).collect()
}

fn agrees_with_zone(wall: NaiveDateTime, offset: i64, zones: &ZoneHistory) -> bool {
    let utc = wall - Duration::milliseconds(offset);
    let zone = zones.zone_on(wall.date());
    zone.is_some_and(|zone| i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1000 == offset)
}

/// The moments from `start` to `end` at which `value` changes, to the second, with the value from there on.
fn changes_of<T: PartialEq + Copy>(
    value: impl Fn(NaiveDateTime) -> T,
    start: NaiveDateTime,
    end: NaiveDateTime,
) -> Vec<(NaiveDateTime, T)> {
    let mut changes = vec![(start, value(start))];
    let mut known = start;
    while known < end {
        let next = (known + Duration::days(1)).min(end);
        let (current, then) = (value(known), value(next));
        if then != current {
            let (mut before, mut after) = (known, next);
            while after - before > Duration::seconds(1) {
                let middle = before + Duration::seconds((after - before).num_seconds() / 2);
                if value(middle) == current { before = middle } else { after = middle }
            }
            changes.push((after, then));
        }
        known = next;
    }
    changes
}
