//! The log, cut at its clock changes.

use chrono::Datelike as _;

use super::evidence::{ClockChange, ClockHistory, LogPiece, PhoneTime, millis, wall};
use super::{DAY, HOUR, MINUTE, Millis};
use crate::EventId;

/// A clock that was set back by more than this without logging a change has lost its power; drift is less.
const FALL: Millis = DAY;
/// A date and a time that are set within this long belong to one setting.
const SETTING: Millis = 2 * MINUTE;
/// A setting within this much of a whole number of hours is that many hours: people set clocks by hand.
const BY_HAND: Millis = 10 * MINUTE;
/// A twelve-hour mistake is noticed within this long; whoever stays longer has travelled.
const AM_PM_NOTICED: Millis = 3 * DAY;
/// Two clocks that differ by no more than this are the same person's in the same place, give or take daylight saving.
const SAME_PLACE: Millis = 90 * MINUTE;
/// Two places differ by no more than this.
const WIDEST_JOURNEY: Millis = 26 * HOUR;
/// How many settings after a mistake are searched for its correction.
const CORRECTION_REACH: usize = 12;

/// A part of the log between two clock changes.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// The first event on this clock.
    pub(super) first: EventId,
    /// The wall clock at its start.
    pub(super) start: Millis,
    /// The wall clock at its end.
    pub(super) end: Millis,
    /// How far the clock was put forward at `start`; 0 for the first segment of a chain.
    pub(super) forward: Millis,
    /// How far the clock was put forward since the start of the chain.
    pub(super) shift: Millis,
    /// The events in it, by run.
    pub(super) pieces: Vec<LogPiece>,
    /// Offsets from UTC by the phone's time.
    pub(super) by_phone: Vec<Millis>,
    /// True between setting the date and setting the time, when the clock shows neither the old time nor the new one.
    pub(super) is_momentary: bool,
    /// True where the changes alone show that the clock was wrong: a date or half of the day that was soon corrected.
    pub(super) is_mistake: bool,
}

impl Segment {
    fn new(first: EventId, start: Millis) -> Self {
        Self {
            first,
            start,
            end: start,
            forward: 0,
            shift: 0,
            pieces: Vec::new(),
            by_phone: Vec::new(),
            is_momentary: false,
            is_mistake: false,
        }
    }

    /// How long it lasted.
    pub(super) fn length(&self) -> Millis {
        self.end - self.start
    }

    /// True for the dates at which pumps leave the factory, and to which they fall back.
    pub(super) fn has_factory_date(&self) -> bool {
        let start = wall(self.start);
        start.year() <= 2008 || (start.year() == 2020 && start.month() == 1)
    }

    /// True where its clock may be that of some place.
    pub(super) fn is_believable(&self) -> bool {
        !self.is_mistake && !self.is_momentary && !self.has_factory_date()
    }

    fn shows(&self, wall: Millis) -> bool {
        (self.start..self.end + HOUR).contains(&wall)
    }
}

/// Segments across whose borders offsets can be carried.
pub(super) type Chain = Vec<Segment>;

/// Cuts the log into segments, in one chain and one more for each time that the clock lost its power.
pub(super) fn cut_into_chains(history: &ClockHistory) -> Vec<Chain> {
    let mut pieces: Vec<LogPiece> = history.pieces.clone();
    pieces.sort_by_key(|piece| (piece.first.0, piece.run));
    let Some((first, start)) = pieces.first().map(|piece| piece.first) else { return Vec::new() };
    let mut cutter = Cutter { chains: Vec::new(), chain: Vec::new(), open: Segment::new(first, millis(start)) };
    let mut pieces = pieces.into_iter().peekable();
    for change in history.changes.iter().filter(|change| change.id > first) {
        while let Some(piece) = pieces.next_if(|piece| piece.first.0 < change.id) {
            cutter.open.pieces.push(piece);
        }
        cutter.change(change);
    }
    cutter.open.pieces.extend(pieces);
    let mut chains = cutter.finish();
    history.phone_times.iter().for_each(|phone_time| assign(phone_time, &mut chains));
    for chain in &mut chains {
        mark_momentary(chain);
        mark_mistakes(chain);
    }
    chains
}

