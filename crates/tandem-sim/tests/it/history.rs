//! The simulated life looks like one: counts, glucose, insulin, kinds of boluses, clocks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use pump_events::ProblemKind;
use tandem_sim::history::{
    Behaviours, BolusEnd, BolusKind, BolusSource, Bulk, CgmStatus, ClockEvents, History, PumpTruth, Scenario, Sensor,
    SimPump, SuspendReason,
};

/// The codes Tandem's web application asks for.
const WEB_CODES: [u32; 64] = [
    229, 5, 28, 4, 26, 562, 563, 566, 99, 279, 3, 16, 59, 21, 55, 20, 280, 64, 65, 66, 61, 33, 371, 171, 369, 460, 172,
    370, 461, 372, 480, 399, 256, 213, 406, 477, 394, 212, 404, 214, 405, 486, 447, 313, 60, 14, 69, 57, 6, 90, 230,
    140, 12, 11, 53, 559, 558, 565, 564, 13, 63, 203, 307, 191,
];

fn pumps(history: &History) -> impl Iterator<Item = (&SimPump, &PumpTruth)> {
    history.pumps.iter().zip(&history.truth.pumps)
}

fn days(truth: &PumpTruth) -> f64 {
    (*truth.instants.last().unwrap() - truth.instants[0]).num_seconds() as f64 / 86_400.0
}

#[test]
fn the_same_seed_gives_the_same_history_and_another_seed_another() {
    let history = |seed| Scenario::torture(seed).days(40).simulate();
    let (one, again, other) = (history(5), history(5), history(6));
    assert_eq!(one.pumps[0].events, again.pumps[0].events);
    assert_eq!(one.pumps[0].settings, again.pumps[0].settings);
    assert_eq!(one.truth.pumps[0].boluses, again.truth.pumps[0].boluses);
    assert_ne!(one.pumps[0].events, other.pumps[0].events);
}

#[test]
fn switching_a_behaviour_off_removes_its_traces() {
    type Change = fn(&mut Behaviours);
    let rows: [(Change, &[u32]); 8] = [
        (|behaviours| behaviours.meals = false, &[48]),
        (|behaviours| behaviours.temp_rates = false, &[2, 15, 564, 565]),
        (|behaviours| behaviours.modes = false, &[229]),
        (|behaviours| behaviours.alarms = false, &[4, 26, 27, 171, 172, 173, 369, 370, 371]),
        (|behaviours| behaviours.site_changes = false, &[31, 32, 33, 61, 63]),
        (|behaviours| behaviours.other_codes = false, &[434, 219, 263]),
        (|behaviours| behaviours.unknown_codes = false, &[4001, 2745, 777]),
        (|behaviours| behaviours.unusual_boluses = false, &[59, 21]),
    ];
    let count = |scenario: Scenario, codes: &[u32]| {
        let history = scenario.simulate();
        history.pumps[0].events.iter().filter(|event| codes.contains(&event.header().code.0)).count()
    };
    for (change, codes) in rows {
        let scenario = Scenario::torture(3).days(60);
        assert_ne!(count(scenario.clone(), codes), 0, "{codes:?} with the behaviour on");
        assert_eq!(count(scenario.with_behaviours(change), codes), 0, "{codes:?} with the behaviour off");
    }
}

#[test]
fn sequence_numbers_are_contiguous_and_true_time_never_goes_back() {
    for history in [Scenario::quiet(5).simulate(), Scenario::torture(2).simulate()] {
        for (pump, truth) in pumps(&history) {
            assert_eq!(pump.events.len(), truth.instants.len());
            let first = pump.events[0].header().sequence_number;
            for (index, event) in pump.events.iter().enumerate() {
                assert_eq!(event.header().sequence_number, first + index as u32);
            }
            assert!(truth.instants.is_sorted());
        }
    }
}

/// Least and greatest plausible value of a figure.
fn check(what: &str, value: f64, (least, greatest): (f64, f64)) {
    assert!((least..=greatest).contains(&value), "{what} is {value}, outside {least}..={greatest}");
}

