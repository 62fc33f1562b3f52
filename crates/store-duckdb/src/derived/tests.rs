//! The registry is consistent, and a changed definition rebuilds what it concerns and nothing else.

use duckdb::Connection;
use pipeline::store::{RawPage, Stage};
use pipeline::testing::{ASSIGNMENT, basal_event, batch_of};
use pipeline::{AssignmentId, DomainStore as _, PumpKey, RawStore as _, RunStore as _, StopSignal, StoreErrorKind};
use pump_events::{EventCode, FactTable, PumpTime};

use super::definition::{Piece, split_pieces};
use super::digest::{Digest, compute_digests};
use super::upgrade::bring_to;
use super::{Kind, OBJECTS, Object};
use crate::DuckStore;

/// A store with a few basal rates of one pump, derived.
fn filled() -> DuckStore {
    let now = "2026-07-01T12:00:00Z".parse().expect("an instant");
    let mut store = DuckStore::in_memory().expect("a database in memory");
    let pump = store.pump_for(&PumpKey::Assignment(AssignmentId::new(ASSIGNMENT)), now).expect("a pump");
    let run = store.begin_run(Stage::Fetch, now).expect("a run");
    let texts: Vec<String> = (1..=20_u32)
        .map(|number| basal_event(number, PumpTime::from_seconds(580_000_000 + number * 300), 800))
        .collect();
    let events = batch_of(texts.iter().map(String::as_str));
    store.store_page(&RawPage { pump, run, received: now, events: &events, window: None }).expect("stored");
    pipeline::parse::parse(&mut store, &StopSignal::default(), &mut |_| ()).expect("decoded");
    for pending in store.pending_derivations().expect("pending") {
        store.derive(pending).expect("derived");
    }
    store
}

/// The registry with other SQL for one object.
fn changed(name: &str, from: &str, to: &str) -> Vec<Object> {
    let change = |object: &Object| {
        if object.name != name {
            return *object;
        }
        let sql = object.sql.replace(from, to);
        assert_ne!(sql, object.sql, "{name} contains {from}");
        Object { sql: sql.leak(), ..*object }
    };
    OBJECTS.iter().map(change).collect()
}

/// Brings the database to `objects`; the tables that were filled again, or the error.
fn bring(connection: &mut Connection, objects: &[Object]) -> Result<Vec<&'static str>, pipeline::StoreError> {
    let mut rebuilt = Vec::new();
    bring_to(connection, objects, &compute_digests(objects), &mut |table| rebuilt.push(table.table))?;
    Ok(rebuilt)
}

fn rows(connection: &Connection, query: &str) -> Vec<String> {
    let query = format!("SELECT concat_ws('|', *COLUMNS(*)) FROM ({query})");
    super::catalog::collect_rows(connection, &query, |row| row.get(0)).expect("a query of the test")
}

#[test]
fn every_entry_has_the_statements_its_kind_needs() {
    for object in OBJECTS.iter().filter(|object| object.kind != Kind::Stored) {
        let definition = object.definition();
        let creates = |word: &str| {
            let mut words = split_pieces(definition.create).filter(|piece| matches!(piece, Piece::Word(_)));
            words.nth(1) == Some(Piece::Word(word)) && words.next() == Some(Piece::Word(object.name))
        };
        let name = object.name;
        assert_eq!(definition.create.is_empty(), object.kind == Kind::Comments, "{name}");
        assert!(definition.create.is_empty() || creates("TABLE") || creates("VIEW") || creates("MACRO"), "{name}");
        assert!(!definition.comments.is_empty(), "{name} has comments");
        let insert = format!("INSERT INTO {name} BY NAME\n");
        assert_eq!(definition.insert.starts_with(&insert), object.domain().is_some(), "{name}");
    }
}

#[test]
fn layout_and_comments_are_not_part_of_a_rule() {
    let rows = [
        ("boluses", "min(id) AS id,", "min(id)   AS\n  id, -- the first\n", false, false),
        ("boluses", "'Its first event: events.id'", "'The first event: events.id'", false, true),
        ("boluses", "round(delivered, 5)", "round(delivered, 4)", true, false),
    ];
    for (name, from, to, rule, comments) in rows {
        let place = OBJECTS.iter().position(|object| object.name == name).expect("an object");
        let (before, after): (Digest, Digest) =
            (compute_digests(OBJECTS)[place].clone(), compute_digests(&changed(name, from, to))[place].clone());
        assert_eq!((before.rule != after.rule, before.comments != after.comments), (rule, comments), "{to}");
    }
}

