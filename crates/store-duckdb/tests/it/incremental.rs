//! However a history arrives, the domain tables end up the same.

use std::cell::RefCell;
use std::collections::BTreeMap;

use pipeline::clock_model::ZoneHistory;
use pipeline::store::{RawPage, Stage};
use pipeline::testing::batch_of;
use pipeline::{DomainStore, PumpKey, RawStore, RunStore, SerialNumber, StopSignal};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use pump_events::{Event, encode_raw_record, encode_record};
use store_duckdb::DuckStore;
use tandem_sim::history::{History, Scenario};
use test_data::effort;

use crate::contents::derived_contents;
use crate::domain::{clear, empty_store, now};

/// After this many log entries, numbers leap …
const TOGETHER: u32 = 40;
/// … by this many: two leaps are out of a bolus's reach, six out of an alarm's.
const LEAP: u32 = 6_000;

/// Each pump's events as texts, their numbers moved apart, so that in a small history much is out of reach.
struct Texts {
    zone: chrono_tz::Tz,
    pumps: Vec<Vec<String>>,
}

fn texts(history: &History) -> Texts {
    let text = |event: &Event, first: u32| {
        let header = event.header();
        let leaps = (header.sequence_number - first) / TOGETHER;
        let moved = Event::build(header.code)
            .pump_time(header.pump_time)
            .sequence_number(header.sequence_number + leaps * LEAP)
            .payload(*event.payload())
            .finish();
        encode_raw_record(&encode_record(&moved))
    };
    let pump = |events: &[Event]| {
        let first = events[0].header().sequence_number;
        events.iter().filter(|event| matters(event)).map(|event| text(event, first)).collect()
    };
    Texts { zone: history.zone, pumps: history.pumps.iter().map(|pump_| pump(&pump_.events)).collect() }
}

/// Uploads in order: of which pump, and which of its events.
type Uploads = Vec<(usize, Vec<usize>)>;

/// Every event in one of a few uploads, which come in any order. Neighbours mostly travel together, as they do.
fn uploads(lengths: Vec<usize>, most: usize) -> impl Strategy<Value = Uploads> {
    let cuts = prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize), 1..=most);
    cuts.prop_map(move |cuts| {
        let mut uploads: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (pump, length) in lengths.iter().enumerate() {
            let mut places: Vec<usize> = cuts.iter().map(|(cut, _)| cut.index(*length)).collect();
            places.sort_unstable();
            for event in 0..*length {
                let piece = places.partition_point(|place| *place <= event);
                let order = cuts[piece % cuts.len()].1;
                uploads.entry((order, pump)).or_default().push(event);
            }
        }
        uploads.into_iter().map(|((_, pump), events)| (pump, events)).collect()
    })
}

/// Makes `store` new: no history, the pumps known.
fn empty(store: &mut DuckStore, texts: &Texts) {
    clear(store);
    for number in 0..texts.pumps.len() {
        store.pump_for(&PumpKey::Serial(SerialNumber::new(number.to_string())), now()).expect("a pump");
    }
    pipeline::parse::set_zones(store, &ZoneHistory::from_zone(texts.zone)).expect("a zone");
}

fn add(store: &mut DuckStore, texts: &Texts, (pump, events): &(usize, Vec<usize>)) {
    let id = store.pumps().expect("pumps")[*pump].id;
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    let batch = batch_of(events.iter().map(|event| texts.pumps[*pump][*event].as_str()));
    store.store_page(&RawPage { pump: id, run, received: now(), events: &batch, window: None }).expect("stored");
    pipeline::parse::parse(store, &StopSignal::default(), &mut |_| ()).expect("decoded");
    for pending in store.pending_derivations().expect("pending") {
        store.derive(pending).expect("derived");
    }
}

fn check(texts: &Texts, cases: u32) {
    let lengths: Vec<usize> = texts.pumps.iter().map(Vec::len).collect();
    let mut store = empty_store();
    empty(&mut store, texts);
    for (pump, length) in lengths.iter().enumerate() {
        add(&mut store, texts, &(pump, (0..*length).collect()));
    }
    let expected = derived_contents(&mut store).expect("readable");
    // One store for all cases: creating the schema takes longer than most cases do.
    let store = RefCell::new(store);
    let mut runner =
        TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 40, ..Config::default() });
    let outcome = runner.run(&uploads(lengths, 6 / texts.pumps.len()), |uploads| {
        let mut store = store.borrow_mut();
        empty(&mut store, texts);
        for upload in &uploads {
            add(&mut store, texts, upload);
        }
        let found = derived_contents(&mut store).expect("readable");
        let difference = found.iter().zip(&expected).find(|(found, expected)| found != expected);
        prop_assert!(
            difference.is_none() && found.len() == expected.len(),
            "{} rows, {} expected: {difference:?}",
            found.len(),
            expected.len()
        );
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// The events that rows are made of; of those that come every few minutes one in seven, which is enough to be in the way.
fn matters(event: &Event) -> bool {
    let is_frequent = matches!(event.header().code.0, 140 | 81 | 256 | 399 | 279);
    let has_fields = event.layout().is_some_and(|layout| !layout.fields.is_empty());
    has_fields && (!is_frequent || event.header().sequence_number.is_multiple_of(7))
}

/// A day in which the clock is set, everything happens, and the pump is replaced at noon of the next.
#[test]
fn an_eventful_day_and_a_new_pump() {
    let mut scenario = Scenario::torture(3).days(2);
    scenario.pumps_mut()[1].first_day = 1;
    check(&texts(&scenario.trips(vec![]).simulate()), effort(12, 60));
}

/// Days around the end of summer time, with boluses of every kind.
#[test]
fn the_end_of_summer_time() {
    let start = chrono::NaiveDate::from_ymd_opt(2025, 11, 1).expect("a day");
    let mut scenario = Scenario::torture(8).start(start).days(2).trips(vec![]);
    scenario.pumps_mut().truncate(1);
    scenario.pumps_mut()[0].factory_start = false;
    check(&texts(&scenario.simulate()), effort(28, 140));
}
