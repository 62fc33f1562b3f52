//! The evenly spaced, interpolated grid that the variability metrics and the episodes are computed on.
//!
//! The rules are those of R iglu 4.3.0, described from its outputs in `docs/metrics.md` ("The grid"). Rows are calendar days
//! on the wall clock, columns are the times of day 00:00 + step, 00:00 + 2 × step … 24:00.

use crate::{glucose::Reading, statistics};

const MINUTES_PER_DAY: i64 = 1440;
const MILLIS_PER_MINUTE: i64 = 60_000;
const MILLIS_PER_DAY: i64 = MINUTES_PER_DAY * MILLIS_PER_MINUTE;
const MILLIS_PER_HOUR: i64 = 60 * MILLIS_PER_MINUTE;
/// Two readings further apart than this are not joined.
const MAX_BRIDGED_GAP_MILLIS: i64 = 45 * MILLIS_PER_MINUTE;
/// A grid beyond this (76 years of five-minute readings) is not made: its stamps cannot be one person's.
const MAX_CELLS: i64 = 8_000_000;

/// Readings in time order, one per instant: the last one of those that share it.
#[derive(Debug)]
pub(crate) struct Trace {
    points: Vec<Point>,
}

#[derive(Debug, Clone, Copy)]
struct Point {
    utc_millis: i64,
    offset_millis: i64,
    glucose: f64,
    interval_minutes: f64,
}

impl Trace {
    pub(crate) fn new(readings: &[Reading]) -> Self {
        let mut points: Vec<Point> = readings.iter().map(Point::from_reading).collect();
        points.sort_by_key(|point| point.utc_millis);
        points.dedup_by(|later, earlier| {
            let same = later.utc_millis == earlier.utc_millis;
            if same {
                *earlier = *later;
            }
            same
        });
        Self { points }
    }

    /// The elapsed minutes from each reading to the next.
    pub(crate) fn steps_minutes(&self) -> impl Iterator<Item = f64> + '_ {
        self.points.windows(2).map(|pair| (pair[1].utc_millis - pair[0].utc_millis) as f64 / MILLIS_PER_MINUTE as f64)
    }

    /// The usual distance of two readings: the median, rounded half-even to whole minutes, at least 1. `None` below two readings.
    pub(crate) fn interval_minutes(&self) -> Option<i64> {
        let steps = statistics::sorted(self.steps_minutes().collect());
        statistics::quantile(&steps, 0.5).map(|median| (median.round_ties_even() as i64).max(1))
    }

    /// The interval of each reading in minutes.
    pub(crate) fn intervals_minutes(&self) -> impl Iterator<Item = f64> + '_ {
        self.points.iter().map(|point| point.interval_minutes)
    }

    /// The interval of the last reading in minutes.
    pub(crate) fn last_interval_minutes(&self) -> Option<f64> {
        self.points.last().map(|point| point.interval_minutes)
    }

    /// Elapsed minutes from the first reading to the last.
    pub(crate) fn span_minutes(&self) -> Option<f64> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        Some((last.utc_millis - first.utc_millis) as f64 / MILLIS_PER_MINUTE as f64)
    }
}

impl Point {
    fn from_reading(reading: &Reading) -> Self {
        Self {
            utc_millis: reading.at.utc.timestamp_millis(),
            offset_millis: reading.at.offset_millis(),
            glucose: reading.glucose.get(),
            interval_minutes: reading.interval_minutes,
        }
    }

    fn wall_millis(&self) -> i64 {
        self.utc_millis + self.offset_millis
    }
}

/// The grid: `cells` is row after row, `None` where nothing may be said.
#[derive(Debug)]
pub(crate) struct Grid {
    /// Minutes between two columns.
    pub(crate) step_minutes: i64,
    /// Columns per day.
    pub(crate) columns: usize,
    /// Rows joined, oldest first.
    pub(crate) cells: Vec<Option<f64>>,
}

impl Grid {
    /// The grid with the step that the readings' usual distance asks for. `None` below two readings.
    pub(crate) fn new(trace: &Trace) -> Option<Self> {
        let interval = trace.interval_minutes()?;
        Self::with_step(trace, step_dividing_a_day(interval))
    }