#[test]
fn a_day_has_plausible_counts_glucose_and_insulin() {
    for (name, scenario) in
        [("quiet", Scenario::quiet(30)), ("demo", Scenario::demo()), ("torture", Scenario::torture(9))]
    {
        let history = scenario.simulate();
        for (pump, truth) in pumps(&history) {
            let days = days(truth);
            let web = pump.events.iter().filter(|event| WEB_CODES.contains(&event.header().code.0)).count();
            let glucose: Vec<f64> = truth.cgm.iter().map(shown).collect();
            let share =
                |fits: fn(&&f64) -> bool| 100.0 * glucose.iter().filter(fits).count() as f64 / glucose.len() as f64;
            let basal: f64 = truth.basal.iter().map(|span| span.delivered().units()).sum::<f64>() / days;
            let bolus = truth.boluses.iter().map(|bolus| f64::from(bolus.delivered)).sum::<f64>() / 1000.0 / days;
            for (what, value, range) in [
                ("log entries", pump.events.len() as f64 / days, (3_200.0, 3_800.0)),
                ("entries of the web list", web as f64 / days, (880.0, 1_100.0)),
                ("readings", glucose.len() as f64 / days, (270.0, 288.0)),
                ("boluses", truth.boluses.len() as f64 / days, (5.0, 15.0)),
                ("% in range", share(|value| (70.0..=180.0).contains(*value)), (66.0, 82.0)),
                ("% low", share(|value| **value < 70.0), (0.3, 5.0)),
                ("% very high", share(|value| **value > 250.0), (0.5, 9.0)),
                ("basal", basal, (14.0, 30.0)),
                ("basal and bolus", basal + bolus, (25.0, 60.0)),
            ] {
                check(&format!("{name}, {}: {what} a day", pump.serial), value, range);
            }
        }
    }
}

fn shown(reading: &tandem_sim::history::CgmTruth) -> f64 {
    match reading.status {
        CgmStatus::Low => 39.0,
        CgmStatus::High => 401.0,
        CgmStatus::Ok | CgmStatus::Hidden => f64::from(reading.display_value),
    }
}

#[test]
fn a_torture_year_has_everything_at_least_twice() {
    let history = Scenario::torture(1).simulate();
    let boluses: Vec<_> = history.truth.pumps.iter().flat_map(|truth| &truth.boluses).collect();
    let spans: Vec<_> = history.truth.pumps.iter().flat_map(|truth| &truth.suspensions).collect();
    for kind in [
        BolusKind::Food,
        BolusKind::Correction,
        BolusKind::FoodAndCorrection,
        BolusKind::Extended,
        BolusKind::Quick,
        BolusKind::Override,
        BolusKind::Automatic,
    ] {
        check(&format!("{kind:?}"), boluses.iter().filter(|bolus| bolus.kind == kind).count() as f64, (2.0, 1e4));
    }
    for source in [BolusSource::Button, BolusSource::Pump, BolusSource::Algorithm, BolusSource::Phone] {
        check(&format!("{source:?}"), boluses.iter().filter(|bolus| bolus.source == source).count() as f64, (2.0, 1e4));
    }
    for end in [BolusEnd::Cancelled, BolusEnd::Alarm, BolusEnd::Completed, BolusEnd::Rejected] {
        check(&format!("{end:?}"), boluses.iter().filter(|bolus| bolus.end == end).count() as f64, (2.0, 1e4));
    }
    for reason in [SuspendReason::User, SuspendReason::Alarm, SuspendReason::Malfunction, SuspendReason::LowGlucose] {
        check(&format!("{reason:?}"), spans.iter().filter(|span| span.what == reason).count() as f64, (2.0, 1e4));
    }
    let all_later = boluses.iter().filter(|bolus| bolus.extended > 0 && bolus.extended == bolus.requested).count();
    let nothing = boluses.iter().filter(|bolus| bolus.started.is_some() && bolus.delivered == 0).count();
    let cut_extended = boluses.iter().filter(|bolus| bolus.extended > 0 && bolus.delivered < bolus.requested).count();
    let midnight = boluses
        .iter()
        .filter(|bolus| bolus.ended.is_some_and(|ended| ended.date_naive() != bolus.requested_at.date_naive()));
    for (what, count) in [
        ("all later", all_later),
        ("nothing delivered", nothing),
        ("cut extended", cut_extended),
        ("over midnight", midnight.count()),
    ] {
        check(what, count as f64, (2.0, 1e4));
    }
    for truth in &history.truth.pumps {
        let low = truth.cgm.iter().filter(|reading| reading.status == CgmStatus::Low).count();
        let high = truth.cgm.iter().filter(|reading| reading.status == CgmStatus::High).count();
        let twice = truth.cgm.iter().filter(|reading| reading.sequences.len() > 1).count();
        let backfilled = truth.cgm.iter().filter(|reading| reading.backfill).count();
        for (what, count) in [
            ("low", low),
            ("high", high),
            ("logged twice", twice),
            ("backfilled", backfilled),
            ("hidden", truth.hidden_cgm.len()),
            ("sessions", truth.sensor_sessions.len()),
            ("modes", truth.user_modes.len()),
            ("control modes", truth.control_modes.len()),
            ("temp rates", truth.temp_rates.len()),
            ("alarms", truth.alarms.len()),
            ("sites", truth.sites.len()),
        ] {
            check(what, count as f64, (2.0, 1e5));
        }
    }
}

