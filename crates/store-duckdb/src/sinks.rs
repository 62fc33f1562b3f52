//! What each destination of a push holds: makes the documents, compares them with the log, keeps the log.

use chrono::{DateTime, Utc};
use duckdb::{Connection, OptionalExt as _, Row, Transaction, params};
use pipeline::sink::{Change, Destination, Held, HeldDocument, Part, PushStore};
use pipeline::{StoreError, StoreErrorKind};

use crate::documents::{self, DocumentKind, DocumentScope, NIGHTSCOUT, NIGHTSCOUT_ALARMS, PumpNames};
use crate::error::DuckdbContext as _;
use crate::migrations::schema_version;
use crate::{DuckStore, Reader};

const DAY_MS: i64 = 86_400_000;

/// Everything that documents are made from changes with one of these; the rows of tables follow from derivations.
const STAMP: &str = "
    SELECT (SELECT coalesce(max(id), 0) FROM pipeline_runs WHERE stage = 'derive'),
           (SELECT count(*) || ' ' || coalesce(max(epoch_us(first_seen)), 0) FROM pump_settings_changes),
           (SELECT count(*) || ' ' || coalesce(string_agg(zone, ' ' ORDER BY valid_from NULLS FIRST), '') FROM time_zones),
           (SELECT count(*) FROM pump_assignments) || ' ' || (SELECT count(serial_number) || ' ' || count(*) FROM pumps),
           (SELECT coalesce(md5(string_agg(name || ' ' || digest, ' ' ORDER BY name)), '') FROM derived_objects),
           coalesce((SELECT arg_max(ended IS NULL, id) FROM pipeline_runs WHERE stage = 'derive'), false)
           OR NOT coalesce((SELECT bool_and(is_complete) FROM derived_objects), true)";

/// Days whose rows, or whose documents at the destination, are not those that were pushed in full.
const CHANGED_DAYS: &str = "
    WITH present AS (
        SELECT epoch_us(moment) // 86400000000 AS day, md5(?3 || sum(hash(r)::HUGEINT) || ' ' || count(*)) AS digest FROM ({rows}) AS r GROUP BY ALL
    ), every AS (
        SELECT coalesce(p.day, h.day) AS day, coalesce(p.digest, 'none') AS digest
        FROM present p FULL JOIN (SELECT DISTINCT day FROM sink_documents WHERE sink = ?1 AND kind = ?2) h ON h.day = p.day
    )
    SELECT day::INTEGER, digest FROM every
    ANTI JOIN (FROM sink_days WHERE sink = ?1 AND kind = ?2) AS done ON done.day = every.day AND done.digest = every.digest
    ORDER BY 1";

/// The documents of a day that the destination does not hold as they are, and those that it holds and should not.
const CHANGES: &str = "
    WITH wanted AS (
        FROM ({objects}) WHERE date >= ?4
    ), held AS (
        FROM sink_documents WHERE sink = ?1
    )
    SELECT w.identifier, w.date AS date, h.date_ms, h.content_hash IS NOT NULL AS is_known, w.content
    FROM wanted w LEFT JOIN held h ON h.identifier = w.identifier WHERE h.content_hash IS DISTINCT FROM md5(w.content)
    UNION ALL
    SELECT h.identifier, h.date_ms, h.date_ms, h.content_hash IS NOT NULL, NULL
    FROM held h ANTI JOIN wanted w ON w.identifier = h.identifier WHERE h.kind = ?2 AND h.day = ?3
    ORDER BY date, 1";

impl Reader {
    /// The destination `name`, if everything that it should hold was pushed and nothing has changed since.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn current_destination(&self, name: &str) -> Result<Option<Destination>, StoreError> {
        if self.is_behind()? {
            return Ok(None);
        }
        let stamp = read_stamp(self.connection())?;
        let destination = read_destination(self.connection(), name)?;
        Ok(destination.filter(|destination| stamp.is_some() && destination.stamp == stamp))
    }
}

fn read_destination(connection: &Connection, name: &str) -> Result<Option<Destination>, StoreError> {
    let read = "SELECT epoch_us(since), stamp FROM sinks WHERE name = ?";
    let row = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
    let found = connection.query_row(read, [name], row).optional().context("cannot read the destinations")?;
    let Some((since, stamp)) = found else { return Ok(None) };
    let since = DateTime::from_timestamp_micros(since)
        .ok_or_else(|| StoreError::new(StoreErrorKind::Corrupt, "a destination begins at an impossible instant"))?;
    Ok(Some(Destination { name: name.to_owned(), since, stamp }))
}

fn read_stamp(connection: &Connection) -> Result<Option<String>, StoreError> {
    let parts = |row: &Row<'_>| {
        let texts = (1..5).map(|column| row.get::<_, String>(column)).collect::<duckdb::Result<Vec<_>>>()?;
        Ok((format!("{} | {}", row.get::<_, i64>(0)?, texts.join(" | ")), row.get::<_, bool>(5)?))
    };
    let read = connection.query_row(STAMP, [], parts);
    let (state, is_being_derived) = read.context("cannot read the state of the tables")?;
    let stamp = format!("{} | {} | {state}", schema_version(), documents::texts_digest());
    Ok((!is_being_derived).then_some(stamp))
}

