//! Variability on the grid: GVP, MODD, CONGA, MAG, the family of standard deviations, COGI.

use serde::Serialize;

use super::{Ranges, Summary};
use crate::{
    grid::Grid,
    mage::Mage,
    statistics::{mean, ratio, sample_sd},
};

/// Numbers of the interpolated grid, in mg/dL unless said otherwise. All `None` below two readings.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Variability {
    /// Glycemic variability percentage: how much longer the trace is than a flat one, in %. Needs mg/dL and minutes.
    pub gvp: Option<f64>,
    /// Mean of daily differences: the mean absolute difference between the same times of consecutive days.
    pub modd: Option<f64>,
    /// CONGA(1): the SD of the differences to one hour before.
    pub conga_1h: Option<f64>,
    /// CONGA(2).
    pub conga_2h: Option<f64>,
    /// CONGA(4).
    pub conga_4h: Option<f64>,
    /// CONGA(24).
    pub conga_24h: Option<f64>,
    /// MAGE and its variants.
    #[serde(flatten)]
    pub mage: Mage,
    /// Mean absolute glucose change, in mg/dL per hour.
    #[serde(rename = "mag_iglu43")]
    pub mag: Option<f64>,
    /// SD of the rate of change over 15 minutes, in mg/dL per minute.
    pub sd_roc: Option<f64>,
    /// Within days: the mean of each day's SD.
    #[serde(rename = "SDw")]
    pub sd_within_days: Option<f64>,
    /// Between times of day: the SD of the mean day.
    #[serde(rename = "SDhhmm")]
    pub sd_between_times: Option<f64>,
    /// Within series: the mean SD of the hour that starts at each cell.
    #[serde(rename = "SDwsh")]
    pub sd_within_hours: Option<f64>,
    /// Between daily means.
    #[serde(rename = "SDdm")]
    pub sd_of_daily_means: Option<f64>,
    /// Between days, within times of day.
    #[serde(rename = "SDb")]
    pub sd_between_days: Option<f64>,
    /// As `SDb`, after each day's mean is taken off.
    #[serde(rename = "SDbdm")]
    pub sd_between_days_less_daily_means: Option<f64>,
    /// Continuous glucose monitoring index, in %: 50 % time in range, 35 % freedom from lows, 15 % steadiness.
    pub cogi: Option<f64>,
}

impl Variability {
    pub(super) fn new(grid: Option<&Grid>, mage: Mage, ranges: &Ranges, summary: &Summary) -> Self {
        let cogi = cogi(ranges, summary);
        let Some(grid) = grid else { return Self { mage, cogi, ..Self::default() } };
        Self {
            gvp: gvp(grid),
            modd: modd(grid),
            conga_1h: conga(grid, 1),
            conga_2h: conga(grid, 2),
            conga_4h: conga(grid, 4),
            conga_24h: conga(grid, 24),
            mage,
            mag: mag(grid),
            sd_roc: sd_of_rate_of_change(grid),
            sd_within_days: mean(&grid.rows().filter_map(sd_of_present).collect::<Vec<_>>()),
            sd_between_times: sample_sd(&grid.columns().filter_map(|column| mean(&column)).collect::<Vec<_>>()),
            sd_within_hours: sd_within_hours(grid),
            sd_of_daily_means: sample_sd(&grid.rows().filter_map(mean_of_present).collect::<Vec<_>>()),
            sd_between_days: mean(&grid.columns().filter_map(|column| sample_sd(&column)).collect::<Vec<_>>()),
            sd_between_days_less_daily_means: sd_between_days_less_daily_means(grid),
            cogi,
        }
    }
}

/// CONGA(n): the sample SD of the differences to `hours` before. `None` where the grid is too coarse to look back that far.
pub(crate) fn conga(grid: &Grid, hours: usize) -> Option<f64> {
    sample_sd(&differences(grid, hours * grid.cells_in(60)))
}

fn gvp(grid: &Grid) -> Option<f64> {
    let steps = differences(grid, 1);
    let step = grid.step_minutes as f64;
    let length: f64 = steps.iter().map(|change| change.hypot(step)).sum();
    ratio(length, steps.len() as f64 * step).map(|stretched| 100.0 * (stretched - 1.0))
}

fn modd(grid: &Grid) -> Option<f64> {
    let changes: Vec<f64> = differences(grid, grid.columns).iter().map(|change| change.abs()).collect();
    mean(&changes)
}

fn mag(grid: &Grid) -> Option<f64> {
    let steps = differences(grid, 1);
    let travelled: f64 = steps.iter().map(|change| change.abs()).sum();
    ratio(travelled, steps.len() as f64 * grid.step_minutes as f64 / 60.0)
}

fn sd_of_rate_of_change(grid: &Grid) -> Option<f64> {
    let lag = grid.cells_in(15).max(1);
    let minutes = (lag as i64 * grid.step_minutes) as f64;
    let rates: Vec<f64> = differences(grid, lag).iter().map(|change| change / minutes).collect();
    sample_sd(&rates)
}

/// Differences of each cell to the one `lag` cells before, where both are present.
fn differences(grid: &Grid, lag: usize) -> Vec<f64> {
    if lag == 0 {
        return Vec::new();
    }
    let earlier = grid.cells.iter();
    grid.cells.iter().skip(lag).zip(earlier).filter_map(|(now, before)| Some((*now)? - (*before)?)).collect()
}

fn sd_within_hours(grid: &Grid) -> Option<f64> {
    let width = grid.cells_in(60).max(1);
    let windows = (0..grid.cells.len()).map(|start| &grid.cells[start..(start + width).min(grid.cells.len())]);
    mean(&windows.filter_map(sd_of_present).collect::<Vec<_>>())
}

fn sd_between_days_less_daily_means(grid: &Grid) -> Option<f64> {
    let centred = grid.rows().flat_map(|row| {
        let daily_mean = mean_of_present(row).unwrap_or_default();
        row.iter().map(move |cell| cell.map(|value| value - daily_mean))
    });
    let centred = Grid { step_minutes: grid.step_minutes, columns: grid.columns, cells: centred.collect() };
    mean(&centred.columns().filter_map(|column| sample_sd(&column)).collect::<Vec<_>>())
}

fn sd_of_present(cells: &[Option<f64>]) -> Option<f64> {
    sample_sd(&cells.iter().flatten().copied().collect::<Vec<_>>())
}

fn mean_of_present(cells: &[Option<f64>]) -> Option<f64> {
    mean(&cells.iter().flatten().copied().collect::<Vec<_>>())
}

/// COGI by Leelarathna et al. 2020: 15 % below range or more scores nothing, an SD of 18 mg/dL (1 mmol/L) or less everything.
fn cogi(ranges: &Ranges, summary: &Summary) -> Option<f64> {
    let falling = |value: f64, best: f64, worst: f64| 100.0 * ((worst - value) / (worst - best)).clamp(0.0, 1.0);
    let lows = falling(ranges.below, 0.0, 15.0);
    let steadiness = falling(summary.sd?, 18.0, 108.0);
    Some(0.5 * ranges.in_range + 0.35 * lows + 0.15 * steadiness)
}
