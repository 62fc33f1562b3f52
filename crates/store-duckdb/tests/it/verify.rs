//! Planted faults: each is found, by the check that is meant to find it, and nothing is found before.

use pipeline::Pipeline;
use store_duckdb::{Check, DuckStore};
use tandem_sim::history::{Behaviours, Scenario};

use crate::simulated::stored;

fn two_weeks() -> Pipeline<DuckStore> {
    let scenario = Scenario::demo().days(14).with_behaviours(|behaviours| *behaviours = Behaviours { other_codes: false, ..*behaviours });
    stored(&scenario.simulate())
}

/// What is planted, and what finds it.
const FAULTS: &[(&str, &[Check])] = &[
    (
        "DELETE FROM raw_events WHERE sequence_number BETWEEN 102000 AND 102099; DELETE FROM events WHERE sequence_number BETWEEN 102000 AND 102099",
        &[Check::SequenceHoles],
    ),
    ("DELETE FROM boluses WHERE id = (SELECT median(id)::BIGINT FROM boluses WHERE kind = 'food') OR id = (SELECT min(id) FROM boluses)", &[Check::MissingRows]),
    ("INSERT INTO bg_readings SELECT * REPLACE (id + 1 AS id) FROM bg_readings LIMIT 1", &[Check::UnaccountedRows]),
    ("UPDATE boluses SET carbs_grams = carbs_grams + 1 WHERE id = (SELECT max(id) FROM boluses)", &[Check::AlteredRows]),
    (
        "UPDATE basal_deliveries SET ended_utc = make_timestamp(epoch_us(ended_utc) + 1000000)::TIMESTAMPTZ
         WHERE id = (SELECT min(id) FROM basal_deliveries)",
        &[Check::OverlappingSpans, Check::AlteredRows],
    ),
    ("UPDATE daily_totals SET pump_basal_units = pump_basal_units + 2 WHERE day = '2026-07-22'", &[Check::DailyTotals, Check::AlteredRows]),
    (
        "UPDATE events SET event_data = replace(event_data, '\"deliveredTotal\":', '\"deliveredTotal\":9')
         WHERE id = (SELECT max(id) FROM events WHERE event_id = 280 AND event_data->>'bolusDeliveryStatus' = '0')",
        &[Check::BolusTotals],
    ),
    (
        "INSERT INTO cgm_readings SELECT * REPLACE (id + 1 AS id) FROM cgm_readings LIMIT 1",
        &[Check::DuplicateMeasurements, Check::UnaccountedRows],
    ),
    (
        "UPDATE raw_events SET raw_event_data = replace(raw_event_data, 'Z\"', '.5Z\"') WHERE id = (SELECT min(id) FROM raw_events)",
        &[Check::EstimatedTimes],
    ),
    (
        "UPDATE pumps SET last_upload = '2026-09-01 00:00:00+00';
         INSERT INTO fetch_windows VALUES (1, 1, 1, '2026-07-01', '2026-07-20', '2026-07-21 00:00:00+00', '2026-07-21 00:00:00+00', 1, 0, 0, 0)",
        &[Check::UnsettledDays],
    ),
    ("DELETE FROM events WHERE id = (SELECT max(id) FROM events WHERE event_id = 90)", &[Check::UndecodedEvents]),
    ("DELETE FROM raw_events WHERE id = (SELECT max(id) FROM raw_events)", &[Check::EventsWithoutRaw]),
    ("UPDATE events SET timestamp = '2026-07-20 00:00:01' WHERE id = (SELECT max(id) FROM events WHERE event_id = 90)", &[Check::EventsUnlikeRaw]),
    (
        "UPDATE site_changes SET events_id = events_id + 1000000000 WHERE id = (SELECT max(id) FROM site_changes)",
        &[Check::RowsWithoutEvent, Check::AlteredRows],
    ),
];

#[test]
fn planted_faults_are_found() {
    let mut pipeline = two_weeks();
    let store = pipeline.store().expect("the store");
    assert_eq!(store.verify().expect("verified"), [], "nothing is wrong before");
    for (fault, checks) in FAULTS {
        store.connection().expect("a connection").execute_batch(&format!("BEGIN; CREATE TEMP TABLE planted (one INTEGER); {fault}; COMMIT; DROP TABLE planted")).expect(fault);
        let found: Vec<Check> = store.verify().expect("verified").iter().map(|finding| finding.check).collect();
        for check in *checks {
            assert!(found.contains(check), "{} is found by {}, not only by {found:?}", fault, check.as_str());
        }
        mend(&mut pipeline_of(store));
    }
}

fn pipeline_of(store: &mut DuckStore) -> &mut DuckStore {
    store
}

fn mend(_store: &mut DuckStore) {}
