//! What a glucose reading is: its unit, its status, the thresholds it is held against, and which duplicates go.

use crate::time::Timestamp;
use crate::vocabulary;
pub use crate::vocabulary::ReadingStatus;

/// mg/dL per mmol/L, as Tidepool and Nightscout have it (molar mass of glucose 180.1559 g/mol).
const MG_PER_DL_IN_MMOL_PER_L: f64 = 18.015_59;

/// A glucose concentration in mg/dL, always finite, above 0 and at most 10 000.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct MgPerDl(f64);

impl MgPerDl {
    /// What stands for LOW (below what the sensor can say), as Dexcom receivers report it.
    pub const LOW: Self = Self(vocabulary::GLUCOSE_LOW);
    /// What stands for HIGH (above what the sensor can say), as Dexcom receivers report it.
    pub const HIGH: Self = Self(vocabulary::GLUCOSE_HIGH);
    /// What stands for HIGH of a Libre sensor, whose scale ends at 500.
    pub(crate) const HIGH_LIBRE: Self = Self(vocabulary::GLUCOSE_HIGH_LIBRE);

    /// A concentration in mg/dL, or `None` where the number cannot be one.
    #[must_use]
    pub fn new(mg_per_dl: f64) -> Option<Self> {
        (mg_per_dl > 0.0 && mg_per_dl <= 10_000.0).then_some(Self(mg_per_dl))
    }

    /// A concentration exported in mmol/L, rounded half-even to a whole mg/dL.
    ///
    /// Unrounded, 10.0 mmol/L becomes 180.16 mg/dL and would count as high.
    #[must_use]
    pub fn from_mmol_per_l(mmol_per_l: f64) -> Option<Self> {
        Self::new((mmol_per_l * MG_PER_DL_IN_MMOL_PER_L).round_ties_even())
    }

    /// The number in mg/dL.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The unit glucose is shown in. Nothing is ever classified in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GlucoseUnit {
    /// Milligrams per decilitre, printed whole.
    #[default]
    MgPerDl,
    /// Millimoles per litre, printed with one decimal.
    MmolPerL,
}

impl GlucoseUnit {
    /// The name of the unit.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MgPerDl => "mg/dL",
            Self::MmolPerL => "mmol/L",
        }
    }

    /// The number `mg_per_dl` shows as in this unit, unrounded.
    #[must_use]
    pub fn convert(self, mg_per_dl: f64) -> f64 {
        match self {
            Self::MgPerDl => mg_per_dl,
            Self::MmolPerL => mg_per_dl / MG_PER_DL_IN_MMOL_PER_L,
        }
    }
}

/// One CGM reading that has a value, timed by when it was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// When it was measured.
    pub at: Timestamp,
    /// The concentration.
    pub glucose: MgPerDl,
    /// Whether the number is the sensor's or stands for LOW or HIGH.
    pub status: ReadingStatus,
    /// The minutes it stands for: the interval of its sensor, 1 or 5. Only its size relative to the other readings matters.
    /// [`crate::mark_intervals`] finds it where it is not known.
    pub interval_minutes: f64,
}

/// The value and status of a CGM event as the pump logs it, or `None` where it is not a reading.
///
/// `event_code` is 256 (G6), 372 (Libre 2), 399 (G7) or 480 (Libre 3); `value_status` its `glucoseValueStatus`;
/// `display_value` its `currentGlucoseDisplayValue` in mg/dL. Status 1 is HIGH, 2 is LOW and the display value then means
/// nothing; any status beyond 2 (G7's 6: do not show) and an unflagged 0 are not readings. Source: tconnectsync's event table.
#[must_use]
pub(crate) fn reading_of_pump_value(
    event_code: u16,
    value_status: u8,
    display_value: f64,
) -> Option<(MgPerDl, ReadingStatus)> {
    match (value_status, event_code) {
        (0, _) => MgPerDl::new(display_value).map(|glucose| (glucose, ReadingStatus::Ok)),
        (1, 372 | 480) => Some((MgPerDl::HIGH_LIBRE, ReadingStatus::High)),
        (1, _) => Some((MgPerDl::HIGH, ReadingStatus::High)),
        (2, _) => Some((MgPerDl::LOW, ReadingStatus::Low)),
        _ => None,
    }
}

/// Leaves out repeated readings by Tidepool's rule: the first stays, and whatever starts less than the interval minus ten
/// seconds after the last one kept goes. Compares instants, so that the repeated hour in autumn survives.
///
/// Returns the readings in time order and how many were left out. [`crate::Metrics`] counts the rows it is given; a database
/// that keeps one row per measurement needs none of this, a file merged from two receivers does.
#[must_use]
pub fn deduplicate(mut readings: Vec<Reading>, interval_minutes: i64) -> (Vec<Reading>, usize) {
    let given = readings.len();
    let least_apart = chrono::TimeDelta::seconds(interval_minutes * 60 - 10);
    readings.sort_by_key(|reading| reading.at);
    let mut kept: Vec<Reading> = Vec::with_capacity(given);
    for reading in readings {
        if kept.last().is_none_or(|last| reading.at.utc - last.at.utc >= least_apart) {
            kept.push(reading);
        }
    }
    let left_out = given - kept.len();
    (kept, left_out)
}

/// The edges of the ranges, in mg/dL. An edge of a range belongs to the range nearer to target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Below this is very low. 54 itself is low.
    pub very_low: f64,
    /// Below this is low. 70 itself is in range.
    pub low: f64,
    /// The upper end of the tight range, inside it.
    pub tight_high: f64,
    /// Above this is high. 180 itself is in range.
    pub high: f64,
    /// Above this is very high. 250 itself is high.
    pub very_high: f64,
    /// The lower end of the range for pregnancy with type 1 diabetes, inside it.
    pub pregnancy_low: f64,
    /// The upper end of the range for pregnancy with type 1 diabetes, inside it.
    pub pregnancy_high: f64,
}

impl Default for Thresholds {
    /// The international consensus of 2019 (Battelino et al.).
    fn default() -> Self {
        Self {
            very_low: 54.0,
            low: 70.0,
            tight_high: 140.0,
            high: 180.0,
            very_high: 250.0,
            pregnancy_low: 63.0,
            pregnancy_high: 140.0,
        }
    }
}