/// Gives what a phone said to the segment that shows the pump's clock of that moment.
fn assign(phone_time: &PhoneTime, chains: &mut [Chain]) {
    let wall = millis(phone_time.wall);
    let before = chains.iter().flatten().map(|segment| segment.first).take_while(|first| *first <= phone_time.id);
    let Some(first) = before.last() else { return };
    let mut segments = chains.iter_mut().flatten().filter(|segment| segment.first == first);
    if let Some(segment) = segments.find(|segment| segment.shows(wall)) {
        segment.by_phone.push(wall - phone_time.utc.timestamp_millis());
    }
}

fn mark_momentary(chain: &mut Chain) {
    let last = chain.len() - 1;
    chain[..last].iter_mut().for_each(|segment| segment.is_momentary = segment.length() <= SETTING);
}

struct Cutter {
    chains: Vec<Chain>,
    chain: Chain,
    open: Segment,
}

impl Cutter {
    /// Ends the open segment at a change and opens the next.
    fn change(&mut self, change: &ClockChange) {
        let (wall, forward) = (millis(change.wall), change.forward.num_milliseconds());
        let before = wall - forward;
        if before < self.open.start - FALL {
            self.fall(before);
        }
        self.open.end = before.max(self.open.start);
        let next = Segment { forward, shift: self.open.shift + forward, ..Segment::new(change.id, wall) };
        self.chain.push(std::mem::replace(&mut self.open, next));
    }

    /// Ends the chain: the clock fell to about `wall` at some unknown moment in the open segment.
    fn fall(&mut self, wall: Millis) {
        let timeless = |piece: &LogPiece| LogPiece { arrived: None, uploaded: None, ..*piece };
        let pieces = self.open.pieces.iter().map(timeless).collect();
        let fallen = Segment { pieces, ..Segment::new(self.open.first, wall) };
        let before = std::mem::replace(&mut self.open, fallen);
        let latest = before.pieces.iter().map(|piece| millis(piece.latest)).max();
        let end = latest.unwrap_or(before.start).max(before.start);
        self.chain.push(Segment { end, ..before });
        self.chains.push(std::mem::take(&mut self.chain));
    }

    fn finish(mut self) -> Vec<Chain> {
        let last = self.open.pieces.iter().max_by_key(|piece| piece.last.0).map(|piece| millis(piece.last.1));
        let last = last.unwrap_or(self.open.start);
        if last < self.open.start - FALL {
            self.fall(last);
        }
        self.open.end = last.max(self.open.start);
        self.chain.push(self.open);
        self.chains.push(self.chain);
        self.chains
    }
}

/// Marks the segments whose clock the person set wrong and corrected later.
fn mark_mistakes(chain: &mut Chain) {
    let settled: Vec<usize> = (0..chain.len()).filter(|index| !chain[*index].is_momentary).collect();
    for (position, &index) in settled.iter().enumerate() {
        let before = settled[..position].iter().rev().find(|before| chain[**before].is_believable());
        let Some(&before) = before else { continue };
        let reach = &settled[position + 1..(position + 1 + CORRECTION_REACH).min(settled.len())];
        let is_undone = |after: &&usize| (chain[**after].shift - chain[before].shift).abs() <= SAME_PLACE;
        let Some(&after) = reach.iter().find(is_undone) else { continue };
        let lasted: Millis = chain[index..after].iter().map(Segment::length).sum();
        chain[index].is_mistake = is_mistake(chain[index].shift - chain[before].shift, lasted);
    }
}

/// Whether a clock that was put forward by `shift`, and back after it had `lasted` so long, was set by mistake.
fn is_mistake(shift: Millis, lasted: Millis) -> bool {
    let is_half_a_day = (shift.abs() - 12 * HOUR).abs() <= BY_HAND;
    shift.abs() > WIDEST_JOURNEY || is_whole_days(shift) || (is_half_a_day && lasted <= AM_PM_NOTICED)
}

/// True for a day and for several, give or take what a clock set by hand may be off.
pub(super) fn is_whole_days(shift: Millis) -> bool {
    let days = (shift + DAY / 2).div_euclid(DAY);
    days != 0 && (shift - days * DAY).abs() <= BY_HAND
}
