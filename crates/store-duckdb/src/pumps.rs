//! Pumps, the identifiers they are known by, their settings; and what to do when two turn out to be one.

use chrono::{DateTime, Utc};
use duckdb::{OptionalExt, Transaction, params};
use pipeline::store::Pump;
use pipeline::{
    Account, AssignmentId, EventId, PumpId, PumpKey, PumpListing, SerialNumber, StoreError, StoreErrorKind,
};

use crate::DuckStore;
use crate::account;
use crate::error::DuckdbContext as _;

const LARGEST_PUMP_ID: u16 = 32_767;

impl DuckStore {
    pub(crate) fn list_pumps(&mut self) -> Result<Vec<Pump>, StoreError> {
        let list = "SELECT p.id, p.serial_number, p.last_upload,
                           coalesce(list(a.assignment_id ORDER BY a.assignment_id) FILTER (a.assignment_id IS NOT NULL), [])
                    FROM pumps p LEFT JOIN pump_assignments a ON a.pump_id = p.id GROUP BY ALL ORDER BY p.id";
        let connection = self.connection()?;
        let mut statement = connection.prepare(list).context("cannot list the pumps")?;
        let pumps = statement.query_map([], pump_of).and_then(Iterator::collect);
        pumps.context("cannot list the pumps")
    }

    pub(crate) fn write_account(&mut self, account: &Account, seen: DateTime<Utc>) -> Result<Vec<PumpId>, StoreError> {
        self.transaction("record the account's pumps", |transaction| {
            account::check_in_tx(transaction, account)?;
            account::remember_in_tx(transaction, account, seen)?;
            account.pumps.iter().map(|listing| record_listing_in_tx(transaction, listing, seen)).collect()
        })
    }

    pub(crate) fn compare_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let transaction = self.connection()?.transaction().context("cannot begin to read the account")?;
        account::check_in_tx(&transaction, account)
    }

    pub(crate) fn write_listing(&mut self, listing: &PumpListing, seen: DateTime<Utc>) -> Result<PumpId, StoreError> {
        self.transaction("record a pump", |transaction| record_listing_in_tx(transaction, listing, seen))
    }

    pub(crate) fn find_or_add_pump(&mut self, key: &PumpKey, seen: DateTime<Utc>) -> Result<PumpId, StoreError> {
        self.transaction("record a pump", |transaction| find_or_add_in_tx(transaction, key, seen))
    }
}

/// The pump that an archive names; added when it is not known yet.
pub(crate) fn find_or_add_in_tx(
    transaction: &Transaction<'_>,
    key: &PumpKey,
    seen: DateTime<Utc>,
) -> Result<PumpId, StoreError> {
    if let Some(pump) = find_in_tx(transaction, key)? {
        return Ok(pump);
    }
    match key {
        PumpKey::Serial(serial) => add_in_tx(transaction, Some(serial), seen),
        PumpKey::Assignment(assignment) => {
            let pump = add_in_tx(transaction, None, seen)?;
            assign_in_tx(transaction, assignment, pump)?;
            Ok(pump)
        }
    }
}

fn pump_of(row: &duckdb::Row<'_>) -> duckdb::Result<Pump> {
    let serial: Option<String> = row.get(1)?;
    let duckdb::types::Value::List(assignments) = row.get(3)? else {
        return Err(duckdb::Error::InvalidColumnName("assignment_ids".to_owned()));
    };
    let text = |value| match value {
        duckdb::types::Value::Text(text) => Some(AssignmentId::new(text)),
        _ => None,
    };
    Ok(Pump {
        id: PumpId(row.get::<_, u16>(0)?),
        serial_number: serial.map(SerialNumber::new),
        last_upload: row.get(2)?,
        assignment_ids: assignments.into_iter().filter_map(text).collect(),
    })
}

fn record_listing_in_tx(
    transaction: &Transaction<'_>,
    listing: &PumpListing,
    seen: DateTime<Utc>,
) -> Result<PumpId, StoreError> {
    let by_serial = find_in_tx(transaction, &PumpKey::Serial(listing.serial_number.clone()))?;
    let by_assignment = match &listing.assignment_id {
        Some(assignment) => find_in_tx(transaction, &PumpKey::Assignment(assignment.clone()))?,
        None => None,
    };
    let pump = match (by_serial, by_assignment) {
        (Some(pump), Some(other)) if pump != other => merge_in_tx(transaction, pump.min(other), pump.max(other))?,
        (Some(pump), _) | (None, Some(pump)) => pump,
        (None, None) => add_in_tx(transaction, Some(&listing.serial_number), seen)?,
    };
    let is_newest = describe_in_tx(transaction, pump, listing, seen)?;
    if let Some(assignment) = &listing.assignment_id {
        assign_in_tx(transaction, assignment, pump)?;
    }
    keep_settings_in_tx(transaction, pump, listing, seen)?;
    if is_newest {
        note_settings_in_tx(transaction, pump, listing, seen)?;
    }
    Ok(pump)
}

