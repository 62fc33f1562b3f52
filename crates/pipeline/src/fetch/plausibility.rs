//! Decides which days that were read cannot have been answered in full. Pure: the account's word, the fetch log and the stored
//! log numbers in, doubtful days out.
//!
//! A pump numbers its log without gaps, so an answer that left something out shows: numbers are missing between its days and
//! their neighbours, or within them there are fewer events to a hundred numbers than elsewhere. (Elsewhere there may be fewer
//! than a hundred, too: not every type of event is asked for.) A pause in which the pump was off uses up no numbers and is
//! believed. At both ends of the history there is no neighbour on one side; there the account says whether there is more.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use pump_events::EventCode;

use super::cadence::is_thinned;
use super::drift::{Drift, find_drift};
use crate::store::{DayLog, FetchWindow};
use crate::{DayRange, PumpListing, RawBatch};

/// So often are doubtful days asked for with every sync.
const MAX_ASKED: u32 = 4;
/// After that they are asked for again when so much time has passed since, ...
const ASK_LATER: TimeDelta = TimeDelta::days(7);
/// ... and this often altogether.
const MAX_ASKED_LATER: u32 = 12;
/// A log of which almost every number is stored is complete: then any number that is missing is doubtful.
const WHOLE: f64 = 0.995;
/// In a complete log, fewer missing numbers are no reason to ask again.
const MIN_MISSING: f64 = 10.0;
/// In a log of selected types, fewer missing numbers in a row (two hours of log) happen by themselves.
const MIN_MISSING_OF_SELECTED: f64 = 300.0;
/// In a log of selected types, days with a smaller share of the usual number of events are doubtful.
const MIN_SHARE: f64 = 0.6;
/// Segments of fewer numbers say nothing about what is usual.
const MIN_NUMBERS: u64 = 50;
/// Longer gaps come from a clock that was wrong; of these only the ends are asked for.
const MAX_GAP_DAYS: u32 = 400;
/// A clock further ahead is wrong.
const PLAUSIBLE_LEAD: Days = Days::new(2);
const ONE_DAY: Days = Days::new(1);

/// Clock changes come with any answer, whatever days were asked for.
const CLOCK_CHANGES: [EventCode; 2] = [EventCode(13), EventCode(14)];

/// Days whose answer is doubtful.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Doubt {
    /// The days, on the pump's clock.
    pub days: DayRange,
    /// About how many events are missing, where that can be known.
    pub missing: Option<u64>,
    /// Why.
    pub reason: DoubtReason,
    /// How often the days have been asked for.
    pub asked: u32,
}

/// Why days are doubtful.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DoubtReason {
    /// The account says that there are events, and there are none.
    Announced,
    /// Numbers of the pump's log are missing between these days.
    MissingNumbers,
    /// There are far fewer events than on other days.
    TooFew,
    /// The last answer had far fewer events than are stored already.
    FewerThanStored,
    /// Events that come every five minutes are missing all over the last answer.
    Thinned,
    /// The last answer came in another format.
    Format,
}

impl fmt::Display for DoubtReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Announced => "the account lists events there, but none came",
            Self::MissingNumbers => "numbers of the pump's log are missing",
            Self::TooFew => "there are far fewer events than on other days",
            Self::FewerThanStored => "the last answer had far fewer events than are stored already",
            Self::Thinned => "many of the events that come every five minutes are missing",
            Self::Format => "the last answer came in a format that this version cannot read",
        })
    }
}

impl Doubt {
    /// True while the next sync asks again.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.asked < MAX_ASKED
    }
}

/// What is wrong with one answer by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AnswerDoubt {
    /// It came in another format.
    Format(Drift),
    /// It had far fewer events than are stored.
    FewerThanStored,
    /// Single events are missing all over it.
    Thinned,
}

impl AnswerDoubt {
    /// What the fetch log keeps of it.
    #[must_use]
    pub(crate) fn to_mark(&self) -> String {
        match self {
            Self::Format(drift) => format!("{FORMAT_MARK}{drift}"),
            Self::FewerThanStored => DoubtReason::FewerThanStored.to_string(),
            Self::Thinned => DoubtReason::Thinned.to_string(),
        }
    }
}

const FORMAT_MARK: &str = "format: ";

/// True of what the fetch log keeps of an answer in another format.
#[must_use]
pub fn is_format_mark(mark: &str) -> bool {
    mark.starts_with(FORMAT_MARK)
}

