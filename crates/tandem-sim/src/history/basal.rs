//! Basal delivery: the five-minute event 279, rate changes, control modes, temporary rates, suspensions.

use super::clock::{HOUR, MINUTE, UtcSeconds, instant};
use super::controller::{self, Inputs};
use super::draft::Draft;
use super::life::{Life, SimEvent, TICK};
use super::pump::Pump;
use super::scenario::PumpModel;
use super::truth::{
    AlarmFamily, BasalSpan, BolusEnd, ControlMode, Milliunits, ReservoirTruth, Span, SuspendReason, TempRate, UserMode,
};

/// "Not applicable" in the rates of event 279.
const NO_RATE: i64 = 65_535;
/// Control-IQ gives up on the sensor after this many seconds without a reading.
const STALE_GLUCOSE: i64 = 20 * MINUTE;

/// Bits of event 3's `changeType`.
mod change {
    pub(super) const SEGMENT: u32 = 1;
    pub(super) const NEW_PROFILE: u32 = 1 << 1;
    pub(super) const TEMP_RATE_START: u32 = 1 << 2;
    pub(super) const TEMP_RATE_END: u32 = 1 << 3;
    pub(super) const SUSPENDED: u32 = 1 << 4;
    pub(super) const RESUMED: u32 = 1 << 5;
}

/// What the pump is set to deliver.
#[derive(Clone, Copy, Debug)]
struct Command {
    source: u8,
    rate: Milliunits,
    profile: Milliunits,
    algorithm: Option<Milliunits>,
    temporary: Option<Milliunits>,
}

