//! From decoded events to domain tables: one SQL file per table, set-based, incremental.
//!
//! Every domain row knows the event it begins with (`events_id`). A derivation from event `from` on works table by
//! table: find how far back a row can begin that an event from `from` on may still change (the table's [`Reach`]), delete
//! the rows that begin there or later, and insert them again from the events. Because a table's rows depend on nothing
//! but events from its reach on, the outcome is that of deriving the whole history.

use duckdb::{Transaction, params, params_from_iter};
use pipeline::store::{PendingDerivation, TableCount};
use pipeline::{DomainStore, EventId, PumpId, StoreError};

use crate::DuckStore;
use crate::error::failed;

/// One domain table.
struct DomainTable {
    name: &'static str,
    reach: Reach,
    /// Deletes the rows that are to be made again; `None` deletes those that begin at event `?2` of pump `?1` or later.
    delete: Option<&'static str>,
    /// Inserts the rows that begin at event `?2` of pump `?1` or later.
    insert: &'static str,
}

/// How far back a row of a table can begin that an event may still change.
#[derive(Clone, Copy)]
enum Reach {
    /// A row depends on no event but its own and earlier ones.
    Itself,
    /// A row depends on events at most so many log entries after its own.
    Entries(i64),
    /// A row lasts until another one begins or an event ends it: the last row before is open.
    LastRow,
    /// What the query says; `?1` is the pump, `?2` the first changed event, NULL is "no further".
    Query(&'static str),
    /// As far as the furthest of the tables above, from whose rows its rows are made.
    TablesAbove,
}

impl DomainTable {
    const fn new(name: &'static str, reach: Reach, insert: &'static str) -> Self {
        Self { name, reach, delete: None, insert }
    }
}

/// In an order in which they can be derived: totals come after what they add up.
const TABLES: &[DomainTable] = &[
    DomainTable::new("basal_deliveries", Reach::Query(BASAL_REACH), include_str!("derive/basal_deliveries.sql")),
    DomainTable::new("boluses", Reach::Query(BOLUS_REACH), include_str!("derive/boluses.sql")),
    DomainTable::new("carb_entries", Reach::Entries(100), include_str!("derive/carb_entries.sql")),
    DomainTable::new("basal_totals", Reach::Itself, include_str!("derive/basal_totals.sql")),
    DomainTable {
        name: "daily_totals",
        reach: Reach::TablesAbove,
        delete: Some(include_str!("derive/daily_totals.delete.sql")),
        insert: include_str!("derive/daily_totals.sql"),
    },
    DomainTable::new("cgm_readings", Reach::Itself, include_str!("derive/cgm_readings.sql")),
    DomainTable::new("bg_readings", Reach::Itself, include_str!("derive/bg_readings.sql")),
    DomainTable::new("suspensions", Reach::LastRow, include_str!("derive/suspensions.sql")),
    DomainTable::new("user_modes", Reach::LastRow, include_str!("derive/user_modes.sql")),
    DomainTable::new("control_iq_modes", Reach::LastRow, include_str!("derive/control_iq_modes.sql")),
    DomainTable::new("temp_rates", Reach::LastRow, include_str!("derive/temp_rates.sql")),
    DomainTable::new("sensor_sessions", Reach::LastRow, include_str!("derive/sensor_sessions.sql")),
    DomainTable::new("alarms", Reach::Entries(30_000), include_str!("derive/alarms.sql")),
    DomainTable::new("site_changes", Reach::Itself, include_str!("derive/site_changes.sql")),
    DomainTable::new("clock_changes", Reach::Entries(5), include_str!("derive/clock_changes.sql")),
    DomainTable::new("battery_readings", Reach::Itself, include_str!("derive/battery_readings.sql")),
];

const OCCASIONAL_EVENTS: &str = include_str!("derive/occasional_events.sql");

/// So many log entries before the first event to be derived does a table look at most, to see what it belongs to.
const LOOK_BACK: i64 = 100;

/// A delivery looks at the eight after it.
const BASAL_REACH: &str = "
    SELECT min(events_id) FROM (
        FROM basal_deliveries WHERE pump_id = ?1 AND events_id < ?2 ORDER BY events_id DESC LIMIT 9
    )";

/// A bolus takes messages up to 10,000 log entries after its last. Boluses overlap (an extended one runs while others come
/// and go), and one that is kept must not lie across the border: the border is where no bolus before has a message behind.
const BOLUS_REACH: &str = "
    WITH known AS (
        SELECT events_id, last_events_id, max(last_events_id) OVER (ORDER BY events_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM boluses WHERE pump_id = ?1
    )
    SELECT max(events_id) FROM known
    WHERE coalesce(before < events_id, true)
      AND events_id <= (SELECT min(events_id) FROM known WHERE last_events_id >= ?2 - 10000)";

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
            .query_map([], |row| {
                Ok(PendingDerivation { pump: PumpId(row.get(0)?), from: EventId::from_number(row.get(1)?) })
            })
            .and_then(Iterator::collect);
        pending.map_err(failed("cannot read what is to be derived"))
    }

