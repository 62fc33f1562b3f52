//! True answers about what is worn: sensors, sites, and the alarms that come with them.

use std::collections::BTreeMap;

use chrono::{DateTime, Timelike, Utc};
use tandem_sim::history::{AlarmFamily, AlarmTruth, History, PumpTruth, Sensor, SensorSessionTruth, SimPump};

use super::{Answer, Cell, median, minutes};

/// The event with which a cannula is filled.
const CANNULA_FILLED: u16 = 61;

fn days(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    minutes(to - from) / 1440.0
}

fn pumps(history: &History) -> impl Iterator<Item = (&SimPump, &PumpTruth)> {
    history.pumps.iter().zip(&history.truth.pumps)
}

/// 17: sensors that were taken off.
pub(super) fn sensors(history: &History) -> Answer {
    let mut rows = Answer::new();
    for (pump, truth) in pumps(history) {
        rows.extend(truth.sensor_sessions.iter().filter_map(|session| sensor(pump, truth, session)));
    }
    rows
}

fn sensor(pump: &SimPump, truth: &PumpTruth, session: &SensorSessionTruth) -> Option<Vec<Cell>> {
    // What the numbers of a G7's reasons mean is not known, so they stay numbers.
    let (sensor, reason) = match (pump.sensor, session.failed) {
        (Sensor::G6, true) => ("dexcom_g6", "sensor_error"),
        (Sensor::G6, false) => ("dexcom_g6", "session_stop_success"),
        (Sensor::G7, true) => ("dexcom_g7", "15"),
        (Sensor::G7, false) => ("dexcom_g7", "5"),
    };
    let lasted = days(session.joined, session.stopped?);
    let from_day = truth.local_time_at(session.joined).date();
    Some(vec![Cell::text(sensor), Cell::text(from_day), Cell::Number(lasted, 1), Cell::text(reason)])
}

/// 18: for each number of days, how many sites were worn that long.
pub(super) fn sites(history: &History) -> Answer {
    let mut sites: BTreeMap<u64, usize> = BTreeMap::new();
    for (pump, truth) in pumps(history) {
        let first = pump.events[0].header().sequence_number;
        let mut filled: Vec<_> = truth.sites.iter().filter(|(code, _)| *code == CANNULA_FILLED).collect();
        filled.sort_by_key(|(_, sequence)| *sequence);
        let instants = filled.into_iter().map(|(_, sequence)| truth.instants[(sequence - first) as usize]);
        let instants: Vec<_> = instants.collect();
        for pair in instants.windows(2) {
            *sites.entry(days(pair[0], pair[1]).round() as u64).or_default() += 1;
        }
    }
    sites.into_iter().map(|(days, sites)| vec![Cell::Number(days as f64, 0), Cell::text(sites)]).collect()
}

/// 19: the most frequent first.
pub(super) fn alarms(history: &History) -> Answer {
    let mut names: BTreeMap<(&str, &str), (usize, usize, Vec<f64>)> = BTreeMap::new();
    for (truth, alarm) in pumps(history).flat_map(|(_, truth)| truth.alarms.iter().map(move |alarm| (truth, alarm))) {
        let (times, at_night, answered) = names.entry(name(alarm)).or_default();
        *times += 1;
        *at_night += usize::from(truth.local_time_at(alarm.raised).hour() < 6);
        answered.extend(alarm.acknowledged.map(|answered| minutes(answered - alarm.raised)));
    }
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|(_, (times, ..))| std::cmp::Reverse(*times));
    let row = |((family, name), (times, at_night, answered)): ((&str, &str), (usize, usize, Vec<f64>))| {
        let answered = (!answered.is_empty()).then(|| median(answered));
        let counts = [Cell::text(times), Cell::text(at_night), Cell::maybe(answered, 1)];
        [Cell::text(family), Cell::text(name)].into_iter().chain(counts).collect()
    };
    names.into_iter().map(row).collect()
}

/// Family and name of an alarm that the simulator raises.
fn name(alarm: &AlarmTruth) -> (&'static str, &'static str) {
    match (alarm.family, alarm.id) {
        (AlarmFamily::Alert, 0) => ("alert", "liq_low"),
        (AlarmFamily::Alert, 2) => ("alert", "lipo_low"),
        (AlarmFamily::Alert, 11) => ("alert", "incomplete_bolus"),
        (AlarmFamily::Alert, 16) => ("alert", "incomplete_setting"),
        (AlarmFamily::Alert, 25) => ("alert", "cgm_graph_removal"),
        (AlarmFamily::Alert, 48) => ("alert", "cgm_no_readings"),
        (AlarmFamily::Alarm, 2) => ("alarm", "occlusion"),
        (AlarmFamily::Alarm, 18) => ("alarm", "state_suspend"),
        (AlarmFamily::Alarm, 23) => ("alarm", "generic"),
        (AlarmFamily::Malfunction, 9) => ("malfunction", "motor"),
        (AlarmFamily::Cgm, 1) => ("cgm", "fixed_low"),
        (AlarmFamily::Cgm, 2) => ("cgm", "user_high_egv"),
        (AlarmFamily::Cgm, 3) => ("cgm", "user_low_egv"),
        (AlarmFamily::Cgm, 11) => ("cgm", "sensor_failed"),
        (AlarmFamily::Cgm, 13) => ("cgm", "sensor_expired"),
        (AlarmFamily::Cgm, 14) => ("cgm", "out_of_range"),
        _ => panic!("an alarm without a name: {alarm:?}"),
    }
}
