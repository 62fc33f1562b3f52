//! Histories of one pump that numbers 100 events a day, and what is doubtful about them.

use chrono::NaiveDateTime;

use super::*;
use crate::SerialNumber;
use crate::store::{FetchedWindow, PageCounts};

const PER_DAY: u32 = 100;

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 1).expect("a day") + Days::new(u64::from(number))
}

fn now() -> DateTime<Utc> {
    day(60).and_time(chrono::NaiveTime::MIN).and_utc()
}

/// `events` of the numbers of day `number`.
fn log(number: u32, events: u64) -> DayLog {
    let first = number * PER_DAY;
    DayLog { day: day(number), sequence_group: 0, events, first, last: first + PER_DAY - 1 }
}

fn whole(days: impl IntoIterator<Item = u32>) -> Vec<DayLog> {
    days.into_iter().map(|number| log(number, u64::from(PER_DAY))).collect()
}

fn pump(first: u32, last: u32) -> PumpListing {
    let wall = |number: u32| Some(NaiveDateTime::from(day(number)));
    PumpListing {
        serial_number: SerialNumber::new("1"),
        assignment_id: None,
        model_name: None,
        model_number: None,
        part_number: None,
        software_version: None,
        algorithm: None,
        last_upload: Some(now()),
        first_event: wall(first),
        last_event: wall(last),
        settings: None,
    }
}

fn fetched(first: u32, last: u32, doubt: Option<&str>) -> FetchWindow {
    let days = DayRange::new(day(first), day(last)).expect("days in order");
    let doubt = doubt.map(str::to_owned);
    let window = FetchedWindow { assignment_id: None, days, last_upload: Some(now()), doubt };
    FetchWindow { window, fetched: now(), counts: PageCounts::default() }
}

/// Days by their numbers, what is missing, and why.
type Found = (u32, u32, Option<u64>, DoubtReason);

fn doubts(pump: &PumpListing, asked: &[FetchWindow], log: &[DayLog]) -> Vec<Found> {
    let number = |of: NaiveDate| u32::try_from((of - day(0)).num_days()).expect("a day of the test");
    let found = find_doubts(pump, asked, log, now());
    found
        .iter()
        .map(|doubt| (number(doubt.days.first()), number(doubt.days.last()), doubt.missing, doubt.reason))
        .collect()
}

#[test]
fn an_answer_is_held_against_the_log_around_it() {
    use DoubtReason::{Announced, MissingNumbers, TooFew};
    let (all, everything) = (fetched(0, 40, None), 0..=40);
    let without = |gap: std::ops::RangeInclusive<u32>| whole((0..=40).filter(|day| !gap.contains(day)));
    let thinned = |day: u32, events: u64| {
        let mut log = whole(0..=40);
        log[day as usize].events = events;
        log
    };
    // Half of the events of every day, as when only some types are asked for.
    let selected = |day: u32, events: u64| {
        let mut log = thinned(day, events);
        log.iter_mut().filter(|other| other.day != self::day(day)).for_each(|day| day.events /= 2);
        log
    };
    // Five days off: no number is missing.
    let pause: Vec<_> = (0..=40)
        .filter(|day| !(10..15).contains(day))
        .map(|day| DayLog { day: self::day(day), ..log(if day < 10 { day } else { day - 5 }, 100) })
        .collect();
    let rows: [(&str, Vec<DayLog>, Vec<Found>); 12] = [
        ("everything", whole(everything), vec![]),
        ("nothing", vec![], vec![(0, 40, None, Announced)]),
        ("a window in the middle", without(10..=19), vec![(9, 20, Some(1000), MissingNumbers)]),
        ("a day", without(7..=7), vec![(6, 8, Some(100), MissingNumbers)]),
        ("the pump was off", pause, vec![]),
        ("the oldest days", without(0..=9), vec![(0, 10, None, Announced)]),
        ("the newest days", without(31..=40), vec![(30, 40, None, Announced)]),
        ("nine numbers", thinned(5, 91), vec![]),
        ("ten numbers", thinned(5, 90), vec![(5, 5, Some(10), TooFew)]),
        ("of selected types, fewer on one day", selected(5, 31), vec![]),
        ("of selected types, far fewer on one day", selected(5, 29), vec![(5, 5, Some(21), TooFew)]),
        (
            "of selected types, days",
            {
                let mut log = selected(5, 50);
                log.drain(7..17);
                log
            },
            vec![(6, 17, Some(500), MissingNumbers)],
        ),
    ];
    for (name, log, expected) in rows {
        assert_eq!(doubts(&pump(0, 40), std::slice::from_ref(&all), &log), expected, "{name}");
    }
}

