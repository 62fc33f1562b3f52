//! The body: glucose that rises with carbs, falls with insulin, and wanders.
//!
//! A small two-compartment model (insulin action peaks about an hour after a dose, carbs about half an hour after a meal).
//! It is meant to look right on a report, not to predict anybody's glucose.

use super::clock::UtcSeconds;
use super::dice::Dice;

/// How much a body reacts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Physiology {
    /// Fall of glucose per unit of insulin, mg/dL.
    pub(crate) sensitivity_mgdl_per_unit: f64,
    /// Grams of carbs that a unit covers.
    pub(crate) grams_per_unit: f64,
    /// Basal insulin the body needs at noon, U/h.
    pub(crate) basal_need_units_per_hour: f64,
}

/// Minutes until insulin in one compartment has fallen to 1/e.
const INSULIN_MINUTES: f64 = 50.0;
/// Minutes until carbs in one compartment have fallen to 1/e.
const CARB_MINUTES: f64 = 25.0;
/// Minutes over which the body's needs wander.
const DRIFT_MINUTES: f64 = 400.0;
/// Minutes over which the sensor's error wanders.
const NOISE_MINUTES: f64 = 20.0;

/// Two compartments in a row; what leaves the second acts.
#[derive(Clone, Copy, Debug, Default)]
struct Depot {
    first: f64,
    second: f64,
}

impl Depot {
    /// Lets `minutes` pass and returns how much left the second compartment.
    fn pass(&mut self, minutes: f64, time_constant: f64) -> f64 {
        let share = 1.0 - (-minutes / time_constant).exp();
        let (moved, left) = (self.first * share, self.second * share);
        self.first -= moved;
        self.second += moved - left;
        left
    }

    fn total(self) -> f64 {
        self.first + self.second
    }
}

/// Glucose and what moves it.
#[derive(Debug)]
pub(crate) struct Body {
    physiology: Physiology,
    at: UtcSeconds,
    glucose: f64,
    bolus: Depot,
    basal: Depot,
    gut: Depot,
    need_drift: f64,
    sensor_error: f64,
    /// 0 at rest, 1 in sport.
    pub(crate) effort: f64,
    dice: Dice,
}

impl Body {
    pub(crate) fn new(physiology: Physiology, at: UtcSeconds, dice: Dice) -> Self {
        let steady = physiology.basal_need_units_per_hour / 60.0 * INSULIN_MINUTES;
        Self {
            physiology,
            at,
            glucose: 125.0,
            bolus: Depot::default(),
            basal: Depot { first: steady, second: steady },
            gut: Depot::default(),
            need_drift: 0.0,
            sensor_error: 0.0,
            effort: 0.0,
            dice,
        }
    }

    /// Lets time pass to `to` with basal insulin running at `basal_units_per_hour`; `hour_of_day` drives the dawn rise.
    pub(crate) fn advance(&mut self, to: UtcSeconds, basal_units_per_hour: f64, hour_of_day: f64) {
        while self.at < to {
            let seconds = (to - self.at).min(300);
            self.step(seconds as f64 / 60.0, basal_units_per_hour, hour_of_day);
            self.at += seconds;
        }
    }

    fn step(&mut self, minutes: f64, basal_units_per_hour: f64, hour_of_day: f64) {
        self.basal.first += basal_units_per_hour / 60.0 * minutes;
        let insulin = self.basal.pass(minutes, INSULIN_MINUTES) + self.bolus.pass(minutes, INSULIN_MINUTES);
        let carbs = self.gut.pass(minutes, CARB_MINUTES);
        let need =
            self.physiology.basal_need_units_per_hour / 60.0 * minutes * circadian(hour_of_day) * self.need_drift.exp();
        let sensitivity = self.physiology.sensitivity_mgdl_per_unit * (1.0 + 0.3 * self.effort);
        let carb_rise = self.physiology.sensitivity_mgdl_per_unit / self.physiology.grams_per_unit;
        let change = carbs * carb_rise - (insulin - need) * sensitivity - 0.9 * self.effort * minutes
            + self.counter_regulation(minutes)
            + self.dice.normal(0.0, 0.9 * minutes.sqrt());
        self.glucose = (self.glucose + change).clamp(32.0, 480.0);
        self.wander(minutes);
    }

    /// The liver pushes against lows, the kidneys against highs.
    fn counter_regulation(&self, minutes: f64) -> f64 {
        let push = (82.0 - self.glucose).max(0.0) * 0.035;
        let spill = (self.glucose - 190.0).max(0.0) * 0.005;
        (push - spill) * minutes
    }

    fn wander(&mut self, minutes: f64) {
        let drift = (2.0 * minutes / DRIFT_MINUTES).sqrt();
        self.need_drift += -self.need_drift * minutes / DRIFT_MINUTES + self.dice.normal(0.0, 0.36 * drift);
        let noise = (2.0 * minutes / NOISE_MINUTES).sqrt();
        self.sensor_error +=
            -self.sensor_error * (minutes / NOISE_MINUTES).min(1.0) + self.dice.normal(0.0, 2.4 * noise);
    }

    pub(crate) fn eat(&mut self, grams: f64) {
        self.gut.first += grams;
    }

    pub(crate) fn inject(&mut self, units: f64) {
        self.bolus.first += units;
    }

    /// Bolus insulin that has not acted yet, in units.
    pub(crate) fn insulin_on_board(&self) -> f64 {
        self.bolus.total()
    }

    /// What the sensor would show, mg/dL.
    pub(crate) fn sensor_glucose(&self) -> f64 {
        self.glucose + self.sensor_error
    }
}

/// Basal need over the day: up towards dawn, a little up in the evening.
fn circadian(hour: f64) -> f64 {
    let bump = |centre: f64, width: f64| (-((hour - centre) / width).powi(2)).exp();
    0.92 + 0.42 * bump(6.0, 2.2) + 0.18 * bump(20.0, 3.0)
}
