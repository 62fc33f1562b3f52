//! The state of one pump: its log, what runs, and the truth as far as it has come.

use pump_events::Event;

use super::SimPump;
use super::clock::{ClockPlan, UtcSeconds, instant};
use super::delivered::DeliveredBasal;
use super::dice::Dice;
use super::draft::Draft;
use super::in_progress::{ActiveBolus, SensorState};
use super::log::{EntryId, FinishedLog, PumpLog};
use super::scenario::{PumpModel, PumpPlan, Sensor};
use super::settings::{ProfileSegment, SettingsSnapshot, snapshots};
use super::truth::{ControlMode, Milliunits, PumpTruth, Span, SuspendReason, TempRate, UserMode};

/// The basal rate that runs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RunningBasal {
    pub(crate) rate: Milliunits,
    pub(crate) source: u8,
    /// Delivered since the wall clock last struck midnight, counted to `counted_to`.
    pub(crate) today: DeliveredBasal,
    pub(crate) counted_to: UtcSeconds,
}

/// A glucose value the controller may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastGlucose {
    pub(crate) measured: UtcSeconds,
    pub(crate) mgdl: f64,
    pub(crate) slope_mgdl_per_minute: f64,
}

/// One pump. While it lives, the sequence numbers in `truth` are entry numbers of the log; [`Pump::settle`] turns them.
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub(crate) struct Pump {
    pub(crate) plan: PumpPlan,
    pub(crate) assignment_id: String,
    pub(crate) start: UtcSeconds,
    pub(crate) end: UtcSeconds,
    pub(crate) replaced: bool,
    pub(crate) retired: bool,
    pub(crate) log: PumpLog,
    pub(crate) truth: PumpTruth,
    pub(crate) settings: Vec<SettingsSnapshot>,
    pub(crate) settings_index: usize,
    pub(crate) basal: RunningBasal,
    pub(crate) control: Option<(ControlMode, usize)>,
    pub(crate) mode: Option<(UserMode, usize)>,
    pub(crate) temp_rate: Option<(TempRate, usize)>,
    pub(crate) next_temp_rate: u16,
    pub(crate) suspension: Option<usize>,
    pub(crate) loop_wanted: bool,
    pub(crate) bolus: Option<ActiveBolus>,
    pub(crate) extended: Option<ActiveBolus>,
    pub(crate) next_bolus: u16,
    pub(crate) last_automatic: UtcSeconds,
    pub(crate) last_glucose: Option<LastGlucose>,
    pub(crate) sensors: Vec<SensorState>,
    pub(crate) reservoir: f64,
    pub(crate) estimated_reservoir: f64,
    pub(crate) low_reservoir_alarm: Option<usize>,
    pub(crate) battery_percent: f64,
    pub(crate) charging: bool,
    pub(crate) ticks: u64,
}

impl Pump {
    pub(crate) fn new(
        seed: u64,
        index: usize,
        plan: &PumpPlan,
        clock: ClockPlan,
        (start, end): (UtcSeconds, UtcSeconds),
        replaced: bool,
    ) -> Self {
        let dice = |label| Dice::new(seed, label, index as i64);
        let truth = PumpTruth { serial: plan.serial.clone(), ..PumpTruth::default() };
        Self {
            plan: plan.clone(),
            assignment_id: identifier(&mut dice("assignment")),
            start,
            end,
            replaced,
            retired: false,
            log: PumpLog::new(clock),
            truth,
            settings: snapshots(start, end, dice("settings")),
            settings_index: 0,
            basal: RunningBasal { counted_to: start, ..RunningBasal::default() },
            control: None,
            mode: None,
            temp_rate: None,
            next_temp_rate: 1,
            suspension: None,
            loop_wanted: true,
            bolus: None,
            extended: None,
            next_bolus: if plan.first_sequence == 0 { 1 } else { 1_000 },
            last_automatic: i64::MIN / 2,
            last_glucose: None,
            sensors: vec![],
            reservoir: plan.model.fill_units(),
            estimated_reservoir: f64::INFINITY,
            low_reservoir_alarm: None,
            battery_percent: 80.0,
            charging: false,
            ticks: 0,
        }
    }

    pub(crate) fn log(&mut self, at: UtcSeconds, draft: Draft) -> EntryId {
        self.log.push(at, draft)
    }

    pub(crate) fn is_suspended(&self) -> bool {
        self.suspension.is_some()
    }

    pub(crate) fn is_g7(&self) -> bool {
        self.plan.sensor == Sensor::G7
    }

    /// The profile's segment that holds now, by the wall clock.
    pub(crate) fn segment(&self, at: UtcSeconds) -> ProfileSegment {
        self.settings[self.settings_index].segment(self.log.plan().minute_of_day(at))
    }

