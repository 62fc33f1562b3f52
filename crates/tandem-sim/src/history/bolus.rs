//! Boluses from the request to the last message: 16 and 48, 64–66, 55 and 280 when delivery starts, 20 and 280 when it ends,
//! 59, 280 every five minutes and 21 for the extended part.

use super::basal::units;
use super::clock::{MINUTE, UtcSeconds, instant};
use super::day::{BolusRequest, Fate, UserAction};
use super::dose::{Dose, end_number, source_number};
use super::draft::Draft;
use super::in_progress::ActiveBolus;
use super::life::{Life, SimEvent, TICK};
use super::log::EntryId;
use super::pump::Pump;
use super::scenario::PumpModel;
use super::truth::{BolusEnd, BolusKind, BolusSource, IobMoment, Milliunits, SuspendReason};

impl Life<'_> {
    /// The person asks for a bolus; while another runs, a few minutes later.
    pub(crate) fn request_bolus(&mut self, at: UtcSeconds, request: BolusRequest) {
        if self.pump.is_suspended() {
            return;
        }
        if self.pump.bolus.is_some() {
            self.agenda.schedule(at + 4 * MINUTE, SimEvent::Person(UserAction::Bolus(request)));
            return;
        }
        let dose = self.calculate(at, &request);
        if dose.total() > 0 {
            let entered = self.announce(at - 6, &dose);
            self.request((at, entered.unwrap_or(at)), &dose, request.fate);
        }
    }

    /// A correction by hand, when glucose is high and the loop has not dealt with it.
    pub(crate) fn correct_if_high(&mut self, at: UtcSeconds) {
        let high = self.pump.last_glucose.is_some_and(|glucose| glucose.mgdl > 215.0);
        if high && self.body.insulin_on_board() < 1.5 {
            let by_phone = self.dice.chance(0.5);
            let request = BolusRequest { kind: BolusKind::Correction, carbs: 0, by_phone, fate: Fate::Runs };
            self.request_bolus(at, request);
        }
    }

    pub(crate) fn automatic_bolus(&mut self, at: UtcSeconds, milliunits: Milliunits) {
        let dose = Dose::automatic(milliunits);
        self.request((at, at), &dose, Fate::Runs);
    }

    /// Glucose and carbs as entered, a few seconds before the request. Returns when carbs were entered, if an entry says so.
    fn announce(&mut self, at: UtcSeconds, dose: &Dose) -> Option<UtcSeconds> {
        if dose.bg > 0 {
            self.log_bg(at, (dose.bg, true), dose.source == BolusSource::Phone);
        }
        if dose.carbs == 0 || self.asks_by_message(dose) {
            return None;
        }
        self.pump.log(at + 2, Draft::new(48).with("carbs", f32::from(dose.carbs)));
        Some(at + 2)
    }

    pub(crate) fn log_bg(&mut self, at: UtcSeconds, (bg, from_sensor): (u16, bool), remote: bool) {
        let segment = self.pump.segment(at);
        let draft = Draft::new(16)
            .with("bgEntryType", from_sensor)
            .with("bg", i64::from(bg))
            .with("iob", Pump::logged_iob(self.body.insulin_on_board()))
            .with("isf", segment.sensitivity)
            .with("targetBg", segment.target)
            .with("bgSourceType", remote)
            .with("selectedIob", 1);
        self.pump.log(at, draft);
    }

    /// 64, 65, 66, and what follows from the bolus's fate. Its carbs were entered at `entered`.
    fn request(&mut self, (at, entered): (UtcSeconds, UtcSeconds), dose: &Dose, fate: Fate) {
        let id = self.pump.next_bolus;
        self.pump.next_bolus += 1;
        let iob = dose.logged_iob(self.body.insulin_on_board());
        let sequences = self.log_request(at, id, dose, iob);
        let truth = self.pump.truth.boluses.len();
        self.pump.truth.boluses.push(dose.requested(id, iob, (at, entered), sequences));
        if fate == Fate::Rejected {
            self.reject(at + 2, id, truth, dose);
            return;
        }
        let delay = if dose.source == BolusSource::Phone { 15 } else { 8 };
        self.pump.bolus = Some(ActiveBolus {
            id,
            truth,
            now: dose.now,
            later: dose.later,
            fate,
            started: None,
            delivered: 0,
            extended_from: 0,
        });
        self.agenda.schedule(at + delay, SimEvent::BolusStarts { id });
    }

    fn log_request(&mut self, at: UtcSeconds, id: u16, dose: &Dose, iob: f32) -> Vec<EntryId> {
        let by_message = self.asks_by_message(dose);
        if by_message {
            self.log_phone_request(at, id, dose, iob);
        }
        let segment = self.pump.segment(at);
        let on_pump = matches!(dose.source, BolusSource::Pump | BolusSource::Button);
        let entered = |value: u32| if on_pump { i64::from(value) } else { 0 };
        let first = Draft::new(64)
            .with("correctionBolusIncluded", dose.correction > 0)
            .with("bolusType", dose.request_type())
            .with("bolusId", i64::from(id))
            .with("bg", if by_message { 0 } else { i64::from(dose.bg) })
            .with("carbAmount", if by_message { 0 } else { i64::from(dose.carbs) })
            .with("iob", iob)
            .with("carbRatio", entered((segment.grams_per_unit * 1000.0) as u32));
        let second = Draft::new(65)
            .with("standardPercent", i64::from(dose.now * 100 / dose.total().max(1)))
            .with("options", dose.request_option())
            .with("bolusId", i64::from(id))
            .with("duration", i64::from(dose.minutes))
            .with("targetBg", entered(segment.target))
            .with("isf", entered(segment.sensitivity))
            .with("selectedIob", 1)
            .with("declinedCorrection", false)
            .with("userOverride", dose.kind == BolusKind::Override);
        let third = Draft::new(66)
            .with("bolusId", i64::from(id))
            .with("foodBolusSize", units(dose.food))
            .with("correctionBolusSize", units(dose.correction))
            .with("totalBolusSize", units(dose.total()));
        [first, second, third].map(|draft| self.pump.log(at, draft)).to_vec()
    }

    /// A phone tells a Mobi what it wants in messages of its own, and the request has zeros for carbs and glucose.
    fn asks_by_message(&self, dose: &Dose) -> bool {
        dose.source == BolusSource::Phone
            && self.pump.plan.model == PumpModel::Mobi
            && self.scenario.behaviours.other_codes
    }

    /// 292, 293, 343.
    fn log_phone_request(&mut self, at: UtcSeconds, id: u16, dose: &Dose, iob: f32) {
        let first = Draft::new(292)
            .with("requestTimestamp", (self.pump.ticks * 300) as u32)
            .with("bolusId", i64::from(id))
            .with("totalVolume", dose.total())
            .with("foodVolume", dose.food);
        let second = Draft::new(293)
            .with("bolusId", i64::from(id))
            .with("correctionVolume", dose.correction)
            .with("extendedVolume", dose.later)
            .with("bolusCarbs", i64::from(dose.carbs))
            .with("bolusBg", i64::from(dose.bg));
        let third = Draft::new(343)
            .with("bolusId", i64::from(id))
            .with("bolusIob", (f64::from(iob) * 1000.0).round() as i64)
            .with("extendedSeconds", i64::from(dose.minutes) * MINUTE);
        for draft in [first, second, third] {
            self.pump.log(at, draft);
        }
    }

    fn reject(&mut self, at: UtcSeconds, id: u16, truth: usize, dose: &Dose) {
        let entry = self.log_completed(at, 20, id, (5, 0, dose.now));
        let bolus = &mut self.pump.truth.boluses[truth];
        bolus.end = BolusEnd::Rejected;
        bolus.ended = Some(instant(at));
        bolus.sequences.push(entry);
    }

    pub(crate) fn bolus_starts(&mut self, at: UtcSeconds, id: u16) {
        let Some(mut bolus) = self.pump.bolus.filter(|bolus| bolus.id == id) else { return };
        bolus.started = Some(at);
        self.pump.truth.boluses[bolus.truth].started = Some(instant(at));
        if bolus.now > 0 {
            self.log_activated(at, &bolus);
            self.log_delivery(at, &bolus, false);
            self.pump.bolus = Some(bolus);
            self.agenda.schedule(at + running_seconds(&bolus), SimEvent::BolusEnds { id });
        } else {
            self.pump.bolus = None;
            self.log_delivery(at, &bolus, false);
            self.begin_extended(at, bolus);
        }
    }

    /// The part for now is in, or was stopped as its fate has it.
    pub(crate) fn bolus_ends(&mut self, at: UtcSeconds, id: u16) {
        let Some(bolus) = self.pump.bolus.filter(|bolus| bolus.id == id) else { return };
        match bolus.fate {
            Fate::Runs => self.complete_now(at, bolus),
            // An extended bolus is cancelled in its later part.
            Fate::Cancelled(_) if bolus.later > 0 => self.complete_now(at, bolus),
            Fate::Cancelled(_) | Fate::Rejected => self.stop_now(at, bolus, BolusEnd::Cancelled),
            Fate::Occlusion(_) => self.suspend(at, SuspendReason::Alarm, Some(22 * MINUTE)),
        }
    }

    fn complete_now(&mut self, at: UtcSeconds, mut bolus: ActiveBolus) {
        bolus.delivered = bolus.now;
        self.give(bolus.now);
        self.pump.bolus = None;
        if bolus.later == 0 {
            self.log_delivery(at, &bolus, true);
            let entry = self.log_completed(at, 20, bolus.id, (3, bolus.now, bolus.now));
            self.finish_bolus(at, &bolus, BolusEnd::Completed, entry);
        } else {
            let entry = self.log_completed(at, 20, bolus.id, (3, bolus.now, bolus.now));
            self.pump.truth.boluses[bolus.truth].sequences.push(entry);
            self.pump.truth.boluses[bolus.truth].delivered = bolus.delivered;
            self.begin_extended(at, bolus);
        }
    }

    /// 59, two 280s in the same second (as captured), then a 280 every five minutes.
    fn begin_extended(&mut self, at: UtcSeconds, mut bolus: ActiveBolus) {
        bolus.extended_from = at;
        let draft = Draft::new(59)
            .with("selectedIob", 1)
            .with("bolusId", i64::from(bolus.id))
            .with("iob", Pump::logged_iob(self.body.insulin_on_board()))
            .with("bolexSize", units(bolus.later));
        let entry = self.pump.log(at, draft);
        self.pump.truth.boluses[bolus.truth].sequences.push(entry);
        self.log_delivery(at, &bolus, false);
        self.log_delivery(at, &bolus, false);
        self.pump.extended = Some(bolus);
        self.agenda.schedule(at + TICK, SimEvent::ExtendedStep { id: bolus.id });
    }

    pub(crate) fn extended_step(&mut self, at: UtcSeconds, id: u16) {
        let Some(mut bolus) = self.pump.extended.filter(|bolus| bolus.id == id) else { return };
        self.deliver_extended(at, &mut bolus);
        let cancelled =
            matches!(bolus.fate, Fate::Cancelled(share) if bolus.delivered >= bolus.now + share_of(bolus.later, share));
        if bolus.delivered >= bolus.now + bolus.later {
            self.end_extended(at, &bolus, BolusEnd::Completed);
        } else if cancelled {
            self.end_extended(at, &bolus, BolusEnd::Cancelled);
        } else {
            self.log_delivery(at, &bolus, false);
            self.pump.extended = Some(bolus);
            self.agenda.schedule(at + TICK, SimEvent::ExtendedStep { id });
        }
    }

    /// Brings the delivered amount up to what `at` calls for.
    fn deliver_extended(&mut self, at: UtcSeconds, bolus: &mut ActiveBolus) {
        let minutes = i64::from(self.pump.truth.boluses[bolus.truth].extended_minutes);
        let elapsed = (at - bolus.extended_from).min(minutes * MINUTE);
        let due = bolus.now + (i64::from(bolus.later) * elapsed / (minutes * MINUTE)) as Milliunits;
        self.give(due - bolus.delivered);
        bolus.delivered = due;
        self.pump.truth.boluses[bolus.truth].delivered = due;
    }

    fn end_extended(&mut self, at: UtcSeconds, bolus: &ActiveBolus, end: BolusEnd) {
        self.pump.extended = None;
        let later = bolus.delivered - bolus.now;
        let entry = self.log_completed(at, 21, bolus.id, (end_number(end), later, bolus.later));
        self.log_delivery(at, bolus, true);
        self.finish_bolus(at, bolus, end, entry);
    }

    /// Stops whatever runs, because delivery stops.
    pub(crate) fn stop_boluses(&mut self, at: UtcSeconds, end: BolusEnd) {
        if let Some(bolus) = self.pump.bolus {
            self.stop_now(at, bolus, end);
        }
        if let Some(mut bolus) = self.pump.extended {
            self.deliver_extended(at, &mut bolus);
            self.end_extended(at, &bolus, end);
        }
    }

    fn stop_now(&mut self, at: UtcSeconds, mut bolus: ActiveBolus, end: BolusEnd) {
        let full = full_seconds(bolus.now);
        let elapsed = bolus.started.map_or(0, |started| (at - started).clamp(0, full));
        let nothing = matches!(bolus.fate, Fate::Cancelled(share) if share == 0.0);
        bolus.delivered = if nothing { 0 } else { (i64::from(bolus.now) * elapsed / full) as Milliunits };
        self.give(bolus.delivered);
        self.pump.bolus = None;
        if bolus.started.is_some() {
            self.log_delivery(at, &bolus, true);
        }
        let entry = self.log_completed(at, 20, bolus.id, (end_number(end), bolus.delivered, bolus.now));
        self.finish_bolus(at, &bolus, end, entry);
    }

    fn finish_bolus(&mut self, at: UtcSeconds, bolus: &ActiveBolus, end: BolusEnd, entry: EntryId) {
        let truth = &mut self.pump.truth.boluses[bolus.truth];
        truth.delivered = bolus.delivered;
        truth.end = end;
        truth.ended = Some(instant(at));
        truth.sequences.push(entry);
        self.log_iob(at, IobMoment::After(bolus.id));
        if bolus.delivered > 0 {
            self.log_iob(at, IobMoment::Added(units(bolus.delivered)));
        }
    }

    fn give(&mut self, milliunits: Milliunits) {
        self.body.inject(f64::from(milliunits) / 1000.0);
        self.pump.draw(milliunits);
    }

    fn log_activated(&mut self, at: UtcSeconds, bolus: &ActiveBolus) {
        self.log_iob(at, IobMoment::Before(bolus.id));
        let draft = Draft::new(55)
            .with("selectedIob", 1)
            .with("bolusId", i64::from(bolus.id))
            .with("iob", Pump::logged_iob(self.body.insulin_on_board()))
            .with("bolusSize", units(bolus.now));
        let entry = self.pump.log(at, draft);
        self.pump.truth.boluses[bolus.truth].sequences.push(entry);
    }

    /// Event 280 with all that was delivered so far.
    fn log_delivery(&mut self, at: UtcSeconds, bolus: &ActiveBolus, ended: bool) {
        let truth = &self.pump.truth.boluses[bolus.truth];
        let dose = Dose::from_truth(truth);
        let draft = Draft::new(280)
            .with("bolusType", dose.type_bits())
            .with("bolusDeliveryStatus", !ended)
            .with("bolusId", i64::from(bolus.id))
            .with("requestedNow", dose.now)
            .with("remoteId", i64::from(bolus.id & 0xff))
            .with("bolusSource", source_number(dose.source))
            .with("correction", dose.correction)
            .with("requestedLater", dose.later)
            .with("deliveredTotal", bolus.delivered)
            .with("extendedDurationRequested", i64::from(dose.minutes));
        let entry = self.pump.log(at, draft);
        self.pump.truth.boluses[bolus.truth].sequences.push(entry);
    }

    /// 20 or 21. Real pumps log 2.0829997 for 2.083 at times; so does this one.
    fn log_completed(
        &mut self,
        at: UtcSeconds,
        code: u16,
        id: u16,
        (status, delivered, requested): (i64, Milliunits, Milliunits),
    ) -> EntryId {
        let unround = delivered > 0 && self.dice.chance(0.04);
        let delivered = if unround { units(delivered).next_down() } else { units(delivered) };
        let draft = Draft::new(code)
            .with("bolusId", i64::from(id))
            .with("completionStatus", status)
            .with("iob", Pump::logged_iob(self.body.insulin_on_board()))
            .with("insulinDelivered", delivered)
            .with("insulinRequested", units(requested));
        self.pump.log(at, draft)
    }
}

/// Seconds a bolus takes undisturbed: captures show 91 s for 3.14 U, 103 s for 3.53 U, 123 s for 10.96 U.
fn full_seconds(now: Milliunits) -> i64 {
    80 + i64::from(now) / 250
}

fn running_seconds(bolus: &ActiveBolus) -> i64 {
    match bolus.fate {
        Fate::Cancelled(share) | Fate::Occlusion(share)
            if bolus.later == 0 || matches!(bolus.fate, Fate::Occlusion(_)) =>
        {
            (full_seconds(bolus.now) as f64 * share) as i64 + 2
        }
        _ => full_seconds(bolus.now),
    }
}

fn share_of(milliunits: Milliunits, share: f64) -> Milliunits {
    (f64::from(milliunits) * share) as Milliunits
}
