//! Published captures: each decodes to the fields it must have, in both encodings.

use pump_events::{
    Event, Value, decode_json, decode_raw, decode_record, encode_json, encode_raw_record, encode_record,
};
use test_data::{Capture, events, newer_records, records};

fn check_identity(event: &Event, capture: &Capture) {
    let header = event.header();
    let identity = (header.code.0, header.sequence_number, header.pump_time.to_string());
    assert_eq!(identity, (capture.code, capture.sequence_number, capture.pump_time.to_owned()), "{}", capture.text);
}

/// The present fields, floats as the 32 bits nearest to the number given.
fn check_fields(event: &Event, expected: &[(&str, f64)]) {
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
fn check_both_encodings(event: &Event) {
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
fn records_decode_to_their_fields_in_both_encodings() {
    records().iter().for_each(check_record);
}

fn check_record(capture: &Capture) {
    let bytes = capture.bytes();
    let event = decode_record(&bytes);
    check_identity(&event, capture);
    check_fields(&event, &capture.fields);
    assert_eq!(encode_record(&event), bytes, "{}", capture.text);
    check_both_encodings(&event);
    let json = decode_json(&encode_json(&event, "pump")).unwrap().event;
    check_fields(&json, &capture.fields);
}

#[test]
fn json_events_decode_to_their_fields_in_both_encodings() {
    events().iter().for_each(check_json_event);
}

fn check_json_event(capture: &Capture) {
    let json = decode_json(capture.text).unwrap();
    check_identity(&json.event, capture);
    let pump = capture.text.split('"').nth(3);
    assert_eq!(json.device_assignment_id.as_deref(), pump, "{}", capture.text);
    check_fields(&json.event, &capture.fields);
    assert_eq!(decode_json(&encode_json(&json.event, "pump")).unwrap().event, json.event, "{}", capture.text);
    check_both_encodings(&json.event);
    check_record_of_json(&json.event, capture);
}

/// A record has every field. Those that the JSON leaves out are 0.
fn check_record_of_json(event: &Event, capture: &Capture) {
    let record = decode_record(&encode_record(event));
    let missing: Vec<_> = record.values().filter(|(field, _)| event.value(field.name).is_none()).collect();
    assert!(missing.iter().all(|(field, value)| field.optional && value.as_f64() == 0.0), "{}", capture.text);
    let expected: Vec<_> =
        missing.iter().map(|(field, _)| (field.name, 0.0)).chain(capture.fields.iter().copied()).collect();
    check_fields(&record, &expected);
}

#[test]
fn newer_records_decode_to_their_fields_in_both_encodings() {
    newer_records().iter().for_each(check_record);
}

#[test]
fn captured_events_have_only_the_problems_we_know() {
    let known = ["unknown_enum_number algorithmState", "missing_envelope estimatedDateTime"];
    let records = records().into_iter().map(|capture| decode_record(&capture.bytes()));
    let events = events().into_iter().map(|capture| decode_json(capture.text).unwrap().event);
    for event in records.chain(events) {
        for problem in event.problems() {
            let text = format!("{} {}", problem.kind.as_str(), problem.field.as_deref().unwrap_or_default());
            assert!(known.contains(&text.as_str()), "{problem:?} in {event:?}");
        }
    }
}
