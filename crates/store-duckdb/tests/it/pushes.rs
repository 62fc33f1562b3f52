//! A destination that loses answers and breaks off holds, in the end, what an undisturbed one holds.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use pipeline::clock_model::ZoneHistory;
use pipeline::import::ImportOptions;
use pipeline::sink::{Applied, Change, HeldDocument, Outcome};
use pipeline::{Pipeline, PushOptions, PushReport, Sink, SinkError, SinkErrorKind};
use proptest::prelude::*;
use serde_json::Value;
use store_duckdb::{DuckStore, NIGHTSCOUT};
use tandem_sim::history::{History, Scenario};
use test_data::effort;

use crate::domain::table;
use crate::simulated::stored;

/// Keeps documents in memory. After this many changes it breaks off; 0 is never.
#[derive(Default)]
struct Memory {
    /// What tells it from other destinations of the same database.
    name: &'static str,
    documents: Mutex<BTreeMap<String, String>>,
    breaks_after: AtomicU64,
    /// Changes so far.
    applied: AtomicU64,
}

#[async_trait]
impl Sink for Memory {
    fn destination(&self) -> String {
        format!("memory {}", self.name)
    }

    async fn apply(&self, changes: &[Change]) -> Applied {
        let mut applied = Applied::default();
        let mut documents = self.documents.lock().expect("no panic");
        for (place, change) in changes.iter().enumerate() {
            match &change.content {
                Some(content) => documents.insert(change.identifier.clone(), content.clone()),
                None => documents.remove(&change.identifier),
            };
            let count = self.applied.fetch_add(1, Ordering::SeqCst) + 1;
            let breaks_after = self.breaks_after.load(Ordering::SeqCst);
            if breaks_after > 0 && count.is_multiple_of(breaks_after) {
                // It was applied, and no one will know.
                let message = "the answer was lost".to_owned();
                applied.error = Some(SinkError { kind: SinkErrorKind::Network, message, source: None });
                return applied;
            }
            applied.outcomes.push((place, Outcome::Done));
        }
        applied
    }

    async fn held(&self, prefixes: &[String], _: DateTime<Utc>) -> Result<Vec<HeldDocument>, SinkError> {
        let documents = self.documents.lock().expect("no panic");
        let own = documents
            .iter()
            .filter(|(identifier, _)| prefixes.iter().any(|prefix| identifier.starts_with(prefix.as_str())));
        let held = |(identifier, content): (&String, &String)| {
            let content: Value = serde_json::from_str(content).expect("JSON");
            HeldDocument {
                collection: String::new(),
                identifier: identifier.clone(),
                date_ms: content["date"].as_i64().unwrap_or(0),
            }
        };
        Ok(own.map(held).collect())
    }
}

impl Memory {
    fn documents(&self) -> BTreeMap<String, String> {
        self.documents.lock().expect("no panic").clone()
    }
}

fn options() -> PushOptions {
    let kinds = NIGHTSCOUT.iter().map(|kind| kind.name).collect();
    let from = DateTime::from_timestamp(1_600_000_000, 0);
    PushOptions { kinds, is_everything: true, from, ..PushOptions::default() }
}

fn push(pipeline: &mut Pipeline<DuckStore>, sink: &Memory, options: &PushOptions) -> Option<PushReport> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(pipeline.push(sink, options)).ok()
}

fn import(pipeline: &mut Pipeline<DuckStore>, texts: &[String]) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    write!(file, "[{}]", texts.join(",")).expect("written");
    pipeline.import(&[file.path().to_owned()], &ImportOptions::default()).expect("imported");
    pipeline.parse().expect("decoded");
    pipeline.derive().expect("derived");
}

fn history() -> History {
    Scenario::torture(5).days(8).simulate()
}

/// An empty database with the clock and zone of `history`.
fn empty(history: &History) -> Pipeline<DuckStore> {
    let mut nothing = history.clone();
    nothing.pumps.clear();
    let store = DuckStore::in_memory().expect("a database in memory");
    crate::simulated::stored_in(store, &nothing)
}

/// What a push leaves that nothing breaks off.
fn undisturbed() -> &'static BTreeMap<String, String> {
    static DOCUMENTS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let sink = Memory::default();
        push(&mut stored(&history()), &sink, &options()).expect("nothing breaks off");
        sink.documents()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(effort(2, 12)))]

    #[test]
    fn whatever_breaks_off_is_made_up_for(breaks_after in 40_u64..700, order in Just((0..4).collect::<Vec<usize>>()).prop_shuffle()) {
        let history = history();
        let (mut pipeline, sink) = (empty(&history), Memory::default());
        sink.breaks_after.store(breaks_after, Ordering::SeqCst);
        for quarter in order {
            for pump in &history.pumps {
                let events = pump.events.chunks(pump.events.len().div_ceil(4)).nth(quarter).unwrap_or_default();
                let texts: Vec<_> = events.iter().map(|event| tandem_sim::writers::event_json(event, &pump.assignment_id)).collect();
                import(&mut pipeline, &texts);
                push(&mut pipeline, &sink, &options());
            }
        }
        sink.breaks_after.store(0, Ordering::SeqCst);
        let report = push(&mut pipeline, &sink, &options()).expect("nothing breaks off");
        prop_assert!(!report.is_current || report.total().sent == 0);
        prop_assert!(sink.documents() == *undisturbed());
        prop_assert!(push(&mut pipeline, &sink, &options()).expect("no change").is_current);
    }
}

