//! Looks for what is not in order: between the stages, inside the tables, and between the tables and the pump's own word.
//!
//! The strongest check makes every domain table once more from the events, beside the stored one, and compares row by
//! row. The others are one query each, in `src/verify/*.sql`. Nothing is repaired here and nothing is written.

mod clocks;
mod decoded;
mod finding;

use duckdb::{Connection, Row, Transaction};
use pipeline::fetch::plausibility::{Doubt, DoubtReason};
use pipeline::{EventId, PumpId, StoreError};

use crate::DuckStore;
use crate::check::Check;
use crate::derived::{OBJECTS, domain_table_names, insert_all_in_tx};
use crate::doubts::read_doubts;
use crate::error::DuckdbContext as _;

pub use finding::Finding;

/// What concerns no single domain table; those bring their own checks. Each query answers (`pump_id`, `subject`, `is_fault`, `count`, `first_id`, `detail`).
const QUERIES: &[(Check, &str)] = &[
    (Check::LostRawEvents, include_str!("verify/lost_raw_events.sql")),
    (Check::SequenceHoles, include_str!("verify/sequence_holes.sql")),
    (Check::UnsettledDays, include_str!("verify/unsettled_days.sql")),
    (Check::UndecodedEvents, include_str!("verify/undecoded_events.sql")),
    (Check::RepeatedEvents, include_str!("verify/repeated_events.sql")),
    (Check::EventsWithoutRaw, include_str!("verify/events_without_raw.sql")),
    (Check::EventsUnlikeRaw, include_str!("verify/events_unlike_raw.sql")),
    (Check::PendingDerivations, PENDING),
    (Check::EstimatedTimes, include_str!("verify/estimated_times.sql")),
];

const PENDING: &str = "
    SELECT pump_id, 'pending_derivations' AS subject, true AS is_fault, 1 AS count, from_events_id AS first_id,
           'domain tables are behind the events: run `tandem derive`' AS detail
    FROM pending_derivations ORDER BY pump_id";

impl DuckStore {
    /// Looks for everything in [`Check`], in its order. Nothing wrong is an empty list, or one without faults.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn verify(&mut self) -> Result<Vec<Finding>, StoreError> {
        let connection = self.connection()?;
        let mut findings = Vec::new();
        let checks = QUERIES.iter().chain(OBJECTS.iter().flat_map(|object| object.checks));
        for (check, query) in checks {
            findings.extend(run_check(connection, *check, query)?);
        }
        findings.extend(decoded::find_altered_events(connection)?);
        findings.extend(clocks::find_misdated_events(connection)?);
        findings.extend(run_check(connection, Check::OverlappingSpans, &overlapping_spans())?);
        findings.extend(doubtful_answers(connection)?);
        findings.extend(rows_without_event(connection)?);
        let transaction = connection.transaction().context("cannot begin to verify")?;
        findings.extend(compare_with_events_in_tx(&transaction)?);
        transaction.rollback().context("cannot end verifying")?;
        findings.sort_by_key(|finding| finding.check);
        Ok(findings)
    }
}

/// The check of all tables whose spans never overlap.
fn overlapping_spans() -> String {
    let spans = OBJECTS.iter().filter_map(|object| object.span_start.map(|start| (object.name, start)));
    let select = |(table, start)| {
        format!("SELECT '{table}' AS subject, pump_id, events_id, {start} AS started_utc, ended_utc FROM {table}")
    };
    let spans = spans.map(select).collect::<Vec<_>>().join("\n    UNION ALL ");
    include_str!("verify/overlapping_spans.sql").replace("{spans}", &spans)
}

fn run_check(connection: &Connection, check: Check, query: &str) -> Result<Vec<Finding>, StoreError> {
    let doing = || format!("cannot verify {}", check.as_str());
    let mut statement = connection.prepare(query).context(doing())?;
    let found = statement.query_map([], |row| read_finding(check, row)).and_then(Iterator::collect);
    found.context(doing())
}

fn read_finding(check: Check, row: &Row<'_>) -> duckdb::Result<Finding> {
    Ok(Finding {
        check,
        pump: PumpId(row.get("pump_id")?),
        table: row.get("subject")?,
        is_fault: row.get("is_fault")?,
        count: row.get::<_, i64>("count")?.unsigned_abs(),
        first_id: row.get("first_id")?,
        detail: row.get("detail")?,
    })
}