impl PushStore for DuckStore {
    fn destination(&mut self, name: &str) -> Result<Option<Destination>, StoreError> {
        read_destination(self.connection()?, name)
    }

    fn keep_destination(&mut self, destination: &Destination) -> Result<(), StoreError> {
        self.transaction("keep a destination", |transaction| {
            let (name, since) = (&destination.name, destination.since);
            let keep = "INSERT INTO sinks (name, since) SELECT ?1, ?2 WHERE NOT EXISTS (FROM sinks WHERE name = ?1)";
            transaction.execute(keep, params![name, since]).context("cannot keep a destination")?;
            let change = "UPDATE sinks SET since = ?2, stamp = NULL WHERE name = ?1 AND since <> ?2";
            transaction.execute(change, params![name, since]).map(|_| ()).context("cannot keep a destination")
        })
    }

    fn document_stamp(&mut self) -> Result<Option<String>, StoreError> {
        read_stamp(self.connection()?)
    }

    fn identifier_prefixes(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(PumpNames::read(self.connection()?)?.prefixes())
    }

    fn changed_parts(&mut self, destination: &Destination, kinds: &[&str]) -> Result<Vec<Part>, StoreError> {
        let connection = self.connection()?;
        let names = PumpNames::read(connection)?.digest();
        let scope = DocumentScope { from_ms: Some(destination.since.timestamp_millis()), ..DocumentScope::default() };
        let mut parts = Vec::new();
        for name in kinds {
            let kind = kind_of(name)?;
            let reading = || format!("cannot compare {name} with what {} holds", destination.name);
            let changed = CHANGED_DAYS.replace("{rows}", &kind.rows(&scope));
            let mut statement = connection.prepare(&changed).context(reading())?;
            let part = |row: &Row<'_>| Ok(Part { kind: (*name).to_owned(), day: row.get(0)?, digest: row.get(1)? });
            let seed = format!("{} {names} ", documents::texts_digest());
            let found = statement.query_map(params![destination.name, name, seed], part);
            parts.extend(found.and_then(Iterator::collect::<Result<Vec<_>, _>>).context(reading())?);
        }
        Ok(parts)
    }

    fn changes(&mut self, destination: &Destination, part: &Part) -> Result<Vec<Change>, StoreError> {
        let connection = self.connection()?;
        let (kind, names) = (kind_of(&part.kind)?, PumpNames::read(connection)?);
        let (since, day_start) = (destination.since.timestamp_millis(), i64::from(part.day) * DAY_MS);
        let from = if kind.stays_in_force { since } else { since.max(day_start) };
        let scope =
            DocumentScope { from_ms: Some(from), until_ms: Some(day_start + DAY_MS), ..DocumentScope::default() };
        let sql = CHANGES.replace("{objects}", &documents::as_objects(&kind.documents(&names, &scope)));
        let reading = || format!("cannot make {}", part.kind);
        let mut statement = connection.prepare(&sql).context(reading())?;
        let change = |row: &Row<'_>| {
            Ok(Change {
                identifier: row.get(0)?,
                collection: kind.collection.to_owned(),
                kind: part.kind.clone(),
                date_ms: row.get(1)?,
                held: held(row.get(2)?, row.get(3)?),
                content: row.get(4)?,
            })
        };
        let found = statement.query_map(params![destination.name, part.kind, part.day, day_start], change);
        found.and_then(Iterator::collect).context(reading())
    }

    fn begin_changes(
        &mut self,
        destination: &Destination,
        changes: &[Change],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.transaction("log what is about to be sent", |transaction| {
            gather_in_tx(transaction, changes.iter())?;
            reopen_days_in_tx(transaction, &destination.name)?;
            forget_in_tx(transaction, &destination.name)?;
            let log = "INSERT INTO sink_documents SELECT ?1, identifier, kind, day, date_ms, NULL, ?2 FROM sink_batch";
            execute_in_tx(transaction, log, &destination.name, now)
        })
    }

    fn finish_changes(
        &mut self,
        destination: &Destination,
        done: &[&Change],
        parts: &[Part],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.transaction("log what was sent", |transaction| {
            if !done.is_empty() {
                gather_in_tx(transaction, done.iter().copied())?;
                forget_in_tx(transaction, &destination.name)?;
                let log = "INSERT INTO sink_documents
                           SELECT ?1, identifier, kind, day, date_ms, md5(content), ?2 FROM sink_batch WHERE content IS NOT NULL";
                execute_in_tx(transaction, log, &destination.name, now)?;
            }
            parts.iter().try_for_each(|part| keep_part_in_tx(transaction, &destination.name, part))
        })
    }

    fn finish_push(
        &mut self,
        destination: &Destination,
        stamp: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = "UPDATE sinks SET last_pushed = ?2, stamp = ?3 WHERE name = ?1";
        let updated = self.connection()?.execute(update, params![destination.name, now, stamp]);
        updated.map(|_| ()).context("cannot log the push")
    }

    fn distrust(
        &mut self,
        destination: &Destination,
        found: &[HeldDocument],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let names = PumpNames::read(self.connection()?)?;
        let known = found.iter().filter_map(|document| change_of(&names, document)).collect::<Vec<_>>();
        self.transaction("forget what was pushed", |transaction| {
            let name = &destination.name;
            for forget in [
                "UPDATE sink_documents SET content_hash = NULL WHERE sink = ?",
                "DELETE FROM sink_days WHERE sink = ?",
                "UPDATE sinks SET stamp = NULL WHERE name = ?",
            ] {
                transaction.execute(forget, [name]).context("cannot forget what was pushed")?;
            }
            gather_in_tx(transaction, known.iter())?;
            let log = "INSERT INTO sink_documents
                       SELECT ?1, identifier, kind, day, date_ms, NULL, ?2 FROM sink_batch
                       ANTI JOIN (FROM sink_documents WHERE sink = ?1) USING (identifier)";
            execute_in_tx(transaction, log, name, now)
        })
    }
}

