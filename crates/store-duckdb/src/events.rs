//! Decoded events, their problems, the pumps' clocks, and how far raw events are decoded.

pub(crate) mod clock_evidence;

use std::ops::Range;

use chrono::DateTime;
use chrono_tz::Tz;
use duckdb::arrow::array::{Array, AsArray, StructArray};
use duckdb::arrow::datatypes::Int64Type;
use duckdb::{OptionalExt, Transaction, params};
use pipeline::clock_model::{PumpClock, ZoneHistory};
use pipeline::store::{
    BatchNumber, ClockEvidence, DecodeFailure, ParsedBatch, ParsedEvent, UnparsedBatch, UnparsedEvent,
};
use pipeline::{EventId, EventStore, PumpId, StoreError, StoreErrorKind, TextBatch};
use pump_events::{FactColumn, FactKind, FactRows, FactTable, FactValues};

use crate::DuckStore;
use crate::columns::Columns;
use crate::derived::{self, Kind, Layer};
use crate::error::DuckdbContext as _;
use crate::unique::ensure_unique_in_tx;

/// About as long is the text of an event.
const TYPICAL_LENGTH: usize = 300;

impl EventStore for DuckStore {
    fn unparsed(
        &mut self,
        dictionary: &str,
        after: Option<BatchNumber>,
        wanted: usize,
    ) -> Result<Option<UnparsedBatch>, StoreError> {
        let connection = self.connection()?;
        let after = match after {
            Some(batch) => batch,
            None => position(connection, dictionary)?,
        };
        let Some(last) = last_batch(connection, after, wanted)? else { return Ok(None) };
        let read = "SELECT id, epoch_us(created), raw_event_data FROM raw_events WHERE batch_id > ? AND batch_id <= ?";
        let mut statement = connection.prepare(read).context("cannot read raw events")?;
        // Only starts the query: the iterator that this returns would end the program where a step fails.
        let _ = statement.stream_arrow([after.0, last.0]).context("cannot read raw events")?;
        let mut events = TextBatch::with_capacity(wanted, wanted * TYPICAL_LENGTH);
        while let Some(chunk) = statement.step().context("cannot read raw events")? {
            append_unparsed(&chunk, &mut events)?;
        }
        Ok(Some(UnparsedBatch { events, last }))
    }

    fn store_events(&mut self, batch: ParsedBatch) -> Result<(), StoreError> {
        self.transaction("store decoded events", |transaction| {
            let replaces = remove_former_in_tx(transaction, &batch)?;
            append_problem_sets_in_tx(transaction, &batch)?;
            append_failures_in_tx(transaction, &batch.failures)?;
            batch.facts.iter().try_for_each(|rows| append_facts_in_tx(transaction, rows))?;
            move_position_in_tx(transaction, &batch.dictionary, batch.last)?;
            mark_events_in_tx(transaction, &batch)?;
            let ids = ids_of(&batch);
            append_events_in_tx(transaction, batch.events)?;
            ensure_unique_in_tx(transaction, "events", ids)?;
            if replaces {
                drop_unused_problem_sets_in_tx(transaction)?;
            }
            note_decoded_in_tx(transaction, batch.last)
        })
    }

    fn clocks_are_current(&mut self) -> Result<bool, StoreError> {
        derived::is_complete(self.connection()?, Layer::Clocks)
    }

    fn clock_evidence(&mut self) -> Result<Vec<ClockEvidence>, StoreError> {
        clock_evidence::read_evidence(self.connection()?)
    }

    fn store_clocks(&mut self, zones: &ZoneHistory, clocks: &[(PumpId, PumpClock)]) -> Result<(), StoreError> {
        self.transaction("store the pumps' clocks", |transaction| {
            store_zones_in_tx(transaction, zones)?;
            for (pump, clock) in clocks {
                store_clock_in_tx(transaction, *pump, clock)?;
                match move_instants_in_tx(transaction, *pump)? {
                    Moved::Nothing => {}
                    Moved::From(first) => mark_in_tx(transaction, first)?,
                    Moved::TooMany => clear_decoded_in_tx(transaction)?,
                }
            }
            derived::mark_complete_in_tx(transaction, Layer::Clocks)
        })
    }

    fn zone_history(&mut self) -> Result<ZoneHistory, StoreError> {
        read_zones(self.connection()?)
    }

    fn clear_derived(&mut self) -> Result<(), StoreError> {
        self.transaction("clear what was derived", clear_derived_in_tx)
    }
}

