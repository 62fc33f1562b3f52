//! The bolus calculator: what becomes of a request, and the numbers that stand for it in the messages.

use super::clock::{MINUTE, UtcSeconds, instant};
use super::day::BolusRequest;
use super::life::Life;
use super::log::EntryId;
use super::pump::Pump;
use super::truth::{BolusEnd, BolusKind, BolusSource, BolusTruth, Milliunits};

/// Most a single bolus may be, mU.
const MOST: Milliunits = 20_000;

/// What the calculator made of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dose {
    pub(crate) kind: BolusKind,
    pub(crate) source: BolusSource,
    pub(crate) food: Milliunits,
    pub(crate) correction: Milliunits,
    pub(crate) now: Milliunits,
    pub(crate) later: Milliunits,
    pub(crate) minutes: u16,
    pub(crate) carbs: u16,
    pub(crate) bg: u16,
}

impl Dose {
    pub(crate) fn total(&self) -> Milliunits {
        self.now + self.later
    }

    /// `bolusType` of event 280.
    pub(crate) fn type_bits(&self) -> u32 {
        let overridden = matches!(self.kind, BolusKind::Override | BolusKind::Quick);
        u32::from(self.now > 0)
            | u32::from(self.later > 0) << 1
            | u32::from(overridden) << 2
            | u32::from(self.correction > 0) << 3
            | u32::from(self.carbs > 0) << 4
    }

    /// Control-IQ's own correction.
    pub(crate) fn automatic(milliunits: Milliunits) -> Self {
        Self {
            kind: BolusKind::Automatic,
            source: BolusSource::Algorithm,
            food: 0,
            correction: milliunits,
            now: milliunits,
            later: 0,
            minutes: 0,
            carbs: 0,
            bg: 0,
        }
    }

    /// The dose a bolus was requested with; the correction of an override is no more than the whole.
    pub(crate) fn from_truth(truth: &BolusTruth) -> Self {
        Self {
            kind: truth.kind,
            source: truth.source,
            food: truth.food,
            correction: truth.correction.min(truth.requested),
            now: truth.requested - truth.extended,
            later: truth.extended,
            minutes: truth.extended_minutes,
            carbs: truth.carbs_grams,
            bg: truth.bg_mgdl,
        }
    }

    /// What a standard bolus is called.
    fn plain_kind(&self) -> BolusKind {
        match (self.food > 0, self.correction > 0) {
            (true, true) => BolusKind::FoodAndCorrection,
            (true, false) => BolusKind::Food,
            (false, _) => BolusKind::Correction,
        }
    }

    /// Hundredths over Bluetooth, all digits otherwise, as the captures have it.
    pub(crate) fn logged_iob(&self, insulin_on_board: f64) -> f32 {
        if self.source == BolusSource::Phone {
            (insulin_on_board * 100.0).round() as f32 / 100.0
        } else {
            Pump::logged_iob(insulin_on_board)
        }
    }

    /// The truth of a bolus that was just requested.
    pub(crate) fn requested(
        &self,
        bolus_id: u16,
        iob_units: f32,
        (at, entered): (UtcSeconds, UtcSeconds),
        sequences: Vec<EntryId>,
    ) -> BolusTruth {
        BolusTruth {
            bolus_id,
            kind: self.kind,
            source: self.source,
            requested: self.total(),
            delivered: 0,
            extended: self.later,
            extended_minutes: self.minutes,
            food: self.food,
            correction: self.correction,
            carbs_grams: self.carbs,
            entered_at: instant(entered),
            bg_mgdl: self.bg,
            iob_units,
            user_override: self.kind == BolusKind::Override,
            end: BolusEnd::InProgress,
            requested_at: instant(at),
            started: None,
            ended: None,
            sequences,
        }
    }

    /// `bolusType` of event 64: insulin, carbs, automatic, remote.
    pub(crate) fn request_type(&self) -> i64 {
        match self.source {
            BolusSource::Algorithm => 2,
            BolusSource::Phone => 3,
            BolusSource::Pump | BolusSource::Button => i64::from(self.carbs > 0),
        }
    }

