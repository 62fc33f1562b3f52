//! The text kept of a decoded event, to the letter.

use pump_events::{Event, decode_json, decode_record, encode_record};

use test_data::record_from_hex;

fn event_data(event: &Event) -> String {
    let mut text = String::new();
    event.write_json(&mut text);
    text
}

#[test]
fn records_give_numbers_and_labels() {
    let rows = [
        (
            "00031a9553ce0002c5c73edf3b643f4ccccd40a0000000010000",
            r#"{"commandedBasalRate":0.436,"baseBasalRate":0.8,"maxBasalRate":5,"changeType":1,"changeTypeNames":["timed_segment"],"idp":0}"#,
        ),
        (
            "01181a966ddb0002cd878900041403e9140703e9000003e90000",
            r#"{"bolusType":137,"bolusTypeNames":["now","correction","bit 7"],"bolusDeliveryStatus":0,"bolusDeliveryStatusName":"completed","bolusId":1044,"requestedNow":1001,"remoteId":20,"bolusSource":7,"bolusSourceName":"algorithm","correction":1001,"requestedLater":0,"deliveredTotal":1001,"extendedDurationRequested":0}"#,
        ),
        (
            "10e62323dea40009cb9101010900000000010000000000000000",
            r#"{"calculationAvailable":1,"pumpSuspended":1,"previousPcm":9,"previousPcmName":null,"currentPcm":0,"currentPcmName":"no_control","sufficientClosedLoopParams":0,"closedLoopPreferred":0,"cgmAvailable":1}"#,
        ),
        (
            "103f228e2ee30006d64abf8000000000000300085ab500000000",
            r#"{"primeSize":-1,"completionStatus":3,"completionStatusName":"completed","position":547509}"#,
        ),
        ("003000000000000000017f800000000000000000000000000000", r#"{"carbs":null}"#),
        ("0030000000000000000180000000000000000000000000000000", r#"{"carbs":-0}"#),
        ("00300000000000000001601fffff000000000000000000000000", r#"{"carbs":4.6116856e+19}"#),
        ("0009000000000000000100000001000000000000000000000000", "{}"),
        ("0001000000000000000100000001000000000000000000000000", "{}"),
    ];
    for (hex, expected) in rows {
        assert_eq!(event_data(&decode_record(&record_from_hex(hex))), expected);
    }
}

#[test]
fn json_gives_the_same_and_its_extra_fields() {
    let text = r#"{"eventCode":26,"sequenceNumber":1,"pumpDateTime":"2026-05-14T00:01:31","eventProperties":{"spareA3":0,"alertId":51,"faultLocatorData":0,"a \"name\"\n":[1, 2],"alertIdName":"theirs"}}"#;
    let event = decode_json(text).unwrap().event;
    let record = event_data(&decode_record(&encode_record(&event)));
    assert_eq!(record, r#"{"alertId":51,"alertIdName":"tz_hypo_light","faultLocatorData":0}"#);
    let extras = r#","spareA3":0,"a \"name\"\u000a":[1, 2],"alertIdNameRaw":"theirs"}"#;
    assert_eq!(event_data(&event), record.replace('}', extras));
}

#[test]
fn what_a_field_cannot_hold_does_not_stand_under_its_name() {
    let rows = [
        (r#""faultLocatorData":"x""#, r#""faultLocatorDataRaw":"x""#),
        (r#""faultLocatorData":null"#, r#""faultLocatorData":null"#),
        (r#""alertId":-1,"alertIdRaw":2"#, r#""alertIdRawRaw":-1,"alertIdRaw":2"#),
        (r#""other":1e400"#, r#""other":"1e400""#),
        (r#""other":"\ud83d\ude00""#, r#""other":"\ud83d\ude00""#),
        (r#""other":["half \ud83d"]"#, r#""other":"[\"half \\ud83d\"]""#),
    ];
    for (properties, expected) in rows {
        let text = format!(
            r#"{{"eventCode":26,"sequenceNumber":1,"pumpDateTime":"2026-05-14T00:01:31","eventProperties":{{{properties}}}}}"#
        );
        assert_eq!(event_data(&decode_json(&text).unwrap().event), format!("{{{expected}}}"));
    }
}
