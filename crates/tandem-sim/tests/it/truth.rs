//! The truth can be found again in the log: a pipeline that does its work arrives at the same numbers.

use std::collections::{BTreeMap, BTreeSet};

use pump_events::Event;
use tandem_sim::history::{AlarmFamily, BolusEnd, DeliveredBasal, History, PumpTruth, Scenario, SimPump};

fn number(event: &Event, field: &str) -> i64 {
    event.value(field).and_then(pump_events::Value::as_i64).unwrap_or_else(|| panic!("{event:?} has no {field}"))
}

fn units(event: &Event, field: &str) -> f64 {
    event.value(field).unwrap_or_else(|| panic!("{event:?} has no {field}")).as_f64()
}

fn code(event: &Event) -> u16 {
    event.header().code.0 as u16
}

fn pumps(history: &History) -> impl Iterator<Item = (&SimPump, &PumpTruth)> {
    history.pumps.iter().zip(&history.truth.pumps)
}

fn torture() -> History {
    Scenario::torture(21).simulate()
}

#[test]
fn delivered_basal_is_the_commanded_rate_until_the_next_279() {
    for (pump, truth) in pumps(&torture()) {
        let mut total = DeliveredBasal::default();
        let mut running: Option<(i64, u32)> = None;
        let mut suspended = false;
        for (event, at) in pump.events.iter().zip(&truth.instants) {
            match code(event) {
                11 => suspended = true,
                12 => suspended = false,
                279 => {
                    let rate = number(event, "commandedRate") as u32;
                    if let Some((since, rate)) = running {
                        total += DeliveredBasal::from_rate(rate, at.timestamp() - since);
                    }
                    assert!(!suspended || rate == 0, "{event:?}");
                    running = Some((at.timestamp(), rate));
                }
                _ => {}
            }
        }
        let (since, rate) = running.unwrap();
        total += DeliveredBasal::from_rate(rate, truth.instants.last().unwrap().timestamp() - since);
        let reported = truth.basal.iter().fold(DeliveredBasal::default(), |sum, span| sum + span.delivered());
        assert_eq!(total, reported);
        let by_day = truth.basal_by_wall_day().values().fold(DeliveredBasal::default(), |sum, day| sum + *day);
        let by_zone = truth.basal_by_zone_day(chrono_tz::Tz::America__New_York);
        assert_eq!(by_day, reported);
        assert_eq!(by_zone.values().fold(DeliveredBasal::default(), |sum, day| sum + *day), reported);
    }
}

#[test]
fn basal_spans_neither_overlap_nor_leave_holes() {
    for (_, truth) in pumps(&torture()) {
        for pair in truth.basal.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
        }
    }
}

#[test]
fn event_81_carries_the_running_total_since_the_wall_clock_struck_midnight() {
    for (pump, truth) in pumps(&torture()) {
        let mut today = DeliveredBasal::default();
        let (mut since, mut rate) = (truth.instants[0].timestamp(), 0);
        let mut compared = 0;
        for (event, at) in pump.events.iter().zip(&truth.instants).map(|(event, at)| (event, at.timestamp())) {
            today += DeliveredBasal::from_rate(rate, at - since);
            since = at;
            match code(event) {
                90 => today = DeliveredBasal::default(),
                279 => rate = number(event, "commandedRate") as u32,
                81 => {
                    assert!((units(event, "dailyTotalBasal") - today.units()).abs() < 0.001, "{event:?} {today:?}");
                    compared += 1;
                }
                _ => {}
            }
        }
        assert!(compared > 1_000);
    }
}

#[test]
fn every_bolus_can_be_put_together_from_its_messages() {
    for (pump, truth) in pumps(&torture()) {
        let mut messages: BTreeMap<i64, Vec<&Event>> = BTreeMap::new();
        for event in pump.events.iter().filter(|event| [20, 21, 55, 59, 64, 65, 66, 280].contains(&code(event))) {
            messages.entry(number(event, "bolusId")).or_default().push(event);
        }
        assert_eq!(messages.len(), truth.boluses.len());
        for bolus in &truth.boluses {
            let messages = &messages[&i64::from(bolus.bolus_id)];
            let sequences: Vec<u32> = messages.iter().map(|event| event.header().sequence_number).collect();
            assert_eq!(sequences, bolus.sequences);
            let find = |wanted: u16| messages.iter().rev().find(|event| code(event) == wanted);
            let requested = find(66).map_or(0.0, |event| units(event, "totalBolusSize"));
            assert!((requested - f64::from(bolus.requested) / 1000.0).abs() < 0.0005, "{bolus:?}");
            let delivered: f64 =
                [20, 21].into_iter().filter_map(find).map(|event| units(event, "insulinDelivered")).sum();
            if bolus.end != BolusEnd::InProgress {
                assert!((delivered - f64::from(bolus.delivered) / 1000.0).abs() < 0.0005, "{bolus:?}");
                assert_eq!(bolus.started.is_some(), find(280).is_some(), "{bolus:?}");
            }
            if let Some(last) = find(280).filter(|_| bolus.ended.is_some()) {
                assert_eq!(number(last, "deliveredTotal"), i64::from(bolus.delivered));
                assert_eq!(number(last, "bolusDeliveryStatus"), 0);
            }
        }
    }
}

