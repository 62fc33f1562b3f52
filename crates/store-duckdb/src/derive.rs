//! From decoded events to domain tables: set-based, incremental.
//!
//! Every domain row knows the event it begins with (`events_id`). A derivation from event `from` on works table by
//! table: find how far back a row can begin that an event from `from` on may still change (the table's [`Lookback`]), delete
//! the rows that begin there or later, and insert them again from the events. Because a table's rows depend on nothing
//! but events from its lookback on, the outcome is that of deriving the whole history. A table that the events from `from` on
//! do not concern is left as it is.

use std::collections::BTreeSet;

use duckdb::{Transaction, params};
use pipeline::store::{PendingDerivation, TableCount};
use pipeline::{DomainStore, EventId, PumpId, StoreError};
use pump_events::FactTable;

use crate::DuckStore;
use crate::derived::{self, Layer, Lookback, Object, domain_tables, insert_in_tx};
use crate::error::DuckdbContext as _;

impl DomainStore for DuckStore {
    fn pending_derivations(&mut self) -> Result<Vec<PendingDerivation>, StoreError> {
        let list = "SELECT pump_id, from_events_id FROM pending_derivations ORDER BY pump_id";
        let connection = self.connection()?;
        let mut statement = connection.prepare(list).context("cannot read what is to be derived")?;
        let pending = statement
            .query_map([], |row| {
                Ok(PendingDerivation { pump: PumpId(row.get(0)?), from: EventId::from_number(row.get(1)?) })
            })
            .and_then(Iterator::collect);
        pending.context("cannot read what is to be derived")
    }

    fn derive(&mut self, pending: PendingDerivation) -> Result<Vec<TableCount>, StoreError> {
        self.transaction("derive the domain tables", |transaction| {
            derived::refuse_foreign_keys(transaction)?;
            let mut starts = find_starts_in_tx(transaction, pending)?;
            let concerned = find_concerned_in_tx(transaction, pending)?;
            starts.retain(|(table, _)| concerned.contains(&table.name));
            let counts = starts.iter().map(|(table, from)| derive_in_tx(transaction, table, pending.pump, *from));
            let counts = counts.collect::<Result<_, _>>()?;
            note_derived_in_tx(transaction, pending.pump)?;
            Ok(counts)
        })
    }
}

/// True of a table whose statement looks at events beside those whose facts it reads.
fn looks_at_any_event(table: &Object) -> bool {
    let facts = ["JOIN events e USING (id)", "JOIN events USING (id)"];
    let other = facts.iter().fold(table.definition().insert.to_owned(), |text, facts| text.replace(facts, ""));
    other.contains("FROM events") || other.contains("JOIN events")
}

/// The tables of facts that a table is made of.
fn facts_of(table: &Object) -> impl Iterator<Item = &'static FactTable> {
    let insert = table.definition().insert;
    FactTable::all().iter().filter(move |facts| insert.contains(&facts.name))
}

/// The tables whose rows may change: they, or tables they read, have events or rows from `from` on. Where an event of these was
/// revised, it may have been of another type before, so all of them.
fn find_concerned_in_tx(
    transaction: &Transaction<'_>,
    pending: PendingDerivation,
) -> Result<Vec<&'static str>, StoreError> {
    let doing = "cannot find which tables are concerned";
    let (pump, from) = (pending.pump.0, pending.from.number());
    let next_pump = from - from.rem_euclid(EventId::PUMP_STEP) + EventId::PUMP_STEP;
    let revised = "SELECT EXISTS (FROM raw_event_revisions WHERE raw_events_id >= ? AND raw_events_id < ?)";
    let is_revised: bool = transaction.query_row(revised, [from, next_pump], |row| row.get(0)).context(doing)?;
    let codes = "SELECT DISTINCT event_id FROM events WHERE id >= ? AND id < ?";
    let mut statement = transaction.prepare(codes).context(doing)?;
    let codes = statement.query_map([from, next_pump], |row| row.get(0)).and_then(Iterator::collect);
    let codes: BTreeSet<u32> = codes.context(doing)?;
    let mut concerned: Vec<&'static Object> = Vec::new();
    for (table, domain) in domain_tables() {
        let has_rows = format!("SELECT EXISTS (FROM {} WHERE pump_id = ? AND events_id >= ?)", table.name);
        let is_concerned = is_revised
            || domain.codes.is_empty()
            || looks_at_any_event(table)
            || domain.codes.iter().any(|code| codes.contains(&u32::from(*code)))
            || facts_of(table).any(|facts| facts.codes.iter().any(|code| codes.contains(&code.0)))
            || concerned.iter().any(|other| derived::depends_on(table, other))
            || transaction.query_row(&has_rows, params![pump, from], |row| row.get(0)).context(doing)?;
        if is_concerned {
            concerned.push(table);
        }
    }
    Ok(concerned.iter().map(|table| table.name).collect())
}