#[test]
fn the_decoder_finds_nothing_odd_but_unknown_codes_and_layouts() {
    let history = Scenario::torture(4).days(100).simulate();
    let mut odd: BTreeMap<(u32, String), usize> = BTreeMap::new();
    for event in history.pumps.iter().flat_map(|pump| &pump.events) {
        let expected = [ProblemKind::UnknownEvent, ProblemKind::UnknownLayout];
        for problem in event.problems().into_iter().filter(|problem| !expected.contains(&problem.kind)) {
            *odd.entry((event.header().code.0, format!("{problem:?}"))).or_default() += 1;
        }
    }
    assert!(odd.is_empty(), "{odd:#?}");
}

#[test]
fn the_clock_is_set_late_travels_and_starts_in_2020() {
    let history = Scenario::torture(1).simulate();
    let offsets = |pump: usize| -> Vec<i64> {
        history.truth.pumps[pump].clock.iter().map(|part| part.offset_seconds / 3600).collect()
    };
    assert_eq!(offsets(0)[1..], [-4, -5, -8, -5, -4], "New York, Los Angeles and back, no trace of London");
    assert_eq!(offsets(1), [-4, 9, -10, -4, -5], "Tokyo, Honolulu, New York");
    assert_eq!(history.pumps[0].events[0].header().pump_time.to_string(), "2020-01-02T00:00:00");
    let november = history.truth.pumps[0].clock[2].start;
    assert!(november > "2025-11-02T06:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap(), "{november}");
}

#[test]
fn a_drifting_clock_is_set_right_by_event_13_alone() {
    let scenario = Scenario::quiet(80).with_behaviours(|behaviours| behaviours.clock_drift = true);
    let truth = &scenario.simulate().truth.pumps[0];
    let corrected: Vec<_> = truth.clock.iter().filter(|part| part.set_by == Some(ClockEvents::TimeOnly)).collect();
    assert!(!corrected.is_empty());
    assert!(corrected.iter().all(|part| part.offset_seconds == 0));
    assert_eq!(truth.clock.iter().map(|part| part.offset_seconds).min(), Some(-60));
}

#[test]
fn a_pump_may_live_in_2066() {
    let mut scenario = Scenario::quiet(3);
    scenario.pumps_mut()[0].in_the_future = true;
    let history = scenario.simulate();
    assert!(history.pumps[0].events.iter().all(|event| event.header().pump_time.to_string().starts_with("2066-03-0")));
}

#[test]
fn a_scenario_is_built_to_order() {
    let start = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
    let mut scenario = Scenario::new(start, 4, Tz::Europe__Berlin).seed(11);
    scenario.pumps_mut()[0].sensor = Sensor::G7;
    let history = scenario.simulate();
    assert_eq!(history.truth.pumps[0].instants[0].to_rfc3339(), "2026-05-31T22:00:00+00:00");
    assert_eq!(history.pumps[0].events[0].header().pump_time.to_string(), "2026-06-01T00:00:00");
    assert!(history.pumps[0].events.iter().any(|event| event.header().code.0 == 399));
}

#[test]
fn the_bulk_source_goes_on_where_the_fortnight_ended() {
    let bulk = Bulk::new(1);
    let events: Vec<_> = bulk.events().take(150_000).collect();
    let first = events[0].header().sequence_number;
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event.header().sequence_number, first + index as u32);
    }
    assert!(events.is_sorted_by_key(|event| event.header().pump_time));
    let reading = events.iter().rev().find(|event| event.header().code.0 == 399).unwrap();
    let measured = reading.value("egvTimeStamp").unwrap().as_unsigned().unwrap();
    assert!((3..=6).contains(&(reading.header().pump_time.seconds() - measured)));
}