/// What is wrong with the answer for `days`, of which `stored` events were stored before.
#[must_use]
pub(crate) fn doubt_answer(answer: &RawBatch, days: DayRange, stored: u64) -> Option<AnswerDoubt> {
    let is_of_days = |event: &crate::RawEvent<'_>| {
        !CLOCK_CHANGES.contains(&event.code) && days.contains(event.pump_time.to_naive().date())
    };
    let came = answer.iter().filter(is_of_days).count() as u64;
    let is_less = || came * 2 < stored && (stored - came) as f64 >= MIN_MISSING;
    find_drift(answer)
        .map(AnswerDoubt::Format)
        .or_else(|| is_less().then_some(AnswerDoubt::FewerThanStored))
        .or_else(|| is_thinned(answer).then_some(AnswerDoubt::Thinned))
}

/// The doubtful days among those that were read of `pump`, with the answers of `fetched` and what is stored of its `log`.
#[must_use]
pub fn find_doubts(pump: &PumpListing, fetched: &[FetchWindow], log: &[DayLog], now: DateTime<Utc>) -> Vec<Doubt> {
    let asked = Asked { fetched };
    let range = believable_range(pump, now);
    let mut doubts = Vec::new();
    doubts.extend(find_announced(range, log));
    doubts.extend(find_incomplete(range, log));
    doubts.retain(|doubt| asked.all(doubt.days));
    doubts.extend(asked.doubted());
    for doubt in &mut doubts {
        doubt.asked = asked.times(doubt.days);
    }
    doubts
}

/// True when `doubt` is to be asked for again now.
#[must_use]
pub(crate) fn is_due_again(doubt: &Doubt, fetched: &[FetchWindow], now: DateTime<Utc>) -> bool {
    let last = Asked { fetched }.of(doubt.days).map(|window| window.fetched).max();
    let is_later = || last.is_none_or(|last| last + ASK_LATER <= now);
    doubt.is_open() || (doubt.asked < MAX_ASKED_LATER && is_later())
}

/// The first and the last day on which the account lists events.
type Range = (Option<NaiveDate>, Option<NaiveDate>);

fn believable_range(pump: &PumpListing, now: DateTime<Utc>) -> Range {
    let newest = now.date_naive() + PLAUSIBLE_LEAD;
    let day = |event: Option<chrono::NaiveDateTime>| event.map(|event| event.date()).filter(|day| *day <= newest);
    (day(pump.first_event), day(pump.last_event))
}

/// The ends of the account's range, where nothing is stored.
fn find_announced(range: Range, log: &[DayLog]) -> Vec<Doubt> {
    let (Some(first), Some(last)) = range else { return Vec::new() };
    let stored = |day: NaiveDate| log.iter().any(|stored| day - ONE_DAY <= stored.day && stored.day <= day + ONE_DAY);
    let between = log.iter().map(|stored| stored.day).filter(|day| first <= *day && *day <= last);
    let (oldest, newest) = (between.clone().min(), between.max());
    let mut gaps = Vec::new();
    match (oldest, newest) {
        _ if first > last => {}
        (Some(oldest), Some(newest)) => {
            gaps.extend((!stored(first)).then_some((first, oldest)));
            gaps.extend((!stored(last)).then_some((newest, last)));
        }
        _ => gaps.push((first, last)),
    }
    gaps.into_iter()
        .flat_map(|(from, to)| gap_days(from, to))
        .map(|days| doubt(days, None, DoubtReason::Announced))
        .collect()
}

/// The days from `from` to `to`; of a gap of years, its ends.
fn gap_days(from: NaiveDate, to: NaiveDate) -> Vec<DayRange> {
    match DayRange::new(from, to) {
        Some(days) if days.days() <= MAX_GAP_DAYS => vec![days],
        _ => [DayRange::new(from, from), DayRange::new(to, to)].into_iter().flatten().collect(),
    }
}

fn doubt(days: DayRange, missing: Option<u64>, reason: DoubtReason) -> Doubt {
    Doubt { days, missing, reason, asked: 0 }
}

/// Days that share a segment of numbers: one day, or several where a clock went back.
struct Segment {
    sequence_group: u16,
    first: u32,
    last: u32,
    events: u64,
    oldest: NaiveDate,
    newest: NaiveDate,
}

impl Segment {
    fn from_day_log(day: &DayLog) -> Self {
        let DayLog { day, sequence_group, events, first, last } = *day;
        Self { sequence_group, first, last, events, oldest: day, newest: day }
    }

    fn numbers(&self) -> u64 {
        u64::from(self.last - self.first) + 1
    }

    /// Takes `next` in when it has numbers between ours.
    fn join(&mut self, next: &Self) -> bool {
        let overlaps = self.sequence_group == next.sequence_group && next.first <= self.last;
        if overlaps {
            self.last = self.last.max(next.last);
            self.events += next.events;
            (self.oldest, self.newest) = (self.oldest.min(next.oldest), self.newest.max(next.newest));
        }
        overlaps
    }
}