fn note_derived_in_tx(transaction: &Transaction<'_>, pump: PumpId) -> Result<(), StoreError> {
    let doing = "cannot note what was derived";
    transaction.execute("DELETE FROM pending_derivations WHERE pump_id = ?", [pump.0]).context(doing)?;
    let any = "SELECT EXISTS (FROM pending_derivations)";
    let is_pending: bool = transaction.query_row(any, [], |row| row.get(0)).context(doing)?;
    if !is_pending && derived::is_complete(transaction, Layer::Decoded)? {
        derived::mark_complete_in_tx(transaction, Layer::Domain)?;
    }
    Ok(())
}

/// For each table the event from which its rows are to be derived again.
fn find_starts_in_tx(
    transaction: &Transaction<'_>,
    pending: PendingDerivation,
) -> Result<Vec<(&'static Object, i64)>, StoreError> {
    let mut starts: Vec<(&'static Object, i64)> = Vec::new();
    for (table, domain) in domain_tables() {
        let read = starts.iter().filter(|(other, _)| derived::depends_on(table, other)).map(|(_, from)| *from);
        let from = find_start_in_tx(transaction, (table, domain.lookback), pending, read.min())?;
        starts.push((table, from));
    }
    Ok(starts)
}

/// The event from which rows of `table` are to be derived again; `read` is that of the tables it reads.
fn find_start_in_tx(
    transaction: &Transaction<'_>,
    (table, lookback): (&Object, Lookback),
    pending: PendingDerivation,
    read: Option<i64>,
) -> Result<i64, StoreError> {
    let (pump, from) = (pending.pump.0, pending.from.number());
    let find = |query: &str| {
        let found = transaction.query_row(query, params![pump, from], |row| row.get::<_, Option<i64>>(0));
        found.context(format!("cannot find what is to be derived of {}", table.name))
    };
    let start = match lookback {
        Lookback::None => None,
        Lookback::Entries(entries) => Some((from - entries).max(EventId::first_of(pending.pump).number())),
        Lookback::LastRow => {
            find(&format!("SELECT max(events_id) FROM {} WHERE pump_id = ?1 AND events_id < ?2", table.name))?
        }
        Lookback::Query(query) => find(query)?,
        Lookback::TablesRead => read,
    };
    Ok(start.map_or(from, |start| start.min(from)))
}

fn derive_in_tx(
    transaction: &Transaction<'_>,
    table: &Object,
    pump: PumpId,
    from: i64,
) -> Result<TableCount, StoreError> {
    let delete = match table.definition().delete {
        "" => format!("DELETE FROM {} WHERE pump_id = ?1 AND events_id >= ?2", table.name),
        delete => delete.to_owned(),
    };
    let deleted = transaction.execute(&delete, params![pump.0, from]);
    deleted.context(format!("cannot derive {}", table.name))?;
    let rows = insert_in_tx(transaction, table, pump, from)?;
    Ok(TableCount { table: table.name, rows })
}
