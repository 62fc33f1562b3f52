//! Pump-logs events: every spelling that is taken, what is reported, what is refused.

use pump_events::{Event, JsonError, decode_json, encode_json, read_json_envelope};

use crate::records::problems;

fn text(code: u16, properties: &str) -> String {
    format!(
        r#"{{"deviceAssignmentId":"pump","eventCode":{code},"sequenceGroup":0,"sequenceNumber":7,"pumpDateTime":"2026-05-14T00:01:31","eventProperties":{properties},"estimatedDateTime":"2026-05-14T00:01:31Z"}}"#
    )
}

fn decode(code: u16, properties: &str) -> Event {
    decode_json(&text(code, properties)).unwrap().event
}

#[test]
fn values_are_taken_in_every_spelling() {
    let rows = [
        (48, r#"{"carbs":45}"#, "carbs", 45.0),
        (48, r#"{"carbs":4.5e1}"#, "carbs", 45.0),
        (48, r#"{"carbs":-1}"#, "carbs", -1.0),
        (48, r#"{"carbs":0.1}"#, "carbs", f64::from(0.1f32)),
        (48, r#"{"carbs":0.10000000149011612}"#, "carbs", f64::from(0.1f32)),
        (48, r#"{"carbs":1e-45}"#, "carbs", f64::from(f32::from_bits(1))),
        (48, r#" { "carbs" : 45 } "#, "carbs", 45.0),
        (48, r#"{"c\u0061rbs":45}"#, "carbs", 45.0),
        (66, r#"{"bolusId":1583.0}"#, "bolusId", 1583.0),
        (66, r#"{"bolusId":1.5e3}"#, "bolusId", 1500.0),
        (66, r#"{"queued":true}"#, "queued", 1.0),
        (66, r#"{"queued":false}"#, "queued", 0.0),
        (66, r#"{"queued":1}"#, "queued", 1.0),
        (66, r#"{"spareA2":1}"#, "queued", 1.0),
        (65, r#"{"userOverride":true}"#, "userOverride", 1.0),
        (280, r#"{"bolusType":[]}"#, "bolusType", 0.0),
        (280, r#"{"bolusType":[ ]}"#, "bolusType", 0.0),
        (
            280,
            r#"{"bolusType":[4, 0,
            3]}"#,
            "bolusType",
            25.0,
        ),
        (280, r#"{"bolusType":[0,0]}"#, "bolusType", 1.0),
        (280, r#"{"bolusType":25}"#, "bolusType", 25.0),
        (280, r#"{"bolusType":[7]}"#, "bolusType", 128.0),
        (140, r#"{"status":[31]}"#, "status", 2_147_483_648.0),
        (90, r#"{"featuresBitmask":1986368786}"#, "featuresBitmask", 1_986_368_786.0),
        (256, r#"{"rate":-128}"#, "rate", -128.0),
        (256, r#"{"rssi":-0}"#, "rssi", 0.0),
        (447, r#"{"sessionStartTime":4294967295}"#, "sessionStartTime", 4_294_967_295.0),
    ];
    for (code, properties, field, number) in rows {
        let value = decode(code, properties).value(field).unwrap();
        assert_eq!(value.as_f64(), number, "{properties}");
    }
}

#[test]
fn values_that_do_not_fit_are_kept_and_reported() {
    let rows = [
        (r#"{"rate":128}"#, "out_of_range rate 0 i8: 128"),
        (r#"{"rate":-129}"#, "out_of_range rate 0 i8: -129"),
        (r#"{"rate":1.5}"#, "wrong_type rate 0 i8: 1.5"),
        (r#"{"rate":"x"}"#, "wrong_type rate 0 i8: \"x\""),
        (r#"{"rate":"128"}"#, "out_of_range rate 0 i8: \"128\""),
        (r#"{"rate":true}"#, "wrong_type rate 0 i8: true"),
        (r#"{"rate":null}"#, "missing_field rate 0 i8: null"),
        (r#"{"rate":{}}"#, "wrong_type rate 0 i8: {}"),
        (r#"{"rate":[0]}"#, "wrong_type rate 0 i8: [0]"),
        (r#"{"rate":1e999}"#, "wrong_type rate 0 i8: 1e999"),
        (r#"{"interval":-1}"#, "out_of_range interval 13 u8: -1"),
        (r#"{"interval":256}"#, "out_of_range interval 13 u8: 256"),
        (r#"{"egvTimeStamp":4294967296}"#, "out_of_range egvTimeStamp 8 u32: 4294967296"),
        (r#"{"cgmDataType":[8]}"#, "out_of_range cgmDataType 1 bit indices of u8 or u8: [8]"),
        (r#"{"cgmDataType":[-1]}"#, "out_of_range cgmDataType 1 bit indices of u8 or u8: [-1]"),
        (r#"{"cgmDataType":[0.5]}"#, "wrong_type cgmDataType 1 bit indices of u8 or u8: [0.5]"),
        (r#"{"cgmDataType":[[0]]}"#, "wrong_type cgmDataType 1 bit indices of u8 or u8: [[0]]"),
        (r#"{"cgmDataType":["backfill"]}"#, "wrong_type cgmDataType 1 bit indices of u8 or u8: [\"backfill\"]"),
        (r#"{"cgmDataType":true}"#, "wrong_type cgmDataType 1 bit indices of u8 or u8: true"),
    ];
    for (properties, problem) in rows {
        let event = decode(256, properties);
        let (name, json) = properties[2..properties.len() - 1].split_once("\":").unwrap();
        assert_eq!(event.value(name), None, "{properties}");
        assert_eq!((event.extra_fields()[0].name.as_str(), event.extra_fields()[0].json.as_str()), (name, json));
        assert_eq!(problems(&event)[0], problem);
        assert_eq!(decode_json(&encode_json(&event, "pump")).unwrap().event, event, "encoded and decoded");
    }
    let event = decode(48, r#"{"carbs":1e39}"#);
    assert_eq!((event.value("carbs"), problems(&event)), (None, vec!["out_of_range carbs 0 f32: 1e39".to_owned()]));
}

#[test]
fn fields_are_reported_where_the_dictionary_does_not_explain_them() {
    let rows: &[(u16, &str, &[&str])] = &[
        (8, r#"{"alarmId":2}"#, &[]),
        (8, "{}", &["missing_field alarmId 0 u32: nothing"]),
        (8, r#"{"alarmId":2,"spareA2":0,"reservedB":0}"#, &[]),
        (8, r#"{"alarmId":2,"spareA2":1}"#, &["unknown_field spareA2 - a field of the event's layout: 1"]),
        (
            8,
            r#"{"alarmId":2,"newField":{"a":[1,2]}}"#,
            &[r#"unknown_field newField - a field of the event's layout: {"a":[1,2]}"#],
        ),
        (8, r#"{"alarmId":2,"alarmId":3}"#, &["duplicate_field alarmId 0 one value: 3"]),
        (
            8,
            r#"{"alarmId":null,"alarmId":3}"#,
            &["missing_field alarmId 0 u32: null", "duplicate_field alarmId 0 one value: 3"],
        ),
        (
            8,
            r#"{"alarmId":2,"x":1,"x":2}"#,
            &["unknown_field x - a field of the event's layout: 1", "duplicate_field x - one value: 2"],
        ),
        (8, "[]", &["invalid_envelope eventProperties - an object: []"]),
        (
            8,
            r#"{"alarmId":2,"\ud800":1}"#,
            &[r#"invalid_envelope eventProperties - an object: {"alarmId":2,"\ud800":1}"#],
        ),
        (8, "null", &["missing_envelope eventProperties - a value: null"]),
        (
            68,
            r#"{"modificationType":0,"segmentIndex":0,"status":0,"idp":0,"basalRate":0,"startTime":0,"isf":0,"carbRatio":0,"targetBg":110}"#,
            &[],
        ),
        (9, r#"{"abc":96,"ibc":100}"#, &["unknown_layout - - an event without payload: code 9"]),
        (9, "{}", &[]),
        (4000, r#"{"abc":96}"#, &["unknown_event - - a code of the dictionary: code 4000"]),
        (66, r#"{"bolusId":1,"spareA2":0,"foodBolusSize":1,"correctionBolusSize":0,"totalBolusSize":1}"#, &[]),
        (66, r#"{"queued":null,"bolusId":1,"foodBolusSize":1,"correctionBolusSize":0,"totalBolusSize":1}"#, &[]),
        (
            66,
            r#"{"queued":1,"spareA2":0,"bolusId":1,"foodBolusSize":1,"correctionBolusSize":0,"totalBolusSize":1}"#,
            &["duplicate_field queued 1 one value: 0"],
        ),
        (28, r#"{"alarmId":99}"#, &["unknown_enum_number alarmId 0 a number of pump_alarm: 99"]),
    ];
    for (code, properties, expected) in rows {
        assert_eq!(problems(&decode(*code, properties)), *expected, "{properties}");
    }
}

#[test]
fn extra_fields_stay_verbatim_and_first_come_first() {
    let event = decode(8, r#"{"x": 1.50 ,"alarmId":2,"\u0079":[ 1 ],"x":2}"#);
    let extras: Vec<_> = event.extra_fields().iter().map(|extra| (extra.name.as_str(), extra.json.as_str())).collect();
    assert_eq!(extras, [("x", "1.50"), ("y", "[ 1 ]")]);
    let unknown = decode(4000, r#"{"abc":96}"#);
    assert_eq!((unknown.layout().is_none(), unknown.extra_fields().len()), (true, 1));
}

#[test]
fn envelope_members_are_reported_or_refused() {
    const WHOLE: &str = r#"{"deviceAssignmentId":"p","eventCode":8,"sequenceGroup":3,"sequenceNumber":7,"pumpDateTime":"2026-05-14T00:01:31","eventProperties":{"alarmId":2},"estimatedDateTime":"2026-05-14T00:01:31Z"}"#;
    let reported = [
        (r#""deviceAssignmentId":"p","#, "", "missing_envelope deviceAssignmentId - a value: nothing"),
        (
            r#""deviceAssignmentId":"p","#,
            r#""deviceAssignmentId":null,"#,
            "missing_envelope deviceAssignmentId - a value: null",
        ),
        (
            r#""deviceAssignmentId":"p","#,
            r#""deviceAssignmentId":5,"#,
            "invalid_envelope deviceAssignmentId - a string: 5",
        ),
        (r#""sequenceGroup":3,"#, "", "missing_envelope sequenceGroup - a value: nothing"),
        (r#""sequenceGroup":3,"#, r#""sequenceGroup":null,"#, "missing_envelope sequenceGroup - a value: null"),
        (r#","estimatedDateTime":"2026-05-14T00:01:31Z""#, "", "missing_envelope estimatedDateTime - a value: nothing"),
        (r#""2026-05-14T00:01:31Z""#, "17", "invalid_envelope estimatedDateTime - a string: 17"),
        (r#","eventProperties":{"alarmId":2}"#, "", "missing_envelope eventProperties - a value: nothing"),
        (
            r#""sequenceGroup":3,"#,
            r#""sequenceGroup":3,"sequenceGroup":3,"#,
            "duplicate_field sequenceGroup - one value: 3",
        ),
        (
            r#""sequenceGroup":3,"#,
            r#""sequenceGroup":3,"uploadId":9,"#,
            "unknown_field uploadId - a member of pump-logs events: 9",
        ),
    ];
    for (from, to, problem) in reported {
        let text = WHOLE.replacen(from, to, 1);
        assert_ne!(text, WHOLE);
        assert_eq!(problems(&decode_json(&text).unwrap().event), [problem]);
        assert!(read_json_envelope(&text).is_ok());
    }
    let refused = [
        (WHOLE, "", "the event is not a JSON object but begins with None"),
        (WHOLE, "[1]", "the event is not a JSON object but begins with Some('[')"),
        (WHOLE, "{\"eventCode\":8", "the event is not valid JSON"),
        ("31Z\"}", "31Z\"", "the event is not valid JSON"),
        (r#""eventCode":8,"#, "", "the event has no eventCode"),
        (r#""eventCode":8,"#, r#""eventCode":null,"#, "the event has no eventCode"),
        (r#""eventCode":8,"#, r#""eventCode":2147483648,"#, "eventCode is 2147483648, not a code of 31 bits"),
        (r#""eventCode":8,"#, r#""eventCode":"x","#, "eventCode is \"x\", not a code of 31 bits"),
        (r#""eventCode":8,"#, r#""eventCode":8,"eventCode":9,"#, "eventCode comes twice with different values"),
        (r#""sequenceNumber":7,"#, "", "the event has no sequenceNumber"),
        (
            r#""sequenceNumber":7,"#,
            r#""sequenceNumber":4294967296,"#,
            "sequenceNumber is 4294967296, not a number of 32 bits",
        ),
        (r#""sequenceNumber":7,"#, r#""sequenceNumber":-1,"#, "sequenceNumber is -1, not a number of 32 bits"),
        (r#""sequenceNumber":7,"#, r#""sequenceNumber":7.5,"#, "sequenceNumber is 7.5, not a number of 32 bits"),
        (r#""sequenceGroup":3,"#, r#""sequenceGroup":65536,"#, "sequenceGroup is 65536, not a number of 16 bits"),
        (r#""sequenceGroup":3,"#, r#""sequenceGroup":-1,"#, "sequenceGroup is -1, not a number of 16 bits"),
        (r#""pumpDateTime":"2026-05-14T00:01:31","#, "", "the event has no pumpDateTime"),
        (
            r#""pumpDateTime":"2026-05-14T00:01:31","#,
            r#""pumpDateTime":579571291,"#,
            "pumpDateTime is 579571291, not a string",
        ),
        (
            r#""2026-05-14T00:01:31","#,
            r#""2026-05-14T00:01:31+02:00","#,
            "pumpDateTime \"2026-05-14T00:01:31+02:00\" cannot be used",
        ),
        (
            r#""2026-05-14T00:01:31","#,
            r#""1999-05-14T00:01:31","#,
            "pumpDateTime \"1999-05-14T00:01:31\" cannot be used",
        ),
        (
            r#"{"alarmId":2},"#,
            r#"{"alarmId":2},"eventProperties":{},"#,
            "eventProperties comes twice with different values",
        ),
    ];
    for (from, to, message) in refused {
        let text = WHOLE.replacen(from, to, 1);
        assert_ne!(text, WHOLE);
        assert_eq!(decode_json(&text).unwrap_err().to_string(), message, "{text}");
        assert_eq!(read_json_envelope(&text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn an_unusable_time_says_why() {
    let error = decode_json(&text(8, "{}").replacen("00:01:31", "00:01:31+02:00", 1)).unwrap_err();
    let JsonError::PumpDateTime { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.to_string(), "a zone, where the pump's wall clock has none");
}

#[test]
fn members_come_in_any_order() {
    let text = r#"{"eventProperties":{"alarmId":2},"pumpDateTime":"2026-05-14T00:01:31.500","sequenceNumber":7,"eventCode":8,"sequenceGroup":0,"deviceAssignmentId":"p\u0061"}"#;
    let json = decode_json(text).unwrap();
    assert_eq!(json.event.value("alarmId").and_then(pump_events::Value::as_unsigned), Some(2));
    assert_eq!(json.device_assignment_id.as_deref(), Some("pa"));
    assert_eq!(json.event.header().pump_time.to_string(), "2026-05-14T00:01:31");
}

#[test]
fn deep_nesting_is_passed_over() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let event = decode(8, &format!(r#"{{"alarmId":2,"deep":{deep}}}"#));
    assert_eq!(event.extra_fields()[0].json, deep);
    assert!(problems(&event)[0].len() < 400);
}

#[test]
fn equal_and_different_content_are_distinguished() {
    let base = decode(280, r#"{"bolusId":1,"bolusType":[0],"x":1,"y":2}"#);
    let rows = [
        (r#"{"y":2,"x":1,"bolusType":1,"bolusId":1.0}"#, true),
        (r#"{"bolusId":2,"bolusType":[0],"x":1,"y":2}"#, false),
        (r#"{"bolusId":1,"bolusType":[0],"x":1,"y":3}"#, false),
        (r#"{"bolusId":1,"bolusType":[0],"x":1}"#, false),
        (r#"{"bolusId":1,"bolusType":[0],"x":1,"y":2,"remoteId":0}"#, false),
    ];
    for (properties, same) in rows {
        let other = decode(280, properties);
        assert_eq!((base.same_content(&other), other.same_content(&base)), (same, same), "{properties}");
    }
}

#[test]
fn a_mask_that_the_cloud_cuts_does_not_make_another_event() {
    let json = decode(90, r#"{"commandedBasalRate":0.8,"featuresBitmask":[],"featureBitmaskIndex":[]}"#);
    let record = |rate: f32| {
        let event = Event::build(json.header().code).pump_time(json.header().pump_time).sequence_number(7);
        event.set("commandedBasalRate", rate).unwrap().set("featuresBitmask", 0x7624_dd9au32).unwrap().finish()
    };
    assert!(record(0.8).same_content(&json) && json.same_content(&record(0.8)));
    assert!(!record(0.9).same_content(&json) && !json.same_content(&record(0.9)));
}

#[test]
fn codes_beyond_those_of_records_are_of_unknown_events() {
    for code in [4096, 5000, 65_535, 65_536, 70_000, 2_147_483_647] {
        let text = text(1, "{\"a\":1}").replace("\"eventCode\":1,", &format!("\"eventCode\":{code},"));
        let event = decode_json(&text).unwrap().event;
        assert_eq!((event.header().code.0, event.name().as_ref()), (code, format!("UNKNOWN_{code}").as_str()));
        assert_eq!(problems(&event), [format!("unknown_event - - a code of the dictionary: code {code}")]);
        assert_eq!(decode_json(&encode_json(&event, "pump")).unwrap().event, event);
    }
    for code in ["-1", "2147483648", "4.5", "\"x\""] {
        let text = text(1, "{}").replace("\"eventCode\":1,", &format!("\"eventCode\":{code},"));
        assert!(matches!(decode_json(&text), Err(JsonError::Invalid { name: "eventCode", .. })), "{code}");
    }
}

#[test]
fn problem_sets_do_not_depend_on_order_or_values() {
    let set = |properties: &str| pump_events::ProblemSetId::of_event(&decode(48, properties), |_| true);
    assert_eq!(set(r#"{"carbs":45}"#), None);
    assert!(set(r#"{"carbs":45,"new":1}"#).is_some());
    assert_eq!(set(r#"{"carbs":45,"new":1,"newer":2}"#), set(r#"{"newer":"x","carbs":1,"new":null}"#));
    let others = [r#"{"carbs":45,"newer":1}"#, r#"{"new":1}"#, r#"{"carbs":"x","new":1}"#];
    assert_eq!(set(r#"{"carbs":"45"}"#), None, "a number in quotes is a number");
    assert!(others.iter().all(|other| set(other) != set(r#"{"carbs":45,"new":1}"#)));
}
