//! What a pump logs besides therapy: days, totals, battery, sites, versions, and the many codes no one asks for.

use super::basal::{control_number, mode_number, units};
use super::clock::{DAY, HOUR, MINUTE, PUMP_EPOCH, UtcSeconds};
use super::draft::Draft;
use super::life::{Life, SimEvent};
use super::pump::Pump;
use super::truth::{BatteryTruth, SuspendReason};

/// Codes seen in real uploads that the therapy does not show, with how many five-minute ticks lie between two of them.
const OPAQUE: [(u16, u64); 15] = [
    (434, 1),
    (219, 1),
    (263, 1),
    (264, 1),
    (237, 1),
    (290, 2),
    (52, 2),
    (295, 3),
    (300, 4),
    (22, 5),
    (23, 5),
    (9, 12),
    (10, 12),
    (17, 24),
    (34, 48),
];
/// Of these, codes that what happens logs by itself. Numbers are drawn for them all the same, so that a seed keeps its life.
const LOGGED_ELSEWHERE: [u16; 2] = [34, 237];
/// Codes in no dictionary, with their distance in ticks.
const UNKNOWN: [(u16, u64); 3] = [(4_001, 57), (2_745, 131), (777, 240)];

impl Life<'_> {
    /// The first entries of a pump: its first day where that is complete, versions, shelf mode.
    pub(crate) fn log_first_use(&mut self, at: UtcSeconds) {
        if self.pump.log.plan().wall(at).rem_euclid(DAY) == 0 {
            self.new_day(at);
        }
        let configuration = 0x0201_0004_u32;
        let version =
            Draft::new(99).with("version", 7_008_000).with("configABits", configuration).with("numLogEntries", 180_000);
        self.pump.log(at + 1, version);
        let battery = Draft::new(53)
            .with("msecSinceReset", 31_337)
            .with("liPoIbc", 82)
            .with("liPoAbc", 80)
            .with("liPoCurrent", -45)
            .with("liPoRemCap", 210)
            .with("liPoMV", 3_921);
        self.pump.log(at + 2, battery);
    }

    /// The wall clock strikes midnight: 90, and a fresh running total.
    pub(crate) fn new_day(&mut self, at: UtcSeconds) {
        self.pump.basal.today = super::delivered::DeliveredBasal::default();
        let draft = Draft::new(90)
            .with("commandedBasalRate", units(self.pump.basal.rate))
            .with("featuresBitmask", 1_986_368_786_u32)
            .with("featureBitmaskIndex", 93);
        self.pump.log(at, draft);
    }

    /// Six seconds later: software versions and the day's Control-IQ status.
    pub(crate) fn daily_status(&mut self, at: UtcSeconds) {
        let versions = Draft::new(307)
            .with("armPartNumber", 1_016_587)
            .with("armSwVersion", 1_108_201_743_u32)
            .with("blePartNumber", 1_016_587)
            .with("bleSwVersion", 1_108_201_743_u32);
        self.pump.log(at, versions);
        let control = self.pump.control.map_or(0, |(mode, _)| control_number(mode));
        let status = Draft::new(313)
            .with("sensorType", if self.pump.is_g7() { 3 } else { 1 })
            .with("usermode", mode_number(self.pump.mode.map(|(mode, _)| mode)))
            .with("pumpControlState", control);
        self.pump.log(at, status);
    }

    /// Every ten minutes: the running basal total and the battery.
    pub(crate) fn daily_basal(&mut self, at: UtcSeconds) {
        self.agenda.schedule(at + 10 * MINUTE, SimEvent::DailyBasal);
        let change = if self.pump.charging { 3.0 } else { -0.055 };
        self.pump.battery_percent = (self.pump.battery_percent + change).clamp(12.0, 100.0);
        self.log_daily_basal(at, false);
        self.log_battery(at);
    }

    /// The battery's own reports: every hour (271), and a new estimate every fourth one (330).
    fn log_battery(&mut self, at: UtcSeconds) {
        let (hours, minute) = (at / HOUR, at % HOUR / MINUTE);
        if minute >= 10 || !self.scenario.behaviours.other_codes {
            return;
        }
        let percent = self.pump.battery_percent.round() as u8;
        let millivolts = 3_600 + i64::from(percent) * 6;
        for (code, every) in [(271, 1), (330, 4)] {
            if hours % every == 0 {
                let draft = Draft::new(code).with("currentBatteryIbc", i64::from(percent)).with("lipoMv", millivolts);
                let sequence = self.pump.log(at, draft);
                self.pump.truth.battery.push(BatteryTruth { code, percent, sequence });
            }
        }
    }

    pub(crate) fn log_daily_basal(&mut self, at: UtcSeconds, closing: bool) {
        let percent = self.pump.battery_percent.round() as i64;
        let draft = Draft::new(81)
            .with("dailyTotalBasal", self.pump.basal.today.units() as f32)
            .with("lastBasalRate", units(self.pump.basal.rate))
            .with("iob", Pump::logged_iob(self.body.insulin_on_board()))
            .with("batteryLipoMilliVolts", 3_600 + percent * 6)
            .with("batteryChargePercent", percent)
            .with("finalEventForDay", closing);
        self.pump.log(at, draft);
    }

    pub(crate) fn clock_set(&mut self, change: usize) {
        let change = self.pump.log.plan().changes()[change];
        self.pump.log.push_clock_change(&change);
    }

    pub(crate) fn charger_on(&mut self, at: UtcSeconds, minutes: i64) {
        self.pump.charging = true;
        self.pump.log(at, Draft::new(36).with("negotiatedCurrent", 100.0_f32));
        self.pump.log(at, Draft::new(67).with("negotiatedCurrentMilliAmps", 100));
        self.log_charging(at, 34);
        self.agenda.schedule(at + minutes * MINUTE, SimEvent::ChargerOff);
    }

    pub(crate) fn charger_off(&mut self, at: UtcSeconds) {
        self.pump.charging = false;
        self.log_charging(at, 35);
        self.pump.log(at, Draft::new(37).with("negotiatedCurrent", 0.0_f32));
    }

    /// Charging begins (34) or ends (35).
    fn log_charging(&mut self, at: UtcSeconds, code: u16) {
        if self.scenario.behaviours.other_codes {
            let percent = self.pump.battery_percent.round() as i64;
            let draft = Draft::new(code).with("currentBatteryAbc", percent).with("currentBatteryIbc", percent);
            self.pump.log(at, draft.with("lipoMv", 3_600 + percent * 6));
        }
    }

    pub(crate) fn measure_blood(&mut self, at: UtcSeconds) {
        let error = self.dice.normal(1.0, 0.07);
        let bg = (self.body.sensor_glucose() * error).round().clamp(25.0, 480.0) as u16;
        self.log_bg(at, (bg, false), false);
    }

    /// Suspend, new cartridge (31, 32, 33), tubing (63), cannula (61), resume.
    pub(crate) fn change_site(&mut self, at: UtcSeconds) {
        if self.pump.is_suspended() || self.pump.bolus.is_some() || self.pump.extended.is_some() {
            self.agenda.schedule(at + 20 * MINUTE, SimEvent::Person(super::day::UserAction::ChangeSite));
            return;
        }
        self.suspend(at, SuspendReason::User, Some(380));
        self.pump.reservoir = self.pump.plan.model.fill_units();
        let filled = self.pump.reservoir;
        let estimate = if self.pump.is_g7() { 0.0 } else { filled as f32 + 3.5 };
        let position = 500_000 + self.dice.whole(0, 150_000);
        for (after, draft) in [
            (30, Draft::new(31)),
            (95, Draft::new(32)),
            (150, Draft::new(33).with("insulinVolume", filled as i64).with("v2Volume", estimate)),
            (240, Draft::new(63).with("primeSize", -1.0_f32).with("completionStatus", 3).with("position", position)),
            (340, Draft::new(61).with("primeSize", 0.3_f32).with("completionStatus", 3)),
        ] {
            let entry = self.pump.log(at + after, draft);
            self.pump.truth.sites.push((draft.code, entry));
        }
        if let Some(alarm) = self.pump.low_reservoir_alarm.take() {
            self.clear(at + 151, alarm);
        }
    }

    /// The five-minute chatter: 140, which the web application asks for, and what it does not ask for.
    pub(crate) fn chatter(&mut self, at: UtcSeconds) {
        self.log_low_glucose_rule(at);
        if self.scenario.behaviours.other_codes {
            self.log_opaque(at, &OPAQUE);
        }
        if self.scenario.behaviours.unknown_codes {
            self.log_opaque(at, &UNKNOWN);
        }
    }

    /// Event 140: the state of the low-glucose suspension rule.
    fn log_low_glucose_rule(&mut self, at: UtcSeconds) {
        let wall = self.pump.log.plan().wall(at + 1);
        let (current, predicted) = self
            .pump
            .last_glucose
            .map_or((0.0, 0.0), |last| (last.mgdl, last.mgdl + 30.0 * last.slope_mgdl_per_minute));
        let draft = Draft::new(140)
            .with("timestamp", wall - PUMP_EPOCH)
            .with("pgv", predicted.clamp(0.0, 500.0).round() as i64)
            .with("fmr", current.clamp(0.0, 500.0).round() as i64)
            .with("hoMinState", if self.pump.is_suspended() { 1 } else { 2 })
            .with("pgvValid", current > 0.0)
            .with("fmrStatus", 1);
        self.pump.log(at + 1, draft);
    }

    fn log_opaque(&mut self, at: UtcSeconds, codes: &[(u16, u64)]) {
        let tick = self.pump.ticks;
        for (index, (code, _)) in
            codes.iter().enumerate().filter(|(index, (_, every))| (tick + *index as u64).is_multiple_of(*every))
        {
            let mut payload = [0; 16];
            payload[0..4].copy_from_slice(&(tick as u32).to_be_bytes());
            payload[4..8].copy_from_slice(&(self.dice.whole(0, i64::from(u32::MAX)) as u32).to_be_bytes());
            payload[15] = index as u8;
            if !LOGGED_ELSEWHERE.contains(code) {
                let draft = with_layout(*code, tick as u32).unwrap_or(Draft::opaque(*code, payload));
                self.pump.log(at + 40 + 7 * index as i64, draft);
            }
        }
    }
}

/// One of these codes with something that a pump could say; `None` where the layout is not known.
fn with_layout(code: u16, tick: u32) -> Option<Draft> {
    let draft = Draft::new(code);
    Some(match code {
        17 => draft.with("timeOfDayMs", tick % 288 * 300_000).with("state", 1),
        219 => draft.with("previousState", 2).with("state", 2).with("event", 2),
        // Apps other than the manufacturer's send a time since the pump was reset.
        290 => draft.with("requestTimestamp", tick).with("requestOpCode", 166),
        295 => draft.with("grantedTo", 1).with("changeReason", 1),
        300 => draft.with("responseOpCode", 167),
        434 => draft.with("category", 3).with("notificationId", 26),
        _ => return None,
    })
}
