//! The parse stage: raw events that are not decoded yet become events, on the pump's clock and as instants.
//!
//! A decoder thread works on one batch while the store writes the one before.

use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use chrono::{DateTime, Duration, Utc};
use pump_events::{Dictionary, Event, EventCode, FactRows, FactTable, ProblemKind, ProblemSetId, PumpTime, Value};

use crate::clock_model::{ClockChange, ClockHistory, PhoneTime, PumpClock, ZoneHistory};
use crate::progress::{OnProgress, Progress, StopSignal};
use crate::store::{
    ClockEvidence, DecodeFailure, ParsedBatch, ParsedEvent, ProblemSet, Stage, UnparsedBatch, UnparsedEvent,
};
use crate::{EventId, EventStore, PumpId, StoreError, TextBatch};

/// About as many events are decoded and stored in one transaction.
const EVENTS_PER_BATCH: usize = 50_000;

/// What one run of the parse stage did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ParseReport {
    /// Events decoded.
    pub events: u64,
    /// Events with at least one problem.
    pub odd_events: u64,
    /// Events of a type that the dictionary does not know, by type.
    pub unknown_codes: BTreeMap<u32, u64>,
    /// True when the run was stopped before the end.
    pub interrupted: bool,
}

type Clocks = Vec<(PumpId, PumpClock)>;

/// Decodes every raw event that the present dictionary has not decoded yet.
///
/// # Errors
/// [`StoreError`]; batches before it are kept, and the next run continues after them.
pub fn parse<S: EventStore>(
    store: &mut S,
    stop: &StopSignal,
    on_progress: &mut OnProgress<'_>,
) -> Result<ParseReport, StoreError> {
    let zones = store.zone_history()?;
    // First: new clocks may make events that were decoded wait again.
    let clocks = rebuild_clocks(store, &zones)?;
    let Some(first) = store.unparsed(Dictionary::get().digest(), None, EVENTS_PER_BATCH)? else {
        return Ok(ParseReport::default());
    };
    std::thread::scope(|scope| {
        // A batch is handed over only when the decoder is free: none waits in memory.
        let (to_decoder, work) = sync_channel::<UnparsedBatch>(0);
        let (to_store, decoded) = sync_channel::<ParsedBatch>(1);
        let clocks = &clocks;
        scope.spawn(move || decode_all(&work, &to_store, clocks));
        store_all(store, first, to_decoder, &decoded, stop, on_progress)
    })
}

/// Makes `zones` the configured zones and moves every instant to them; of a long history with the next [`parse`].
///
/// # Errors
/// [`StoreError`]; zones and instants are as before.
pub fn set_zones<S: EventStore>(store: &mut S, zones: &ZoneHistory) -> Result<(), StoreError> {
    rebuild_clocks(store, zones).map(|_| ())
}

fn rebuild_clocks<S: EventStore>(store: &mut S, zones: &ZoneHistory) -> Result<Clocks, StoreError> {
    let evidence = store.clock_evidence()?;
    let clocks: Clocks = evidence.into_iter().map(|pump| (pump.pump, build_clock(pump, zones))).collect();
    store.store_clocks(zones, &clocks)?;
    Ok(clocks)
}

/// The clock of one pump.
#[must_use]
pub fn build_clock(evidence: ClockEvidence, zones: &ZoneHistory) -> PumpClock {
    PumpClock::build(&clock_history(evidence), zones)
}

fn clock_history(evidence: ClockEvidence) -> ClockHistory {
    let change = |(id, text): &(EventId, String)| {
        let event = pump_events::decode_raw(text).ok()?;
        let forward = clock_change(&event)?;
        Some(ClockChange { id: *id, wall: event.header().pump_time.to_naive(), forward })
    };
    let phone_time = |(id, text): &(EventId, String)| {
        let event = pump_events::decode_raw(text).ok()?;
        Some(PhoneTime { id: *id, wall: event.header().pump_time.to_naive(), utc: phone_time(&event)? })
    };
    ClockHistory {
        changes: evidence.changes.iter().filter_map(change).collect(),
        phone_times: evidence.phone_requests.iter().filter_map(phone_time).collect(),
        pieces: evidence.pieces,
    }
}

/// The time that a phone sent along with its request (event 290), taken to be UTC.
fn phone_time(event: &Event) -> Option<DateTime<Utc>> {
    match event.value("requestTimestamp")? {
        Value::Unsigned(seconds) => Some(PumpTime::from_seconds(seconds).to_naive().and_utc()),
        _ => None,
    }
}

/// Milliseconds of a day.
const DAY_MS: u32 = 86_400_000;
/// The days that 32 bits of seconds, which is how a pump counts, can tell.
const MAX_DAYS: u32 = u32::MAX / 86_400 + 1;

