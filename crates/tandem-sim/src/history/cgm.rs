//! The glucose sensor: sessions, warm-up, five-minute readings, lost contact with backfill, values not to be shown, and the
//! same measurement logged twice.

use super::clock::{DAY, HOUR, MINUTE, PUMP_EPOCH, UtcSeconds, instant, naive};
use super::dice::Dice;
use super::draft::Draft;
use super::in_progress::{Measurement, SensorState, Silence};
use super::life::{Life, SimEvent, TICK};
use super::log::EntryId;
use super::pump::LastGlucose;
use super::truth::{AlarmFamily, CgmStatus, CgmTruth, SensorSessionTruth};

/// Below this the sensor says "low".
const LOWEST: u16 = 40;
/// Above this the sensor says "high".
const HIGHEST: u16 = 400;
/// `rate` of event 256 when there is no earlier reading to compare with.
const NO_RATE: i64 = 127;
/// Backfill reaches back this far.
const BACKFILL: i64 = 3 * HOUR;

/// How a reading reaches the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    Live,
    Backfilled,
}

impl Life<'_> {
    /// One session after the other over the pump's life, the first with a sensor that may have run for days.
    pub(crate) fn schedule_sensors(&mut self) {
        let mut dice = Dice::new(self.scenario.seed, "sensor", self.pump.start / DAY);
        let troubled = self.scenario.behaviours.sensor_trouble;
        let mut joins = self.pump.start + 14 * MINUTE + 23;
        let mut age = if self.pump.start_is_midnight() { dice.whole(4, 70) * HOUR } else { 0 };
        while joins < self.pump.end {
            let sensor = plan_session(&mut dice, (joins, age), self.pump.is_g7(), troubled);
            let session = self.pump.sensors.len();
            self.agenda.schedule(sensor.joins, SimEvent::SensorJoins { session });
            self.agenda.schedule(sensor.joins + 217, SimEvent::GlucoseTick { session });
            self.agenda.schedule(sensor.stops, SimEvent::SensorStops { session });
            joins = sensor.stops + if troubled { dice.whole(6, 95) } else { 3 } * MINUTE;
            age = 0;
            self.pump.sensors.push(sensor);
        }
    }

    pub(crate) fn sensor_joins(&mut self, at: UtcSeconds, session: usize) {
        let age = at - self.pump.sensors[session].sensor_started;
        let draft = if self.pump.is_g7() {
            Draft::new(394).with("cgmTimestamp", age).with("sessionSignature", 31 + session as i64)
        } else {
            let transmitter = transmitter_time(at);
            let code = if age > HOUR { 213 } else { 212 };
            let reason = if code == 213 { ("sessionJoinReason", 10) } else { ("sessionStartReason", 0) };
            Draft::new(code)
                .with("currentTransmitterTime", transmitter)
                .with("sessionStartTime", transmitter - age)
                .with(reason.0, reason.1)
                .with("sessionDuration", 10)
        };
        let join_sequence = self.pump.log(at, draft);
        self.pump.sensors[session].truth = self.pump.truth.sensor_sessions.len();
        self.pump.truth.sensor_sessions.push(SensorSessionTruth {
            joined: instant(at),
            sensor_started: instant(at - age),
            stopped: None,
            join_sequence,
            stop_sequence: None,
            failed: false,
        });
    }

    pub(crate) fn sensor_stops(&mut self, at: UtcSeconds, session: usize) {
        let sensor = &self.pump.sensors[session];
        let (age, failed) = (at - sensor.sensor_started, sensor.failed);
        let draft = if self.pump.is_g7() {
            Draft::new(447)
                .with("currentTransmitterTime", age + 7)
                .with("sessionStartTime", if failed { i64::from(u32::MAX) } else { 73 })
                .with("sessionStopTime", if failed { 0 } else { age })
                .with("stopSessionCode", !failed)
                .with("sessionStopReason", if failed { 15 } else { 5 })
        } else {
            let transmitter = transmitter_time(at);
            Draft::new(214)
                .with("currentTransmitterTime", transmitter)
                .with("sessionStartTime", transmitter - age)
                .with("sessionStopTime", transmitter)
                .with("sessionStopReason", if failed { 15 } else { 5 })
        };
        let entry = self.pump.log(at, draft.with("sessionDuration", 10));
        let truth = &mut self.pump.truth.sensor_sessions[self.pump.sensors[session].truth];
        truth.stopped = Some(instant(at));
        truth.stop_sequence = Some(entry);
        truth.failed = failed;
        self.session_alarms(at, session, failed);
    }

    fn session_alarms(&mut self, at: UtcSeconds, session: usize, failed: bool) {
        if self.scenario.behaviours.alarms {
            self.raise(at, AlarmFamily::Cgm, if failed { 11 } else { 13 }, (Some(200), Some(1_500)));
        }
        let sensor = &mut self.pump.sensors[session];
        let open = [sensor.low_alarm.take(), sensor.high_alarm.take(), sensor.silence_alarm.take()];
        for alarm in open.into_iter().flatten() {
            self.clear(at, alarm);
        }
    }

    /// The sensor measures.
    pub(crate) fn glucose_tick(&mut self, at: UtcSeconds, session: usize) {
        let sensor = &self.pump.sensors[session];
        if at >= sensor.stops {
            return;
        }
        let silence = sensor.silences.iter().find(|silence| (silence.start..silence.end).contains(&at)).copied();
        let (warm, mgdl) = (at >= sensor.warm_from, self.body.sensor_glucose());
        self.agenda.schedule(at + TICK, SimEvent::GlucoseTick { session });
        match silence {
            _ if !warm => self.log_warm_up(at),
            Some(silence) => self.miss(at, session, silence, mgdl),
            None => self.receive(at, session, mgdl),
        }
    }

    fn miss(&mut self, at: UtcSeconds, session: usize, silence: Silence, mgdl: f64) {
        let sensor = &mut self.pump.sensors[session];
        if silence.backfilled && silence.end - at <= BACKFILL {
            sensor.missed.push(Measurement { measured: at, mgdl });
        }
        let out_of_range = at - silence.start >= 20 * MINUTE && sensor.silence_alarm.is_none();
        if out_of_range && self.scenario.behaviours.alarms {
            let alarm = self.raise(at, AlarmFamily::Cgm, 14, (Some(140), None));
            self.pump.sensors[session].silence_alarm = Some(alarm);
        }
    }

    /// A reading arrives, and with it whatever was missed.
    fn receive(&mut self, at: UtcSeconds, session: usize, mgdl: f64) {
        if let Some(alarm) = self.pump.sensors[session].silence_alarm.take() {
            self.clear(at + 2, alarm);
        }
        let mut missed = std::mem::take(&mut self.pump.sensors[session].missed);
        let delay = if self.pump.is_g7() { 3 + self.dice.whole(0, 9) / 7 } else { 0 };
        self.dice.shuffle(&mut missed);
        for (index, measurement) in missed.into_iter().enumerate() {
            let at = at + delay + 1 + index as i64 / 6;
            self.log_reading(at, measurement, Arrival::Backfilled, CgmStatus::Ok);
        }
        let measurement = Measurement { measured: at, mgdl };
        let hidden = self.scenario.behaviours.sensor_trouble && self.dice.chance(0.003);
        let status = if hidden { CgmStatus::Hidden } else { CgmStatus::Ok };
        self.log_reading(at + delay, measurement, Arrival::Live, status);
        if !hidden {
            self.use_reading(at, session, mgdl);
            self.repeat_reading(at, session, measurement);
        }
    }

    /// Once in a while a live reading is logged again with the next one, marked as backfill.
    fn repeat_reading(&mut self, at: UtcSeconds, session: usize, measurement: Measurement) {
        let again = at + TICK + 1;
        let sensor = &self.pump.sensors[session];
        let quiet = again < sensor.stops
            && again < self.pump.end
            && !sensor.silences.iter().any(|silence| silence.start <= again && again < silence.end);
        let same_clock = self.pump.log.plan().offset_at(at) == self.pump.log.plan().offset_at(again);
        if quiet && same_clock && self.scenario.behaviours.sensor_trouble && self.dice.chance(0.002) {
            self.log_reading(again, measurement, Arrival::Backfilled, CgmStatus::Ok);
        }
    }

    fn use_reading(&mut self, at: UtcSeconds, session: usize, mgdl: f64) {
        let before = self.pump.last_glucose;
        let slope = before.filter(|last| at - last.measured <= 11 * MINUTE).map_or(0.0, |last| {
            let now = (mgdl - last.mgdl) / ((at - last.measured) as f64 / 60.0);
            0.5 * now + 0.5 * last.slope_mgdl_per_minute
        });
        self.pump.last_glucose = Some(LastGlucose { measured: at, mgdl, slope_mgdl_per_minute: slope });
        if self.scenario.behaviours.alarms {
            self.glucose_alarms(at, session, mgdl);
        }
    }

    /// User low (80) and high (200) alerts, with some hysteresis; fixed low below 55.
    fn glucose_alarms(&mut self, at: UtcSeconds, session: usize, mgdl: f64) {
        let (low, high) = (self.pump.sensors[session].low_alarm, self.pump.sensors[session].high_alarm);
        if low.is_none() && mgdl < 75.0 {
            let id = if mgdl < 55.0 { 1 } else { 3 };
            self.pump.sensors[session].low_alarm = Some(self.raise(at + 4, AlarmFamily::Cgm, id, (Some(45), None)));
        } else if let Some(alarm) = low.filter(|_| mgdl > 90.0) {
            self.pump.sensors[session].low_alarm = None;
            self.clear(at + 4, alarm);
        }
        if high.is_none() && mgdl > 215.0 {
            self.pump.sensors[session].high_alarm = Some(self.raise(at + 4, AlarmFamily::Cgm, 2, (Some(110), None)));
        } else if let Some(alarm) = high.filter(|_| mgdl < 190.0) {
            self.pump.sensors[session].high_alarm = None;
            self.clear(at + 4, alarm);
        }
    }

    /// Before its first value a G7 logs values not to be shown, a G6 zeros without a flag.
    fn log_warm_up(&mut self, at: UtcSeconds) {
        let draft = if self.pump.is_g7() {
            Draft::new(399)
                .with("glucoseValueStatus", 6)
                .with("algorithmState", 2)
                .with("egvInfoBitmask", bits(&[4, 5, 7, 11, 12]))
        } else {
            Draft::new(256).with("algorithmState", 2).with("egvInfoBitmask", bits(&[0, 4, 5, 7, 11]))
        };
        let logged = at + if self.pump.is_g7() { 3 } else { 0 };
        let wall = at + self.pump.log.plan().offset_at(logged);
        let draft = draft.with("cgmDataType", 1).with("rssi", -70).with("egvTimeStamp", wall - PUMP_EPOCH);
        let entry = self.pump.log(logged, draft);
        self.pump.truth.hidden_cgm.push(reading(at, wall, (0, CgmStatus::Hidden), Arrival::Live, entry));
    }

    fn log_reading(&mut self, logged: UtcSeconds, measurement: Measurement, arrival: Arrival, status: CgmStatus) {
        let wall = measurement.measured + self.pump.log.plan().offset_at(logged);
        let (status, shown, status_number) = self.display(measurement.mgdl, status);
        let draft = self
            .reading_draft(arrival, status)
            .with("rate", self.logged_rate(&measurement, arrival))
            .with("glucoseValueStatus", status_number)
            .with("currentGlucoseDisplayValue", i64::from(shown))
            .with("egvTimeStamp", wall - PUMP_EPOCH);
        let entry = self.pump.log(logged, draft);
        self.note_reading(measurement.measured, wall, (shown, status), arrival, entry);
    }

    /// What the display shows and the status beside it: (meaning, value, `glucoseValueStatus`).
    fn display(&mut self, mgdl: f64, status: CgmStatus) -> (CgmStatus, u16, i64) {
        let value = mgdl.round().clamp(21.0, 500.0) as u16;
        let g7 = self.pump.is_g7();
        match status {
            CgmStatus::Hidden if g7 && self.dice.chance(0.7) => (status, value, 6),
            CgmStatus::Hidden => (status, 0, 0),
            _ if value < LOWEST => (CgmStatus::Low, if g7 { value } else { 0 }, 2),
            _ if value > HIGHEST => (CgmStatus::High, if g7 { value } else { 0 }, 1),
            _ => (CgmStatus::Ok, value, 0),
        }
    }

    fn reading_draft(&mut self, arrival: Arrival, status: CgmStatus) -> Draft {
        let kind = u32::from(arrival == Arrival::Backfilled);
        let rssi = -self.dice.whole(52, 90);
        let draft = if self.pump.is_g7() {
            let state = if status == CgmStatus::Hidden { 33 } else { 32 };
            Draft::new(399).with("algorithmState", state).with("egvInfoBitmask", bits(&[kind, 5, 6, 7, 8, 11, 12]))
        } else {
            Draft::new(256)
                .with("algorithmState", 6)
                .with("reservedD15", arrival == Arrival::Live)
                .with("egvInfoBitmask", bits(&[kind, 5, 6, 7, 8, 11]))
        };
        draft.with("cgmDataType", bits(&[kind])).with("interval", kind).with("rssi", rssi)
    }

    /// Tenths of mg/dL per minute against the reading before; backfill carries 0.
    fn logged_rate(&self, measurement: &Measurement, arrival: Arrival) -> i64 {
        let last = self.pump.last_glucose.filter(|last| {
            let age = measurement.measured - last.measured;
            age > 0 && age <= 11 * MINUTE
        });
        match (arrival, last) {
            (Arrival::Backfilled, _) => 0,
            (Arrival::Live, None) => NO_RATE,
            (Arrival::Live, Some(last)) => {
                let minutes = (measurement.measured - last.measured) as f64 / 60.0;
                ((measurement.mgdl - last.mgdl) / minutes * 10.0).round().clamp(-80.0, 80.0) as i64
            }
        }
    }

    /// Adds the event to its measurement: the one with the same time stamp in the same clock.
    fn note_reading(
        &mut self,
        measured: UtcSeconds,
        wall: i64,
        what: (u16, CgmStatus),
        arrival: Arrival,
        entry: EntryId,
    ) {
        if what.1 == CgmStatus::Hidden {
            self.pump.truth.hidden_cgm.push(reading(measured, wall, what, arrival, entry));
            return;
        }
        let recent = self.pump.truth.cgm.iter_mut().rev().take(4);
        match recent.into_iter().find(|known| known.measured == instant(measured)) {
            Some(known) => known.sequences.push(entry),
            None => self.pump.truth.cgm.push(reading(measured, wall, what, arrival, entry)),
        }
    }
}

