//! Every method that writes more than once: when its last write fails, nothing has changed.

use chrono::{DateTime, NaiveDate, Utc};
use pipeline::clock_model::ZoneHistory;
use pipeline::store::{FetchedWindow, RawPage, Stage};
use pipeline::testing::{ASSIGNMENT, basal_event, batch_of, listing};
use pipeline::{
    Account, AccountId, AssignmentId, DayRange, DomainStore, PumpKey, PumpListing, RawStore, RunStore,
    SettingsSnapshot, StopSignal, StoreError,
};
use pump_events::PumpTime;
use store_duckdb::DuckStore;

use crate::contents::{contents, rows};

fn now() -> DateTime<Utc> {
    "2026-07-01T12:00:00Z".parse().expect("an instant")
}

fn filled() -> DuckStore {
    let mut store = DuckStore::in_memory().expect("a database in memory");
    page(&mut store, &[(1, 800), (2, 900)]).expect("a page can be stored");
    parse(&mut store).expect("events can be decoded");
    store
}

fn page(store: &mut DuckStore, events: &[(u32, u16)]) -> Result<(), StoreError> {
    let pump = store.pump_for(&PumpKey::Assignment(AssignmentId::new(ASSIGNMENT)), now())?;
    let run = store.begin_run(Stage::Fetch, now())?;
    let event =
        |(number, rate): &(u32, u16)| basal_event(*number, PumpTime::from_seconds(580_000_000 + number * 300), *rate);
    let texts: Vec<_> = events.iter().map(event).collect();
    let day = NaiveDate::from_ymd_opt(2026, 5, 1).expect("a day");
    let window = FetchedWindow {
        assignment_id: None,
        days: DayRange::new(day, day).expect("one day"),
        last_upload: Some(now()),
        doubt: None,
    };
    let events = batch_of(texts.iter().map(String::as_str));
    store.store_page(&RawPage { pump, run, received: now(), events: &events, window: Some(window) }).map(|_| ())
}

fn parse(store: &mut DuckStore) -> Result<(), StoreError> {
    pipeline::parse::parse(store, &StopSignal::default(), &mut |_| ()).map(|_| ())
}

fn derive(store: &mut DuckStore) -> Result<(), StoreError> {
    store.pending_derivations()?.into_iter().try_for_each(|pending| store.derive(pending).map(|_| ()))
}

fn account() -> Account {
    let settings = SettingsSnapshot { hash: "h".to_owned(), uploaded: None, details: "{}".to_owned() };
    Account {
        id: Some(AccountId::new("person")),
        pumps: vec![
            listing("12", Some(ASSIGNMENT)),
            PumpListing { last_upload: Some(now()), settings: Some(settings), ..listing("11", Some("other")) },
        ],
    }
}

/// Hides `table`, which `write` writes last, lets `write` fail, and compares the database before and after.
fn check(table: &str, write: impl Fn(&mut DuckStore) -> Result<(), StoreError>) {
    let mut store = filled();
    let hide = format!("ALTER TABLE {table} RENAME TO hidden");
    let show = format!("ALTER TABLE hidden RENAME TO {table}");
    let everything = |store: &mut DuckStore| {
        let mut lines = contents(store).expect("content can be read");
        for table in [
            "raw_event_revisions",
            "raw_batches",
            "fetch_windows",
            "pumps",
            "pump_assignments",
            "pump_settings",
            "pump_settings_changes",
            "parse_progress",
        ] {
            lines.extend(rows(store, &format!("FROM {table} ORDER BY ALL")).expect("content can be read"));
        }
        lines
    };
    let before = everything(&mut store);
    store.connection().expect("open").execute_batch(&hide).expect("a table can be hidden");
    write(&mut store).expect_err("a write without its last table fails");
    store.connection().expect("open").execute_batch(&show).expect("and shown again");
    assert_eq!(everything(&mut store), before, "{table}");
    write(&mut store).expect("the same write succeeds afterwards");
    assert_ne!(everything(&mut store), before, "{table}: the write was no write");
}

#[test]
fn a_page_is_written_whole_or_not_at_all() {
    check("fetch_windows", |store| page(store, &[(1, 810), (3, 1000)]));
}

#[test]
fn decoded_events_are_written_whole_or_not_at_all() {
    let parse_more = |store: &mut DuckStore| {
        page(store, &[(2, 910), (5, 1000)])?;
        parse(store)
    };
    // The page itself is complete before; only the decoding must leave no trace.
    let mut store = filled();
    page(&mut store, &[(2, 910), (5, 1000)]).expect("a page can be stored");
    let before = contents(&mut store).expect("content can be read");
    store
        .connection()
        .expect("open")
        .execute_batch("ALTER TABLE pending_derivations RENAME TO hidden")
        .expect("hidden");
    parse(&mut store).expect_err("a parse without its last table fails");
    store.connection().expect("open").execute_batch("ALTER TABLE hidden RENAME TO pending_derivations").expect("shown");
    assert_eq!(contents(&mut store).expect("content can be read"), before);
    parse_more(&mut store).expect("and succeeds afterwards");
}

#[test]
fn domain_tables_are_written_whole_or_not_at_all() {
    let mut store = filled();
    let before = contents(&mut store).expect("content can be read");
    let connection = store.connection().expect("open");
    connection
        .execute_batch(
            "ALTER TABLE pending_derivations RENAME TO hidden; CREATE VIEW pending_derivations AS FROM hidden",
        )
        .expect("hidden");
    derive(&mut store).expect_err("a derivation that cannot be noted fails");
    let connection = store.connection().expect("open");
    connection
        .execute_batch("DROP VIEW pending_derivations; ALTER TABLE hidden RENAME TO pending_derivations")
        .expect("shown");
    assert_eq!(contents(&mut store).expect("content can be read"), before);
    derive(&mut store).expect("and succeeds afterwards");
    assert_ne!(contents(&mut store).expect("content can be read"), before);
}

#[test]
fn an_account_is_written_whole_or_not_at_all() {
    check("pump_settings_changes", |store| store.record_account(&account(), now()).map(|_| ()));
}

#[test]
fn clocks_are_written_whole_or_not_at_all() {
    check("clock_segments", |store| {
        let zones = ZoneHistory::from_zone(chrono_tz::Asia::Tokyo);
        pipeline::parse::set_zones(store, &zones)
    });
}