/// How far an event 13 (milliseconds of the day) or 14 (days since 2008) put the clock forward. A message about a
/// clock which no pump can have set none.
pub(crate) fn clock_change(event: &Event) -> Option<Duration> {
    let below = |limit: u32, field| match event.value(field)? {
        Value::Unsigned(number) if number < limit => Some(i64::from(number)),
        _ => None,
    };
    match event.header().code {
        EventCode(13) => Some(Duration::milliseconds(below(DAY_MS, "timeAfter")? - below(DAY_MS, "timePrior")?)),
        EventCode(14) => Some(Duration::days(below(MAX_DAYS, "dateAfter")? - below(MAX_DAYS, "datePrior")?)),
        _ => None,
    }
}

fn store_all<S: EventStore>(
    store: &mut S,
    first: UnparsedBatch,
    to_decoder: SyncSender<UnparsedBatch>,
    decoded: &Receiver<ParsedBatch>,
    stop: &StopSignal,
    on_progress: &mut OnProgress<'_>,
) -> Result<ParseReport, StoreError> {
    let mut report = ParseReport::default();
    let mut last = first.last;
    let mut in_work = usize::from(to_decoder.send(first).is_ok());
    let mut to_decoder = Some(to_decoder);
    while in_work > 0 {
        if stop.is_set() {
            report.interrupted = to_decoder.take().is_some() || report.interrupted;
        }
        // Reading ahead: the decoder has its next batch while this one is stored.
        if let Some(sender) = &to_decoder {
            match store.unparsed(Dictionary::get().digest(), Some(last), EVENTS_PER_BATCH)? {
                Some(next) => {
                    last = next.last;
                    in_work += usize::from(sender.send(next).is_ok());
                }
                None => to_decoder = None,
            }
        }
        let Ok(batch) = decoded.recv() else { break };
        in_work -= 1;
        let done = counted(&report, &batch);
        store.store_events(batch)?;
        report = done;
        on_progress(Progress { stage: Stage::Parse, events: report.events, pump: None, day: None, parts: None });
    }
    Ok(report)
}

/// The report with this batch.
fn counted(report: &ParseReport, batch: &ParsedBatch) -> ParseReport {
    let mut report = report.clone();
    report.events += batch.events.len() as u64;
    report.odd_events += batch.failures.len() as u64;
    for event in batch.events.rows() {
        report.odd_events += u64::from(event.problem_set.is_some());
        if Dictionary::event(event.code).is_none() {
            *report.unknown_codes.entry(event.code.0).or_default() += 1;
        }
    }
    report
}

fn decode_all(work: &Receiver<UnparsedBatch>, to_store: &SyncSender<ParsedBatch>, clocks: &Clocks) {
    for batch in work {
        if to_store.send(decode_batch(&batch, clocks)).is_err() {
            return;
        }
    }
}

fn decode_batch(batch: &UnparsedBatch, clocks: &Clocks) -> ParsedBatch {
    let mut parsed = ParsedBatch {
        dictionary: Dictionary::get().digest().to_owned(),
        last: batch.last,
        // Decoded with labels, most texts are longer than the raw ones.
        events: TextBatch::with_capacity(batch.events.len(), batch.events.bytes() * 5 / 4),
        problem_sets: Vec::new(),
        failures: Vec::new(),
        facts: FactTable::all().iter().map(FactRows::new).collect(),
    };
    let none = PumpClock::default();
    let mut known_sets = HashSet::new();
    for (raw, text) in batch.events.iter() {
        let clock = clocks.iter().find(|(pump, _)| *pump == raw.id.pump()).map_or(&none, |(_, clock)| clock);
        decode_one(*raw, text, clock, &mut parsed, &mut known_sets);
    }
    parsed
}

fn decode_one(
    raw: UnparsedEvent,
    text: &str,
    clock: &PumpClock,
    parsed: &mut ParsedBatch,
    known_sets: &mut HashSet<ProblemSetId>,
) {
    let event = match pump_events::decode_raw(text) {
        Ok(event) => event,
        Err(error) => {
            parsed.failures.push(DecodeFailure { id: raw.id, reason: error.to_string() });
            return;
        }
    };
    let header = event.header();
    let problem_set = ProblemSetId::of_event(&event, is_counted);
    if let Some(id) = problem_set.filter(|id| known_sets.insert(*id)) {
        let problems = event.problems().into_iter().filter(|problem| is_counted(problem.kind)).collect();
        parsed.problem_sets.push(ProblemSet { id, code: header.code, problems });
    }
    let row = ParsedEvent {
        id: raw.id,
        created: raw.created,
        pump_time: header.pump_time,
        instant: clock.instant(raw.id, header.pump_time),
        code: header.code,
        name: event.name(),
        problem_set,
    };
    parsed.events.push_with(row, |text| event.write_json(text));
    if let Some(position) = FactTable::position_of(header.code) {
        parsed.facts[position].push(raw.id.number(), &event);
    }
}

/// That the dictionary has a type but not its layout is a fact about the dictionary, not about each of its events.
fn is_counted(kind: ProblemKind) -> bool {
    kind != ProblemKind::UnknownLayout
}