/// The zones the person lived in.
pub(crate) fn read_zones(connection: &duckdb::Connection) -> Result<ZoneHistory, StoreError> {
    let list = "SELECT valid_from, zone FROM time_zones ORDER BY valid_from NULLS FIRST";
    let mut statement = connection.prepare(list).context("cannot read the zones")?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, Option<chrono::NaiveDate>>(0)?, row.get::<_, String>(1)?)))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .context("cannot read the zones")?;
    let mut zones = ZoneHistory::default();
    for (from, name) in rows {
        let unknown = |_| {
            StoreError::new(
                StoreErrorKind::Corrupt,
                format!("the database names a time zone `{name}` that does not exist"),
            )
        };
        zones.set(from, name.parse::<Tz>().map_err(unknown)?);
    }
    Ok(zones)
}

pub(crate) fn clear_derived_in_tx(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    clear_decoded_in_tx(transaction)?;
    clear_in_tx(transaction, "clock_segments")
}

/// Notes that every raw event is decoded, if the batch `last` was the last one.
fn note_decoded_in_tx(transaction: &Transaction<'_>, last: BatchNumber) -> Result<(), StoreError> {
    let more = "SELECT EXISTS (FROM raw_batches WHERE id > ? AND new + revised + recovered > 0)";
    let waits: bool =
        transaction.query_row(more, [last.0], |row| row.get(0)).context("cannot look for more raw events")?;
    if waits { Ok(()) } else { derived::mark_complete_in_tx(transaction, Layer::Decoded) }
}

/// Drops what was decoded and all that was made of it; every raw event then waits to be decoded.
fn clear_decoded_in_tx(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    derived::refuse_foreign_keys(transaction)?;
    let decoded = derived::OBJECTS.iter().filter(|object| object.kind == Kind::Decoded).map(|object| object.name);
    let tables =
        ["parse_progress", "pending_derivations"].into_iter().chain(decoded).chain(derived::domain_table_names());
    tables.into_iter().try_for_each(|table| clear_in_tx(transaction, table))?;
    derived::mark_emptied_in_tx(transaction)
}

fn clear_in_tx(transaction: &Transaction<'_>, table: &str) -> Result<(), StoreError> {
    transaction.execute_batch(&format!("DELETE FROM {table}")).context(format!("cannot clear {table}"))
}

/// The raw events in a chunk of `(id, created in microseconds, text)`.
fn append_unparsed(chunk: &StructArray, events: &mut TextBatch<UnparsedEvent>) -> Result<(), StoreError> {
    let unexpected = || StoreError::new(StoreErrorKind::Internal, "raw events are not read in the columns asked for");
    let id = chunk.column(0).as_primitive_opt::<Int64Type>().ok_or_else(unexpected)?;
    let created = chunk.column(1).as_primitive_opt::<Int64Type>().ok_or_else(unexpected)?;
    let data = chunk.column(2).as_string_opt::<i32>().ok_or_else(unexpected)?;
    for row in 0..chunk.len() {
        let created = DateTime::from_timestamp_micros(created.value(row)).unwrap_or_default();
        events.push(UnparsedEvent { id: EventId::from_number(id.value(row)), created }, data.value(row));
    }
    Ok(())
}

fn position(connection: &duckdb::Connection, dictionary: &str) -> Result<BatchNumber, StoreError> {
    let read = "SELECT batch_id FROM parse_progress WHERE dictionary = ?";
    let batch = connection.query_row(read, [dictionary], |row| row.get(0)).optional();
    batch.map(|batch| BatchNumber(batch.unwrap_or(0))).context("cannot read how far events are decoded")
}

/// The last batch to take so that about `wanted` events come together.
fn last_batch(
    connection: &duckdb::Connection,
    after: BatchNumber,
    wanted: usize,
) -> Result<Option<BatchNumber>, StoreError> {
    let find = "SELECT max(id) FROM (
                    SELECT id, sum(new + revised + recovered) OVER (ORDER BY id) - (new + revised + recovered) AS before
                    FROM raw_batches WHERE id > ?
                ) WHERE before < ?";
    let last = connection.query_row(find, params![after.0, wanted as u64], |row| row.get::<_, Option<i64>>(0));
    last.map(|batch| batch.map(BatchNumber)).context("cannot find raw events to decode")
}

