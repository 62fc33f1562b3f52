//! Raw events: one page in one transaction, identity enforced, nothing dropped without being counted.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use duckdb::{Transaction, params};
use pipeline::fetch::plausibility::is_format_mark;
use pipeline::store::{DateChange, DayLog, FetchWindow, FetchedWindow, PageCounts, Pump, RawPage, RunId};
use pipeline::{
    Account, AssignmentId, DayRange, EventId, PumpId, PumpKey, PumpListing, RawBatch, RawEvent, RawStore,
    RejectedEvent, StoreError,
};

use crate::DuckStore;
use crate::batch_digest::BatchDigest;
use crate::columns::Columns;
use crate::doubts;
use crate::error::DuckdbContext as _;
use crate::pumps::find_or_add_in_tx;

impl RawStore for DuckStore {
    fn pumps(&mut self) -> Result<Vec<Pump>, StoreError> {
        self.list_pumps()
    }

    fn record_account(&mut self, account: &Account, seen: DateTime<Utc>) -> Result<Vec<PumpId>, StoreError> {
        self.write_account(account, seen)
    }

    fn check_account(&mut self, account: &Account) -> Result<(), StoreError> {
        self.compare_account(account)
    }

    fn pump_for(&mut self, key: &PumpKey, seen: DateTime<Utc>) -> Result<PumpId, StoreError> {
        self.find_or_add_pump(key, seen)
    }

    fn link_pump(&mut self, listing: &PumpListing, seen: DateTime<Utc>) -> Result<PumpId, StoreError> {
        self.write_listing(listing, seen)
    }

    fn store_page(&mut self, page: &RawPage<'_>) -> Result<PageCounts, StoreError> {
        let changed_format = |window: &FetchedWindow| window.doubt.as_deref().is_some_and(is_format_mark);
        let known =
            if page.window.as_ref().is_some_and(changed_format) { Superseding::Stays } else { Superseding::IsReplaced };
        self.transaction("store a page of events", |transaction| store_page_in_tx(transaction, page, known))
    }

    fn compare_page(&mut self, key: &PumpKey, events: &RawBatch) -> Result<PageCounts, StoreError> {
        let transaction = self.connection()?.transaction().context("cannot begin to compare a page")?;
        let received = DateTime::UNIX_EPOCH;
        let pump = find_or_add_in_tx(&transaction, key, received)?;
        let page = RawPage { pump, run: RunId(0), received, events, window: None };
        let counts = store_page_in_tx(&transaction, &page, Superseding::IsReplaced)?;
        transaction.rollback().context("cannot compare a page")?;
        Ok(counts)
    }

    fn fetch_windows(&mut self, pump: PumpId) -> Result<Vec<FetchWindow>, StoreError> {
        doubts::read_fetch_log(self.connection()?, pump)
    }

    fn day_log(&mut self, pump: PumpId) -> Result<Vec<DayLog>, StoreError> {
        doubts::read_day_log(self.connection()?, pump)
    }

    fn count_events(&mut self, pump: PumpId, days: DayRange) -> Result<u64, StoreError> {
        let count = "SELECT count(*)::UBIGINT FROM raw_events
                     WHERE pump_id = ? AND event_code NOT IN (13, 14) AND pump_time >= ?::DATE AND pump_time < ?::DATE + 1";
        let values = params![pump.0, days.first(), days.last()];
        self.connection()?.query_row(count, values, |row| row.get(0)).context("cannot count events")
    }

    fn rejected(&mut self) -> Result<Vec<(PumpId, RejectedEvent)>, StoreError> {
        let list =
            "SELECT pump_id, raw_event_data, reason FROM rejected_events ORDER BY pump_id, batch_id, content_hash";
        let mut statement = self.connection()?.prepare(list).context("cannot read rejected events")?;
        let rejected =
            |row: &duckdb::Row<'_>| Ok((PumpId(row.get(0)?), RejectedEvent { data: row.get(1)?, reason: row.get(2)? }));
        let rejected = statement.query_map([], rejected).and_then(Iterator::collect);
        rejected.context("cannot read rejected events")
    }

