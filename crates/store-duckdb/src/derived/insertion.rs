//! Inserts the rows of domain tables, by one rule for when they happened.

use duckdb::{Transaction, params_from_iter};
use pipeline::{EventId, PumpId, StoreError};

use super::entries::domain_tables;
use super::object::Object;
use crate::error::DuckdbContext as _;
use crate::unique::ensure_unique_in_tx;

/// Inserts the rows of every table that begin at event `from` of `pump` or later, into tables that hold none of them.
pub(crate) fn insert_all_in_tx(transaction: &Transaction<'_>, pump: PumpId, from: EventId) -> Result<(), StoreError> {
    domain_tables()
        .try_for_each(|(table, _)| insert_unchecked_in_tx(transaction, table, pump, from.number()).map(|_| ()))
}

/// The statement that inserts the rows of `table`. Where it has a `local_time`, that follows from the row's event, its wall clock
/// and the clock of pump `?1` by the rule of `PumpClock::instant`, so no table's own statement needs to know it.
pub(super) fn insert_statement(table: &Object) -> String {
    let definition = table.definition();
    let has = |column: &str| definition.create.contains(&format!(" {column} "));
    let Some((_, select)) = definition.insert.split_once("BY NAME").filter(|_| has("local_time")) else {
        return definition.insert.to_owned();
    };
    let [wall, instant] = if has("timestamp") { ["timestamp", "timestamp_utc"] } else { ["started", "started_utc"] };
    format!(
        "INSERT INTO {} BY NAME
         SELECT made.*, make_timestamp(epoch_us(made.{instant})
                                       + coalesce(parts.local_offset_seconds, made.utc_offset_seconds) * 1000000) AS local_time
         FROM ({select}
         ) AS made
         ASOF LEFT JOIN (
             SELECT DISTINCT first_events_id, CASE WHEN first_events_id = min(first_events_id) OVER () THEN 0 ELSE first_events_id END AS starts
             FROM clock_segments WHERE pump_id = ?1
         ) AS clock ON made.events_id >= clock.starts
         ASOF LEFT JOIN (
             SELECT *, CASE WHEN lag(1) OVER (PARTITION BY first_events_id, utc_offset_seconds ORDER BY from_wall) IS NULL
                            THEN TIMESTAMP '-infinity' ELSE from_wall END AS starts
             FROM clock_segments WHERE pump_id = ?1
         ) AS parts ON parts.first_events_id = clock.first_events_id AND parts.utc_offset_seconds = made.utc_offset_seconds
                   AND made.{wall} >= parts.starts",
        table.name
    )
}

/// Inserts the rows of `table` that begin at event `from` of `pump` or later, each id once.
pub(crate) fn insert_in_tx(
    transaction: &Transaction<'_>,
    table: &Object,
    pump: PumpId,
    from: i64,
) -> Result<u64, StoreError> {
    let rows = insert_unchecked_in_tx(transaction, table, pump, from)?;
    if table.has_ids_without_key() {
        let next_pump = EventId::first_of(PumpId(pump.0 + 1)).number();
        ensure_unique_in_tx(transaction, table.name, from..next_pump)?;
    }
    Ok(rows)
}

fn insert_unchecked_in_tx(
    transaction: &Transaction<'_>,
    table: &Object,
    pump: PumpId,
    from: i64,
) -> Result<u64, StoreError> {
    let doing = || format!("cannot derive {}", table.name);
    let insert = insert_statement(table);
    // DuckDB refuses a parameter that a statement does not have; totals are made for missing days, not from an event on.
    let parameters = if insert.contains("?2") { &[i64::from(pump.0), from][..] } else { &[i64::from(pump.0)][..] };
    let rows = transaction.execute(&insert, params_from_iter(parameters)).context(doing())?;
    if !table.definition().update.is_empty() {
        transaction.execute(table.definition().update, []).context(doing())?;
    }
    Ok(rows as u64)
}
