//! Alerts, alarms, malfunctions and CGM alerts: raised, acknowledged, cleared.

use super::clock::{UtcSeconds, instant};
use super::draft::Draft;
use super::life::{Life, SimEvent};
use super::truth::{AlarmFamily, AlarmTruth};

/// The alarm that reminds of a suspended pump; 23 comes with it.
const RESUME_PUMP: u32 = 18;
const GENERIC: u32 = 23;

impl Life<'_> {
    /// Raises an alarm and plans what follows, in seconds after `at`. Returns its place in the truth.
    pub(crate) fn raise(
        &mut self,
        at: UtcSeconds,
        family: AlarmFamily,
        id: u32,
        (acknowledged_after, cleared_after): (Option<i64>, Option<i64>),
    ) -> usize {
        let draft = self.raised(family, id);
        let raised_sequence = self.pump.log(at, draft);
        self.pump.truth.alarms.push(AlarmTruth {
            family,
            id,
            raised: instant(at),
            acknowledged: None,
            cleared: None,
            raised_sequence,
        });
        let alarm = self.pump.truth.alarms.len() - 1;
        if let Some(seconds) = acknowledged_after {
            self.agenda.schedule(at + seconds, SimEvent::Acknowledge { alarm });
        }
        if let Some(seconds) = cleared_after {
            self.agenda.schedule(at + seconds, SimEvent::Clear { alarm });
        }
        alarm
    }

    fn raised(&mut self, family: AlarmFamily, id: u32) -> Draft {
        let (code, field) = codes(family, self.pump.is_g7()).raised;
        let draft = Draft::new(code).with(field, id).with("faultLocatorData", 8_200 + self.dice.whole(0, 300));
        let glucose = self.pump.last_glucose.map_or(0.0, |last| last.mgdl);
        let draft = match (family, id) {
            (AlarmFamily::Cgm, 1..=3) => {
                let limit = [55.0_f32, 200.0, 80.0][id as usize - 1];
                draft.with("param1", glucose.round() as i64).with("param2", limit)
            }
            (AlarmFamily::Cgm, 14) => draft.with("param1", 25).with("param2", 917.0_f32),
            (AlarmFamily::Alert, 0) => draft.with("param1", 102).with("param2", 249.765_17_f32),
            (AlarmFamily::Alarm, GENERIC) => draft.with("param1", RESUME_PUMP),
            (AlarmFamily::Alarm, _) => draft.with("param1", 3_993_668),
            _ => draft,
        };
        self.with_sensor(family, draft)
    }

    /// The newer CGM alert events name the sensor.
    fn with_sensor(&self, family: AlarmFamily, draft: Draft) -> Draft {
        if family == AlarmFamily::Cgm && self.pump.is_g7() { draft.with("sensorType", 3) } else { draft }
    }

    pub(crate) fn acknowledge(&mut self, at: UtcSeconds, alarm: usize) {
        let known = self.pump.truth.alarms[alarm];
        if known.cleared.is_some() {
            return;
        }
        let (code, field) = codes(known.family, self.pump.is_g7()).acknowledged;
        let draft = self.with_sensor(known.family, Draft::new(code).with(field, known.id));
        let by_software = code == 371 && self.dice.chance(0.2);
        let draft = if code == 371 { draft.with("ackSource", by_software) } else { draft };
        self.pump.log(at, draft);
        self.pump.truth.alarms[alarm].acknowledged = Some(instant(at));
    }

    pub(crate) fn clear(&mut self, at: UtcSeconds, alarm: usize) {
        let known = self.pump.truth.alarms[alarm];
        let Some((code, field)) = codes(known.family, self.pump.is_g7()).cleared else { return };
        if known.cleared.is_none() && at < self.pump.end {
            let draft = self.with_sensor(known.family, Draft::new(code).with(field, known.id));
            self.pump.log(at, draft);
            self.pump.truth.alarms[alarm].cleared = Some(instant(at));
        }
    }

    /// An alert whose cause lies outside the simulation.
    pub(crate) fn passing_alert(&mut self, at: UtcSeconds, id: u32, minutes: i64) {
        self.raise(at, AlarmFamily::Alert, id, (Some(35), Some(minutes * 60)));
    }

    /// "Resume your pump" after a quarter of an hour of suspension, acknowledged once, cleared on resuming.
    pub(crate) fn suspended_too_long(&mut self, at: UtcSeconds, suspension: usize) {
        if self.pump.suspension == Some(suspension) && self.scenario.behaviours.alarms {
            self.raise(at, AlarmFamily::Alarm, RESUME_PUMP, (Some(52), None));
            self.raise(at, AlarmFamily::Alarm, GENERIC, (Some(52), None));
        }
    }

    pub(crate) fn clear_resume_alarms(&mut self, at: UtcSeconds) {
        let recent = self.pump.truth.alarms.len().saturating_sub(40);
        let open = |alarm: &AlarmTruth| {
            alarm.family == AlarmFamily::Alarm && alarm.cleared.is_none() && [RESUME_PUMP, GENERIC].contains(&alarm.id)
        };
        for alarm in (recent..self.pump.truth.alarms.len()).rev() {
            if open(&self.pump.truth.alarms[alarm]) {
                self.clear(at, alarm);
            }
        }
    }
}

/// Event codes of a family and the field that holds the alarm's number.
struct Codes {
    raised: (u16, &'static str),
    acknowledged: (u16, &'static str),
    cleared: Option<(u16, &'static str)>,
}

fn codes(family: AlarmFamily, g7: bool) -> Codes {
    let (raised, acknowledged, cleared) = match family {
        AlarmFamily::Alert => ((4, "alertId"), (27, "alertId"), Some((26, "alertId"))),
        AlarmFamily::Alarm => ((5, "alarmId"), (8, "alarmId"), Some((28, "alarmId"))),
        AlarmFamily::Malfunction => ((6, "malfId"), (7, "malfId"), None),
        AlarmFamily::Cgm if g7 => ((369, "dalertId"), (371, "dalertId"), Some((370, "dalertId"))),
        AlarmFamily::Cgm => ((171, "dalertId"), (173, "alertId"), Some((172, "dalertId"))),
    };
    Codes { raised, acknowledged, cleared }
}