    /// Adds what the running rate delivered up to `at` to today's total and takes it from the cartridge.
    pub(crate) fn count_basal_to(&mut self, at: UtcSeconds) {
        let delivered = DeliveredBasal::from_rate(self.basal.rate, at - self.basal.counted_to);
        self.basal.today += delivered;
        self.basal.counted_to = at;
        self.reservoir = (self.reservoir - delivered.units()).max(0.0);
    }

    /// Takes a bolus from the cartridge.
    pub(crate) fn draw(&mut self, dose: Milliunits) {
        self.reservoir = (self.reservoir - f64::from(dose) / 1000.0).max(0.0);
    }

    /// Ends the log and turns entry numbers into sequence numbers.
    pub(crate) fn settle(mut self) -> (SimPump, PumpTruth) {
        let finished = self.log.finish(self.plan.first_sequence, self.end);
        settle_truth(&mut self.truth, &finished);
        let last = finished.instants.last().copied().unwrap_or_else(|| instant(self.end));
        close_basal(&mut self.truth, last);
        self.truth.instants = finished.instants;
        self.truth.reservoir_units = self.reservoir;
        let pump = SimPump::new(&self.plan, self.assignment_id, self.settings, finished.events);
        (pump, self.truth)
    }
}

/// A random identifier in the form of a version 4 UUID.
pub(crate) fn identifier(dice: &mut Dice) -> String {
    let mut bits = |count: u32| dice.whole(0, (1 << count) - 1);
    format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", bits(32), bits(16), bits(12), bits(12), bits(48))
}

/// Spans run to the next one; those that hold for less than a second are left out.
fn close_basal(truth: &mut PumpTruth, last: chrono::DateTime<chrono::Utc>) {
    truth.basal.sort_by_key(|span| span.sequence);
    for index in 0..truth.basal.len() {
        truth.basal[index].end = truth.basal.get(index + 1).map_or(last, |next| next.start);
    }
    truth.basal.retain(|span| span.start < span.end);
}

fn settle_truth(truth: &mut PumpTruth, log: &FinishedLog) {
    truth.basal.retain_mut(|span| settled(log, &mut span.sequence));
    for bolus in &mut truth.boluses {
        settle_all(log, &mut bolus.sequences);
    }
    for readings in [&mut truth.cgm, &mut truth.hidden_cgm] {
        for reading in readings.iter_mut() {
            settle_all(log, &mut reading.sequences);
        }
        readings.retain(|reading| !reading.sequences.is_empty());
        readings.sort_by_key(|reading| reading.measured);
    }
    truth.sensor_sessions.retain_mut(|session| {
        session.stop_sequence = session.stop_sequence.and_then(|entry| log.sequence(entry));
        settled(log, &mut session.join_sequence)
    });
    settle_spans(log, &mut truth.user_modes);
    settle_spans(log, &mut truth.control_modes);
    settle_spans::<SuspendReason>(log, &mut truth.suspensions);
    settle_spans(log, &mut truth.temp_rates);
    truth.alarms.retain_mut(|alarm| settled(log, &mut alarm.raised_sequence));
    truth.sites.retain_mut(|(_, entry)| settled(log, entry));
    truth.cycles.retain_mut(|cycle| settled(log, &mut cycle.sequence));
    truth.iob_snapshots.retain_mut(|snapshot| settled(log, &mut snapshot.sequence));
    truth.battery.retain_mut(|reading| settled(log, &mut reading.sequence));
    truth.settings_edits.retain_mut(|edit| settled(log, &mut edit.sequence));
    truth.reservoir.retain_mut(|reading| settled(log, &mut reading.sequence));
}

fn settle_spans<T>(log: &FinishedLog, spans: &mut Vec<Span<T>>) {
    spans.retain_mut(|span| {
        span.end_sequence = span.end_sequence.and_then(|entry| log.sequence(entry));
        settled(log, &mut span.start_sequence)
    });
}

fn settle_all(log: &FinishedLog, entries: &mut Vec<u32>) {
    entries.retain_mut(|entry| settled(log, entry));
    entries.sort_unstable();
}

/// Replaces an entry number by its sequence number; false for an entry behind the log's end.
fn settled(log: &FinishedLog, entry: &mut u32) -> bool {
    let sequence = log.sequence(*entry);
    *entry = sequence.unwrap_or(*entry);
    sequence.is_some()
}

impl PumpModel {
    /// Units in a fresh cartridge.
    pub(crate) fn fill_units(self) -> f64 {
        match self {
            Self::TslimX2 => 240.0,
            Self::Mobi => 180.0,
        }
    }
}

impl SimPump {
    fn new(plan: &PumpPlan, assignment_id: String, settings: Vec<SettingsSnapshot>, events: Vec<Event>) -> Self {
        Self { serial: plan.serial.clone(), assignment_id, model: plan.model, sensor: plan.sensor, events, settings }
    }
}