    fn recover_rejected(&mut self, page: &RawPage<'_>) -> Result<PageCounts, StoreError> {
        self.transaction("recover rejected events", |transaction| {
            let counts = store_page_in_tx(transaction, page, Superseding::Stays)?;
            forget_rejected_in_tx(transaction, page)?;
            Ok(counts)
        })
    }

    fn date_changes(&mut self, pump: PumpId) -> Result<Vec<DateChange>, StoreError> {
        let list = "SELECT created, raw_event_data FROM raw_events WHERE pump_id = ? AND event_code = 14 ORDER BY id";
        let connection = self.connection()?;
        let mut statement = connection.prepare(list).context("cannot read changes of the clock")?;
        let rows = statement
            .query_map([pump.0], |row| Ok(DateChange { learned: row.get(0)?, data: row.get(1)? }))
            .and_then(Iterator::collect);
        rows.context("cannot read changes of the clock")
    }
}

/// What becomes of the current text of an event that comes with other content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Superseding {
    /// It becomes a revision, and the text that came is current.
    IsReplaced,
    /// It stays, and the text that came becomes a revision: less can be read of that one.
    Stays,
}

fn store_page_in_tx(
    transaction: &Transaction<'_>,
    page: &RawPage<'_>,
    known: Superseding,
) -> Result<PageCounts, StoreError> {
    let mut counts = PageCounts { rejected: page.events.rejected().len() as u64, ..PageCounts::default() };
    let batch: i64 = transaction
        .query_row("SELECT nextval('raw_batch_numbers')", [], |row| row.get(0))
        .context("cannot number a batch")?;
    let folded = fold(page);
    let mut recovered = 0;
    counts.duplicate += folded.duplicates;
    let is_known = any_known_in_tx(transaction, &folded.events)?;
    if is_known {
        recovered = merge_known_in_tx(transaction, page, batch, (&folded.events, known), &mut counts)?;
    } else {
        counts.new += folded.events.len() as u64;
        append_in_tx(transaction, "raw_events", page, batch, &folded.events)?;
    }
    keep_superseded_in_tx(transaction, page, batch, &folded.superseded, &mut counts)?;
    keep_rejected_in_tx(transaction, page, batch)?;
    let digest = if is_known || !folded.superseded.is_empty() {
        BatchDigest::read_in_tx(transaction, batch)?
    } else {
        BatchDigest::from_texts(folded.events.iter().map(|(_, event)| event.data))
    };
    note_batch_in_tx(transaction, page, batch, (counts, recovered, digest))?;
    note_window_in_tx(transaction, page, counts)?;
    Ok(counts)
}

type Identified<'a> = (EventId, RawEvent<'a>);

/// A page with every identity once.
struct Folded<'a> {
    /// In order of id; the last one of each identity.
    events: Vec<Identified<'a>>,
    /// The ones before it that said something else.
    superseded: Vec<Identified<'a>>,
    /// The ones before it that said the same.
    duplicates: u64,
}

fn fold<'a>(page: &RawPage<'a>) -> Folded<'a> {
    let mut all: Vec<Identified<'_>> =
        page.events.iter().map(|event| (EventId::new(page.pump, event.key), event)).collect();
    // Stable: of one identity, the order of arrival stays.
    all.sort_by_key(|(id, _)| *id);
    let mut folded = Folded { events: Vec::with_capacity(all.len()), superseded: Vec::new(), duplicates: 0 };
    for (id, event) in all {
        match folded.events.last_mut().filter(|(previous, _)| *previous == id) {
            None => folded.events.push((id, event)),
            Some((_, previous)) if same_content(previous.data, event.data) => folded.duplicates += 1,
            Some(previous) => folded.superseded.push(std::mem::replace(previous, (id, event))),
        }
    }
    folded
}

/// The same text, or the same event in another encoding.
fn same_content(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    match (pump_events::decode_raw(one), pump_events::decode_raw(other)) {
        (Ok(one), Ok(other)) => one.same_content(&other),
        _ => false,
    }
}

fn any_known_in_tx(transaction: &Transaction<'_>, events: &[Identified<'_>]) -> Result<bool, StoreError> {
    let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) else { return Ok(false) };
    let between =
        "SELECT EXISTS (FROM raw_events WHERE id BETWEEN ?1 AND ?2) OR EXISTS (FROM events WHERE id BETWEEN ?1 AND ?2)";
    let known = transaction.query_row(between, [first.number(), last.number()], |row| row.get(0));
    known.context("cannot look for known events")
}

