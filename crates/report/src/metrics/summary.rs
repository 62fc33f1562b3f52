//! Mean, spread and what is read off them.

use serde::Serialize;

use crate::statistics::{Weighted, ratio};

/// Metrics that need only the values, in any order. `None` where undefined.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Summary {
    /// How many readings.
    pub n: usize,
    /// Mean glucose over time in mg/dL.
    pub mean: Option<f64>,
    /// Median glucose in mg/dL.
    pub median: Option<f64>,
    /// Sample standard deviation in mg/dL; needs two readings.
    pub sd: Option<f64>,
    /// Coefficient of variation in %.
    pub cv: Option<f64>,
    /// Glucose management indicator in % (Bergenstal et al. 2018).
    pub gmi: Option<f64>,
    /// Estimated `HbA1c` in % (Nathan et al. 2008); superseded by GMI.
    pub ea1c: Option<f64>,
    /// J-index (Wojcicki 1995).
    #[serde(skip)]
    pub j_index: Option<f64>,
}

impl Summary {
    /// `values` in mg/dL.
    pub(super) fn new(values: &Weighted) -> Self {
        let (mean, sd) = (values.mean(), values.sample_sd());
        let both = mean.zip(sd);
        Self {
            n: values.len(),
            mean,
            median: values.quantile(0.5),
            sd,
            cv: both.and_then(|(mean, sd)| ratio(100.0 * sd, mean)),
            gmi: mean.map(|mean| 3.31 + 0.02392 * mean),
            ea1c: mean.map(|mean| (mean + 46.7) / 28.7),
            j_index: both.map(|(mean, sd)| 0.001 * (mean + sd).powi(2)),
        }
    }
}

/// Percentiles of glucose over time in mg/dL, type 7.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "the numbers are the names")]
pub struct Quantiles {
    #[serde(rename = "quantile_0.05")]
    pub p05: Option<f64>,
    #[serde(rename = "quantile_0.1")]
    pub p10: Option<f64>,
    #[serde(rename = "quantile_0.25")]
    pub p25: Option<f64>,
    #[serde(rename = "quantile_0.5")]
    pub p50: Option<f64>,
    #[serde(rename = "quantile_0.75")]
    pub p75: Option<f64>,
    #[serde(rename = "quantile_0.9")]
    pub p90: Option<f64>,
    #[serde(rename = "quantile_0.95")]
    pub p95: Option<f64>,
}

impl Quantiles {
    pub(super) fn new(values: &Weighted) -> Self {
        let at = |p| values.quantile(p);
        Self { p05: at(0.05), p10: at(0.1), p25: at(0.25), p50: at(0.5), p75: at(0.75), p90: at(0.9), p95: at(0.95) }
    }
}