    /// The grid with a given step, a divisor of 1440 minutes.
    pub(crate) fn with_step(trace: &Trace, step_minutes: i64) -> Option<Self> {
        let days = (trace.span_minutes()? / MINUTES_PER_DAY as f64 + 1.0).ceil() as i64;
        let columns = MINUTES_PER_DAY / step_minutes;
        if trace.points.len() < 2 || days.saturating_mul(columns) > MAX_CELLS {
            return None;
        }
        let first_midnight = trace.points[0].wall_millis().div_euclid(MILLIS_PER_DAY) * MILLIS_PER_DAY;
        let cells = sample(trace, first_midnight, step_minutes * MILLIS_PER_MINUTE, (days * columns) as usize);
        Some(Self { step_minutes, columns: columns as usize, cells })
    }

    /// The days, oldest first.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[Option<f64>]> {
        self.cells.chunks(self.columns)
    }

    /// The present values of each time of day, midnight first.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Vec<f64>> + '_ {
        (0..self.columns)
            .map(|column| self.cells.iter().skip(column).step_by(self.columns).flatten().copied().collect())
    }

    /// How many cells have a value.
    pub(crate) fn present(&self) -> usize {
        self.cells.iter().flatten().count()
    }

    /// How many cells make up `minutes`, rounded half-even.
    pub(crate) fn cells_in(&self, minutes: i64) -> usize {
        (minutes as f64 / self.step_minutes as f64).round_ties_even() as usize
    }
}

fn step_dividing_a_day(interval_minutes: i64) -> i64 {
    match interval_minutes {
        divisor if MINUTES_PER_DAY % divisor == 0 => divisor,
        21.. => 20,
        other if other % 5 > 2 => other - other % 5 + 5,
        other => other - other % 5,
    }
}

/// Fills the cells from each segment of one offset in turn. A wall time that no segment shows stays empty; one that two
/// segments show belongs to the first.
fn sample(trace: &Trace, first_midnight: i64, step_millis: i64, count: usize) -> Vec<Option<f64>> {
    let mut cells = vec![None; count];
    let mut next_free = 0;
    let mut reader = Interpolation { points: &trace.points, left: 0 };
    for segment in segments(&trace.points) {
        let from = (segment.start + segment.offset_millis - first_midnight).max(0);
        let first = ((from + step_millis - 1) / step_millis - 1).max(next_free);
        for index in first..count as i64 {
            let instant = first_midnight + (index + 1) * step_millis - segment.offset_millis;
            if instant >= segment.end {
                break;
            }
            cells[index as usize] = reader.at(instant);
            next_free = index + 1;
        }
    }
    cells
}

/// A segment of instants during which wall clock minus UTC stayed the same.
struct Segment {
    start: i64,
    end: i64,
    offset_millis: i64,
}

fn segments(points: &[Point]) -> Vec<Segment> {
    let Some((first, last)) = points.first().zip(points.last()) else { return Vec::new() };
    let mut segments =
        vec![Segment { start: first.utc_millis, end: last.utc_millis + 1, offset_millis: first.offset_millis }];
    for pair in points.windows(2).filter(|pair| pair[0].offset_millis != pair[1].offset_millis) {
        let change = change_between(pair[0].utc_millis, pair[1].utc_millis);
        if let Some(previous) = segments.last_mut() {
            previous.end = change;
        }
        segments.push(Segment { start: change, end: last.utc_millis + 1, offset_millis: pair[1].offset_millis });
    }
    segments
}

/// When the offset changed between two readings: at the whole hour UTC between them, as every zone's daylight saving does,
/// else at the later reading.
fn change_between(earlier: i64, later: i64) -> i64 {
    let hour = later.div_euclid(MILLIS_PER_HOUR) * MILLIS_PER_HOUR;
    if hour > earlier { hour } else { later }
}

/// Reads a trace at instants that only go forward.
struct Interpolation<'a> {
    points: &'a [Point],
    left: usize,
}

impl Interpolation<'_> {
    fn at(&mut self, instant: i64) -> Option<f64> {
        while self.points.get(self.left + 1).is_some_and(|next| next.utc_millis <= instant) {
            self.left += 1;
        }
        let left = self.points.get(self.left)?;
        if left.utc_millis == instant {
            return Some(left.glucose);
        }
        let right = self.points.get(self.left + 1)?;
        let apart = right.utc_millis - left.utc_millis;
        if instant < left.utc_millis || apart > MAX_BRIDGED_GAP_MILLIS {
            return None;
        }
        let share = (instant - left.utc_millis) as f64 / apart as f64;
        Some(left.glucose + share * (right.glucose - left.glucose))
    }
}