impl Life<'_> {
    /// Every five minutes: who controls, what rate, and whatever else the pump does by the clock.
    pub(crate) fn basal_tick(&mut self, at: UtcSeconds) {
        self.agenda.schedule(at + TICK, SimEvent::BasalTick);
        self.follow_sleep_schedule(at);
        self.update_control_mode(at);
        self.command_basal(at, change::SEGMENT);
        self.log_cycle(at);
        self.correct_automatically(at);
        self.estimate_reservoir(at);
        self.check_reservoir(at);
        self.chatter(at);
        self.pump.ticks += 1;
    }

    /// Logs 279, and 3 when the rate changed enough to be worth one.
    fn command_basal(&mut self, at: UtcSeconds, change_type: u32) {
        let command = self.command(at);
        let before = self.pump.basal;
        self.pump.basal.rate = command.rate;
        self.pump.basal.source = command.source;
        let step = command.rate.abs_diff(before.rate);
        if change_type != change::SEGMENT || before.source != command.source || step >= 400 {
            self.log_rate_change(at, &command, change_type);
        }
        self.log_basal(at, &command);
    }

    fn log_rate_change(&mut self, at: UtcSeconds, command: &Command, change_type: u32) {
        let draft = Draft::new(3)
            .with("commandedBasalRate", units(command.rate))
            .with("baseBasalRate", units(command.profile))
            .with("maxBasalRate", 5.0_f32)
            .with("changeType", change_type)
            .with("idp", 2);
        self.pump.log(at, draft);
    }

    fn log_basal(&mut self, at: UtcSeconds, command: &Command) {
        let number = |rate: Option<Milliunits>| rate.map_or(NO_RATE, i64::from);
        let closed = self.pump.control.is_some_and(|(mode, _)| mode == ControlMode::ClosedLoop);
        let draft = Draft::new(279)
            .with("reservedA2", if closed { 3 } else { 0 })
            .with("commandedRateSource", i64::from(command.source))
            .with("profileBasalRate", command.profile)
            .with("commandedRate", command.rate)
            .with("tempRate", number(command.temporary))
            .with("algorithmRate", number(command.algorithm));
        let sequence = self.pump.log(at, draft);
        let offset_seconds = self.pump.log.plan().offset_at(at);
        let (start, end) = (instant(at), instant(at));
        let span = BasalSpan { start, end, offset_seconds, rate: command.rate, source: command.source, sequence };
        self.pump.truth.basal.push(span);
    }

    fn command(&self, at: UtcSeconds) -> Command {
        let profile = self.pump.segment(at).basal;
        let temporary = self.pump.temp_rate.map(|(temp, _)| profile * u32::from(temp.percent) / 100);
        let closed = self.pump.control.is_some_and(|(mode, _)| mode == ControlMode::ClosedLoop);
        let inputs = self.inputs(at, temporary.unwrap_or(profile)).filter(|_| closed);
        let algorithm = inputs.map(controller::basal_rate);
        match (self.pump.is_suspended(), algorithm, temporary) {
            (true, ..) => Command { source: 0, rate: 0, profile, algorithm: None, temporary: None },
            (_, None, None) => Command { source: 1, rate: profile, profile, algorithm, temporary },
            (_, None, Some(rate)) => Command { source: 2, rate, profile, algorithm, temporary },
            (_, Some(rate), None) => Command { source: 3, rate, profile, algorithm, temporary },
            (_, Some(rate), Some(_)) => Command { source: 4, rate, profile, algorithm, temporary },
        }
    }

    /// What the controller sees; nothing without a fresh reading.
    pub(crate) fn inputs(&self, at: UtcSeconds, profile: Milliunits) -> Option<Inputs> {
        let glucose = self.pump.last_glucose.filter(|glucose| at - glucose.measured <= STALE_GLUCOSE)?;
        Some(Inputs {
            glucose_mgdl: glucose.mgdl,
            slope_mgdl_per_minute: glucose.slope_mgdl_per_minute,
            insulin_on_board_units: self.body.insulin_on_board(),
            sensitivity_mgdl_per_unit: f64::from(self.pump.segment(at).sensitivity),
            profile_milliunits_per_hour: profile,
            mode: self.pump.mode.map(|(mode, _)| mode),
        })
    }

    fn update_control_mode(&mut self, at: UtcSeconds) {
        let fresh = self.pump.last_glucose.is_some_and(|glucose| at - glucose.measured <= STALE_GLUCOSE);
        let wanted = match (self.pump.is_suspended(), self.pump.loop_wanted, fresh) {
            (true, ..) => ControlMode::NoControl,
            (_, false, _) => ControlMode::OpenLoop,
            (_, true, false) => ControlMode::Pining,
            (_, true, true) => ControlMode::ClosedLoop,
        };
        let previous = self.pump.control.map(|(mode, _)| mode);
        if previous != Some(wanted) {
            self.log_control_mode(at, previous.unwrap_or(ControlMode::NoControl), wanted, fresh);
        }
    }

    fn log_control_mode(&mut self, at: UtcSeconds, previous: ControlMode, current: ControlMode, fresh: bool) {
        let draft = Draft::new(230)
            .with("currentPcm", control_number(current))
            .with("previousPcm", control_number(previous))
            .with("pumpSuspended", current == ControlMode::NoControl)
            .with("calculationAvailable", true)
            .with("cgmAvailable", fresh)
            .with("closedLoopPreferred", self.pump.loop_wanted)
            .with("sufficientClosedLoopParams", true);
        let entry = self.pump.log(at, draft);
        if let Some((_, span)) = self.pump.control {
            end_span(&mut self.pump.truth.control_modes[span], at, entry);
        }
        self.pump.truth.control_modes.push(begun(current, at, entry));
        self.pump.control = Some((current, self.pump.truth.control_modes.len() - 1));
    }

    /// Sleep from 23:00 to 07:00 by the pump's clock, whatever was done to the clock in between.
    fn follow_sleep_schedule(&mut self, at: UtcSeconds) {
        if !self.scenario.behaviours.modes {
            return;
        }
        let minute = self.pump.log.plan().minute_of_day(at);
        let asleep = !(420..1380).contains(&minute);
        match self.pump.mode {
            None if asleep => self.change_mode(at, Some(UserMode::Sleeping), 0),
            Some((UserMode::Sleeping, _)) if !asleep => self.change_mode(at, None, 0),
            _ => {}
        }
    }

    /// Event 229: into a mode from normal, or back to normal.
    pub(crate) fn change_mode(&mut self, at: UtcSeconds, mode: Option<UserMode>, exercise_minutes: u16) {
        let (previous, action) = match (self.pump.mode.map(|(mode, _)| mode), mode) {
            (Some(UserMode::Sleeping), _) => (1, 2),
            (Some(UserMode::Exercising), _) => (2, 4),
            (None, Some(UserMode::Sleeping)) => (0, 1),
            (None, _) => (0, 3),
        };
        let timed = exercise_minutes > 0;
        let draft = Draft::new(229)
            .with("requestedAction", action)
            .with("previousUserMode", previous)
            .with("currentUserMode", mode_number(mode))
            .with("activeSleepSchedule", 1)
            .with("exerciseTime", i64::from(exercise_minutes))
            .with("exerciseChoice", timed)
            .with("exerciseStoppedByTimer", previous == 2);
        let entry = self.pump.log(at, draft);
        if let Some((_, span)) = self.pump.mode.take() {
            end_span(&mut self.pump.truth.user_modes[span], at, entry);
        }
        if let Some(mode) = mode {
            self.pump.truth.user_modes.push(begun(mode, at, entry));
            self.pump.mode = Some((mode, self.pump.truth.user_modes.len() - 1));
        }
    }

    /// A temporary rate: 565 on a Mobi, 2 on a t:slim X2.
    pub(crate) fn temp_rate(&mut self, at: UtcSeconds, (percent, minutes): (u16, u16), cancelled_after: Option<u16>) {
        if self.pump.temp_rate.is_some() || self.pump.is_suspended() {
            return;
        }
        let id = self.pump.next_temp_rate;
        self.pump.next_temp_rate += 1;
        let temp = TempRate { id, percent, minutes, adjustment_events: self.pump.is_g7() };
        let entry = self.pump.log(at, temp_rate_started(temp));
        self.pump.truth.temp_rates.push(begun(temp, at, entry));
        self.pump.temp_rate = Some((temp, self.pump.truth.temp_rates.len() - 1));
        self.command_basal(at, change::TEMP_RATE_START);
        let lasts = i64::from(cancelled_after.unwrap_or(minutes)) * MINUTE;
        self.agenda.schedule(at + lasts, SimEvent::TempRateEnds { id, completed: cancelled_after.is_none() });
    }

    pub(crate) fn temp_rate_ends(&mut self, at: UtcSeconds, id: u16, completed: bool) {
        let Some((temp, span)) = self.pump.temp_rate.filter(|(temp, _)| temp.id == id) else { return };
        let begun_at = self.pump.truth.temp_rates[span].start.timestamp();
        let left = i64::from(temp.minutes) * MINUTE - (at - begun_at);
        let entry = self.pump.log(at, temp_rate_ended(temp, if completed { 3 } else { 0 }, left.max(0) * 1000));
        end_span(&mut self.pump.truth.temp_rates[span], at, entry);
        self.pump.temp_rate = None;
        self.command_basal(at, change::TEMP_RATE_END);
    }

    /// Delivery stops, a bolus with it; `seconds` until the person (or the algorithm) resumes it.
    pub(crate) fn suspend(&mut self, at: UtcSeconds, reason: SuspendReason, seconds: Option<i64>) {
        if self.pump.is_suspended() {
            return;
        }
        self.alarm_behind_suspension(at, reason);
        self.stop_boluses(at, bolus_end(reason));
        self.pump.suspension = Some(self.pump.truth.suspensions.len());
        if let Some((temp, _)) = self.pump.temp_rate.filter(|_| reason != SuspendReason::LowGlucose) {
            self.temp_rate_ends(at, temp.id, false);
        }
        let draft = Draft::new(11)
            .with("preSuspendState", 106)
            .with("rpaTimeout", if reason == SuspendReason::User { 15 } else { 0 })
            .with("suspendReason", suspend_number(reason))
            .with("insulinAmount", self.pump.reservoir as i64);
        let entry = self.pump.log(at, draft);
        self.pump.truth.suspensions.push(begun(reason, at, entry));
        self.update_control_mode(at);
        self.command_basal(at, change::SUSPENDED);
        self.schedule_resume(at, reason, seconds);
    }

    fn schedule_resume(&mut self, at: UtcSeconds, reason: SuspendReason, seconds: Option<i64>) {
        let suspension = self.pump.truth.suspensions.len() - 1;
        if let Some(seconds) = seconds {
            self.agenda.schedule(at + seconds, SimEvent::Resume { suspension });
        }
        if reason == SuspendReason::User {
            self.agenda.schedule(at + 15 * MINUTE, SimEvent::SuspendedTooLong { suspension });
        }
    }

    fn alarm_behind_suspension(&mut self, at: UtcSeconds, reason: SuspendReason) {
        match reason {
            SuspendReason::Alarm => self.raise(at, AlarmFamily::Alarm, 2, (Some(70), Some(180))),
            SuspendReason::Malfunction => self.raise(at, AlarmFamily::Malfunction, 9, (Some(120), None)),
            SuspendReason::User | SuspendReason::LowGlucose => return,
        };
    }

    pub(crate) fn resume(&mut self, at: UtcSeconds, suspension: usize) {
        if self.pump.suspension != Some(suspension) || self.pump.retired {
            return;
        }
        self.clear_resume_alarms(at);
        let draft = Draft::new(12).with("preResumeState", 100).with("insulinAmount", self.pump.reservoir as i64);
        let entry = self.pump.log(at, draft);
        end_span(&mut self.pump.truth.suspensions[suspension], at, entry);
        self.pump.suspension = None;
        self.update_control_mode(at);
        self.command_basal(at, change::RESUMED);
    }

    /// The person changed the profile: 69 (activate) and 3.
    pub(crate) fn settings_change(&mut self, at: UtcSeconds, index: usize) {
        self.pump.settings_index = index;
        let draft = Draft::new(69).with("idp", 2).with("sourceIdp", 2).with("status", 3);
        self.pump.log(at, draft.with("name0", i64::from(b'W')).with("name1", i64::from(b'e')));
        self.command_basal(at, change::NEW_PROFILE);
    }

    /// A Mobi estimates what is left about every four units.
    fn estimate_reservoir(&mut self, at: UtcSeconds) {
        let used = self.pump.estimated_reservoir - self.pump.reservoir;
        let is_due = self.pump.plan.model == PumpModel::Mobi && !(0.0..4.0).contains(&used);
        if is_due && self.scenario.behaviours.other_codes {
            self.pump.estimated_reservoir = self.pump.reservoir;
            let units = (self.pump.reservoir * 100.0).round() as f32 / 100.0;
            let used = (self.pump.plan.model.fill_units() - self.pump.reservoir) as f32;
            let draft = Draft::new(231).with("insulinDelivered", used).with("insulinRemaining", units);
            let sequence = self.pump.log(at, draft);
            self.pump.truth.reservoir.push(ReservoirTruth { units, sequence });
        }
    }

    fn check_reservoir(&mut self, at: UtcSeconds) {
        if self.pump.reservoir < 20.0 && self.pump.low_reservoir_alarm.is_none() && self.scenario.behaviours.alarms {
            self.pump.low_reservoir_alarm = Some(self.raise(at, AlarmFamily::Alert, 0, (Some(95), None)));
        }
        // A pump that no one refills in a scenario without site changes is refilled out of sight.
        if self.pump.reservoir < 5.0 && !self.scenario.behaviours.site_changes {
            self.pump.reservoir = self.pump.plan.model.fill_units();
        }
    }

    fn correct_automatically(&mut self, at: UtcSeconds) {
        let closed = self.pump.control.is_some_and(|(mode, _)| mode == ControlMode::ClosedLoop);
        let quiet = self.pump.bolus.is_none() && self.pump.extended.is_none() && self.pump.temp_rate.is_none();
        if !closed || !quiet || at - self.pump.last_automatic < HOUR || at + HOUR / 4 > self.pump.end {
            return;
        }
        let profile = self.pump.segment(at).basal;
        if let Some(dose) = self.inputs(at, profile).and_then(controller::automatic_correction) {
            self.pump.last_automatic = at;
            self.automatic_bolus(at, dose);
        }
    }
}

