//! Pumps' clocks in a database: journeys that no one declared, and wrong dates.

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Tz;
use pipeline::clock_model::{ClockNotice, ZoneHistory};
use pipeline::store::{RawPage, Stage};
use pipeline::testing::{ASSIGNMENT, basal_event, batch_of};
use pipeline::{FixedClock, Pipeline, PumpKey, RawStore, RunStore, SerialNumber};
use pump_events::{Event, EventCode, PumpTime, encode_json};
use store_duckdb::{ClockNotices, DuckStore, ReadOptions, Reader, StoreOptions};

use crate::contents::derived_contents;
use crate::domain::{empty_store, table};

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().expect("an instant")
}

fn wall(text: &str) -> NaiveDateTime {
    text.parse().expect("a wall clock")
}

fn pump_time(wall: NaiveDateTime) -> PumpTime {
    PumpTime::from_naive(wall).expect("within the pump's time")
}

/// A pump that logs a basal rate every five minutes, and every setting of its clock.
struct Log {
    number: u32,
    clock: NaiveDateTime,
    texts: Vec<String>,
}

impl Log {
    fn new(number: u32, clock: &str) -> Self {
        Self { number, clock: wall(clock), texts: Vec::new() }
    }

    fn runs(mut self, hours: i64) -> Self {
        for _ in 0..hours * 12 {
            self.number += 1;
            self.texts.push(basal_event(self.number, pump_time(self.clock), 900));
            self.clock += Duration::minutes(5);
        }
        self
    }

    /// Sets the clock: the date (14), then the time (13).
    fn set_to(mut self, clock: &str) -> Self {
        let (before, after) = (self.clock, wall(clock));
        let between = after.date().and_time(before.time());
        let days = |wall: NaiveDateTime| pump_time(wall).seconds() / 86_400;
        let millis = |wall: NaiveDateTime| pump_time(wall).seconds() % 86_400 * 1000;
        self.log(14, between, [("datePrior", days(before)), ("dateAfter", days(after))]);
        self.log(13, after, [("timePrior", millis(between)), ("timeAfter", millis(after))]);
        self.clock = after;
        self
    }

    fn log(&mut self, code: u16, wall: NaiveDateTime, fields: [(&str, u32); 2]) {
        self.number += 1;
        let event = Event::build(EventCode(u32::from(code))).sequence_number(self.number).pump_time(pump_time(wall));
        let event = fields.into_iter().try_fold(event, |event, (name, value)| event.set(name, value));
        self.texts.push(encode_json(&event.expect("the dictionary has these fields").finish(), ASSIGNMENT));
    }
}

/// A database in `zone`.
fn pipeline_in(zone: Tz) -> Pipeline<DuckStore> {
    Pipeline::new(empty_store(), Arc::new(FixedClock(now()))).with_zone(zone).expect("a zone")
}

/// Imports events of a log in a run of their own.
fn import(pipeline: &mut Pipeline<DuckStore>, texts: &[String]) {
    let store = pipeline.store().expect("the store");
    let pump = store.pump_for(&PumpKey::Serial(SerialNumber::new("11")), now()).expect("a pump");
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    let events = batch_of(texts.iter().map(String::as_str));
    store.store_page(&RawPage { pump, run, received: now(), events: &events, window: None }).expect("stored");
    pipeline.parse().expect("decoded");
    pipeline.derive().expect("derived");
}

/// Instant and source of the event that shows `shown`.
fn instant(pipeline: &mut Pipeline<DuckStore>, shown: &str) -> String {
    let query = format!(
        "SELECT epoch_us(timestamp_utc) // 1000000, utc_source FROM events WHERE timestamp = TIMESTAMP '{shown}' AND event_id = 279"
    );
    table(pipeline.store().expect("the store"), &query).join("; ")
}

fn known(instant: &str, source: &str) -> String {
    format!("{}|{source}", instant.parse::<DateTime<Utc>>().expect("an instant").timestamp())
}