/// A batch that was decoded before (by another dictionary, or an event that was revised) is replaced; true if any of it was.
fn remove_former_in_tx(transaction: &Transaction<'_>, batch: &ParsedBatch) -> Result<bool, StoreError> {
    let decoded = || batch.events.rows().iter().map(|event| event.id.number());
    let ids = || decoded().chain(batch.failures.iter().map(|failure| failure.id.number()));
    let (Some(first), Some(last)) = (ids().min(), ids().max()) else { return Ok(false) };
    let doing = "cannot replace decoded events";
    let any = "SELECT EXISTS (FROM events WHERE id BETWEEN ?1 AND ?2)
                   OR EXISTS (FROM decode_failures WHERE raw_events_id BETWEEN ?1 AND ?2)";
    if !transaction.query_row(any, [first, last], |row| row.get(0)).context(doing)? {
        return Ok(false);
    }
    transaction.execute_batch("CREATE OR REPLACE TEMP TABLE replaced_events (id BIGINT)").context(doing)?;
    Columns::default().int64("id", ids()).append_in_tx(transaction, "replaced_events")?;
    let facts = FactTable::all().iter().map(|table| (table.name.as_str(), "id"));
    for (table, id) in facts.chain([("events", "id"), ("decode_failures", "raw_events_id")]) {
        let remove = format!("DELETE FROM {table} WHERE {id} IN (FROM replaced_events)");
        transaction.execute_batch(&remove).context(doing)?;
    }
    transaction.execute_batch("DROP TABLE replaced_events").context(doing)?;
    Ok(true)
}

/// The range of the ids of a batch, which may not be in order.
fn ids_of(batch: &ParsedBatch) -> Range<i64> {
    let ids = || batch.events.rows().iter().map(|event| event.id.number());
    ids().min().unwrap_or_default()..ids().max().map_or(0, |last| last + 1)
}

fn append_events_in_tx(transaction: &Transaction<'_>, events: TextBatch<ParsedEvent>) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let (rows, text, ends) = events.into_parts();
    let each = || rows.iter();
    Columns::default()
        .int64("id", each().map(|event| event.id.number()))
        .int64("raw_events_id", each().map(|event| event.id.number()))
        .instant("created", each().map(|event| event.created))
        .wall("timestamp", each().map(|event| event.pump_time.to_naive()))
        .wall("local_time", each().map(|event| event.instant.local_time()))
        .int32("event_id", each().map(|event| event.code.0 as i32))
        .text("event_name", each().map(|event| &*event.name))
        .texts("event_data", text, &ends)
        .int32("pump_id", each().map(|event| i32::from(event.id.pump().0)))
        .int32("sequence_group", each().map(|event| i32::from(event.id.key().sequence_group)))
        .int64("sequence_number", each().map(|event| i64::from(event.id.key().sequence_number)))
        .instant("timestamp_utc", each().map(|event| event.instant.utc))
        .int64("utc_offset_seconds", each().map(|event| event.instant.offset_seconds))
        .text("utc_source", each().map(|event| event.instant.source.as_str()))
        .optional_int64("problem_set", each().map(|event| event.problem_set.map(|set| set.0 as i64)))
        .append_in_tx(transaction, "events")
}

/// Appends the sets that are not there yet: what a set holds never changes.
fn append_problem_sets_in_tx(transaction: &Transaction<'_>, batch: &ParsedBatch) -> Result<(), StoreError> {
    if batch.problem_sets.is_empty() {
        return Ok(());
    }
    let doing = "cannot store what is odd about events";
    let new = "CREATE OR REPLACE TEMP TABLE new_problem_sets AS FROM decode_problem_sets LIMIT 0";
    transaction.execute_batch(new).context(doing)?;
    let each = || batch.problem_sets.iter().flat_map(|set| set.problems.iter().map(move |problem| (set, problem)));
    Columns::default()
        .int64("id", each().map(|(set, _)| set.id.0 as i64))
        .int32("event_code", each().map(|(set, _)| set.code.0 as i32))
        .text("problem", each().map(|(_, problem)| problem.kind.as_str()))
        .optional_text("field", each().map(|(_, problem)| problem.field.as_deref()))
        .optional_int32("byte_offset", each().map(|(_, problem)| problem.offset.map(i32::from)))
        .text("expected", each().map(|(_, problem)| problem.expected.as_ref()))
        .append_in_tx(transaction, "new_problem_sets")?;
    let insert = "INSERT INTO decode_problem_sets
                  SELECT DISTINCT ON (id, problem, field) * FROM new_problem_sets ANTI JOIN decode_problem_sets USING (id);
                  DROP TABLE new_problem_sets";
    transaction.execute_batch(insert).context(doing)
}