#[test]
fn every_measurement_is_logged_once() {
    for (pump, truth) in pumps(&torture()) {
        let mut measured = BTreeSet::new();
        let mut hidden = 0;
        for (event, at) in
            pump.events.iter().zip(&truth.instants).filter(|(event, _)| [256, 399].contains(&code(event)))
        {
            let (status, value) = (number(event, "glucoseValueStatus"), number(event, "currentGlucoseDisplayValue"));
            if status == 6 || (status == 0 && value == 0) {
                hidden += 1;
            } else {
                let wall = number(event, "egvTimeStamp") + 1_199_145_600;
                measured.insert((wall - truth.offset_at(*at), status, value));
            }
        }
        let number_of = |status| match status {
            tandem_sim::history::CgmStatus::High => 1,
            tandem_sim::history::CgmStatus::Low => 2,
            _ => 0,
        };
        let reported: BTreeSet<(i64, i64, i64)> = truth
            .cgm
            .iter()
            .map(|reading| (reading.measured.timestamp(), number_of(reading.status), i64::from(reading.display_value)))
            .collect();
        assert_eq!(measured, reported);
        assert_eq!(reported.len(), truth.cgm.len());
        assert_eq!(hidden, truth.hidden_cgm.len());
    }
}

#[test]
fn wall_clock_and_true_time_differ_by_the_offset_in_force_except_in_clock_events() {
    for (pump, truth) in pumps(&torture()) {
        for (event, at) in pump.events.iter().zip(&truth.instants).filter(|(event, _)| code(event) != 14) {
            let wall = i64::from(event.header().pump_time.seconds()) + 1_199_145_600;
            assert_eq!(wall, at.timestamp() + truth.offset_at(*at), "{event:?}");
        }
    }
}

#[test]
fn clock_events_carry_the_offset_backwards_from_the_newest_segment() {
    for (pump, truth) in pumps(&torture()) {
        let mut offset = truth.clock.last().unwrap().offset_seconds;
        for (segment, (previous, change)) in truth
            .clock
            .windows(2)
            .map(|pair| (pair[1], pair[0]))
            .rev()
            .zip(changes(pump).rev())
            .map(|((segment, previous), change)| (segment, (previous, change)))
        {
            assert_eq!(offset, segment.offset_seconds);
            offset -= change;
            assert_eq!(offset, previous.offset_seconds);
        }
    }
}

/// Seconds by which each pair of 14 and 13 moves the clock; checks the stamps on the way.
fn changes(pump: &SimPump) -> std::vec::IntoIter<i64> {
    let mut changes = vec![];
    for pair in pump.events.windows(2).filter(|pair| code(&pair[0]) == 14) {
        let (date, time) = (&pair[0], &pair[1]);
        assert_eq!(code(time), 13);
        let days = number(date, "dateAfter") - number(date, "datePrior");
        let milliseconds = number(time, "timeAfter") - number(time, "timePrior");
        let seconds = |event: &Event| i64::from(event.header().pump_time.seconds());
        assert_eq!(seconds(date) / 86_400, number(date, "dateAfter"), "14 has the new date");
        assert_eq!(seconds(date) % 86_400 * 1000, number(time, "timePrior"), "14 has the old time of day");
        assert_eq!(seconds(time) % 86_400 * 1000, number(time, "timeAfter"), "13 has the new time of day");
        changes.push(days * 86_400 + milliseconds / 1000);
    }
    changes.into_iter()
}

#[test]
fn spans_begin_and_end_with_their_events() {
    for (pump, truth) in pumps(&torture()) {
        let first = pump.events[0].header().sequence_number;
        let code_of = |sequence: u32| code(&pump.events[(sequence - first) as usize]);
        for span in &truth.suspensions {
            assert_eq!((code_of(span.start_sequence), span.end_sequence.map(code_of)), (11, span.end.map(|_| 12)));
        }
        for span in &truth.user_modes {
            assert_eq!(code_of(span.start_sequence), 229);
        }
        for span in &truth.control_modes {
            assert_eq!(code_of(span.start_sequence), 230);
        }
        for span in &truth.temp_rates {
            let codes = if span.what.adjustment_events { (565, 564) } else { (2, 15) };
            assert_eq!(
                (code_of(span.start_sequence), span.end_sequence.map(code_of)),
                (codes.0, span.end.map(|_| codes.1))
            );
        }
        for alarm in &truth.alarms {
            let codes: &[u16] = match alarm.family {
                AlarmFamily::Alert => &[4],
                AlarmFamily::Alarm => &[5],
                AlarmFamily::Malfunction => &[6],
                AlarmFamily::Cgm => &[171, 369],
            };
            assert!(codes.contains(&code_of(alarm.raised_sequence)), "{alarm:?}");
        }
        for (known, sequence) in &truth.sites {
            assert_eq!(code_of(*sequence), *known);
        }
    }
}

#[test]
fn a_retired_pump_ends_suspended() {
    let history = torture();
    assert!(history.truth.pumps[0].suspensions.last().unwrap().end.is_none());
    assert_eq!(history.truth.pumps[0].basal.last().unwrap().rate, 0);
}
