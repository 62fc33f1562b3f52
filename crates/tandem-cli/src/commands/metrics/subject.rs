//! The metrics of one person, before they are printed.

use anyhow::Result;
use report::insulin::InsulinSummary;
use report::metrics::share_between;
use report::{GlucoseUnit, Metrics, MetricsOptions, Reading};

use crate::commands::preferences::own_target;
use crate::context::Context;

/// The metrics of one person, or of one series of a file.
pub(super) struct Subject {
    pub(super) id: String,
    /// The days it is about.
    pub(super) days: Option<String>,
    pub(super) metrics: Metrics,
    /// The person's own target range in mg/dL, and the time in it in %.
    pub(super) own_target: Option<((f64, f64), Option<f64>)>,
    pub(super) insulin: Option<InsulinSummary>,
    pub(super) unit: GlucoseUnit,
}

impl Subject {
    pub(super) fn new(
        id: &str,
        days: Option<String>,
        readings: &[Reading],
        unit: GlucoseUnit,
        context: &Context,
    ) -> Result<Self> {
        let own_target = own_target(context)?;
        Ok(Self {
            id: id.to_owned(),
            days,
            metrics: metrics_of(readings),
            own_target: own_target.map(|(low, high)| ((low, high), share_between(readings, low, high))),
            insulin: None,
            unit,
        })
    }
}

fn metrics_of(readings: &[Reading]) -> Metrics {
    Metrics::of(readings, &MetricsOptions::default())
}