#[test]
fn instants_that_move_and_a_destination_that_forgot() {
    let history = history();
    let (mut pipeline, sink) = (stored(&history), Memory::default());
    push(&mut pipeline, &sink, &options()).expect("pushed");
    let first = sink.documents();
    for zone in [Tz::Asia__Tokyo, history.zone] {
        pipeline.set_zones(&ZoneHistory::from_zone(zone)).expect("a zone");
        pipeline.parse().expect("decoded");
        pipeline.derive().expect("derived");
        push(&mut pipeline, &sink, &options()).expect("pushed");
        // The midnights at which documents of basal rates end are others, so their number may be another, too.
        let undisturbed = Memory { name: zone.name(), ..Memory::default() };
        push(&mut pipeline, &undisturbed, &options()).expect("pushed");
        assert!(sink.documents() == undisturbed.documents(), "{zone}");
    }
    assert!(sink.documents() == first);
    let leftover = first.keys().next().expect("a document").clone() + "1";
    let mut forgotten: BTreeMap<_, _> = first.clone().into_iter().skip(100).collect();
    forgotten.insert(leftover, "{\"date\": 1700000000000}".to_owned());
    *sink.documents.lock().expect("no panic") = forgotten;
    push(&mut pipeline, &sink, &PushOptions { replace: true, ..options() }).expect("pushed");
    assert!(sink.documents() == first);
}

#[test]
fn profiles_come_from_the_settings() {
    let history = history();
    let (mut pipeline, sink) = (stored(&history), Memory::default());
    let store = pipeline.store().expect("the store");
    for (pump, from, name) in [(1, "2024-01-01 10:00:00", "A"), (1, "2024-06-01 10:00:00", "B")] {
        let details = serde_json::json!({"profiles": {"activeIdp": 1, "profile": [
            {"idp": 1, "name": name, "insulinDuration": 300, "timeDependentSegments": [
                {"startTime": 0, "basalRate": 800, "carbRatio": 10000, "targetBg": 110, "isf": 45},
                {"startTime": 390, "basalRate": 950, "carbRatio": 9500, "targetBg": 110, "isf": 40}]},
            {"idp": 2, "name": "Sick", "insulinDuration": 300, "timeDependentSegments": [
                {"startTime": 0, "basalRate": 1000, "carbRatio": 9000, "targetBg": 120, "isf": 40}]}]}});
        let insert = "INSERT INTO pump_settings VALUES (?, ?, ?::TIMESTAMP, ?::TIMESTAMPTZ, ?::TIMESTAMPTZ, ?)";
        let seen = format!("{from}+00");
        let connection = store.connection().expect("a connection");
        connection.execute(insert, duckdb::params![pump, name, from, seen, seen, details.to_string()]).expect("stored");
        let note = "INSERT INTO pump_settings_changes VALUES (?, ?::TIMESTAMP, ?::TIMESTAMPTZ, ?)";
        connection.execute(note, duckdb::params![pump, from, seen, name]).expect("noted");
    }
    let kinds = vec!["profiles", "profile_switches"];
    // The profile in force at the first instant counts, the one before it does not.
    let from = DateTime::from_timestamp(1_730_000_000, 0);
    push(&mut pipeline, &sink, &PushOptions { kinds, from, ..options() }).expect("pushed");
    let documents: Vec<Value> =
        sink.documents().values().map(|text| serde_json::from_str(text).expect("JSON")).collect();
    assert_eq!(documents.len(), 2, "{documents:?}");
    let switch = documents.iter().find(|document| document["eventType"] == "Profile Switch").expect("a switch");
    assert_eq!(switch["profile"], "B");
    let profile = documents.iter().find(|document| document["defaultProfile"] == "B").expect("a profile");
    let basal = &profile["store"]["B"]["basal"];
    assert_eq!(
        (&basal[1]["time"], &basal[1]["timeAsSeconds"], basal[1]["value"].as_f64()),
        (&"06:30".into(), &23_400.into(), Some(0.95))
    );
    assert_eq!(profile["store"]["B"]["dia"].as_f64(), Some(5.0));
    assert!(profile["store"]["Sick"]["timezone"].is_string());
}

#[test]
fn the_log_says_what_is_held() {
    let history = history();
    let (mut pipeline, sink) = (stored(&history), Memory::default());
    push(&mut pipeline, &sink, &options()).expect("pushed");
    let store = pipeline.store().expect("the store");
    let held = table(store, "SELECT count(*), count(DISTINCT identifier), count(content_hash) FROM sink_documents");
    let count = sink.documents().len();
    assert_eq!(held, [format!("{count}|{count}|{count}")]);
}