#[test]
fn a_changed_rule_rebuilds_its_table_and_what_reads_it() {
    let mut store = filled();
    let connection = store.connection().expect("open");
    assert_eq!(bring(connection, OBJECTS).expect("current"), [""; 0], "nothing is to be done");
    let rows_of = "SELECT count(*), max(commanded_basal_rate) FROM basal_deliveries";
    assert_eq!(rows(connection, rows_of), ["20|800"]);
    let cases: [(&str, &str, &str, &[&str]); 3] = [
        ("boluses", "round(delivered, 5)", "round(delivered, 4)", &["boluses", "daily_totals"]),
        (
            "basal_deliveries",
            "ELSE nullif(field.commandedRate, 65535) END AS rate",
            "ELSE nullif(field.commandedRate, 65535) + 1 END AS rate",
            &["basal_deliveries", "daily_totals"],
        ),
        ("insulin_daily", "FROM daily_totals", "FROM daily_totals AS totals", &[]),
    ];
    for (name, from, to, expected) in cases {
        let objects = changed(name, from, to);
        // Rows that the rebuild must leave alone.
        connection.execute_batch("UPDATE events SET event_name = 'kept'").expect("changed");
        assert_eq!(bring(connection, &objects).expect("brought up to date"), expected, "{name}");
        assert_eq!(rows(connection, "SELECT DISTINCT event_name FROM events"), ["kept"], "nothing is decoded again");
        let rate = if name == "basal_deliveries" { "20|801" } else { "20|800" };
        assert_eq!(rows(connection, rows_of), [rate], "{name}");
        bring(connection, OBJECTS).expect("and back");
    }
    assert_eq!(rows(connection, rows_of), ["20|800"]);
}

#[test]
fn comments_change_without_touching_rows() {
    let mut store = filled();
    let connection = store.connection().expect("open");
    let objects = changed("basal_deliveries", "'Identity, equal to events_id'", "'Equal to events_id'");
    assert_eq!(bring(connection, &objects).expect("commented"), [""; 0]);
    let comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'basal_deliveries' AND column_name = 'id'";
    assert_eq!(rows(connection, comment), ["Equal to events_id"]);
}

#[test]
fn what_is_dropped_or_replaced_comes_back() {
    let damages = [
        "DROP VIEW basal_spans",
        "CREATE OR REPLACE VIEW basal_spans AS SELECT 1 AS id",
        "DROP TABLE basal_deliveries",
        "ALTER TABLE basal_deliveries DROP COLUMN events_id",
    ];
    let mut store = filled();
    let connection = store.connection().expect("open");
    let all = "SELECT d.*, s.delivered_units FROM basal_deliveries d LEFT JOIN basal_spans s USING (id) ORDER BY id";
    let before = rows(connection, all);
    for damage in damages {
        connection.execute_batch(damage).expect(damage);
        bring(connection, OBJECTS).expect("restored");
        assert_eq!(rows(connection, all), before, "{damage}");
    }
}

#[test]
fn what_a_person_created_survives() {
    let mut store = filled();
    let connection = store.connection().expect("open");
    connection
        .execute_batch(
            "CREATE TABLE notes (day DATE, note VARCHAR); INSERT INTO notes VALUES ('2026-07-01', 'kept');
             CREATE VIEW my_rates AS SELECT id, commanded_basal_rate AS rate FROM basal_deliveries;
             CREATE VIEW my_mean AS SELECT avg(rate) AS mean FROM my_rates;
             CREATE MACRO above(limit_) AS TABLE SELECT count(*) AS n FROM basal_deliveries WHERE commanded_basal_rate > limit_;
             CREATE INDEX my_index ON basal_deliveries (commanded_basal_rate);",
        )
        .expect("created");
    let objects = changed(
        "basal_deliveries",
        "ELSE nullif(field.commandedRate, 65535) END AS rate",
        "ELSE nullif(field.commandedRate, 65535) + 1 END AS rate",
    );
    bring(connection, &objects).expect("brought up to date");
    let asked = "SELECT (SELECT note FROM notes), (SELECT mean FROM my_mean), (FROM above(800)),
                        (SELECT count(*) FROM duckdb_indexes() WHERE index_name = 'my_index')";
    assert_eq!(rows(connection, asked), ["kept|801.0|20|1"]);
}