fn find_in_tx(transaction: &Transaction<'_>, key: &PumpKey) -> Result<Option<PumpId>, StoreError> {
    let (query, name) = match key {
        PumpKey::Serial(serial) => ("SELECT id FROM pumps WHERE serial_number = ?", serial.as_str()),
        // As many as there are pumps: no index is needed.
        PumpKey::Assignment(id) => {
            ("SELECT pump_id FROM pump_assignments WHERE lower(assignment_id) = lower(?)", id.as_str())
        }
    };
    let found = transaction.query_row(query, [name], |row| row.get(0)).optional();
    found.map(|id| id.map(PumpId)).context("cannot look up a pump")
}

fn add_in_tx(
    transaction: &Transaction<'_>,
    serial: Option<&SerialNumber>,
    seen: DateTime<Utc>,
) -> Result<PumpId, StoreError> {
    let next = "SELECT coalesce(max(id), 0) + 1 FROM pumps";
    let id: u16 = transaction.query_row(next, [], |row| row.get(0)).context("cannot number a new pump")?;
    if id > LARGEST_PUMP_ID {
        return Err(StoreError::new(
            StoreErrorKind::Internal,
            format!("a database holds at most {LARGEST_PUMP_ID} pumps"),
        ));
    }
    let add = "INSERT INTO pumps (id, serial_number, first_seen, last_seen) VALUES (?, ?, ?, ?)";
    let serial = serial.map(SerialNumber::as_str);
    transaction.execute(add, params![id, serial, seen, seen]).context("cannot add a pump")?;
    Ok(PumpId(id))
}

/// Takes over what the account says of a pump. A pump that was reassigned is listed twice: what belongs to an earlier
/// upload than is known changes nothing, and the answer is false.
fn describe_in_tx(
    transaction: &Transaction<'_>,
    pump: PumpId,
    listing: &PumpListing,
    seen: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let describe = "UPDATE pumps SET
            serial_number = ?1,
            model_name = coalesce(?2, model_name), model_number = coalesce(?3, model_number),
            part_number = coalesce(?4, part_number), software_version = coalesce(?5, software_version),
            algorithm = coalesce(?6, algorithm), last_upload = coalesce(?7, last_upload),
            first_event = coalesce(?8, first_event), last_event = coalesce(?9, last_event),
            last_seen = ?10
        WHERE id = ?11 AND coalesce(?7 >= last_upload, true)";
    let values = params![
        listing.serial_number.as_str(),
        listing.model_name,
        listing.model_number,
        listing.part_number,
        listing.software_version,
        listing.algorithm,
        listing.last_upload,
        listing.first_event,
        listing.last_event,
        seen,
        pump.0
    ];
    transaction.execute(describe, values).map(|rows| rows > 0).context("cannot describe a pump")
}

fn assign_in_tx(transaction: &Transaction<'_>, assignment: &AssignmentId, pump: PumpId) -> Result<(), StoreError> {
    let known = find_in_tx(transaction, &PumpKey::Assignment(assignment.clone()))?;
    let assign = match known {
        Some(known) if known == pump => return Ok(()),
        Some(_) => "UPDATE pump_assignments SET pump_id = ?2 WHERE lower(assignment_id) = lower(?1)",
        None => "INSERT INTO pump_assignments VALUES (?1, ?2)",
    };
    let assigned = transaction.execute(assign, params![assignment.as_str(), pump.0]);
    assigned.map(|_| ()).context("cannot assign a pump")
}

fn keep_settings_in_tx(
    transaction: &Transaction<'_>,
    pump: PumpId,
    listing: &PumpListing,
    seen: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(settings) = &listing.settings else { return Ok(()) };
    let keep = "INSERT INTO pump_settings VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (pump_id, settings_hash) DO UPDATE SET last_seen = excluded.last_seen";
    let values = params![pump.0, settings.hash, settings.uploaded, seen, seen, settings.details];
    transaction.execute(keep, values).map(|_| ()).context("cannot keep a pump's settings")
}

