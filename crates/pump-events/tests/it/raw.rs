//! Stored texts: objects are pump-logs events, strings are records.

use pump_events::{RawError, decode_raw, decode_record, encode_raw_record};

use test_data::record_from_hex;

const RECORD: &str = "101c229df6b700077e4500000017000000000000000000000000";

#[test]
fn strings_are_records_and_objects_are_events() {
    let record = record_from_hex(RECORD);
    let text = encode_raw_record(&record);
    for text in [text.clone(), format!(" {text}\n"), text.replace('/', "\\/"), text.replace('E', "\\u0045")] {
        assert_eq!(decode_raw(&text).unwrap(), decode_record(&record), "{text}");
    }
    let json = r#" {"eventCode":28,"sequenceNumber":491077,"pumpDateTime":"2026-05-27T23:07:35","eventProperties":{"alarmId":23}}"#;
    assert!(decode_raw(json).unwrap().same_content(&decode_record(&record)));
}

#[test]
fn other_texts_are_refused_with_what_is_wrong() {
    let rows = [
        ("", "the kept text is neither a JSON object nor a JSON string"),
        ("5", "the kept text is neither a JSON object nor a JSON string"),
        ("\"", "the kept text is no JSON string"),
        ("\"AAAA\" x", "the kept text is no JSON string"),
        ("\"\\x\"", "the kept text is no JSON string"),
        ("\"AA=A\"", "the kept text is not base64"),
        ("\"A A\"", "the kept text is not base64"),
        ("\"\"", "the kept text holds 0 bytes, not a record of 26"),
        ("\"AAAA\"", "the kept text holds 3 bytes, not a record of 26"),
        ("{}", "the kept text is no pump-logs event"),
    ];
    for (text, message) in rows {
        assert_eq!(decode_raw(text).unwrap_err().to_string(), message, "{text}");
    }
    let RawError::Json(cause) = decode_raw("{}").unwrap_err() else { panic!("an object is JSON") };
    assert_eq!(cause.to_string(), "the event has no eventCode");
}
