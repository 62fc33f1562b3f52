//! Hypo- and hyperglycemic episodes by the consensus (Battelino et al. 2023), on the interpolated grid.
//!
//! A duration is points × interval, so three five-minute readings are fifteen minutes. Each level is found by itself; level
//! 2 lies inside level 1. A gap that is not bridged (over 45 minutes) and the end of the data end an episode.

use chrono::TimeDelta;
use serde::Serialize;

use crate::{
    glucose::{Reading, Thresholds},
    grid::{Grid, Trace},
    statistics::{mean, ratio},
    time::Timestamp,
};

/// The kinds of episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EpisodeKind {
    /// At least 15 minutes below 70 mg/dL; over after 15 minutes at 70 or above.
    Low,
    /// At least 15 minutes below 54 mg/dL; over after 15 minutes at 54 or above.
    VeryLow,
    /// More than 120 minutes below 70 mg/dL.
    ExtendedLow,
    /// At least 15 minutes above 180 mg/dL; over after 15 minutes at 180 or below.
    High,
    /// At least 15 minutes above 250 mg/dL; over after 15 minutes at 250 or below.
    VeryHigh,
    /// At least 90 minutes above 250 mg/dL within 120 minutes; over after 15 minutes at 180 or below.
    ExtendedHigh,
}

impl EpisodeKind {
    /// All kinds, in the order reports list them.
    pub const ALL: [Self; 6] =
        [Self::Low, Self::VeryLow, Self::ExtendedLow, Self::High, Self::VeryHigh, Self::ExtendedHigh];

    fn rule(self, thresholds: &Thresholds) -> Rule {
        let below = |threshold| Rule { side: Side::Below, enter: threshold, leave: threshold, entry: Entry::Run(15) };
        let above = |threshold| Rule { side: Side::Above, ..below(threshold) };
        match self {
            Self::Low => below(thresholds.low),
            Self::VeryLow => below(thresholds.very_low),
            Self::ExtendedLow => Rule { entry: Entry::RunOver(120), ..below(thresholds.low) },
            Self::High => above(thresholds.high),
            Self::VeryHigh => above(thresholds.very_high),
            Self::ExtendedHigh => Rule {
                leave: thresholds.high,
                entry: Entry::Within { minutes: 90, of: 120 },
                ..above(thresholds.very_high)
            },
        }
    }
}

/// One episode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Episode {
    /// What kind.
    pub kind: EpisodeKind,
    /// Its first grid point.
    pub start: Timestamp,
    /// The end of its last grid point's interval.
    pub end: Timestamp,
    /// Points × interval.
    pub duration_minutes: f64,
    /// The mean of its grid points, in mg/dL.
    pub mean: f64,
    /// The lowest point of a low, the highest of a high, in mg/dL.
    pub extreme: f64,
}

/// Every episode of every kind in `readings`, in time order.
#[must_use]
pub fn find_episodes(readings: &[Reading], thresholds: &Thresholds) -> Vec<Episode> {
    let trace = Trace::new(readings);
    let Some(grid) = Grid::new(&trace) else { return Vec::new() };
    let clock = GridClock::new(readings, &grid);
    let mut episodes: Vec<Episode> = EpisodeKind::ALL
        .into_iter()
        .flat_map(|kind| segments(&grid, &kind.rule(thresholds)).into_iter().map(move |segment| (kind, segment)))
        .filter_map(|(kind, segment)| clock.episode(kind, &segment))
        .collect();
    episodes.sort_by_key(|episode| (episode.start, episode.kind));
    episodes
}

/// How often, how long and how far, of one kind. Rates are `None` where there are no readings.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct EpisodeSummary {
    /// How many.
    pub total_episodes: usize,
    /// Per day of readings, gaps left out.
    pub avg_ep_per_day: Option<f64>,
    /// Mean duration in minutes, 0 without episodes.
    pub avg_ep_duration: f64,
    /// The mean of the episodes' means, in mg/dL.
    pub avg_ep_gl: Option<f64>,
}