fn append_in_tx(
    transaction: &Transaction<'_>,
    table: &str,
    page: &RawPage<'_>,
    batch: i64,
    events: &[Identified<'_>],
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let each = || events.iter();
    Columns::default()
        .int64("id", each().map(|(id, _)| id.number()))
        .instant("created", each().map(|_| page.received))
        .text("raw_event_data", each().map(|(_, event)| event.data))
        .int32("pump_id", each().map(|_| i32::from(page.pump.0)))
        .int32("sequence_group", each().map(|(_, event)| i32::from(event.key.sequence_group)))
        .int64("sequence_number", each().map(|(_, event)| i64::from(event.key.sequence_number)))
        .int32("event_code", each().map(|(_, event)| event.code.0 as i32))
        .wall("pump_time", each().map(|(_, event)| event.pump_time.to_naive()))
        .int64("batch_id", each().map(|_| batch))
        .append_in_tx(transaction, table)
}

/// The way for pages that overlap what is there: set-based, only texts that differ come back to be compared. Returns how many
/// events had been here before and were deleted by hand: they are decoded.
fn merge_known_in_tx(
    transaction: &Transaction<'_>,
    page: &RawPage<'_>,
    batch: i64,
    (events, known): (&[Identified<'_>], Superseding),
    counts: &mut PageCounts,
) -> Result<u64, StoreError> {
    let doing = "cannot compare a page with what is stored";
    transaction
        .execute_batch("CREATE OR REPLACE TEMP TABLE incoming_events AS FROM raw_events LIMIT 0")
        .context(doing)?;
    append_in_tx(transaction, "incoming_events", page, batch, events)?;
    let count =
        "SELECT count(*)::UBIGINT FROM incoming_events ANTI JOIN raw_events USING (id) SEMI JOIN events USING (id)";
    let recovered = transaction.query_row(count, [], |row| row.get(0)).context(doing)?;
    // Every page repeats the pump's clock changes. Joined with these few, DuckDB looks their texts up; joined with the whole page,
    // it would read every text on record.
    transaction
        .execute_batch(
            "CREATE OR REPLACE TEMP TABLE known_events AS SELECT i.* FROM incoming_events i SEMI JOIN raw_events USING (id)",
        )
        .context(doing)?;
    let added = transaction
        .execute("INSERT INTO raw_events SELECT i.* FROM incoming_events i ANTI JOIN raw_events r USING (id)", [])
        .context(doing)?;
    counts.new += added as u64;
    let revised = revised_in_tx(transaction, page.pump)?;
    counts.duplicate += (events.len() - added - revised.len()) as u64;
    counts.revised += revised.len() as u64;
    match known {
        Superseding::IsReplaced => revise_in_tx(transaction, page, &revised)?,
        Superseding::Stays => set_aside_in_tx(transaction, &revised)?,
    }
    transaction.execute_batch("DROP TABLE known_events; DROP TABLE incoming_events").context(doing)?;
    Ok(recovered)
}

/// The incoming events that say something that neither the current text nor a former one of the same event says.
fn revised_in_tx(transaction: &Transaction<'_>, pump: PumpId) -> Result<Vec<i64>, StoreError> {
    let differing = "SELECT i.id, i.raw_event_data, r.raw_event_data
                     FROM known_events i JOIN raw_events r USING (id)
                     WHERE i.raw_event_data <> r.raw_event_data ORDER BY i.id";
    let mut statement = transaction.prepare(differing).context("cannot compare events")?;
    let pairs = statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))
        .and_then(Iterator::collect::<Result<Vec<(i64, _, _)>, _>>)
        .context("cannot compare events")?;
    let mut differing: Vec<_> = pairs.into_iter().filter(|(_, new, current)| !same_content(new, current)).collect();
    if differing.is_empty() {
        return Ok(Vec::new());
    }
    let former = former_texts_in_tx(transaction, pump)?;
    differing
        .retain(|(id, new, _)| !former.get(id).is_some_and(|texts| texts.iter().any(|text| same_content(new, text))));
    Ok(differing.into_iter().map(|(id, _, _)| id).collect())
}

fn former_texts_in_tx(transaction: &Transaction<'_>, pump: PumpId) -> Result<HashMap<i64, Vec<String>>, StoreError> {
    let list = "SELECT raw_events_id, raw_event_data FROM raw_event_revisions WHERE raw_events_id // ? = ?";
    let mut statement = transaction.prepare(list).context("cannot read revisions")?;
    let rows = statement
        .query_map(params![EventId::PUMP_STEP, pump.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .context("cannot read revisions")?;
    let mut former: HashMap<i64, Vec<String>> = HashMap::new();
    for (id, text) in rows {
        former.entry(id).or_default().push(text);
    }
    Ok(former)
}

fn revise_in_tx(transaction: &Transaction<'_>, page: &RawPage<'_>, revised: &[i64]) -> Result<(), StoreError> {
    if revised.is_empty() {
        return Ok(());
    }
    let doing = "cannot revise events";
    list_revised_in_tx(transaction, revised)?;
    let keep = "INSERT INTO raw_event_revisions
                SELECT r.id, coalesce(max(v.revision), 0) + 1, r.created, ?, r.raw_event_data, r.batch_id
                FROM raw_events r SEMI JOIN revised_events USING (id) LEFT JOIN raw_event_revisions v ON v.raw_events_id = r.id
                GROUP BY ALL";
    transaction.execute(keep, [page.received]).context(doing)?;
    let replace =
        "UPDATE raw_events SET created = i.created, raw_event_data = i.raw_event_data, event_code = i.event_code,
                          pump_time = i.pump_time, batch_id = i.batch_id
                   FROM incoming_events i SEMI JOIN revised_events USING (id) WHERE raw_events.id = i.id";
    transaction.execute(replace, []).context(doing)?;
    transaction.execute_batch("DROP TABLE revised_events").context(doing)
}

fn list_revised_in_tx(transaction: &Transaction<'_>, revised: &[i64]) -> Result<(), StoreError> {
    let create = "CREATE OR REPLACE TEMP TABLE revised_events (id BIGINT)";
    transaction.execute_batch(create).context("cannot revise events")?;
    Columns::default().int64("id", revised.iter().copied()).append_in_tx(transaction, "revised_events")
}

/// Keeps the texts that came as revisions of those that stay current.
fn set_aside_in_tx(transaction: &Transaction<'_>, revised: &[i64]) -> Result<(), StoreError> {
    if revised.is_empty() {
        return Ok(());
    }
    list_revised_in_tx(transaction, revised)?;
    let keep = "INSERT INTO raw_event_revisions
                SELECT i.id, coalesce(max(v.revision), 0) + 1, i.created, i.created, i.raw_event_data, i.batch_id
                FROM incoming_events i SEMI JOIN revised_events USING (id) LEFT JOIN raw_event_revisions v ON v.raw_events_id = i.id
                GROUP BY ALL;
                DROP TABLE revised_events";
    transaction.execute_batch(keep).context("cannot set events aside")
}

/// What a page itself says first and then says otherwise is a revision from the start.
fn keep_superseded_in_tx(
    transaction: &Transaction<'_>,
    page: &RawPage<'_>,
    batch: i64,
    superseded: &[Identified<'_>],
    counts: &mut PageCounts,
) -> Result<(), StoreError> {
    if superseded.is_empty() {
        return Ok(());
    }
    let former = former_texts_in_tx(transaction, page.pump)?;
    let is_known = |(id, event): &&Identified<'_>| {
        former.get(&id.number()).is_some_and(|texts| texts.iter().any(|text| same_content(text, event.data)))
    };
    let new: Vec<Identified<'_>> = superseded.iter().filter(|event| !is_known(event)).copied().collect();
    counts.duplicate += (superseded.len() - new.len()) as u64;
    counts.revised += new.len() as u64;
    let doing = "cannot keep revisions";
    transaction
        .execute_batch("CREATE OR REPLACE TEMP TABLE superseded_events AS FROM raw_events LIMIT 0")
        .context(doing)?;
    append_in_tx(transaction, "superseded_events", page, batch, &new)?;
    let keep = "INSERT INTO raw_event_revisions
                SELECT s.id, coalesce((SELECT max(revision) FROM raw_event_revisions r WHERE r.raw_events_id = s.id), 0)
                             + row_number() OVER (PARTITION BY s.id ORDER BY s.rowid),
                       s.created, s.created, s.raw_event_data, s.batch_id
                FROM superseded_events s;
                DROP TABLE superseded_events";
    transaction.execute_batch(keep).context(doing)
}

fn keep_rejected_in_tx(transaction: &Transaction<'_>, page: &RawPage<'_>, batch: i64) -> Result<(), StoreError> {
    let rejected = page.events.rejected();
    if rejected.is_empty() {
        return Ok(());
    }
    let doing = "cannot keep what has no identity";
    transaction
        .execute_batch(
            "CREATE OR REPLACE TEMP TABLE incoming_rejected AS SELECT * EXCLUDE (content_hash) FROM rejected_events LIMIT 0",
        )
        .context(doing)?;
    let each = || rejected.iter();
    Columns::default()
        .int32("pump_id", each().map(|_| i32::from(page.pump.0)))
        .instant("created", each().map(|_| page.received))
        .text("raw_event_data", each().map(|rejected| rejected.data.as_str()))
        .text("reason", each().map(|rejected| rejected.reason.as_str()))
        .int64("batch_id", each().map(|_| batch))
        .append_in_tx(transaction, "incoming_rejected")?;
    let keep = "INSERT OR IGNORE INTO rejected_events BY NAME
                SELECT DISTINCT ON (content_hash) *, md5(raw_event_data) AS content_hash FROM incoming_rejected;
                DROP TABLE incoming_rejected";
    transaction.execute_batch(keep).context(doing)
}

/// Takes the events of `page` off the rejected ones.
fn forget_rejected_in_tx(transaction: &Transaction<'_>, page: &RawPage<'_>) -> Result<(), StoreError> {
    let doing = "cannot take recovered events off the rejected ones";
    let create = "CREATE OR REPLACE TEMP TABLE recovered_events (raw_event_data VARCHAR)";
    transaction.execute_batch(create).context(doing)?;
    let texts: Vec<_> = page.events.iter().map(|event| event.data).collect();
    Columns::default().text("raw_event_data", texts.iter().copied()).append_in_tx(transaction, "recovered_events")?;
    let forget = "DELETE FROM rejected_events
                  WHERE pump_id = ? AND content_hash IN (SELECT md5(raw_event_data) FROM recovered_events)";
    transaction.execute(forget, [page.pump.0]).context(doing)?;
    transaction.execute_batch("DROP TABLE recovered_events").context(doing)
}

fn note_batch_in_tx(
    transaction: &Transaction<'_>,
    page: &RawPage<'_>,
    batch: i64,
    (counts, recovered, digest): (PageCounts, u64, BatchDigest),
) -> Result<(), StoreError> {
    if counts.new + counts.revised + counts.rejected == 0 {
        return Ok(());
    }
    let note = "INSERT INTO raw_batches (id, run_id, pump_id, received, new, duplicate, revised, rejected, recovered,
                                         digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let PageCounts { new, duplicate, revised, rejected } = counts;
    let new = new - recovered;
    let digest = (digest.texts > 0).then_some(digest.sum);
    let values =
        params![batch, page.run.0, page.pump.0, page.received, new, duplicate, revised, rejected, recovered, digest];
    transaction.execute(note, values).map(|_| ()).context("cannot note a batch")
}

fn note_window_in_tx(transaction: &Transaction<'_>, page: &RawPage<'_>, counts: PageCounts) -> Result<(), StoreError> {
    let Some(FetchedWindow { assignment_id, days, last_upload, doubt }) = &page.window else { return Ok(()) };
    let note = "INSERT INTO fetch_windows (id, run_id, pump_id, first_day, last_day, fetched, last_upload, new, duplicate, revised, rejected,
                                           assignment_id, doubt)
                VALUES (nextval('fetch_window_numbers'), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let PageCounts { new, duplicate, revised, rejected } = counts;
    let values = params![
        page.run.0,
        page.pump.0,
        days.first(),
        days.last(),
        page.received,
        last_upload,
        new,
        duplicate,
        revised,
        rejected,
        assignment_id.as_ref().map(AssignmentId::as_str),
        doubt
    ];
    transaction.execute(note, values).map(|_| ()).context("cannot write the fetch log")
}
