//! What the insulin metrics are made of.

use crate::time::{Span, Timestamp};
use crate::vocabulary::{BasalSource, BolusOrigin, LoopMode, UserMode};

/// A segment of constant basal rate, in the words of the pump.
#[derive(Debug, Clone, PartialEq)]
pub struct BasalSegment {
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
    /// The delivered rate in units per hour.
    pub units_per_hour: f64,
    /// Where the rate came from.
    pub source: BasalSource,
}

/// One bolus as it was delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct Bolus {
    /// When delivery started.
    pub start: Timestamp,
    /// When delivery ended, the extended part included.
    pub end: Timestamp,
    /// Units delivered. `None` where it is not known: the pump logged an amount that cannot be.
    pub delivered_units: Option<f64>,
    /// Of these, units delivered after the first part, evenly up to the end (an extended bolus).
    pub extended_units: f64,
    /// Units requested for food, before any stop or override.
    pub requested_food_units: f64,
    /// Units requested as correction, before any stop or override.
    pub requested_correction_units: f64,
    /// Carbohydrates entered with it. Days add up [`InsulinRows::carbs`], which has them too.
    pub carbs_grams: f64,
    /// Who started it.
    pub origin: BolusOrigin,
    /// Whether the person changed the amount the calculator proposed.
    pub overridden: bool,
}

/// Carbohydrates entered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CarbEntry {
    /// When.
    pub at: Timestamp,
    /// Grams.
    pub grams: f64,
    /// Whether a bolus carries them.
    pub has_bolus: bool,
}

/// Everything the insulin metrics are made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InsulinRows {
    /// Basal, in any order; segments of one pump do not overlap. A segment whose rate is not known is left out.
    pub basal: Vec<BasalSegment>,
    /// Boluses, in any order.
    pub boluses: Vec<Bolus>,
    /// Every entry of carbohydrates, with a bolus or without.
    pub carbs: Vec<CarbEntry>,
    /// Control-IQ over time.
    pub loop_modes: Vec<Span<LoopMode>>,
    /// Sleep, exercise and the rest over time.
    pub user_modes: Vec<Span<UserMode>>,
}
