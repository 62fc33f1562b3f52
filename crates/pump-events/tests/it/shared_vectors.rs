//! Every record and event of the vectors beside the workspace, where they are.

use std::path::{Path, PathBuf};

use pump_events::{decode_json, decode_record, encode_json, encode_record};
use serde_json::Value as Json;

use crate::captures::{check_both_encodings, check_fields, unhex};

#[test]
fn records_decode_to_their_fields_in_both_encodings() {
    let rows = rows("vectors/records.jsonl");
    for (line, row) in &rows {
        let bytes = unhex(row["hex"].as_str().unwrap());
        let event = decode_record(&bytes);
        assert_eq!(event.name(), row["name"].as_str().unwrap(), "{line}");
        assert_eq!(u64::from(event.header().code.0), row["event_id"].as_u64().unwrap());
        assert_eq!(u64::from(event.header().sequence_number), row["sequence_number"].as_u64().unwrap());
        assert_eq!(event.header().pump_time.to_string(), row["pump_time"].as_str().unwrap());
        check_fields(&event, &fields(row));
        assert_eq!(encode_record(&event), bytes, "{line}");
        check_both_encodings(&event);
        let json = decode_json(&encode_json(&event, "pump")).unwrap().event;
        check_fields(&json, &fields(row));
    }
    assert!(rows.is_empty() || rows.len() >= 108, "{} records", rows.len());
}

#[test]
fn newer_records_decode_to_their_fields_in_both_encodings() {
    let rows = rows("vectors/new-records.jsonl");
    for (line, row) in &rows {
        let bytes = unhex(row["hex"].as_str().unwrap());
        let record = decode_record(&bytes);
        assert_eq!(record.name(), row["name"].as_str().unwrap(), "{line}");
        let json = decode_json(&encode_json(&record, "pump")).unwrap().event;
        for (name, number) in fields(row) {
            for event in [&record, &json] {
                let value = event.value(name).unwrap().as_f64();
                assert!((value - number).abs() <= 1e-6 * number.abs(), "{name} is {value} in {line}");
            }
        }
        check_both_encodings(&record);
    }
    assert!(rows.is_empty() || rows.len() >= 16, "{} records", rows.len());
}

#[test]
fn json_events_decode_to_their_fields_in_both_encodings() {
    let rows = rows("vectors/pump-logs-events.jsonl");
    for (line, row) in &rows {
        let text = verbatim_event(line);
        let json = decode_json(text).unwrap();
        assert_eq!(json.event.name(), row["name"].as_str().unwrap(), "{line}");
        assert_eq!(json.device_assignment_id.as_deref(), row["event"]["deviceAssignmentId"].as_str());
        assert_eq!(json.event.header().pump_time.to_string(), row["event"]["pumpDateTime"].as_str().unwrap());
        check_fields(&json.event, &fields(row));
        assert_eq!(decode_json(&encode_json(&json.event, "pump")).unwrap().event, json.event, "{line}");
        check_both_encodings(&json.event);
        let record = decode_record(&encode_record(&json.event));
        let missing = record.values().filter(|(field, _)| json.event.value(field.name).is_none()).collect::<Vec<_>>();
        assert!(missing.iter().all(|(field, value)| field.optional && value.as_f64() == 0.0), "{line}");
        let with_missing = missing.iter().map(|(field, _)| (field.name, 0.0)).chain(fields(row)).collect::<Vec<_>>();
        check_fields(&record, &with_missing);
    }
    assert!(rows.is_empty() || rows.len() >= 135, "{} events", rows.len());
}

fn fields(row: &Json) -> Vec<(&str, f64)> {
    let fields = row["fields"].as_object().unwrap();
    fields.iter().map(|(name, number)| (name.as_str(), number.as_f64().unwrap())).collect()
}

/// The event's own text, not that of a reader's tree.
fn verbatim_event(line: &str) -> &str {
    let start = line.find("{\"deviceAssignmentId").unwrap();
    &line[start..line.find(",\"name\":").unwrap()]
}

fn rows(name: &str) -> Vec<(String, Json)> {
    let text = read(name).unwrap_or_default();
    text.lines().map(|line| (line.to_owned(), serde_json::from_str(line).unwrap())).collect()
}

/// A file of the folder beside the workspace; `None`, said plainly, where it is absent.
pub(crate) fn read(name: &str) -> Option<String> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        say_absent(name);
    }
    text
}

#[expect(clippy::print_stderr, reason = "a check that did not take place must say so")]
fn say_absent(name: &str) {
    eprintln!("not checked: ../shared/{name} is not there");
}
