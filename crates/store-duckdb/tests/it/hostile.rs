//! Whatever an event says, it is kept, decoded and derived: one odd event must not hold up a history.

use pipeline::store::{RawPage, Stage};
use pipeline::testing::batch_of;
use pipeline::{DomainStore, PumpKey, RawBatch, RawStore, RejectedEvent, RunStore, SerialNumber, StopSignal};
use proptest::prelude::*;
use pump_events::{Dictionary, EventCode, EventLayout};
use store_duckdb::DuckStore;

use crate::contents::rows;
use crate::domain::{empty_store, now};

/// What a field may say that is not what it should.
const VALUES: [&str; 20] = [
    "null",
    "0",
    "-1",
    "1",
    "127",
    "65535",
    "70000",
    "86400000",
    "2147483648",
    "4294967295",
    "0.5",
    "-3.4e38",
    "3.4e38",
    "1e39",
    "1e400",
    "true",
    "\"words\"",
    "\"half \\ud800\"",
    "[0, 31]",
    "{\"a\": [1]}",
];

fn event(layout: &EventLayout, number: u32, value_of: impl Fn(usize) -> Option<&'static str>) -> String {
    let fields = layout.fields.iter().enumerate();
    let members = fields.filter_map(|(index, field)| Some(format!("\"{}\":{}", field.name, value_of(index)?)));
    let properties = members.collect::<Vec<_>>().join(",");
    let EventCode(code) = layout.code;
    let minute = number / 60 % 60;
    format!(
        r#"{{"eventCode":{code},"sequenceNumber":{number},"pumpDateTime":"2026-05-{:02}T{:02}:{minute:02}:00","eventProperties":{{{properties}}}}}"#,
        1 + number / 86_400 % 28,
        number / 3600 % 24,
    )
}

fn store_page(store: &mut DuckStore, events: &RawBatch) -> pipeline::store::PageCounts {
    let pump = store.pump_for(&PumpKey::Serial(SerialNumber::new("11")), now()).expect("a pump");
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    store.store_page(&RawPage { pump, run, received: now(), events, window: None }).expect("stored")
}

/// Keeps, decodes and derives `texts`, and looks at every table and view.
fn survive(texts: &[String]) {
    let mut store = empty_store();
    let events = batch_of(texts.iter().map(String::as_str));
    assert_eq!(store_page(&mut store, &events).new, texts.len() as u64);
    pipeline::parse::parse(&mut store, &StopSignal::default(), &mut |_| ()).expect("decoded");
    for pending in store.pending_derivations().expect("pending") {
        store.derive(pending).expect("derived");
    }
    let decoded =
        rows(&mut store, "SELECT count(*), count(*) FILTER (json_valid(event_data)) FROM events").expect("rows");
    assert_eq!(decoded, [format!("{0}|{0}", texts.len())]);
    for relation in store.relations().expect("the schema") {
        rows(&mut store, &format!("FROM {}", relation.name)).expect("every table and view can be read");
    }
}

#[test]
fn every_field_may_say_anything() {
    let each = Dictionary::events().flat_map(|layout| VALUES.map(|value| (layout, value)));
    let texts = each.zip(1..).map(|((layout, value), number)| event(layout, number * 60, |_| Some(value)));
    survive(&texts.collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn fields_may_contradict_each_other(
        events in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(0_usize..VALUES.len() + 4, 24)), 1..400),
    ) {
        let layouts: Vec<_> = Dictionary::events().collect();
        let texts = events.iter().zip(1_u32..).map(|((kind, choices), number)| {
            // Beyond the values: the field is absent.
            event(kind.get::<&EventLayout>(&layouts), number * 37, |field| VALUES.get(choices[field % choices.len()]).copied())
        });
        survive(&texts.collect::<Vec<_>>());
    }
}

#[test]
fn half_a_character_is_kept_among_the_revised_and_the_rejected() {
    let event = |word: &str| {
        format!(
            r#"{{"eventCode":3,"sequenceNumber":5,"pumpDateTime":"2026-05-14T00:01:31","eventProperties":{{"note":"{word}"}}}}"#
        )
    };
    let mut events = batch_of([event("\\ud800").as_str(), event("\\udfff").as_str()]);
    for _ in 0..2 {
        events.reject(RejectedEvent { data: "{\"a\":\"\\ud800\"}".to_owned(), reason: "no identity".to_owned() });
    }
    let mut store = empty_store();
    for counts in [(1, 0, 1), (0, 2, 0)] {
        let page = store_page(&mut store, &events);
        assert_eq!((page.new, page.duplicate, page.revised), counts);
    }
    let kept = "SELECT (SELECT count(*) FROM raw_event_revisions), (SELECT count(*) FROM rejected_events)";
    assert_eq!(rows(&mut store, kept).expect("rows"), ["1|1"]);
}
