//! Kovatchev's risk of low and high glucose: LBGI, HBGI and ADRR.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    glucose::Reading,
    statistics::{Weighted, mean},
};

/// Risk indices. `None` without readings.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Risk {
    /// Low blood glucose index: the mean low risk over time.
    pub lbgi: Option<f64>,
    /// High blood glucose index: the mean high risk over time.
    pub hbgi: Option<f64>,
    /// Average daily risk range: the mean over wall-clock dates of the largest low risk plus the largest high risk.
    pub adrr: Option<f64>,
}

impl Risk {
    /// `values` are those of `readings`, in ascending order so that sums do not depend on the order of the rows.
    pub(super) fn new(readings: &[Reading], values: &Weighted) -> Self {
        let mut worst: BTreeMap<NaiveDate, (f64, f64)> = BTreeMap::new();
        for reading in readings {
            let (low_risk, high_risk) = risks(reading.glucose.get());
            let day = worst.entry(reading.at.date()).or_default();
            *day = (day.0.max(low_risk), day.1.max(high_risk));
        }
        let ranges: Vec<f64> = worst.values().map(|(low, high)| low + high).collect();
        Self {
            lbgi: values.mean_of(|value| risks(value).0),
            hbgi: values.mean_of(|value| risks(value).1),
            adrr: mean(&ranges),
        }
    }
}

/// Low and high risk of one value; one of them is 0. The scale turns at 112.517 mg/dL.
fn risks(mg_per_dl: f64) -> (f64, f64) {
    let scaled = 1.509 * (mg_per_dl.ln().max(0.0).powf(1.084) - 5.381);
    let risk = 10.0 * scaled * scaled;
    if scaled < 0.0 { (risk, 0.0) } else { (0.0, risk) }
}