/// Drops the sets that only former versions of events had, so that the table is that of decoding everything at once.
fn drop_unused_problem_sets_in_tx(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let drop = "DELETE FROM decode_problem_sets WHERE id NOT IN (SELECT problem_set FROM events WHERE problem_set IS NOT NULL)";
    transaction.execute_batch(drop).context("cannot drop problems that no event has")
}

fn append_failures_in_tx(transaction: &Transaction<'_>, failures: &[DecodeFailure]) -> Result<(), StoreError> {
    if failures.is_empty() {
        return Ok(());
    }
    Columns::default()
        .int64("raw_events_id", failures.iter().map(|failure| failure.id.number()))
        .text("reason", failures.iter().map(|failure| failure.reason.as_str()))
        .append_in_tx(transaction, "decode_failures")
}

fn append_facts_in_tx(transaction: &Transaction<'_>, rows: &FactRows) -> Result<(), StoreError> {
    if rows.ids.is_empty() {
        return Ok(());
    }
    let columns = Columns::default().int64("id", rows.ids.iter().copied());
    let values = rows.table.columns.iter().zip(&rows.columns);
    values.fold(columns, with_facts).append_in_tx(transaction, &rows.table.name)
}

fn with_facts(columns: Columns, (column, values): (&'static FactColumn, &FactValues)) -> Columns {
    let name = column.name.as_str();
    match values {
        FactValues::Doubles(values) => columns.optional_double(name, values.iter().copied()),
        FactValues::Labels(values) => columns.optional_text(name, values.iter().map(Option::as_deref)),
        FactValues::Integers(values) if column.kind == FactKind::Integer => {
            columns.optional_int32(name, values.iter().map(|value| value.map(|value| value as i32)))
        }
        FactValues::Integers(values) => columns.optional_int64(name, values.iter().copied()),
    }
}

fn move_position_in_tx(transaction: &Transaction<'_>, dictionary: &str, last: BatchNumber) -> Result<(), StoreError> {
    let doing = "cannot note how far events are decoded";
    transaction.execute_batch("DELETE FROM parse_progress").context(doing)?;
    let note = "INSERT INTO parse_progress (dictionary, batch_id) VALUES (?, ?)";
    transaction.execute(note, params![dictionary, last.0]).map(|_| ()).context(doing)
}

fn mark_events_in_tx(transaction: &Transaction<'_>, batch: &ParsedBatch) -> Result<(), StoreError> {
    let mut earliest: Vec<EventId> = Vec::new();
    for event in batch.events.rows() {
        match earliest.iter_mut().find(|id| id.pump() == event.id.pump()) {
            Some(id) => *id = (*id).min(event.id),
            None => earliest.push(event.id),
        }
    }
    earliest.into_iter().try_for_each(|id| mark_in_tx(transaction, id))
}

/// Marks the pump of `from` as to be derived from `from` on.
fn mark_in_tx(transaction: &Transaction<'_>, from: EventId) -> Result<(), StoreError> {
    let mark = "INSERT INTO pending_derivations VALUES (?, ?)
                ON CONFLICT (pump_id) DO UPDATE SET from_events_id = least(from_events_id, excluded.from_events_id)";
    let marked = transaction.execute(mark, params![from.pump().0, from.number()]);
    marked.map(|_| ()).context("cannot mark a pump for derivation")
}

fn store_zones_in_tx(transaction: &Transaction<'_>, zones: &ZoneHistory) -> Result<(), StoreError> {
    let doing = "cannot store the zones";
    transaction.execute_batch("DELETE FROM time_zones").context(doing)?;
    for (from, zone) in zones.entries() {
        transaction.execute("INSERT INTO time_zones VALUES (?, ?)", params![from, zone.name()]).context(doing)?;
    }
    Ok(())
}

fn store_clock_in_tx(transaction: &Transaction<'_>, pump: PumpId, clock: &PumpClock) -> Result<(), StoreError> {
    let doing = "cannot store a pump's clock";
    transaction.execute("DELETE FROM clock_segments WHERE pump_id = ?", [pump.0]).context(doing)?;
    let each = || clock.segments().iter();
    Columns::default()
        .int32("pump_id", each().map(|_| i32::from(pump.0)))
        .int64("first_events_id", each().map(|segment| segment.first.number()))
        .wall("from_wall", each().map(|segment| segment.from_wall))
        .int64("utc_offset_seconds", each().map(|segment| segment.offset_seconds))
        .int64("local_offset_seconds", each().map(|segment| segment.local_offset_seconds))
        .text("utc_source", each().map(|segment| segment.source.as_str()))
        .append_in_tx(transaction, "clock_segments")
}

/// What a new clock did to the events of its pump.
enum Moved {
    Nothing,
    /// This event and perhaps later ones have other instants now.
    From(EventId),
    /// Nothing was changed: with this many to move, decoding them again costs less.
    TooMany,
}

/// The most events that are given other instants in place. To update a row costs DuckDB ten times what it costs to decode the
/// event again, and it keeps every changed row in memory until the end of the transaction.
const MAX_MOVED: u64 = 50_000;

/// Gives events the instants of the clock just stored.
fn move_instants_in_tx(transaction: &Transaction<'_>, pump: PumpId) -> Result<Moved, StoreError> {
    let doing = "cannot move events to their instants";
    let moved = format!("CREATE OR REPLACE TEMP TABLE moved_instants AS {MOVED_EVENTS} LIMIT {MAX_MOVED} + 1");
    transaction.execute(&moved, [pump.0]).context(doing)?;
    let (first, count): (Option<i64>, u64) = transaction
        .query_row("SELECT min(id), count(*) FROM moved_instants", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .context(doing)?;
    let moved = match first {
        None => Moved::Nothing,
        Some(_) if count > MAX_MOVED => Moved::TooMany,
        Some(first) => {
            transaction.execute_batch(MOVE_INSTANTS).context(doing)?;
            Moved::From(EventId::from_number(first))
        }
    };
    transaction.execute_batch("DROP TABLE moved_instants").context(doing)?;
    Ok(moved)
}

/// The events of pump `?1` that are not where its stored clock has them. The same rule as `PumpClock::instant`: the last clock begun at
/// or before the event; of its rows the last that holds at the wall clock, or its first.
pub(crate) const MOVED_EVENTS: &str = "
    WITH segments AS (
        SELECT first_events_id, utc_offset_seconds, local_offset_seconds, utc_source,
               CASE WHEN lag(first_events_id) OVER w IS DISTINCT FROM first_events_id THEN TIMESTAMP '-infinity' ELSE from_wall END AS from_wall,
               CASE WHEN lead(first_events_id) OVER w = first_events_id THEN lead(from_wall) OVER w ELSE TIMESTAMP 'infinity' END AS until_wall
        FROM clock_segments WHERE pump_id = ?1
        WINDOW w AS (ORDER BY first_events_id, from_wall)
    ), bounded AS (
        SELECT s.*, coalesce((SELECT min(n.first_events_id) FROM segments n WHERE n.first_events_id > s.first_events_id),
                             (?1 + 1) * 281474976710656) AS next_events_id
        FROM segments s
    )
    SELECT e.id, b.utc_offset_seconds, b.local_offset_seconds, b.utc_source
    FROM events e JOIN bounded b
      ON e.id >= CASE WHEN b.first_events_id = (SELECT min(first_events_id) FROM segments) THEN ?1 * 281474976710656 ELSE b.first_events_id END
     AND e.id < b.next_events_id AND e.timestamp >= b.from_wall AND e.timestamp < b.until_wall
    WHERE e.pump_id = ?1 AND (e.utc_offset_seconds <> b.utc_offset_seconds OR e.utc_source <> b.utc_source
           OR epoch_us(e.timestamp_utc) <> epoch_us(e.timestamp) - b.utc_offset_seconds * 1000000
           OR epoch_us(e.local_time) <> epoch_us(e.timestamp) + (b.local_offset_seconds - b.utc_offset_seconds) * 1000000)";

const MOVE_INSTANTS: &str = "
    UPDATE events SET timestamp_utc = to_timestamp(epoch_us(events.timestamp) / 1000000 - m.utc_offset_seconds),
                      local_time = make_timestamp(epoch_us(events.timestamp) + (m.local_offset_seconds - m.utc_offset_seconds) * 1000000),
                      utc_offset_seconds = m.utc_offset_seconds, utc_source = m.utc_source
    FROM moved_instants m WHERE events.id = m.id";
