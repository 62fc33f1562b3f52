//! [`Metrics`]: everything that is said of a series of readings, computed once.
//!
//! Its JSON has one flat object with the keys of the golden set; what is undefined is null.

mod ranges;
mod risk;
mod summary;
mod variability;

use serde::{Serialize, Serializer, ser::SerializeMap};

pub use ranges::{Gri, GriZone, RangeTally, RangeTimes, Ranges, ReadingCounts};
pub use risk::Risk;
pub use summary::{Quantiles, Summary};
pub use variability::Variability;

use crate::{
    episodes::{EpisodeSummaries, EpisodeSummary},
    glucose::{Reading, Thresholds},
    grid::{Grid, Trace},
    mage::Mage,
    statistics::Weighted,
    wear::Wear,
    weights::weigh_readings,
};

pub use crate::mage::Mage as MageHeights;

/// What the metrics are held against.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MetricsOptions {
    /// The edges of the ranges.
    pub thresholds: Thresholds,
}

/// The metrics of one series of readings.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// Mean to J-index.
    pub summary: Summary,
    /// Readings per range.
    pub counts: ReadingCounts,
    /// Shares of time per range, in %. `None` without readings.
    pub ranges: Option<Ranges>,
    /// Glycemia risk index. `None` without readings.
    pub gri: Option<Gri>,
    /// LBGI, HBGI, ADRR.
    pub risk: Risk,
    /// Percentiles.
    pub quantiles: Quantiles,
    /// What the grid tells.
    pub variability: Variability,
    /// Episodes per kind.
    pub episodes: EpisodeSummaries,
    /// Sensor wear.
    pub wear: Wear,
}

impl Metrics {
    /// The metrics of `readings`, in any order. Every row counts: leave out repeated ones before (see
    /// [`crate::deduplicate`]).
    #[must_use]
    pub fn of(readings: &[Reading], options: &MetricsOptions) -> Self {
        let thresholds = &options.thresholds;
        let values = weighted(readings);
        let ranges = Ranges::new(&RangeTimes::from_readings(readings, thresholds), readings.len());
        let summary = Summary::new(&values);
        let trace = Trace::new(readings);
        let grid = Grid::new(&trace);
        let flat = ranges.unwrap_or_default();
        Self {
            counts: ReadingCounts::new(readings, thresholds),
            gri: ranges.as_ref().map(Gri::new),
            risk: Risk::new(readings, &values),
            quantiles: Quantiles::new(&values),
            variability: Variability::new(grid.as_ref(), Mage::new(&trace), &flat, &summary),
            episodes: EpisodeSummaries::new(grid.as_ref(), thresholds),
            wear: Wear::new(readings, &trace),
            ranges,
            summary,
        }
    }
}

/// The mean glucose of `readings` over time, in mg/dL. `None` without readings.
#[must_use]
pub fn mean_glucose(readings: &[Reading]) -> Option<f64> {
    weighted(readings).mean()
}

pub(crate) fn weighted(readings: &[Reading]) -> Weighted {
    let values = readings.iter().map(|reading| reading.glucose.get());
    Weighted::new(values.zip(weigh_readings(readings)).collect())
}

/// CONGA(`hours`) of `readings` in mg/dL: the sample SD of the differences between readings that many hours apart on the
/// interpolated grid.
#[must_use]
pub fn conga(readings: &[Reading], hours: usize) -> Option<f64> {
    variability::conga(&Grid::new(&Trace::new(readings))?, hours)
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ranges = RangeKeys::new(self);
        let parts = FlatKeys {
            summary: &self.summary,
            ranges,
            risk: &self.risk,
            j_index: self.summary.j_index,
            variability: &self.variability,
            wear: &self.wear,
            quantiles: &self.quantiles,
            counts: &self.counts,
            episodes: EpisodeKeys(&self.episodes),
        };
        parts.serialize(serializer)
    }
}

/// The groups in the order of the golden set's keys.
#[derive(Serialize)]
struct FlatKeys<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    #[serde(flatten)]
    ranges: RangeKeys,
    #[serde(flatten)]
    risk: &'a Risk,
    j_index: Option<f64>,
    #[serde(flatten)]
    variability: &'a Variability,
    #[serde(flatten)]
    wear: &'a Wear,
    #[serde(flatten)]
    quantiles: &'a Quantiles,
    #[serde(flatten)]
    counts: &'a ReadingCounts,
    #[serde(flatten)]
    episodes: EpisodeKeys<'a>,
}

