//! From rows back to the pump's own words.

use store_duckdb::{DuckStore, ExplainError, explained_tables};
use tandem_sim::history::Scenario;

use crate::domain::{derived, table, uploads};
use crate::simulated::stored;

const EXTENDED: &str = "
    08:00:00 65 bolusId=5 options=1 standardPercent=50 duration=60 userOverride=1
    08:00:00 66 bolusId=5 foodBolusSize=4.0 totalBolusSize=4.0
    08:00:01 64 bolusId=6 bolusType=2
    08:01:00 20 bolusId=5 completionStatus=3 insulinDelivered=2.0 insulinRequested=2.0
    09:01:00 21 bolusId=5 completionStatus=6 insulinDelivered=1.5 insulinRequested=2.0";

#[test]
fn a_bolus_is_explained_by_its_messages_alone() {
    let mut store = derived(&uploads(EXTENDED), None);
    let id = table(&mut store, "SELECT id FROM boluses WHERE bolus_id = 5")[0].parse().expect("an id");
    let explanation = store.explain("boluses", id).expect("explained");
    let codes: Vec<u32> = explanation.events.iter().map(|event| event.code).collect();
    assert_eq!(codes, [65, 66, 20, 21]);
    let numbers: Vec<u32> = explanation.events.iter().map(|event| event.sequence_number).collect();
    assert_eq!(numbers, [1, 2, 4, 5]);
    let column = |name: &str| explanation.columns.iter().find(|column| column.name == name).expect("a column");
    assert_eq!(column("status").value.as_deref(), Some("stopped_by_low_glucose"));
    assert_eq!(column("carbs_grams").value, None);
    assert!(column("delivered_units").meaning.contains("units"));
    let end = explanation.events.last().expect("the end");
    assert_eq!(end.name, "LID_BOLEX_COMPLETED");
    assert!(end.raw.starts_with('"'), "the raw text is verbatim: {}", end.raw);
    let field = |name: &str| end.fields.iter().find(|field| field.name == name).expect("a field");
    assert_eq!(field("insulinDelivered").value, "1.5");
    assert_eq!(field("insulinDelivered").unit.as_deref(), Some("U"));
    assert_eq!(field("completionStatus").label.as_deref(), Some("aborted_by_plgs"));
}

#[test]
fn rows_of_every_table_are_explained() {
    let mut pipeline = stored(&Scenario::demo().with_behaviours(|behaviours| behaviours.rare_events = true).simulate());
    let store = pipeline.store().expect("the store");
    for name in explained_tables() {
        let ids = table(store, &format!("(SELECT min(id) FROM {name}) UNION ALL (SELECT max(id) FROM {name})"));
        for id in ids {
            let id = id.parse().unwrap_or_else(|_| panic!("{name} has rows"));
            let explanation = store.explain(name, id).unwrap_or_else(|error| panic!("{name} {id}: {error}"));
            assert!(!explanation.events.is_empty(), "{name} {id} comes from events");
            assert!(
                explanation.columns.iter().all(|column| !column.meaning.is_empty()),
                "{name}: every column says what it holds"
            );
            assert!(explanation.events.iter().all(|event| !event.raw.is_empty()));
        }
    }
}

#[test]
fn what_cannot_be_explained() {
    let mut store = DuckStore::in_memory().expect("a database in memory");
    let unknown = store.explain("bolus", 1).expect_err("there is no such table");
    assert_eq!(unknown.to_string(), "there is no table `bolus` to explain");
    assert!(matches!(unknown, ExplainError::UnknownTable { known, .. } if known.contains(&"boluses")));
    let missing = store.explain("boluses", 7).expect_err("there is no such row");
    assert_eq!(missing.to_string(), "`boluses` has no row with the id 7");
}