fn segments(log: &[DayLog]) -> Vec<Segment> {
    let mut days: Vec<_> = log.iter().map(Segment::from_day_log).collect();
    days.sort_by_key(|day| (day.sequence_group, day.first));
    let mut segments: Vec<Segment> = Vec::new();
    for day in days {
        if !segments.last_mut().is_some_and(|last| last.join(&day)) {
            segments.push(day);
        }
    }
    segments
}

/// The usual number of events per number of the log: the median of all segments.
fn usual_density(segments: &[Segment]) -> Option<f64> {
    let long = segments.iter().filter(|segment| segment.numbers() >= MIN_NUMBERS);
    let mut densities: Vec<_> = long.map(|segment| segment.events as f64 / segment.numbers() as f64).collect();
    densities.sort_by(f64::total_cmp);
    densities.get(densities.len() / 2).copied()
}

/// Segments with too few events, and numbers that are missing between them.
fn find_incomplete(range: Range, log: &[DayLog]) -> Vec<Doubt> {
    let segments = segments(log);
    let Some(density) = usual_density(&segments) else { return Vec::new() };
    let is_whole = density >= WHOLE;
    let within = segments.iter().filter_map(|segment| {
        let expected = density * segment.numbers() as f64;
        let missing = expected - segment.events as f64;
        let share = segment.events as f64 / expected;
        let too_few = if is_whole { missing >= MIN_MISSING } else { missing >= MIN_MISSING && share < MIN_SHARE };
        let days = DayRange::new(segment.oldest, segment.newest).filter(|_| too_few)?;
        Some(doubt(days, Some(missing as u64), DoubtReason::TooFew))
    });
    let between = segments.windows(2).flat_map(|pair| find_gap(&pair[0], &pair[1], density, range));
    within.chain(between).collect()
}

fn find_gap(before: &Segment, after: &Segment, density: f64, range: Range) -> Vec<Doubt> {
    if before.sequence_group != after.sequence_group {
        return Vec::new();
    }
    let numbers = f64::from(after.first - before.last - 1);
    let tolerated = if density >= WHOLE { MIN_MISSING } else { MIN_MISSING_OF_SELECTED };
    if numbers < tolerated {
        return Vec::new();
    }
    let (from, to) = (before.newest.min(after.oldest), before.newest.max(after.oldest));
    let days = gap_days(from, to).into_iter().filter_map(|days| clip_days(days, range));
    days.map(|days| doubt(days, Some((numbers * density) as u64), DoubtReason::MissingNumbers)).collect()
}

/// The part of `days` for which the account has events. A gap that begins with the last of these days, or ends with the first,
/// lies outside: the pump was someone else's then, or the service no longer has those days.
fn clip_days(days: DayRange, (oldest, newest): Range) -> Option<DayRange> {
    let (first, last) = (oldest.map_or(days.first(), |oldest| oldest.max(days.first())), days.last());
    let last = newest.map_or(last, |newest| newest.min(last));
    let is_cut = first != days.first() || last != days.last();
    DayRange::new(first, last).filter(|clipped| !is_cut || clipped.days() > 1)
}

/// What was asked for of one pump.
struct Asked<'a> {
    fetched: &'a [FetchWindow],
}

impl<'a> Asked<'a> {
    fn of(&self, days: DayRange) -> impl Iterator<Item = &'a FetchWindow> + use<'a> {
        let middle = days.first() + Days::new(u64::from(days.days() / 2));
        self.fetched.iter().filter(move |window| window.window.days.contains(middle))
    }

    fn times(&self, days: DayRange) -> u32 {
        u32::try_from(self.of(days).count()).unwrap_or(u32::MAX)
    }

    /// True when each of `days` was asked for: days that were not are fetched anyway.
    fn all(&self, days: DayRange) -> bool {
        let asked = |day: NaiveDate| self.fetched.iter().any(|window| window.window.days.contains(day));
        days.first().iter_days().take(days.days() as usize).all(asked)
    }

    /// Windows whose newest answer was doubtful by itself.
    fn doubted(&self) -> Vec<Doubt> {
        let newest_of = |days: DayRange| self.of(days).max_by_key(|window| window.fetched);
        let is_newest = |window: &&FetchWindow| newest_of(window.window.days) == Some(*window);
        let doubted = self.fetched.iter().filter(|window| window.window.doubt.is_some()).filter(is_newest);
        doubted.map(|window| doubt(window.window.days, None, reason_of(window.window.doubt.as_deref()))).collect()
    }
}

fn reason_of(mark: Option<&str>) -> DoubtReason {
    match mark {
        Some(mark) if is_format_mark(mark) => DoubtReason::Format,
        Some(mark) if mark == DoubtReason::Thinned.to_string() => DoubtReason::Thinned,
        _ => DoubtReason::FewerThanStored,
    }
}

#[cfg(test)]
mod tests;