#[test]
fn days_that_were_not_read_and_days_of_others_are_not_doubtful() {
    let gap = whole((0..=40).filter(|day| !(10..20).contains(day)));
    assert_eq!(doubts(&pump(0, 40), &[fetched(0, 9, None), fetched(20, 40, None)], &gap), []);
    // Someone else had the pump meanwhile, and it is listed a second time.
    let all = [fetched(0, 40, None)];
    assert_eq!(doubts(&pump(0, 9), &all, &gap), []);
    assert_eq!(doubts(&pump(20, 40), &all, &gap), []);
}

#[test]
fn clocks_that_were_wrong_raise_no_doubts_about_years() {
    // The clock stood at a factory date for three days, and numbers are missing from the third on.
    let mut log = whole((0..3).chain(5..=40));
    log[..3].iter_mut().for_each(|day| day.day = day.day - Days::new(2000));
    let mut pump = pump(0, 40);
    pump.first_event = Some((day(0) - Days::new(2000)).into());
    let window = FetchedWindow {
        days: DayRange::new(day(0) - Days::new(2000), day(40)).expect("days in order"),
        ..fetched(0, 40, None).window
    };
    let found = find_doubts(&pump, &[FetchWindow { window, ..fetched(0, 40, None) }], &log, now());
    let days: Vec<_> = found.iter().map(|doubt| doubt.days.to_string()).collect();
    assert_eq!(days, ["2020-11-10 to 2020-11-10", "2026-05-06 to 2026-05-06"]);
    // Set back by a day: numbers of two days lie between each other, and none is missing.
    let mut log = whole(0..=40);
    log[10].last = log[11].last;
    log[10].events = 150;
    log[11].events = 50;
    assert_eq!(doubts(&super::tests::pump(0, 40), &[fetched(0, 40, None)], &log), []);
}

#[test]
fn a_doubtful_answer_is_forgotten_with_the_next_good_one() {
    let log = whole(0..=40);
    let format = AnswerDoubt::Format(Drift::UnknownTypes { events: 1, of: 1 }).to_mark();
    let fewer = AnswerDoubt::FewerThanStored.to_mark();
    let (all, odd) = (fetched(0, 40, None), fetched(10, 20, Some(&format)));
    let found = |asked: &[FetchWindow]| doubts(&pump(0, 40), asked, &log);
    assert_eq!(found(&[all.clone(), odd.clone()]), [(10, 20, None, DoubtReason::Format)]);
    let few = fetched(10, 20, Some(&fewer));
    assert_eq!(found(&[all.clone(), odd.clone(), few]), [(10, 20, None, DoubtReason::FewerThanStored)]);
    assert_eq!(found(&[odd, all]), []);
}

#[test]
fn an_answer_has_about_as_many_events_as_are_stored() {
    let days = DayRange::new(day(0), day(1)).expect("days in order");
    let answer = |events: u32| {
        let mut batch = RawBatch::default();
        for number in 0..events {
            let pump_time = pump_events::PumpTime::from_naive(day(number % 3).into()).expect("a time of the pump");
            let text = pump_events::encode_json(
                &pump_events::Event::build(EventCode(279)).sequence_number(number).pump_time(pump_time).finish(),
                "7f0c9d1e-0000-4000-8000-000000000001",
            );
            let key = crate::EventKey { sequence_group: 0, sequence_number: number };
            batch.push(crate::RawEvent { key, code: EventCode(279), pump_time, data: &text });
        }
        batch
    };
    for (events, stored, is_doubtful) in
        [(0, 0, false), (0, 9, false), (0, 10, true), (30, 40, false), (30, 41, true), (300, 40, false)]
    {
        let doubt = doubt_answer(&answer(events), days, stored);
        assert_eq!(doubt == Some(AnswerDoubt::FewerThanStored), is_doubtful, "{events} of {stored}");
    }
}