impl super::pump::Pump {
    /// The first pump of a scenario takes over in the middle of a life, with a sensor that runs.
    fn start_is_midnight(&self) -> bool {
        self.log.plan().minute_of_day(self.start) == 0
    }
}

fn plan_session(dice: &mut Dice, (joins, age): (UtcSeconds, i64), g7: bool, troubled: bool) -> SensorState {
    let (warm_up, life) = if g7 { (27 * MINUTE, 10 * DAY + 12 * HOUR) } else { (2 * HOUR, 10 * DAY) };
    let failed = troubled && dice.chance(0.12);
    let started = joins - age;
    let stops = if failed { joins + dice.whole(20, 180) * HOUR } else { started + life - dice.whole(1, 40) * MINUTE };
    let stops = stops.max(joins + DAY);
    SensorState {
        joins,
        sensor_started: started,
        warm_from: started + warm_up,
        stops,
        failed,
        silences: if troubled { silences(dice, joins + 3 * HOUR, stops) } else { vec![] },
        missed: vec![],
        truth: 0,
        low_alarm: None,
        high_alarm: None,
        silence_alarm: None,
    }
}

/// Lost contact about every day and a half: mostly a quarter hour to two hours, now and then half a day.
fn silences(dice: &mut Dice, from: UtcSeconds, to: UtcSeconds) -> Vec<Silence> {
    let mut silences = vec![];
    let mut start = from + dice.whole(0, 40) * HOUR;
    while start < to {
        let long = dice.chance(0.06);
        let minutes = if long { dice.whole(200, 700) } else { dice.whole(8, 140) };
        silences.push(Silence { start, end: start + minutes * MINUTE, backfilled: dice.chance(0.75) });
        start += minutes * MINUTE + dice.whole(6, 70) * HOUR + dice.whole(0, 3_599);
    }
    silences
}

fn reading(
    measured: UtcSeconds,
    wall: i64,
    (display_value, status): (u16, CgmStatus),
    arrival: Arrival,
    entry: EntryId,
) -> CgmTruth {
    CgmTruth {
        measured: instant(measured),
        measured_wall: naive(wall),
        display_value,
        status,
        backfill: arrival == Arrival::Backfilled,
        sequences: vec![entry],
    }
}

fn bits(indices: &[u32]) -> u32 {
    indices.iter().fold(0, |mask, index| mask | 1 << index)
}

/// A G6 transmitter counts seconds since it was activated; this one was in 2025.
fn transmitter_time(at: UtcSeconds) -> i64 {
    (at - 1_735_700_000).max(0)
}
