//! The decoders, and the answer that brings events.

use chrono::NaiveDate;
use pipeline::DayRange;
use pump_events::{
    Event, FactRows, FactTable, RECORD_LENGTH, RecordDecoder, TruncatedRecord, decode_json, decode_raw, decode_record,
    decode_records, encode_json, encode_raw_record, encode_record, read_json_envelope,
};
use serde_json::value::RawValue;

/// A record comes back to the bit, and a stream decodes the same however it is cut.
///
/// # Panics
/// When it is not so.
pub fn records(bytes: &[u8]) {
    let (records, _) = bytes.as_chunks::<RECORD_LENGTH>();
    for record in records {
        let event = decode_record(record);
        everything_can_be_asked(&event);
        assert_eq!(encode_record(&event), *record);
        assert_eq!(decode_raw(&encode_raw_record(record)).expect("a record that was written"), event);
    }
    let (events, tail) = decode_records(bytes);
    let piece_length = bytes.first().map_or(1, |byte| 1 + usize::from(*byte));
    assert_eq!(in_pieces(bytes, piece_length), (events.collect(), tail));
}

fn in_pieces(bytes: &[u8], length: usize) -> (Vec<Event>, Option<TruncatedRecord>) {
    let mut decoder = RecordDecoder::default();
    let events = bytes.chunks(length).flat_map(|piece| decoder.push(piece).collect::<Vec<_>>()).collect();
    (events, decoder.finish())
}

/// The envelope is readable exactly where the event is and says the same; what was decoded comes back whole.
///
/// # Panics
/// When it is not so.
pub fn event_text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (envelope, json) = (read_json_envelope(text), decode_json(text));
    let raw = decode_raw(text);
    let (envelope, json) = match (envelope, json) {
        (Ok(envelope), Ok(json)) => (envelope, json),
        (Err(one), Err(other)) => return assert_eq!(one.to_string(), other.to_string()),
        (envelope, json) => panic!("{envelope:?} but {json:?}"),
    };
    let header = json.event.header();
    assert_eq!((envelope.code, envelope.pump_time), (header.code, header.pump_time));
    assert_eq!((envelope.sequence_group, envelope.sequence_number), (header.sequence_group, header.sequence_number));
    assert_eq!(envelope.device_assignment_id, json.device_assignment_id);
    assert_eq!(raw.expect("an object that decodes"), json.event);
    everything_can_be_asked(&json.event);
    let written = encode_json(&json.event, "pump");
    assert_eq!(decode_json(&written).expect("an event that was written").event, json.event);
}

/// Of every element of a body becomes an event or a refusal, in its own words, and nothing else does.
///
/// # Panics
/// When it is not so.
pub fn pump_logs(bytes: &[u8]) {
    let Ok(body) = std::str::from_utf8(bytes) else { return };
    let Some(batch) = tandem_source::fuzzing::pump_logs(body, "00000000-0000-4000-8000-000000000001", some_days())
    else {
        return;
    };
    let mut received = elements(body);
    let kept = batch.iter().map(|event| event.data);
    let mut kept: Vec<&str> = kept.chain(batch.rejected().iter().map(|rejected| rejected.data.as_str())).collect();
    received.sort_unstable();
    kept.sort_unstable();
    assert_eq!(kept, received);
    batch.iter().for_each(|event| event_text(event.data.as_bytes()));
}

fn some_days() -> DayRange {
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).expect("a day of the calendar");
    DayRange::new(day(5, 1), day(5, 28)).expect("in order")
}

/// The texts of both arrays of a body that was accepted.
fn elements(body: &str) -> Vec<&str> {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow, default)]
        events: Option<Vec<&'a RawValue>>,
        #[serde(borrow, default, rename = "clockChanges")]
        clock_changes: Option<Vec<&'a RawValue>>,
    }
    let body: Body<'_> = serde_json::from_str(body).expect("a body that was accepted");
    [body.events, body.clock_changes].into_iter().flatten().flatten().map(RawValue::get).collect()
}

fn everything_can_be_asked(event: &Event) {
    let mut data = String::new();
    event.write_json(&mut data);
    serde_json::from_str::<serde_json::Value>(&data).expect("event data is JSON that every reader takes");
    let _ = (format!("{event:?}"), event.values().count());
    problems_can_be_counted(event);
    facts_can_be_read(event);
    assert!(event.same_content(event));
}

/// Counting problems finds the kinds and fields that wording them does.
fn problems_can_be_counted(event: &Event) {
    let mut counted = Vec::new();
    event.visit_problems(|kind, field| counted.push((kind, field.map(str::to_owned))));
    let worded: Vec<_> = event.problems().into_iter().map(|problem| (problem.kind, problem.field)).collect();
    assert_eq!(counted, worded);
}

fn facts_can_be_read(event: &Event) {
    let Some(position) = FactTable::position_of(event.header().code) else { return };
    let mut rows = FactRows::new(&FactTable::all()[position]);
    rows.push(1, event);
    assert_eq!(rows.ids, [1]);
}
