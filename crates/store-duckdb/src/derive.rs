//! From decoded events to domain tables: one SQL file per table, set-based, incremental.
//!
//! Every domain row knows the event it begins with (`events_id`). A derivation from event `from` on works table by
//! table: find how far back a row can reach that an event from `from` on may still change (the table's *reach*), delete
//! the rows that begin there or later, and insert them again from the events. Because a table's rows depend on nothing
//! but events from its reach on, the outcome is that of deriving the whole history.

use duckdb::{Transaction, params};
use pipeline::store::{PendingDerivation, TableCount};
use pipeline::{DomainStore, EventId, PumpId, StoreError};

use crate::DuckStore;
use crate::error::failed;

/// One domain table.
struct DomainTable {
    name: &'static str,
    /// Selects the id of the event from which rows are to be made again; `?1` is the pump, `?2` the first changed event.
    /// `None`: rows depend on no earlier event than their own.
    reach: Option<&'static str>,
    /// Inserts the rows that begin at event `?2` of pump `?1` or later.
    insert: &'static str,
}

const TABLES: &[DomainTable] = &[
    DomainTable { name: "cgm_readings", reach: None, insert: include_str!("derive/cgm_readings.sql") },
    DomainTable { name: "basal_deliveries", reach: None, insert: include_str!("derive/basal_deliveries.sql") },
];

/// The domain tables, in an order in which they can be cleared.
pub(crate) fn table_names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name)
}

impl DomainStore for DuckStore {
    fn pending_derivations(&mut self) -> Result<Vec<PendingDerivation>, StoreError> {
        let list = "SELECT pump_id, from_events_id FROM pending_derivations ORDER BY pump_id";
        let connection = self.connection()?;
        let mut statement = connection.prepare(list).map_err(failed("cannot read what is to be derived"))?;
        let pending = statement
            .query_map([], |row| Ok(PendingDerivation { pump: PumpId(row.get(0)?), from: EventId::from_number(row.get(1)?) }))
            .and_then(Iterator::collect);
        pending.map_err(failed("cannot read what is to be derived"))
    }

    fn derive(&mut self, pending: PendingDerivation) -> Result<Vec<TableCount>, StoreError> {
        self.transaction("derive the domain tables", |transaction| {
            let counts = TABLES.iter().map(|table| derive_in_tx(transaction, table, pending)).collect::<Result<_, _>>()?;
            transaction
                .execute("DELETE FROM pending_derivations WHERE pump_id = ?", [pending.pump.0])
                .map_err(failed("cannot note what was derived"))?;
            Ok(counts)
        })
    }
}

fn derive_in_tx(transaction: &Transaction<'_>, table: &DomainTable, pending: PendingDerivation) -> Result<TableCount, StoreError> {
    let doing = || failed(format!("cannot derive {}", table.name));
    let pump = pending.pump.0;
    let from = match table.reach {
        None => pending.from.number(),
        Some(reach) => transaction
            .query_row(reach, params![pump, pending.from.number()], |row| row.get::<_, Option<i64>>(0))
            .map_err(doing())?
            .map_or(pending.from.number(), |reached| reached.min(pending.from.number())),
    };
    let delete = format!("DELETE FROM {} WHERE pump_id = ? AND events_id >= ?", table.name);
    transaction.execute(&delete, params![pump, from]).map_err(doing())?;
    let rows = transaction.execute(table.insert, params![pump, from]).map_err(doing())?;
    Ok(TableCount { table: table.name, rows: rows as u64 })
}
