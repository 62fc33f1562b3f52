//! MAGE, the mean amplitude of glycemic excursions, as R iglu 4.3.0 defines it (moving averages of 5 and 32 points).
//!
//! There is no agreed algorithm for MAGE; the steps of this one are described in `docs/metrics.md`. It always works on a
//! five-minute grid.

use serde::Serialize;

use crate::{
    grid::{Grid, Trace},
    statistics::{mean, sample_sd},
};

const STEP_MINUTES: i64 = 5;
const SHORT_POINTS: usize = 5;
const LONG_POINTS: usize = 32;
/// A run of missing points longer than this cuts the trace in two.
const MAX_GAP_MINUTES: i64 = 180;
/// A segment whose glucose moves less than this has no excursions.
const LEAST_SD: f64 = 1.0;

/// Mean excursion heights in mg/dL.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Mage {
    /// Over rises and falls.
    #[serde(rename = "mage_avg")]
    pub average: Option<f64>,
    /// Over rises; `None` if a segment with excursions has no rise.
    #[serde(rename = "mage_plus")]
    pub plus: Option<f64>,
    /// Over falls; `None` if a segment with excursions has no fall.
    #[serde(rename = "mage_minus")]
    pub minus: Option<f64>,
    /// Over the direction of each segment's first excursion, as Service defined it in 1970.
    #[serde(rename = "mage_service")]
    pub service: Option<f64>,
    /// Over the direction that is larger in each segment; `None` if a segment with excursions lacks a direction.
    #[serde(rename = "mage_max")]
    pub max: Option<f64>,
}

impl Mage {
    pub(crate) fn new(trace: &Trace) -> Self {
        let Some(grid) = Grid::with_step(trace, STEP_MINUTES) else { return Self::default() };
        let trimmed = trim(&grid.cells);
        if trimmed.len() < LONG_POINTS {
            return Self::default();
        }
        let segments: Vec<Segment> = split_at_gaps(trimmed).into_iter().filter_map(Segment::new).collect();
        Self {
            average: weighted(segments.iter().flat_map(|s| [(s.plus, s.weight), (s.minus, s.weight)])),
            plus: one_direction(&segments, |s| s.plus),
            minus: one_direction(&segments, |s| s.minus),
            service: weighted(segments.iter().map(|s| (s.first_direction, s.weight))),
            max: one_direction(&segments, |s| Some(s.plus?.max(s.minus?))),
        }
    }
}

/// The excursions of one segment of the trace without a long gap.
struct Segment {
    plus: Option<f64>,
    minus: Option<f64>,
    first_direction: Option<f64>,
    weight: f64,
}

impl Segment {
    /// `None` where the segment is too short or too flat.
    fn new(cells: &[Option<f64>]) -> Option<Self> {
        let present: Vec<f64> = cells.iter().flatten().copied().collect();
        let sd = sample_sd(&present).filter(|sd| *sd >= LEAST_SD)?;
        if cells.len() < LONG_POINTS {
            return None;
        }
        let turns = turning_values(cells);
        let rises = excursions(&turns, sd, Restart::AfterExtreme);
        let mirrored: Vec<f64> = turns.iter().map(|value| -value).collect();
        let falls = excursions(&mirrored, sd, Restart::AtExtreme);
        let heights = |list: &[Excursion]| mean(&list.iter().map(|e| e.height).collect::<Vec<_>>());
        let (plus, minus) = (heights(&rises), heights(&falls));
        let first_direction = match (rises.first(), falls.first()) {
            (Some(rise), Some(fall)) if rise.end <= fall.start => plus,
            (Some(_), Some(_)) => minus,
            _ => plus.or(minus),
        };
        Some(Self { plus, minus, first_direction, weight: (cells.len() - 1) as f64 })
    }
}

fn weighted(values: impl Iterator<Item = (Option<f64>, f64)>) -> Option<f64> {
    let (sum, weight) = values
        .filter_map(|(value, weight)| Some((value?, weight)))
        .fold((0.0, 0.0), |(sum, total), (value, weight)| (sum + value * weight, total + weight));
    (weight > 0.0).then(|| sum / weight)
}

fn one_direction(segments: &[Segment], direction: impl Fn(&Segment) -> Option<f64>) -> Option<f64> {
    let with_excursions = || segments.iter().filter(|s| s.plus.is_some() || s.minus.is_some());
    if with_excursions().any(|s| direction(s).is_none()) {
        return None;
    }
    weighted(with_excursions().map(|s| (direction(s), s.weight)))
}

fn trim(cells: &[Option<f64>]) -> &[Option<f64>] {
    let first = cells.iter().position(Option::is_some);
    let last = cells.iter().rposition(Option::is_some);
    first.zip(last).map_or(&[], |(first, last)| &cells[first..=last])
}