    fn derive(&mut self, pending: PendingDerivation) -> Result<Vec<TableCount>, StoreError> {
        self.transaction("derive the domain tables", |transaction| {
            let reaches = reaches_in_tx(transaction, pending)?;
            gather_in_tx(transaction, pending.pump, reaches.iter().copied().min().unwrap_or(pending.from.number()))?;
            let tables = TABLES.iter().zip(reaches);
            let counts = tables.map(|(table, from)| derive_in_tx(transaction, table, pending.pump, from));
            let counts = counts.collect::<Result<_, _>>()?;
            drop_gathered_in_tx(transaction)?;
            transaction
                .execute("DELETE FROM pending_derivations WHERE pump_id = ?", [pending.pump.0])
                .map_err(failed("cannot note what was derived"))?;
            Ok(counts)
        })
    }
}

/// For each table the event from which its rows are to be made again.
fn reaches_in_tx(transaction: &Transaction<'_>, pending: PendingDerivation) -> Result<Vec<i64>, StoreError> {
    let mut furthest = pending.from.number();
    let reach = |table| {
        let from = reach_in_tx(transaction, table, pending, furthest)?;
        furthest = furthest.min(from);
        Ok(from)
    };
    TABLES.iter().map(reach).collect()
}

/// Gathers the events that most tables are made of, from a little before event `from` of `pump` on.
fn gather_in_tx(transaction: &Transaction<'_>, pump: PumpId, from: i64) -> Result<(), StoreError> {
    let gathered = transaction.execute(OCCASIONAL_EVENTS, params![pump.0, from - LOOK_BACK]);
    gathered.map(|_| ()).map_err(failed("cannot gather the events to derive from"))
}

fn drop_gathered_in_tx(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute_batch("DROP TABLE occasional_events").map_err(failed("cannot let go of gathered events"))
}

/// The event from which rows of `table` are to be made again.
fn reach_in_tx(
    transaction: &Transaction<'_>,
    table: &DomainTable,
    pending: PendingDerivation,
    furthest: i64,
) -> Result<i64, StoreError> {
    let (pump, from) = (pending.pump.0, pending.from.number());
    let find = |query: &str| {
        let reached = transaction.query_row(query, params![pump, from], |row| row.get::<_, Option<i64>>(0));
        reached.map_err(failed(format!("cannot find what is to be derived of {}", table.name)))
    };
    let reached = match table.reach {
        Reach::Itself => None,
        Reach::Entries(entries) => Some((from - entries).max(EventId::first_of(pending.pump).number())),
        Reach::LastRow => {
            find(&format!("SELECT max(events_id) FROM {} WHERE pump_id = ?1 AND events_id < ?2", table.name))?
        }
        Reach::Query(query) => find(query)?,
        Reach::TablesAbove => Some(furthest),
    };
    Ok(reached.map_or(from, |reached| reached.min(from)))
}

fn derive_in_tx(
    transaction: &Transaction<'_>,
    table: &DomainTable,
    pump: PumpId,
    from: i64,
) -> Result<TableCount, StoreError> {
    let doing = || failed(format!("cannot derive {}", table.name));
    let every = format!("DELETE FROM {} WHERE pump_id = ?1 AND events_id >= ?2", table.name);
    transaction.execute(table.delete.unwrap_or(&every), params![pump.0, from]).map_err(doing())?;
    let rows = insert_in_tx(transaction, table, pump, from)?;
    Ok(TableCount { table: table.name, rows })
}

/// Inserts the rows of every table that begin at event `from` of `pump` or later, into tables that hold none of them.
pub(crate) fn insert_all_in_tx(transaction: &Transaction<'_>, pump: PumpId, from: EventId) -> Result<(), StoreError> {
    gather_in_tx(transaction, pump, from.number())?;
    TABLES.iter().try_for_each(|table| insert_in_tx(transaction, table, pump, from.number()).map(|_| ()))?;
    drop_gathered_in_tx(transaction)
}

fn insert_in_tx(
    transaction: &Transaction<'_>,
    table: &DomainTable,
    pump: PumpId,
    from: i64,
) -> Result<u64, StoreError> {
    // DuckDB refuses a parameter that a statement does not have; totals are made for missing days, not from an event on.
    let parameters =
        if table.insert.contains("?2") { &[i64::from(pump.0), from][..] } else { &[i64::from(pump.0)][..] };
    let rows = transaction.execute(table.insert, params_from_iter(parameters));
    rows.map(|rows| rows as u64).map_err(failed(format!("cannot derive {}", table.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes in the condition on `event_id` that follows the name of the table.
    fn codes(sql: &str, table: &str) -> Vec<u16> {
        let (_, source) = sql.split_once(&format!("FROM {table}")).expect("the statement reads the table");
        let (_, condition) = source.split_once("event_id ").expect("only some types are read");
        let until = if condition.starts_with("IN") { ')' } else { '\n' };
        let list: &str = condition.split(until).next().unwrap_or_default();
        list.split(|character: char| !character.is_ascii_digit()).filter_map(|code: &str| code.parse().ok()).collect()
    }

    #[test]
    fn what_tables_read_is_gathered() {
        let gathered = codes(OCCASIONAL_EVENTS, "events");
        let readers = TABLES.iter().filter(|table| table.insert.contains("FROM occasional_events"));
        assert_eq!(readers.clone().count(), 13);
        for table in readers {
            let mut missing = codes(table.insert, "occasional_events");
            missing.retain(|code| !gathered.contains(code));
            assert!(missing.is_empty(), "{missing:?} of {}", table.name);
        }
    }
}
