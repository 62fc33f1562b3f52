//! Records: headers, streams in pieces, cut tails, what a record says that the dictionary does not know.

use pump_events::{
    Encoding, Event, EventCode, ProblemKind, RECORD_LENGTH, RecordDecoder, Value, decode_record, decode_records,
    encode_record,
};

use test_data::record_from_hex;

#[test]
fn a_header_has_its_parts() {
    let event = decode_record(&record_from_hex("103d229b46c50007625d3e99999a000000030000000000000000"));
    let header = event.header();
    assert_eq!(
        (header.source, header.code, header.sequence_group, header.sequence_number),
        (1, EventCode(61), 0, 483_933)
    );
    assert_eq!(header.pump_time.to_string(), "2026-05-25T22:12:21");
    assert_eq!((event.encoding(), event.name().as_ref()), (Encoding::Record, "LID_CANNULA_FILLED"));
    assert_eq!(event.value("primeSize"), Some(Value::Float(0.3)));
    assert_eq!(event.value("noSuchField"), None);
    assert_eq!(
        event.values().map(|(field, _)| field.name).collect::<Vec<_>>(),
        ["primeSize", "completionStatus", "infusionSetType"]
    );
}

#[test]
fn odd_records_have_problems_that_say_where_and_what() {
    let rows: &[(&str, &[&str])] = &[
        (
            "0001000000000000000100000000000000000000000000000000",
            &["unknown_event - - a code of the dictionary: code 1"],
        ),
        (
            "0009000000000000000100000001000000000000000000000000",
            &["unknown_layout - - an event without payload: code 9"],
        ),
        ("0009000000000000000100000000000000000000000000000000", &[]),
        (
            "001f000000000000000100000000000000000000000000000001",
            &["unknown_layout - - an event without payload: code 31"],
        ),
        (
            "0117000000000000000100000009000000000000000000000000",
            &["unknown_enum_number commandedRateSource 2 a number of basal_rate_source: 9"],
        ),
        ("0042000000000000000100020000000000000000000000000000", &["unknown_enum_number queued 1 0 or 1: 2"]),
        (
            "0118000000000000000180000000000000000000000000000000",
            &["unknown_bit bolusType 0 bits of bolus_parts: bit 7"],
        ),
        (
            "008c000000000000000100000000000000000000000000200008",
            &["unknown_bit status 12 bits of hypo_minimiser_status: bit 3, 21"],
        ),
        ("003000000000000000017fc00000000000000000000000000000", &["non_finite carbs 0 a finite number: NaN"]),
        ("00300000000000000001ff800000000000000000000000000000", &["non_finite carbs 0 a finite number: -inf"]),
    ];
    for (hex, expected) in rows {
        assert_eq!(problems(&decode_record(&record_from_hex(hex))), *expected, "{hex}");
    }
}

pub(crate) fn problems(event: &Event) -> Vec<String> {
    let problems = event.problems();
    let text = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
    let line = |problem: &pump_events::Problem| {
        let (field, offset) = (text(problem.field.clone()), text(problem.offset.map(|offset| offset.to_string())));
        format!("{} {field} {offset} {}: {}", problem.kind.as_str(), problem.expected, problem.got)
    };
    problems.iter().map(line).collect()
}

#[test]
fn kinds_of_problems_have_names_of_their_own() {
    let mut names: Vec<_> = ProblemKind::ALL.iter().map(|kind| kind.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ProblemKind::ALL.len());
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
}

#[test]
fn any_split_gives_the_same_events_and_tail() {
    let bytes: Vec<u8> = (0..RECORD_LENGTH * 4 + 11).map(|number| (number * 7) as u8).collect();
    let (events, tail) = decode_records(&bytes);
    let events: Vec<_> = events.collect();
    let expected_tail = tail.unwrap();
    assert_eq!((events.len(), expected_tail.position, expected_tail.bytes.len()), (4, 104, 11));
    for size in 1..=bytes.len() {
        let mut decoder = RecordDecoder::default();
        let pieces: Vec<_> = bytes.chunks(size).flat_map(|piece| decoder.push(piece).collect::<Vec<_>>()).collect();
        assert_eq!((pieces, decoder.finish()), (events.clone(), Some(expected_tail.clone())), "pieces of {size}");
    }
}

#[test]
fn a_piece_is_taken_even_if_its_events_are_not() {
    let bytes = [0; RECORD_LENGTH * 2 + 3];
    let mut decoder = RecordDecoder::default();
    let _ = decoder.push(&bytes);
    assert_eq!(decoder.push(&bytes[..RECORD_LENGTH - 3]).count(), 1);
    assert!(decoder.finish().is_none());
}

#[test]
fn a_cut_record_is_a_problem() {
    let (events, tail) = decode_records(&[1; 30]);
    assert_eq!(events.len(), 1);
    let problem = tail.unwrap().problem();
    assert_eq!(
        (problem.kind, &*problem.expected, problem.got.as_str()),
        (ProblemKind::CutRecord, "26 bytes", "4 bytes at 26")
    );
}

#[test]
fn whole_streams_have_no_tail() {
    for bytes in [vec![], vec![0; RECORD_LENGTH], vec![0; RECORD_LENGTH * 3]] {
        let (events, tail) = decode_records(&bytes);
        assert_eq!((events.len(), tail), (bytes.len() / RECORD_LENGTH, None));
    }
}

#[test]
fn built_events_are_records() {
    let event = Event::build(EventCode(3))
        .sequence_number(5)
        .set("commandedBasalRate", 0.8f32)
        .unwrap()
        .set("changeType", 1u8)
        .unwrap();
    let event = event.finish();
    assert_eq!(encode_record(&event), record_from_hex("000300000000000000053f4ccccd000000000000000000010000"));
    assert_eq!(decode_record(&encode_record(&event)), event);
}

#[test]
fn fields_are_set_only_to_what_they_hold() {
    let begun = || Event::build(EventCode(256));
    let rows = [
        ("rate", Value::Signed(-128), true),
        ("rate", Value::Signed(-129), false),
        ("rate", Value::Unsigned(127), true),
        ("rate", Value::Unsigned(128), false),
        ("rate", Value::Float(-3.0), true),
        ("rate", Value::Float(-3.5), false),
        ("rate", Value::Float(f32::NAN), false),
        ("interval", Value::Unsigned(255), true),
        ("interval", Value::Unsigned(256), false),
        ("interval", Value::Signed(-1), false),
        ("egvTimeStamp", Value::Unsigned(u32::MAX), true),
        ("noSuchField", Value::Unsigned(0), false),
    ];
    for (field, value, fits) in rows {
        let built = begun().set(field, value);
        assert_eq!(built.is_ok(), fits, "{field} {value:?}");
        if let Ok(built) = built {
            assert_eq!(built.finish().value(field).unwrap().as_f64(), value.as_f64());
        }
    }
    let message = begun().set("interval", 256u32).unwrap_err().to_string();
    assert_eq!(message, "field interval of event 256 cannot hold Unsigned(256)");
    assert_eq!(begun().set("carbs", 1u32).unwrap_err().to_string(), "event 256 has no field carbs");
}