/// The summaries of all kinds. `None` where there is no grid: below two readings.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EpisodeSummaries {
    /// Level 1 low.
    pub low: Option<EpisodeSummary>,
    /// Level 2 low.
    pub very_low: Option<EpisodeSummary>,
    /// Extended low.
    pub extended_low: Option<EpisodeSummary>,
    /// Level 1 high.
    pub high: Option<EpisodeSummary>,
    /// Level 2 high.
    pub very_high: Option<EpisodeSummary>,
    /// Extended high.
    pub extended_high: Option<EpisodeSummary>,
    /// Level 1 lows during which no level 2 low occurs.
    pub low_exclusive: Option<EpisodeSummary>,
    /// Level 1 highs during which no level 2 high occurs.
    pub high_exclusive: Option<EpisodeSummary>,
}

impl EpisodeSummaries {
    pub(crate) fn new(grid: Option<&Grid>, thresholds: &Thresholds) -> Self {
        let Some(grid) = grid else { return Self::default() };
        let of = |kind: EpisodeKind| segments(grid, &kind.rule(thresholds));
        let (low, very_low) = (of(EpisodeKind::Low), of(EpisodeKind::VeryLow));
        let (high, very_high) = (of(EpisodeKind::High), of(EpisodeKind::VeryHigh));
        let summary = |segments: &[Segment]| Some(summarise(grid, segments));
        Self {
            low_exclusive: summary(&without(&low, &very_low)),
            high_exclusive: summary(&without(&high, &very_high)),
            low: summary(&low),
            very_low: summary(&very_low),
            extended_low: summary(&of(EpisodeKind::ExtendedLow)),
            high: summary(&high),
            very_high: summary(&very_high),
            extended_high: summary(&of(EpisodeKind::ExtendedHigh)),
        }
    }
}

fn summarise(grid: &Grid, segments: &[Segment]) -> EpisodeSummary {
    let days = (grid.present() as i64 * grid.step_minutes) as f64 / 1440.0;
    let durations: Vec<f64> = segments.iter().map(|s| s.duration_minutes(grid)).collect();
    EpisodeSummary {
        total_episodes: segments.len(),
        avg_ep_per_day: ratio(segments.len() as f64, days),
        avg_ep_duration: mean(&durations).unwrap_or_default(),
        avg_ep_gl: mean(&segments.iter().map(|s| s.mean).collect::<Vec<_>>()),
    }
}

fn without(level_1: &[Segment], level_2: &[Segment]) -> Vec<Segment> {
    let nested = |outer: &Segment| level_2.iter().any(|inner| outer.first <= inner.first && inner.first <= outer.last);
    level_1.iter().filter(|outer| !nested(outer)).copied().collect()
}

/// When an episode begins and ends.
#[derive(Debug, Clone, Copy)]
struct Rule {
    side: Side,
    /// The threshold that counts towards entering.
    enter: f64,
    /// The threshold that has to be regained for 15 minutes.
    leave: f64,
    entry: Entry,
}

#[derive(Debug, Clone, Copy)]
enum Side {
    Below,
    Above,
}

/// How much time beyond the threshold makes an episode, in minutes.
#[derive(Debug, Clone, Copy)]
enum Entry {
    /// At least this long without interruption.
    Run(i64),
    /// Longer than this without interruption.
    RunOver(i64),
    /// At least `minutes`, added up, within any segment of `of`.
    Within { minutes: i64, of: i64 },
}

const RECOVERY_MINUTES: i64 = 15;

impl Rule {
    fn beyond(&self, threshold: f64, glucose: f64) -> bool {
        match self.side {
            Side::Below => glucose < threshold,
            Side::Above => glucose > threshold,
        }
    }

    /// Whether an episode starts with the first of `values`.
    fn starts(&self, values: &[f64], step_minutes: i64) -> bool {
        let (needed, within) = match self.entry {
            Entry::Run(minutes) => (points_in(minutes, step_minutes), points_in(minutes, step_minutes)),
            Entry::RunOver(minutes) => (minutes / step_minutes + 1, minutes / step_minutes + 1),
            Entry::Within { minutes, of } => (points_in(minutes, step_minutes), points_in(of, step_minutes)),
        };
        let looked_at = values.iter().take(within as usize);
        let beyond = looked_at.filter(|value| self.beyond(self.enter, **value)).count() as i64;
        self.beyond(self.enter, values[0]) && beyond >= needed
    }