    /// `options` of event 65.
    pub(crate) fn request_option(&self) -> i64 {
        match (self.source, self.kind) {
            (BolusSource::Algorithm, _) => 3,
            (_, BolusKind::Quick) => 2,
            (BolusSource::Phone, BolusKind::Extended) => 5,
            (BolusSource::Phone, _) => 4,
            (_, BolusKind::Extended) => 1,
            _ => 0,
        }
    }
}

impl Life<'_> {
    /// The calculator's proposal, shaped as the person wants it.
    pub(crate) fn calculate(&mut self, at: UtcSeconds, request: &BolusRequest) -> Dose {
        let segment = self.pump.segment(at);
        let bg = self.pump.last_glucose.filter(|last| at - last.measured < 15 * MINUTE).map_or(0.0, |last| last.mgdl);
        let high = (bg.clamp(0.0, 400.0) - f64::from(segment.target)) / f64::from(segment.sensitivity);
        let correction = if high > 0.0 { ((high - self.body.insulin_on_board()) * 1000.0).max(0.0) } else { 0.0 };
        let food = f64::from(request.carbs) / segment.grams_per_unit * 1000.0;
        let hundredths = |milliunits: f64| ((milliunits / 10.0).round() as Milliunits * 10).min(MOST / 2);
        let dose = Dose {
            kind: request.kind,
            source: if request.by_phone { BolusSource::Phone } else { BolusSource::Pump },
            food: hundredths(food),
            correction: hundredths(correction),
            now: 0,
            later: 0,
            minutes: 0,
            carbs: request.carbs,
            bg: bg.round() as u16,
        };
        self.shape(dose)
    }

    /// Splits the proposed total as the kind of bolus has it.
    fn shape(&mut self, dose: Dose) -> Dose {
        let proposed = dose.food + dose.correction;
        match dose.kind {
            BolusKind::Extended if self.pump.extended.is_none() && dose.food >= 2_000 => self.extend(dose),
            BolusKind::Quick => {
                let now = (dose.food / 500).max(1) * 500;
                let source = if dose.source == BolusSource::Pump { BolusSource::Button } else { dose.source };
                Dose { source, food: 0, correction: 0, now, carbs: 0, bg: 0, ..dose }
            }
            BolusKind::Override if proposed > 0 => {
                let share = if self.dice.chance(0.6) { 70 } else { 125 };
                Dose { now: (proposed * share / 100).max(50), ..dose }
            }
            _ => Dose { kind: dose.plain_kind(), now: proposed, ..dose },
        }
    }

    /// Part of the food later (mU need not come out even), or all of it.
    fn extend(&mut self, dose: Dose) -> Dose {
        let percent = [40, 50, 60, 30][self.dice.whole(0, 3) as usize];
        let all_later = dose.correction == 0 && self.dice.chance(0.12);
        let now = if all_later { 0 } else { dose.correction + dose.food * percent / 100 };
        let minutes = (self.dice.whole(2, 8) * 30) as u16;
        Dose { now, later: dose.food + dose.correction - now, minutes, ..dose }
    }
}

/// `bolusSource` of event 280.
pub(crate) fn source_number(source: BolusSource) -> i64 {
    match source {
        BolusSource::Button => 0,
        BolusSource::Pump => 1,
        BolusSource::Algorithm => 7,
        BolusSource::Phone => 8,
    }
}

/// `completionStatus` of events 20 and 21.
pub(crate) fn end_number(end: BolusEnd) -> i64 {
    match end {
        BolusEnd::Cancelled => 0,
        BolusEnd::Alarm => 1,
        BolusEnd::Malfunction => 2,
        BolusEnd::Completed | BolusEnd::InProgress => 3,
        BolusEnd::Rejected => 5,
        BolusEnd::LowGlucoseSuspend => 6,
    }
}