/// Days that were asked for often enough are no fault of this database: the service has no more.
fn doubtful_answers(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let finding = |(pump, doubt): (PumpId, Doubt)| Finding {
        check: Check::DoubtfulAnswers,
        is_fault: doubt.is_open() || doubt.reason == DoubtReason::Format,
        pump,
        table: "fetch_windows".to_owned(),
        count: doubt.missing.unwrap_or(u64::from(doubt.days.days())),
        first_id: None,
        detail: format!("{} is probably incomplete: {}; fetch again", doubt.days, doubt.reason),
    };
    Ok(read_doubts(connection)?.into_iter().map(finding).collect())
}

fn rows_without_event(connection: &Connection) -> Result<Vec<Finding>, StoreError> {
    let orphans = |table: &str| {
        format!(
            "SELECT pump_id, '{table}' AS subject, true AS is_fault, count(*) AS count, min(d.id) AS first_id,
                    'rows begin with an event that is not there' AS detail
             FROM {table} d ANTI JOIN events e ON e.id = d.events_id GROUP BY pump_id"
        )
    };
    let query = domain_table_names().map(orphans).collect::<Vec<_>>().join("\nUNION ALL ");
    run_check(connection, Check::RowsWithoutEvent, &format!("FROM ({query}) ORDER BY ALL"))
}

/// Derives everything again into temporary tables of the same names, which hide the stored ones, and compares the two.
fn compare_with_events_in_tx(transaction: &Transaction<'_>) -> Result<Vec<Finding>, StoreError> {
    let doing = "cannot derive for comparison";
    // Unqualified, and even as `main.…`, a table's name now means the temporary one; its database's name tells them apart.
    let database = "SELECT '\"' || replace(current_database(), '\"', '\"\"') || '\".main'";
    let stored: String = transaction.query_row(database, [], |row| row.get(0)).context(doing)?;
    for table in domain_table_names() {
        let shadow = format!("CREATE TEMP TABLE {table} AS FROM {stored}.{table} LIMIT 0");
        transaction.execute_batch(&shadow).context(doing)?;
    }
    for pump in derived_pumps(transaction)? {
        insert_all_in_tx(transaction, pump, EventId::first_of(pump))?;
    }
    let mut findings = Vec::new();
    for table in domain_table_names() {
        findings.extend(compare_table(transaction, &stored, table)?);
    }
    Ok(findings)
}

fn derived_pumps(transaction: &Transaction<'_>) -> Result<Vec<PumpId>, StoreError> {
    let list = "SELECT id FROM pumps WHERE id NOT IN (SELECT pump_id FROM pending_derivations) ORDER BY id";
    let mut statement = transaction.prepare(list).context("cannot read the pumps")?;
    let pumps = statement.query_map([], |row| Ok(PumpId(row.get(0)?))).and_then(Iterator::collect);
    pumps.context("cannot read the pumps")
}

fn compare_table(connection: &Connection, stored: &str, table: &str) -> Result<Vec<Finding>, StoreError> {
    let differences = |condition: &str, detail: &str| {
        format!(
            "SELECT coalesce(stored.pump_id, derived.pump_id) AS pump_id, '{table}' AS subject, true AS is_fault, count(*) AS count,
                    min(coalesce(stored.id, derived.id)) AS first_id, '{detail}' AS detail
             FROM {stored}.{table} stored FULL JOIN temp.{table} derived ON stored.id = derived.id
             WHERE {condition} AND coalesce(stored.pump_id, derived.pump_id) NOT IN (SELECT pump_id FROM pending_derivations)
             GROUP BY 1 ORDER BY 1"
        )
    };
    let mut findings = Vec::new();
    for (check, condition, detail) in [
        (Check::MissingRows, "stored.id IS NULL", "events have no row, and should have one"),
        (Check::UnaccountedRows, "derived.id IS NULL", "rows are there that the events do not account for"),
        (
            Check::AlteredRows,
            "stored.id = derived.id AND stored IS DISTINCT FROM derived",
            "rows are not what the events say",
        ),
    ] {
        findings.extend(run_check(connection, check, &differences(condition, detail))?);
    }
    Ok(findings)
}