/// Notes that other settings are in force than before.
fn note_settings_in_tx(
    transaction: &Transaction<'_>,
    pump: PumpId,
    listing: &PumpListing,
    seen: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(settings) = &listing.settings else { return Ok(()) };
    let note = "INSERT INTO pump_settings_changes
                SELECT ?1, coalesce(?2, make_timestamp(epoch_us(?3::TIMESTAMPTZ))), ?3, ?4
                WHERE ?4 IS DISTINCT FROM (SELECT arg_max(settings_hash, first_seen) FROM pump_settings_changes WHERE pump_id = ?1)";
    let values = params![pump.0, settings.uploaded, seen, settings.hash];
    transaction.execute(note, values).map(|_| ()).context("cannot note a pump's settings")
}

/// Two pumps turn out to be one: an archive knew its assignment, another its serial number. All events of `gone` become
/// events of `kept`; of an event that both have, `kept`'s text stays current and the other is kept as a revision if it
/// differs, and the page that brought it brought nothing new after all. What was derived is dropped and will be derived again.
fn merge_in_tx(transaction: &Transaction<'_>, kept: PumpId, gone: PumpId) -> Result<PumpId, StoreError> {
    let shift = EventId::first_of(gone).number() - EventId::first_of(kept).number();
    let (kept_number, gone_number, step) = (kept.0, gone.0, EventId::PUMP_STEP);
    let statements = format!(
        "CREATE OR REPLACE TEMP TABLE merged_events AS
             SELECT id - {shift} AS id, created, raw_event_data, {kept_number} AS pump_id, sequence_group, sequence_number,
                    event_code, pump_time, batch_id
             FROM raw_events WHERE pump_id = {gone_number};
         UPDATE raw_batches b SET new = b.new - f.events, duplicate = b.duplicate + f.events, digest = NULL
             FROM (SELECT coalesce(first_batch, m.batch_id) AS batch_id, count(*) AS events
                   FROM merged_events m SEMI JOIN raw_events r ON r.id = m.id
                   LEFT JOIN (SELECT raw_events_id - {shift} AS id, arg_min(batch_id, revision) AS first_batch
                              FROM raw_event_revisions GROUP BY ALL) v ON v.id = m.id
                   GROUP BY ALL) f
             WHERE b.id = f.batch_id;
         INSERT INTO raw_event_revisions
             SELECT v.raw_events_id - {shift}, coalesce(k.revisions, 0) + v.revision, v.* EXCLUDE (raw_events_id, revision)
             FROM raw_event_revisions v
             LEFT JOIN (SELECT raw_events_id, max(revision) AS revisions FROM raw_event_revisions GROUP BY ALL) k
                    ON k.raw_events_id = v.raw_events_id - {shift}
             WHERE v.raw_events_id // {step} = {gone_number};
         DELETE FROM raw_event_revisions WHERE raw_events_id // {step} = {gone_number};
         INSERT INTO raw_event_revisions
             SELECT m.id, coalesce((SELECT max(revision) FROM raw_event_revisions r WHERE r.raw_events_id = m.id), 0) + 1,
                    m.created, r.created, m.raw_event_data, m.batch_id
             FROM merged_events m JOIN raw_events r ON r.id = m.id WHERE m.raw_event_data <> r.raw_event_data;
         INSERT INTO raw_events BY NAME SELECT * FROM merged_events m WHERE NOT EXISTS (FROM raw_events r WHERE r.id = m.id);
         DROP TABLE merged_events;
         DELETE FROM raw_events WHERE pump_id = {gone_number};
         INSERT OR IGNORE INTO rejected_events SELECT {kept_number}, * EXCLUDE (pump_id) FROM rejected_events WHERE pump_id = {gone_number};
         DELETE FROM rejected_events WHERE pump_id = {gone_number};
         UPDATE raw_batches SET pump_id = {kept_number} WHERE pump_id = {gone_number};
         UPDATE fetch_windows SET pump_id = {kept_number} WHERE pump_id = {gone_number};
         INSERT OR IGNORE INTO pump_settings SELECT {kept_number}, * EXCLUDE (pump_id) FROM pump_settings WHERE pump_id = {gone_number};
         DELETE FROM pump_settings WHERE pump_id = {gone_number};
         UPDATE pump_settings_changes SET pump_id = {kept_number} WHERE pump_id = {gone_number};
         UPDATE pump_assignments SET pump_id = {kept_number} WHERE pump_id = {gone_number};
         DELETE FROM pumps WHERE id = {gone_number};"
    );
    transaction.execute_batch(&statements).context("cannot make two pumps one")?;
    crate::events::clear_derived_in_tx(transaction)?;
    Ok(kept)
}
