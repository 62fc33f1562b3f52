//! The project's own fixtures: published captures, each line an event with what it says.

use pump_events::{
    Event, RECORD_LENGTH, Value, decode_json, decode_raw, decode_record, encode_json, encode_raw_record, encode_record,
};

const RECORDS: &str = include_str!("../../fixtures/records.txt");
const EVENTS: &str = include_str!("../../fixtures/events.txt");

/// One line of a fixture file.
pub(crate) struct Capture {
    /// The record in hex or the event in JSON.
    pub(crate) text: &'static str,
    /// Code, sequence number and time, as written by [`identity`].
    identity: &'static str,
    fields: Vec<(&'static str, f64)>,
}

pub(crate) fn records() -> Vec<Capture> {
    captures(RECORDS)
}

pub(crate) fn events() -> Vec<Capture> {
    captures(EVENTS)
}

fn captures(file: &'static str) -> Vec<Capture> {
    file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(capture).collect()
}

fn capture(line: &'static str) -> Capture {
    let mut parts = line.rsplitn(3, " | ");
    let fields = parts.next().unwrap().split_whitespace().map(|field| {
        let (name, number) = field.split_once('=').unwrap();
        (name, number.parse().unwrap())
    });
    let fields = fields.collect();
    Capture { identity: parts.next().unwrap(), text: parts.next().unwrap(), fields }
}

pub(crate) fn unhex(text: &str) -> [u8; RECORD_LENGTH] {
    let bytes = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap());
    bytes.collect::<Vec<_>>().try_into().unwrap()
}

fn identity(event: &Event) -> String {
    let header = event.header();
    format!("{} {} {}", header.code, header.sequence_number, header.pump_time)
}

/// The present fields, floats as the 32 bits nearest to the number given.
pub(crate) fn check_fields(event: &Event, expected: &[(&str, f64)]) {
    let mut names: Vec<_> = event.values().map(|(field, _)| field.name).collect();
    let mut expected_names: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    expected_names.sort_unstable();
    assert_eq!(names, expected_names, "{event:?}");
    for (name, number) in expected {
        match event.value(name).unwrap() {
            Value::Float(float) => assert_eq!(float.to_bits(), (*number as f32).to_bits(), "{name} of {event:?}"),
            value => assert!((value.as_f64() - number).abs() < 0.5, "{name} is not {number} but {value:?}"),
        }
    }
}

/// The event through both encodings and back.
pub(crate) fn check_both_encodings(event: &Event) {
    let record = decode_record(&encode_record(event));
    assert!(record.same_content(event) && event.same_content(&record), "{event:?} {record:?}");
    assert!(decode_raw(&encode_raw_record(&encode_record(event))).unwrap() == record);
    let json = encode_json(event, "a pump");
    let again = decode_json(&json).unwrap().event;
    assert!(again.same_content(event), "{json}");
    assert!(decode_raw(&json).unwrap() == again);
    assert_eq!(encode_json(&again, "a pump"), json);
}

#[test]
fn captured_records_say_what_they_say() {
    for capture in records() {
        let bytes = unhex(capture.text);
        let event = decode_record(&bytes);
        assert_eq!(identity(&event), capture.identity);
        check_fields(&event, &capture.fields);
        assert_eq!(encode_record(&event), bytes);
        check_both_encodings(&event);
    }
}

#[test]
fn captured_json_events_say_what_they_say() {
    for capture in events() {
        let event = decode_json(capture.text).unwrap().event;
        assert_eq!(identity(&event), capture.identity);
        check_fields(&event, &capture.fields);
        let mut expected = event.clone();
        expected = decode_json(&encode_json(&expected, "")).unwrap().event;
        assert_eq!(expected, event, "re-encoded");
        check_both_encodings(&event);
    }
}

#[test]
fn captured_events_have_only_the_problems_we_know() {
    let known = ["unknown_enum_number algorithmState", "missing_envelope estimatedDateTime"];
    let records = records().into_iter().map(|capture| decode_record(&unhex(capture.text)));
    let events = events().into_iter().map(|capture| decode_json(capture.text).unwrap().event);
    for event in records.chain(events) {
        for problem in event.problems() {
            let text = format!("{} {}", problem.kind.as_str(), problem.field.as_deref().unwrap_or_default());
            assert!(known.contains(&text.as_str()), "{problem:?} in {event:?}");
        }
    }
}
