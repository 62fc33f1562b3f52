//! The same history as records, JSON lines, a pump-logs body and the retired interface's base64.

use base64::Engine;
use pump_events::{decode_json, decode_records};
use tandem_sim::history::{Scenario, SimPump};
use tandem_sim::writers::{base64_body, is_clock_change, write_json_lines, write_pump_logs, write_records};

fn pump() -> SimPump {
    Scenario::torture(8).days(35).simulate().pumps.remove(0)
}

#[test]
fn records_decode_to_the_events() {
    let pump = pump();
    let mut bytes = vec![];
    write_records(&mut bytes, &pump.events).unwrap();
    assert_eq!(bytes.len(), pump.events.len() * 26);
    let (decoded, tail) = decode_records(&bytes);
    assert!(tail.is_none());
    assert!(decoded.into_iter().eq(pump.events.iter().cloned()));
}

#[test]
fn json_lines_decode_to_the_same_content() {
    let pump = pump();
    let mut text = vec![];
    write_json_lines(&mut text, &pump.assignment_id, &pump.events).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count(), pump.events.len());
    for (line, event) in text.lines().zip(&pump.events) {
        let decoded = decode_json(line).unwrap();
        assert_eq!(decoded.device_assignment_id.as_deref(), Some(pump.assignment_id.as_str()));
        assert!(decoded.event.same_content(event), "{line}");
    }
}

#[test]
fn a_pump_logs_body_keeps_clock_changes_apart() {
    let pump = pump();
    let mut body = vec![];
    write_pump_logs(&mut body, &pump).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let clock = pump.events.iter().filter(|event| is_clock_change(event)).count();
    assert_eq!(body["clockChanges"].as_array().unwrap().len(), clock);
    assert_eq!(body["events"].as_array().unwrap().len(), pump.events.len() - clock);
    assert_ne!(clock, 0);
}

#[test]
fn the_retired_answer_is_a_json_string_of_base64() {
    let pump = pump();
    let text: String = serde_json::from_str(&base64_body(&pump.events[..100])).unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let mut records = vec![];
    write_records(&mut records, &pump.events[..100]).unwrap();
    assert_eq!(bytes, records);
}
