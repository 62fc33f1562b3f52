//! A controller in the manner of Control-IQ: predicts half an hour ahead, bends the basal rate, corrects by itself.
//!
//! Thresholds are those Tandem describes (stop below 70, less below 112.5, more above 160, correct above 180; 112.5–120
//! asleep; 140–160 in exercise); the arithmetic between them is our own.

use super::truth::{Milliunits, UserMode};

/// What the controller knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inputs {
    pub(crate) glucose_mgdl: f64,
    pub(crate) slope_mgdl_per_minute: f64,
    pub(crate) insulin_on_board_units: f64,
    pub(crate) sensitivity_mgdl_per_unit: f64,
    pub(crate) profile_milliunits_per_hour: Milliunits,
    pub(crate) mode: Option<UserMode>,
}

/// Lowest rate the pump runs, mU/h.
const SLOWEST: f64 = 50.0;

/// The basal rate to command, mU/h.
pub(crate) fn basal_rate(inputs: Inputs) -> Milliunits {
    let predicted = predict(&inputs);
    let (stop, less, more) = match inputs.mode {
        None => (70.0, 112.5, 160.0),
        Some(UserMode::Sleeping) => (70.0, 112.5, 120.0),
        Some(UserMode::Exercising) => (80.0, 140.0, 160.0),
    };
    let profile = f64::from(inputs.profile_milliunits_per_hour);
    let rate = if predicted < stop {
        0.0
    } else if predicted < less {
        profile * (predicted - stop) / (less - stop)
    } else if predicted <= more {
        profile
    } else {
        profile * (1.0 + (predicted - more) / 45.0).min(3.2)
    };
    if rate < SLOWEST { 0 } else { rate.round() as Milliunits }
}

/// The share of insulin that a predicted low leaves, from 0 to 200, as event 227 has it.
pub(crate) fn brake(inputs: &Inputs) -> u8 {
    (((predict(inputs) - 70.0) / (112.5 - 70.0)).clamp(0.0, 1.0) * 200.0) as u8
}

/// The automatic correction to give, in mU: 60 % of what would bring the prediction to 110 mg/dL.
pub(crate) fn automatic_correction(inputs: Inputs) -> Option<Milliunits> {
    let predicted = predict(&inputs);
    if predicted < 180.0 || inputs.mode == Some(UserMode::Sleeping) {
        return None;
    }
    let wanted = (predicted - 110.0) / inputs.sensitivity_mgdl_per_unit - inputs.insulin_on_board_units;
    let dose = (wanted * 600.0).min(6000.0).round();
    (dose >= 100.0).then_some(dose as Milliunits)
}

/// Glucose half an hour ahead, mg/dL.
pub(crate) fn predict(inputs: &Inputs) -> f64 {
    let insulin_fall = 0.28 * inputs.insulin_on_board_units * inputs.sensitivity_mgdl_per_unit;
    inputs.glucose_mgdl + 30.0 * inputs.slope_mgdl_per_minute.clamp(-3.0, 3.0) * 0.7 - insulin_fall * 0.5
}