fn temp_rate_started(temp: TempRate) -> Draft {
    let milliseconds = i64::from(temp.minutes) * MINUTE * 1000;
    if temp.adjustment_events {
        return Draft::new(565)
            .with("tempBasalPercent", i64::from(temp.percent))
            .with("requestedPercent", i64::from(temp.percent))
            .with("duration", milliseconds)
            .with("tempRateId", i64::from(temp.id))
            .with("requestedAdjustmentType", i64::from(temp.id % 2) * 2);
    }
    Draft::new(2)
        .with("percent", f32::from(temp.percent))
        .with("duration", milliseconds as f32)
        .with("tempRateId", i64::from(temp.id))
}

fn temp_rate_ended(temp: TempRate, stop_reason: i64, left_milliseconds: i64) -> Draft {
    let draft = if temp.adjustment_events { Draft::new(564).with("stopReason", stop_reason) } else { Draft::new(15) };
    draft.with("tempRateId", i64::from(temp.id)).with("timeLeft", left_milliseconds)
}

pub(crate) fn begun<T>(what: T, at: UtcSeconds, entry: u32) -> Span<T> {
    Span { what, start: instant(at), end: None, start_sequence: entry, end_sequence: None }
}

pub(crate) fn end_span<T>(span: &mut Span<T>, at: UtcSeconds, entry: u32) {
    span.end = Some(instant(at));
    span.end_sequence = Some(entry);
}