    /// How many of `values`, an episode from the first on, belong to it.
    fn length(&self, values: &[f64], step_minutes: i64) -> usize {
        let needed = points_in(RECOVERY_MINUTES, step_minutes) as usize;
        let mut recovered = 0;
        for (index, value) in values.iter().enumerate() {
            recovered = if self.beyond(self.leave, *value) { 0 } else { recovered + 1 };
            if recovered == needed {
                return index + 1 - needed;
            }
        }
        values.len()
    }
}

fn points_in(minutes: i64, step_minutes: i64) -> i64 {
    (minutes + step_minutes - 1) / step_minutes
}

/// An episode by places in the grid, both ends inside.
#[derive(Debug, Clone, Copy)]
struct Segment {
    first: usize,
    last: usize,
    mean: f64,
    lowest: f64,
    highest: f64,
}

impl Segment {
    fn new(first: usize, values: &[f64]) -> Self {
        Self {
            first,
            last: first + values.len() - 1,
            mean: mean(values).unwrap_or_default(),
            lowest: values.iter().copied().fold(f64::INFINITY, f64::min),
            highest: values.iter().copied().fold(0.0, f64::max),
        }
    }

    fn duration_minutes(&self, grid: &Grid) -> f64 {
        ((self.last - self.first + 1) as i64 * grid.step_minutes) as f64
    }
}

fn segments(grid: &Grid, rule: &Rule) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut start = 0;
    for run in grid.cells.split(Option::is_none) {
        let values: Vec<f64> = run.iter().flatten().copied().collect();
        segments_of_run(start, &values, grid.step_minutes, rule, &mut found);
        start += run.len() + 1;
    }
    found
}

fn segments_of_run(start: usize, values: &[f64], step_minutes: i64, rule: &Rule, found: &mut Vec<Segment>) {
    let mut at = 0;
    while at < values.len() {
        if rule.starts(&values[at..], step_minutes) {
            let length = rule.length(&values[at..], step_minutes).max(1);
            found.push(Segment::new(start + at, &values[at..at + length]));
            at += length;
        } else {
            at += 1;
        }
    }
}

/// Gives grid places their time back: the reading nearest before tells the offset.
struct GridClock<'a> {
    readings: Vec<&'a Reading>,
    first_midnight: chrono::NaiveDateTime,
    step: TimeDelta,
}

impl<'a> GridClock<'a> {
    fn new(readings: &'a [Reading], grid: &Grid) -> Self {
        let mut readings: Vec<&Reading> = readings.iter().collect();
        readings.sort_by_key(|reading| reading.at);
        let first_midnight = readings.first().map(|r| r.at.date().and_time(chrono::NaiveTime::MIN)).unwrap_or_default();
        Self { readings, first_midnight, step: TimeDelta::minutes(grid.step_minutes) }
    }

    fn episode(&self, kind: EpisodeKind, segment: &Segment) -> Option<Episode> {
        let low = matches!(kind, EpisodeKind::Low | EpisodeKind::VeryLow | EpisodeKind::ExtendedLow);
        let duration = self.step * (segment.last - segment.first + 1) as i32;
        let start = self.stamp_of(segment.first)?;
        Some(Episode {
            kind,
            start,
            end: Timestamp { utc: start.utc + duration, wall: start.wall + duration },
            duration_minutes: duration.num_minutes() as f64,
            mean: segment.mean,
            extreme: if low { segment.lowest } else { segment.highest },
        })
    }

    fn stamp_of(&self, place: usize) -> Option<Timestamp> {
        let wall = self.first_midnight + self.step * (place as i32 + 1);
        let after = self.readings.partition_point(|reading| reading.at.wall <= wall);
        self.readings.get(after.saturating_sub(1)).map(|reading| reading.at.at_wall(wall))
    }
}