#[test]
fn what_stands_in_the_way_is_named_and_nothing_is_changed() {
    let without_rate = "commanded_basal_rate_source  VARCHAR,";
    let cases = [
        ("CREATE VIEW mine AS SELECT commanded_basal_rate_source FROM basal_deliveries", "the view mine"),
        ("CREATE INDEX mine ON basal_deliveries (commanded_basal_rate_source)", "the index mine"),
        (
            "ALTER TABLE basal_deliveries ADD PRIMARY KEY (id); CREATE TABLE mine (id BIGINT REFERENCES basal_deliveries (id))",
            "the foreign key of mine to basal_deliveries",
        ),
        ("ALTER TABLE basal_deliveries ADD COLUMN mine VARCHAR", "the column basal_deliveries.mine VARCHAR"),
    ];
    let mut objects = changed("basal_deliveries", without_rate, "commanded_basal_rate_origin VARCHAR,");
    for object in &mut objects {
        if ["basal_deliveries", "daily_totals", "basal_spans", "timeline", "insulin_daily"].contains(&object.name) {
            object.sql = object.sql.replace("commanded_basal_rate_source", "commanded_basal_rate_origin").leak();
        }
    }
    for (created, named) in cases {
        let mut store = filled();
        let connection = store.connection().expect("open");
        connection.execute_batch(created).expect(created);
        let before = rows(connection, "FROM basal_deliveries");
        let error = bring(connection, &objects).expect_err(created);
        assert_eq!(error.kind, StoreErrorKind::Conflict);
        assert!(error.message.contains(named), "{}", error.message);
        assert_eq!(rows(connection, "FROM basal_deliveries"), before, "{created}");
        connection.execute_batch("SELECT commanded_basal_rate_source FROM basal_deliveries").expect("as before");
    }
}

#[test]
fn a_new_object_does_not_replace_what_a_person_created() {
    let mut store = filled();
    let connection = store.connection().expect("open");
    connection.execute_batch("CREATE TABLE rates AS SELECT 1 AS mine").expect("created");
    let sql = "CREATE VIEW rates AS SELECT commanded_basal_rate FROM basal_deliveries;\nCOMMENT ON VIEW rates IS 'x';";
    let mut objects = OBJECTS.to_vec();
    objects.push(Object::view("rates", sql));
    let error = bring(connection, &objects).expect_err("the name is taken");
    assert!(error.message.contains("the table rates, whose name is needed"), "{}", error.message);
    connection.execute_batch("DROP TABLE rates").expect("out of the way");
    bring(connection, &objects).expect("created");
    assert_eq!(rows(connection, "SELECT count(*) FROM rates"), ["20"]);
    bring(connection, OBJECTS).expect("a view that is no longer needed is dropped");
    assert_eq!(rows(connection, "SELECT count(*) FROM duckdb_views() WHERE view_name = 'rates'"), ["0"]);
}

#[test]
fn a_rebuild_that_was_killed_continues() {
    let mut store = filled();
    let connection = store.connection().expect("open");
    let before = rows(connection, "FROM basal_deliveries ORDER BY id");
    connection
        .execute_batch(
            "DELETE FROM basal_deliveries; UPDATE derived_objects SET is_complete = false WHERE name IN ('basal_deliveries', 'alarms')",
        )
        .expect("as left by a process that was killed");
    assert_eq!(super::check_up_to_date(connection).expect_err("not for reading").kind, StoreErrorKind::Outdated);
    assert_eq!(bring(connection, OBJECTS).expect("continued"), ["basal_deliveries", "alarms"]);
    assert_eq!(rows(connection, "FROM basal_deliveries ORDER BY id"), before);
    super::check_up_to_date(connection).expect("for reading");
}

#[test]
fn events_that_tables_are_made_of_have_facts() {
    for object in OBJECTS.iter().filter(|object| object.domain().is_some()) {
        let read: Vec<_> = split_pieces(object.sql).collect();
        for code in object.domain().expect("a domain table").codes {
            let position = FactTable::position_of(EventCode((*code).into()));
            // Of event 99, the start of the processor, only the time counts.
            let Some(position) = position else {
                assert_eq!(*code, 99);
                continue;
            };
            let table = Piece::Word(&FactTable::all()[position].name);
            assert!(read.contains(&table), "{} does not read the facts of event {code}", object.name);
        }
    }
}