type Journey = (Tz, [&'static str; 2], [&'static str; 3], (Tz, &'static str));

/// Zone, where home is; the clock there and its instant; the clock on arrival, one there and its instant; where that is.
const JOURNEYS: [Journey; 3] = [
    (
        Tz::Europe__Berlin,
        ["2026-05-05T12:00:00", "2026-05-05T10:00:00Z"],
        ["2026-05-10T02:00:00", "2026-05-20T12:00:00", "2026-05-20T16:00:00Z"],
        (Tz::America__New_York, "2026-05-10"),
    ),
    (
        Tz::America__Denver,
        ["2026-05-05T12:00:00", "2026-05-05T18:00:00Z"],
        ["2026-05-10T19:30:00", "2026-05-20T12:00:00", "2026-05-20T06:30:00Z"],
        (Tz::Asia__Kolkata, "2026-05-10"),
    ),
    (
        Tz::Asia__Tokyo,
        ["2026-05-05T12:00:00", "2026-05-05T03:00:00Z"],
        ["2026-05-09T15:00:00", "2026-05-20T12:00:00", "2026-05-20T20:00:00Z"],
        (Tz::America__Anchorage, "2026-05-09"),
    ),
];

#[test]
fn a_journey_that_no_one_declared_moves_nothing() {
    for (home, [at_home, at_home_utc], [arrival, there, there_utc], (place, from)) in JOURNEYS {
        let stay = Log::new(1_000, "2026-05-01T08:00:00").runs(9 * 24);
        let journey =
            Log { texts: Vec::new(), ..Log::new(stay.number, "2026-05-10T08:00:00") }.set_to(arrival).runs(15 * 24);
        let mut pipeline = pipeline_in(home);
        import(&mut pipeline, &stay.texts);
        assert_eq!(instant(&mut pipeline, at_home), known(at_home_utc, "zone"), "{home}");
        import(&mut pipeline, &journey.texts);
        assert_eq!(instant(&mut pipeline, at_home), known(at_home_utc, "zone"), "{home}, after the journey");
        assert_eq!(instant(&mut pipeline, there), known(there_utc, "clock_change"), "{home}");
        // The journey is declared: nothing moves.
        let mut zones = ZoneHistory::from_zone(home);
        zones.set(from.parse().ok(), place);
        pipeline.set_zones(&zones).expect("zones");
        pipeline.derive().expect("derived");
        assert_eq!(instant(&mut pipeline, at_home), known(at_home_utc, "zone"), "{home}, declared");
        assert_eq!(instant(&mut pipeline, there), known(there_utc, "zone"), "{home}, declared");
        // A rebuild comes to the same.
        let before = derived_contents(pipeline.store().expect("the store")).expect("contents");
        pipeline.rebuild().expect("rebuilt");
        assert_eq!(derived_contents(pipeline.store().expect("the store")).expect("contents"), before, "{home}");
    }
}

/// Zone, the days that the date is wrong by, and the hours for which it is.
const WRONG_DATES: [(Tz, i64, i64); 3] =
    [(Tz::America__Chicago, 731, 30), (Tz::Europe__Berlin, -365, 50), (Tz::Pacific__Auckland, -1, 9)];

#[test]
fn a_wrong_date_leaves_instants_as_they_are() {
    for (zone, days, hours) in WRONG_DATES {
        let start = wall("2026-06-01T00:00:00");
        let text = |wall: NaiveDateTime| wall.format("%Y-%m-%dT%H:%M:%S").to_string();
        let wrong = start + Duration::days(5 + days);
        let right = start + Duration::days(5) + Duration::hours(hours);
        let log = Log::new(5_000, "2026-06-01T00:00:00").runs(5 * 24);
        let log = log.set_to(&text(wrong)).runs(hours).set_to(&text(right)).runs(10 * 24 - 5 * 24 - hours);
        let mut pipeline = pipeline_in(zone);
        import(&mut pipeline, &log.texts);
        // Every five minutes an event, to the second.
        let gaps = "SELECT DISTINCT (epoch_us(timestamp_utc) - epoch_us(lag(timestamp_utc) OVER (ORDER BY id))) // 1000000 AS gap
                    FROM events WHERE event_id = 279 QUALIFY gap IS NOT NULL";
        assert_eq!(table(pipeline.store().expect("the store"), gaps), ["300"], "{zone}");
        let first =
            "SELECT epoch_us(min(timestamp_utc)) // 1000000, epoch_us(max(timestamp_utc)) // 1000000 FROM events";
        let offset = start.and_utc() - pipeline_instant(zone, start);
        let instants = [start, start + Duration::days(10) - Duration::minutes(5)];
        let expected = instants.map(|wall| (wall.and_utc() - offset).timestamp().to_string()).join("|");
        assert_eq!(table(pipeline.store().expect("the store"), first), [expected], "{zone}");
        // The person's days are as if nothing had been wrong: in events, tables and views.
        for query in [
            "SELECT count(DISTINCT local_time::DATE), min(local_time)::DATE, max(local_time)::DATE FROM events WHERE event_id = 279",
            "SELECT count(*), min(day), max(day) FROM daily_totals WHERE round(basal_hours) = 24",
            "SELECT count(*), min(day), max(day) FROM insulin_daily WHERE is_complete",
            "SELECT count(*) // 24, min(hour)::DATE, max(hour)::DATE FROM insulin_hourly",
        ] {
            let days = table(pipeline.store().expect("the store"), query);
            assert_eq!(days, ["10|2026-06-01|2026-06-10"], "{zone}: {query}");
        }
        let wrong = "SELECT count(*) // 12 FROM basal_deliveries WHERE local_time <> timestamp";
        assert_eq!(table(pipeline.store().expect("the store"), wrong), [hours.to_string()], "{zone}");
    }
}

/// A journey whose date and time were set one after the other is one move, by the whole distance.
#[test]
fn a_journey_is_one_move_of_the_clock() {
    let stay = Log::new(1_000, "2026-05-01T08:00:00").runs(9 * 24);
    let log = stay.set_to("2026-05-10T15:00:00").runs(5 * 24);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journey.db");
    let store = DuckStore::open(&path, StoreOptions::default()).expect("a database");
    let mut pipeline =
        Pipeline::new(store, Arc::new(FixedClock(now()))).with_zone(Tz::America__Chicago).expect("a zone");
    import(&mut pipeline, &log.texts);
    let moves = "SELECT timestamp, local_time, change_seconds::BIGINT FROM clock_changes";
    let found = table(pipeline.store().expect("the store"), moves);
    assert_eq!(found, ["2026-05-10 15:00:00|2026-05-10 15:00:00|25200"]);
    drop(pipeline);
    let reader = Reader::open(&path, &ReadOptions::default()).expect("readable");
    let notices = ClockNotices::read(&reader).expect("readable").notices;
    let distances: Vec<_> = notices
        .into_iter()
        .map(|(_, notice)| match notice {
            ClockNotice::Moved { forward, .. } => forward.map(|forward| forward.num_hours()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(distances, [Some(7)]);
}

fn pipeline_instant(zone: Tz, wall: NaiveDateTime) -> DateTime<Utc> {
    use chrono::TimeZone as _;
    zone.from_local_datetime(&wall).single().expect("a time that exists once").to_utc()
}