#[derive(Serialize)]
struct RangeKeys {
    tbr2_lt54: Option<f64>,
    tbr1_54_69: Option<f64>,
    tbr_lt70: Option<f64>,
    tir_70_180: Option<f64>,
    titr_70_140: Option<f64>,
    tir_pregnancy_63_140: Option<f64>,
    tar_gt180: Option<f64>,
    tar1_181_250: Option<f64>,
    tar2_gt250: Option<f64>,
    tar_pregnancy_gt140: Option<f64>,
    tir_70_180_sleep_iglu: Option<f64>,
    tir_70_180_wake_iglu: Option<f64>,
    gri: Option<f64>,
    gri_hypo_component: Option<f64>,
    gri_hyper_component: Option<f64>,
    gri_zone: Option<GriZone>,
}

impl RangeKeys {
    fn new(metrics: &Metrics) -> Self {
        let (ranges, gri) = (metrics.ranges, metrics.gri);
        Self {
            tbr2_lt54: ranges.map(|r| r.very_low),
            tbr1_54_69: ranges.map(|r| r.low),
            tbr_lt70: ranges.map(|r| r.below),
            tir_70_180: ranges.map(|r| r.in_range),
            titr_70_140: ranges.map(|r| r.in_tight_range),
            tir_pregnancy_63_140: ranges.map(|r| r.in_pregnancy_range),
            tar_gt180: ranges.map(|r| r.above),
            tar1_181_250: ranges.map(|r| r.high),
            tar2_gt250: ranges.map(|r| r.very_high),
            tar_pregnancy_gt140: ranges.map(|r| r.above_pregnancy_range),
            tir_70_180_sleep_iglu: ranges.and_then(|r| r.in_range_asleep),
            tir_70_180_wake_iglu: ranges.and_then(|r| r.in_range_awake),
            gri: gri.map(|g| g.index),
            gri_hypo_component: gri.map(|g| g.hypo_component),
            gri_hyper_component: gri.map(|g| g.hyper_component),
            gri_zone: gri.map(|g| g.zone),
        }
    }
}

/// Writes `episodes.<kind>.<key>` for the kinds of the golden set.
struct EpisodeKeys<'a>(&'a EpisodeSummaries);

impl Serialize for EpisodeKeys<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.0;
        let kinds = [
            ("hypo_lv1", all.low),
            ("hypo_lv2", all.very_low),
            ("hypo_extended", all.extended_low),
            ("hyper_lv1", all.high),
            ("hyper_lv2", all.very_high),
            ("hypo_lv1_excl", all.low_exclusive),
            ("hyper_lv1_excl", all.high_exclusive),
        ];
        let mut map = serializer.serialize_map(None)?;
        for (kind, summary) in kinds {
            write_episode_keys(&mut map, kind, summary)?;
        }
        map.end()
    }
}

fn write_episode_keys<M: SerializeMap>(
    map: &mut M,
    kind: &str,
    summary: Option<EpisodeSummary>,
) -> Result<(), M::Error> {
    let mut entry = |key: &str, value: Option<f64>| map.serialize_entry(&format!("episodes.{kind}.{key}"), &value);
    entry("avg_ep_per_day", summary.and_then(|s| s.avg_ep_per_day))?;
    entry("avg_ep_duration", summary.map(|s| s.avg_ep_duration))?;
    entry("avg_ep_gl", summary.and_then(|s| s.avg_ep_gl))?;
    map.serialize_entry(&format!("episodes.{kind}.total_episodes"), &summary.map(|s| s.total_episodes))
}

/// Time between two concentrations in mg/dL, both inside, in %; counted as time in range is. `None` without readings.
#[must_use]
pub fn share_between(readings: &[Reading], low: f64, high: f64) -> Option<f64> {
    let thresholds = Thresholds { low, high, ..Thresholds::default() };
    Metrics::of(readings, &MetricsOptions { thresholds }).ranges.map(|ranges| ranges.in_range)
}