/// Milliunits as the float units of the log.
pub(crate) fn units(milliunits: Milliunits) -> f32 {
    (f64::from(milliunits) / 1000.0) as f32
}

pub(crate) fn control_number(mode: ControlMode) -> i64 {
    match mode {
        ControlMode::NoControl => 0,
        ControlMode::OpenLoop => 1,
        ControlMode::Pining => 2,
        ControlMode::ClosedLoop => 3,
    }
}

pub(crate) fn mode_number(mode: Option<UserMode>) -> i64 {
    match mode {
        None => 0,
        Some(UserMode::Sleeping) => 1,
        Some(UserMode::Exercising) => 2,
    }
}

fn suspend_number(reason: SuspendReason) -> i64 {
    match reason {
        SuspendReason::User => 0,
        SuspendReason::Alarm => 1,
        SuspendReason::Malfunction => 2,
        SuspendReason::LowGlucose => 6,
    }
}

fn bolus_end(reason: SuspendReason) -> BolusEnd {
    match reason {
        SuspendReason::User => BolusEnd::Cancelled,
        SuspendReason::Alarm => BolusEnd::Alarm,
        SuspendReason::Malfunction => BolusEnd::Malfunction,
        SuspendReason::LowGlucose => BolusEnd::LowGlucoseSuspend,
    }
}

impl Pump {
    /// IOB as the pump would log it.
    pub(crate) fn logged_iob(insulin_on_board_units: f64) -> f32 {
        if insulin_on_board_units < 0.005 { 0.0 } else { insulin_on_board_units as f32 }
    }
}
