//! What Control-IQ logs about itself: its cycles (227, with a model of glucose in 327), what it commanded over two hours (237), and
//! insulin on board around boluses (206, 207, 195).

use super::basal::units;
use super::clock::{HOUR, UtcSeconds, instant};
use super::controller::{self, Inputs};
use super::draft::Draft;
use super::life::Life;
use super::truth::{ControlMode, CycleTruth, IobMoment, IobTruth, Milliunits, UserMode};

/// What the older model of insulin on board has of the newer one's.
const MUDALIAR_SHARE: f32 = 0.8;

impl Life<'_> {
    /// One cycle, while the algorithm controls; the sums of two hours with every third.
    pub(crate) fn log_cycle(&mut self, at: UtcSeconds) {
        let closed = self.pump.control.is_some_and(|(mode, _)| mode == ControlMode::ClosedLoop);
        let profile = self.pump.segment(at).basal;
        let inputs = self.inputs(at, profile).filter(|_| closed && self.scenario.behaviours.other_codes);
        let Some(inputs) = inputs else { return };
        let cycle = Cycle::from_inputs(&inputs);
        let sequence = self.pump.log(at, self.cycle_draft(at, &inputs, cycle));
        let model = Draft::new(327)
            .with("tdiEstimate", 42)
            .with("filteredGlucose", i64::from(cycle.glucose))
            .with("shortTermPredictedGlucose", i64::from(cycle.predicted))
            .with("correctionFactor", self.pump.segment(at).sensitivity);
        self.pump.log(at, model);
        self.pump.truth.cycles.push(CycleTruth {
            at: instant(at),
            glucose_mgdl: cycle.glucose,
            predicted_hundredths: cycle.predicted,
            net_iob: cycle.net_iob,
            brake_percent: 100.0 - f64::from(cycle.brake) / 2.0,
            sequence,
        });
        if self.pump.ticks.is_multiple_of(3) {
            self.log_automated_insulin(at);
        }
    }

    fn cycle_draft(&self, at: UtcSeconds, inputs: &Inputs, cycle: Cycle) -> Draft {
        let five_minutes = |rate: Milliunits| i64::from(rate) / 12;
        let segment = self.pump.segment(at);
        let asleep = inputs.mode == Some(UserMode::Sleeping);
        Draft::new(227)
            .with("basalIncreaseMilliunits", five_minutes(self.pump.basal.rate.saturating_sub(segment.basal)))
            .with("cycleInsulinMilliunits", five_minutes(self.pump.basal.rate))
            .with("predictedGlucoseX100", i64::from(cycle.predicted))
            .with("programmedBasalRate", segment.basal)
            .with("netIobMilliunits", cycle.net_iob)
            .with("glucoseEstimate", i64::from(cycle.glucose.min(255)))
            .with("correctionFactor", segment.sensitivity)
            .with("tdiEstimate", 42)
            .with("hypoBrake", i64::from(cycle.brake))
            .with("sleepRamp", if asleep { 100 } else { 0 })
            .with("upperTarget", if asleep { 120 } else { 160 })
    }

    /// The automatic boluses of two hours; what basal was above the profile is left at zero.
    fn log_automated_insulin(&mut self, at: UtcSeconds) {
        let since = instant(at - 2 * HOUR);
        let recent = self.pump.truth.boluses.iter().rev().take_while(|bolus| bolus.requested_at >= since);
        let automatic = recent.filter(|bolus| bolus.source == super::BolusSource::Algorithm);
        let boluses = units(automatic.map(|bolus| bolus.delivered).sum());
        let draft = Draft::new(237).with("totalInsulin", boluses).with("autoBolusInsulin", boluses);
        self.pump.log(at + 1, draft);
    }

    /// Insulin on board: as both models have it before (206) and after (207) a bolus, as the older one has it when the bolus is
    /// added (195).
    pub(crate) fn log_iob(&mut self, at: UtcSeconds, moment: IobMoment) {
        if !self.scenario.behaviours.other_codes {
            return;
        }
        let iob_units = (self.body.insulin_on_board() * 1000.0).round() as f32 / 1000.0;
        let mudaliar = iob_units * MUDALIAR_SHARE;
        let snapshot = |code, bolus_id: u16| {
            let draft = Draft::new(code).with("bolusId", i64::from(bolus_id)).with("selectedIob", 1);
            draft.with("mudaliarIob", mudaliar).with("swan6hrIob", iob_units)
        };
        let draft = match moment {
            IobMoment::Before(bolus_id) => snapshot(206, bolus_id),
            IobMoment::After(bolus_id) => snapshot(207, bolus_id),
            IobMoment::Added(units) => {
                let draft = Draft::new(195).with("insulinDurationMillis", 5 * HOUR * 1000);
                draft.with("insulinDelivered", units).with("mudaliarIob", mudaliar)
            }
        };
        let sequence = self.pump.log(at, draft);
        self.pump.truth.iob_snapshots.push(IobTruth { moment, iob_units, sequence });
    }
}

/// What a cycle is about, as it is logged.
#[derive(Clone, Copy, Debug)]
struct Cycle {
    glucose: u16,
    predicted: u16,
    net_iob: Milliunits,
    brake: u8,
}

impl Cycle {
    fn from_inputs(inputs: &Inputs) -> Self {
        Self {
            glucose: inputs.glucose_mgdl.round().clamp(39.0, 401.0) as u16,
            predicted: (controller::predict(inputs).clamp(1.0, 600.0) * 100.0) as u16,
            net_iob: (inputs.insulin_on_board_units * 1000.0) as Milliunits,
            brake: controller::brake(inputs),
        }
    }
}