fn kind_of(name: &str) -> Result<&'static DocumentKind, StoreError> {
    let mut kinds = NIGHTSCOUT.iter().chain([&NIGHTSCOUT_ALARMS]);
    let unknown = || StoreError::new(StoreErrorKind::Internal, format!("there are no documents called {name}"));
    kinds.find(|kind| kind.name == name).ok_or_else(unknown)
}

fn held(date_ms: Option<i64>, is_known: bool) -> Held {
    match date_ms {
        None => Held::Nothing,
        Some(date_ms) if is_known => Held::Earlier { date_ms },
        Some(date_ms) => Held::Maybe { date_ms },
    }
}

/// A document that was found at a destination, as one that may have been sent.
fn change_of(names: &PumpNames, document: &HeldDocument) -> Option<Change> {
    let HeldDocument { collection, identifier, date_ms } = document.clone();
    let kind = names.kind_of(&identifier)?.to_owned();
    Some(Change { identifier, collection, kind, date_ms, held: Held::Maybe { date_ms }, content: None })
}

/// Puts changes into a table, to be joined with the log.
fn gather_in_tx<'a>(
    transaction: &Transaction<'_>,
    changes: impl Iterator<Item = &'a Change>,
) -> Result<(), StoreError> {
    let gathering = "cannot gather documents";
    let table = "CREATE OR REPLACE TEMP TABLE sink_batch
                 (identifier VARCHAR, kind VARCHAR, day INTEGER, date_ms BIGINT, content VARCHAR)";
    transaction.execute_batch(table).context(gathering)?;
    let mut appender = transaction.appender("sink_batch").context(gathering)?;
    for change in changes {
        let day = change.date_ms.div_euclid(DAY_MS) as i32;
        let row = params![change.identifier, change.kind, day, change.date_ms, change.content];
        appender.append_row(row).context(gathering)?;
    }
    appender.flush().context(gathering)
}

/// No day that a gathered document is on, or was on, is held in full until it has been compared again.
fn reopen_days_in_tx(transaction: &Transaction<'_>, destination: &str) -> Result<(), StoreError> {
    let reopen = "DELETE FROM sink_days WHERE sink = ?1 AND (kind, day) IN (
                      SELECT (kind, day) FROM sink_batch
                      UNION ALL
                      SELECT (kind, day) FROM sink_documents WHERE sink = ?1 AND identifier IN (SELECT identifier FROM sink_batch))";
    transaction.execute(reopen, [destination]).map(|_| ()).context("cannot change the log of a destination")
}

/// Takes the gathered documents out of the log.
fn forget_in_tx(transaction: &Transaction<'_>, destination: &str) -> Result<(), StoreError> {
    let forget = "DELETE FROM sink_documents WHERE sink = ? AND identifier IN (SELECT identifier FROM sink_batch)";
    transaction.execute(forget, [destination]).map(|_| ()).context("cannot change the log of a destination")
}

fn execute_in_tx(
    transaction: &Transaction<'_>,
    sql: &str,
    destination: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let executed = transaction.execute(sql, params![destination, now]);
    executed.map(|_| ()).context("cannot change the log of a destination")
}

fn keep_part_in_tx(transaction: &Transaction<'_>, destination: &str, part: &Part) -> Result<(), StoreError> {
    let keeping = "cannot log a day";
    let forget = "DELETE FROM sink_days WHERE sink = ? AND kind = ? AND day = ?";
    transaction.execute(forget, params![destination, part.kind, part.day]).context(keeping)?;
    let keep = "INSERT INTO sink_days VALUES (?, ?, ?, ?)";
    transaction.execute(keep, params![destination, part.kind, part.day, part.digest]).map(|_| ()).context(keeping)
}