fn split_at_gaps(cells: &[Option<f64>]) -> Vec<&[Option<f64>]> {
    let mut segments = Vec::new();
    let (mut start, mut last_present) = (0, 0);
    for (index, _) in cells.iter().enumerate().filter(|(_, cell)| cell.is_some()) {
        let missing = index.saturating_sub(last_present + 1) as i64;
        if missing * STEP_MINUTES > MAX_GAP_MINUTES {
            segments.push(&cells[start..=last_present]);
            start = index;
        }
        last_present = index;
    }
    segments.push(&cells[start..]);
    segments
}

/// The heights and depths between the crossings of the two moving averages, in time order.
fn turning_values(cells: &[Option<f64>]) -> Vec<f64> {
    let crossings = crossings(cells);
    let mut values = Vec::with_capacity(crossings.len());
    let mut from = 0;
    for pair in crossings.windows(2) {
        if let Some((index, value)) = extreme(cells, from, pair[1].index, pair[0].kind) {
            values.push(value);
            from = index;
        }
    }
    values
}

#[derive(Clone, Copy, PartialEq)]
enum Extreme {
    Min,
    Max,
}

struct Crossing {
    index: usize,
    kind: Extreme,
}

/// Where the short average crosses the long one, with what follows: a maximum once it is above, a minimum once below.
fn crossings(cells: &[Option<f64>]) -> Vec<Crossing> {
    let difference = difference_of_averages(cells);
    let kind_at = |index: usize| if difference[index].is_some_and(|d| d > 0.0) { Extreme::Max } else { Extreme::Min };
    let mut crossings = vec![Crossing { index: 0, kind: kind_at(0) }];
    let mut last = 0;
    for index in 1..cells.len() {
        let (Some(now), Some(before)) = (difference[index], difference[index - 1]) else { continue };
        if cells[index].is_none() || cells[index - 1].is_none() {
            continue;
        }
        let at_last = difference[last].unwrap_or_default();
        let reference = if now * before < 0.0 {
            before
        } else if now * at_last < 0.0 {
            at_last
        } else {
            continue;
        };
        crossings.push(Crossing { index, kind: if now < reference { Extreme::Min } else { Extreme::Max } });
        last = index;
    }
    crossings.push(Crossing { index: cells.len() - 1, kind: kind_at(cells.len() - 1) });
    crossings
}

fn difference_of_averages(cells: &[Option<f64>]) -> Vec<Option<f64>> {
    let (short, long) = (moving_average(cells, SHORT_POINTS), moving_average(cells, LONG_POINTS));
    short.into_iter().zip(long).map(|(short, long)| Some(short? - long?)).collect()
}

/// The mean of the present ones among the last `width` cells; the first cells take the value of the first full window.
fn moving_average(cells: &[Option<f64>], width: usize) -> Vec<Option<f64>> {
    let ending_at = |end: usize| {
        let present = || cells[end + 1 - width..=end].iter().flatten();
        let count = present().count();
        (count > 0).then(|| present().sum::<f64>() / count as f64)
    };
    (0..cells.len()).map(|index| ending_at(index.max(width - 1))).collect()
}

fn extreme(cells: &[Option<f64>], from: usize, to: usize, kind: Extreme) -> Option<(usize, f64)> {
    let better = |value: f64, best: f64| if kind == Extreme::Max { value > best } else { value < best };
    let present = (from..=to).filter_map(|index| Some((index, cells[index]?)));
    present.reduce(|best, candidate| if better(candidate.1, best.1) { candidate } else { best })
}

/// One rise (of the list as given), by places in the list of turning values.
struct Excursion {
    start: usize,
    end: usize,
    height: f64,
}

/// Where the search goes on after a rise.
#[derive(Clone, Copy, PartialEq)]
enum Restart {
    /// At the point where the glucose had turned back by one SD.
    AfterExtreme,
    /// As before, but starts of the next rise are looked for from the extreme on.
    AtExtreme,
}

/// Rises of at least `sd` in the turning values.
fn excursions(turns: &[f64], sd: f64, restart: Restart) -> Vec<Excursion> {
    let mut found = Vec::new();
    let (mut earliest, mut at) = (0, 0);
    while at < turns.len() {
        let start = lowest(turns, earliest, at);
        if turns[at] - turns[start] < sd {
            at += 1;
            continue;
        }
        let (top, turned_back) = extend(turns, at, sd);
        found.push(Excursion { start, end: top, height: turns[top] - turns[start] });
        earliest = if restart == Restart::AtExtreme { top } else { turned_back };
        at = turned_back;
    }
    found
}

fn lowest(turns: &[f64], from: usize, to: usize) -> usize {
    (from..=to).reduce(|best, index| if turns[index] < turns[best] { index } else { best }).unwrap_or(to)
}

/// The highest point from `from` on until the values have fallen by more than `sd` from it, and where they have.
fn extend(turns: &[f64], from: usize, sd: f64) -> (usize, usize) {
    let mut top = from;
    for index in from + 1..turns.len() {
        if turns[index] > turns[top] {
            top = index;
        } else if turns[index] - turns[top] < -sd {
            return (top, index);
        }
    }
    (top, turns.len())
}
