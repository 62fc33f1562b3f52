//! What holds for any input.

use proptest::collection::vec;
use proptest::prelude::*;
use pump_events::{
    Dictionary, Event, EventCode, RECORD_LENGTH, RecordDecoder, Value, decode_json, decode_raw, decode_record,
    decode_records, encode_json, encode_raw_record, encode_record, read_json_envelope,
};
use serde_json::Value as Json;

/// Records of known kinds, since most random codes are of unknown ones.
fn known_record() -> impl Strategy<Value = [u8; RECORD_LENGTH]> {
    let codes: Vec<_> = Dictionary::events().map(|event| event.code.0).collect();
    (proptest::sample::select(codes), any::<[u8; RECORD_LENGTH]>()).prop_map(|(code, mut record)| {
        let [_, _, high, low] = code.to_be_bytes();
        record[0] = record[0] & 0xf0 | high;
        record[1] = low;
        record
    })
}

/// Any JSON, nested a little, with the names that events have among others.
fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-300i64..300).prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".*".prop_map(Json::from),
        Just(Json::from("2026-05-14T00:01:31")),
    ];
    leaf.prop_recursive(3, 24, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec((name(), inner), 0..8).prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    let envelope =
        ["eventCode", "sequenceNumber", "sequenceGroup", "pumpDateTime", "eventProperties", "deviceAssignmentId"];
    let fields = Dictionary::events().flat_map(|event| event.fields.iter().map(|field| field.name));
    let known: Vec<_> = envelope.into_iter().chain(fields).map(str::to_owned).collect();
    prop_oneof![8 => proptest::sample::select(known), 1 => ".*"]
}

/// An event of a known kind whose properties are its own fields with any values, and others.
fn json_event() -> impl Strategy<Value = String> {
    let codes: Vec<_> = Dictionary::events().map(|event| event.code).collect();
    (proptest::sample::select(codes), any::<u16>(), any::<u32>()).prop_flat_map(|(code, group, number)| {
        let fields = Dictionary::event(code).map_or(&[][..], |event| &event.fields);
        let own: Vec<_> = fields.iter().map(|field| field.name.to_owned()).chain(["spareA1".to_owned()]).collect();
        let names = prop_oneof![6 => proptest::sample::select(own), 1 => name()];
        vec((names, json()), 0..12).prop_map(move |members| {
            let members = members.iter().map(|(name, value)| format!("{}:{value}", Json::from(name.as_str())));
            let properties = members.collect::<Vec<_>>().join(",");
            format!(
                r#"{{"eventCode":{code},"sequenceGroup":{group},"sequenceNumber":{number},"pumpDateTime":"2026-05-14T00:01:31","eventProperties":{{{properties}}}}}"#
            )
        })
    })
}

fn event_data(event: &Event) -> String {
    let mut text = String::new();
    event.write_json(&mut text);
    text
}

/// The keys of an object's text, repeated ones included.
fn keys(text: &str) -> Vec<String> {
    struct Keys(Vec<String>);
    impl<'de> serde::Deserialize<'de> for Keys {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Keys;
                fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                    let mut keys = Vec::new();
                    while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                        keys.push(key);
                    }
                    Ok(Keys(keys))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }
    serde_json::from_str::<Keys>(text).unwrap().0
}

fn check_everything_can_be_asked(event: &Event) {
    let data = event_data(event);
    let mut names = keys(&data);
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a key twice in {data}");
    let _ = (event.problems(), format!("{event:?}"));
    assert!(event.same_content(event));
}

fn finite(event: &Event) -> bool {
    event.values().all(|(_, value)| value.as_f64().is_finite())
}

proptest! {
    #[test]
    fn records_come_back_to_the_bit(record in prop_oneof![known_record(), any::<[u8; RECORD_LENGTH]>()]) {
        let event = decode_record(&record);
        check_everything_can_be_asked(&event);
        prop_assert_eq!(encode_record(&event), record);
        prop_assert_eq!(&decode_raw(&encode_raw_record(&record)).unwrap(), &event);
    }

    #[test]
    fn records_come_back_through_json(record in known_record()) {
        let event = decode_record(&record);
        prop_assume!(finite(&event));
        let json = decode_json(&encode_json(&event, "pump")).unwrap().event;
        prop_assert!(event.layout().unwrap().fields.is_empty() || event.same_content(&json));
        prop_assert_eq!(event_data(&event), event_data(&json));
        prop_assert_eq!(json.values().count(), event.values().count());
        prop_assert_eq!(encode_json(&json, "pump"), encode_json(&event, "pump"));
        // Only the source nibble and bytes without a field are lost.
        let again = decode_record(&encode_record(&json));
        prop_assert!(again.values().zip(event.values()).all(|((_, ours), (_, theirs))| ours == theirs));
    }

    #[test]
    fn floats_come_back_to_the_bit(bits in any::<u32>()) {
        let float = f32::from_bits(bits);
        prop_assume!(float.is_finite());
        let event = Event::build(EventCode(48)).set("carbs", float).unwrap().finish();
        let json = decode_json(&encode_json(&event, "pump")).unwrap().event;
        let Some(Value::Float(again)) = json.value("carbs") else { panic!("{json:?}") };
        prop_assert_eq!(again.to_bits(), bits);
    }

    #[test]
    fn splitting_changes_nothing(bytes in vec(any::<u8>(), 0..400), cuts in vec(any::<prop::sample::Index>(), 0..6)) {
        let (events, tail) = decode_records(&bytes);
        let expected = (events.collect::<Vec<_>>(), tail);
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).chain([0, bytes.len()]).collect();
        cuts.sort_unstable();
        let mut decoder = RecordDecoder::default();
        let mut events = Vec::new();
        for cut in cuts.windows(2) {
            events.extend(decoder.push(&bytes[cut[0]..cut[1]]));
        }
        prop_assert_eq!((events, decoder.finish()), expected);
    }

    #[test]
    fn texts_are_decoded_or_refused(text in ".*") {
        let _ = (decode_json(&text).is_ok(), decode_raw(&text).is_ok());
        prop_assert_eq!(read_json_envelope(&text).is_ok(), decode_json(&text).is_ok());
    }

    #[test]
    fn any_json_is_decoded_or_refused(json in json()) {
        let text = json.to_string();
        let envelope = read_json_envelope(&text).map_err(|error| error.to_string()).map(|envelope| format!("{envelope:?}"));
        let event = decode_json(&text).map_err(|error| error.to_string());
        prop_assert_eq!(envelope.as_ref().err(), event.as_ref().err());
        if let Ok(json) = event {
            check_everything_can_be_asked(&json.event);
        }
    }

    #[test]
    fn the_envelope_agrees_with_the_event(text in json_event()) {
        let envelope = read_json_envelope(&text).unwrap();
        let json = decode_json(&text).unwrap();
        let header = json.event.header();
        prop_assert_eq!((envelope.code, envelope.pump_time), (header.code, header.pump_time));
        prop_assert_eq!((envelope.sequence_group, envelope.sequence_number), (header.sequence_group, header.sequence_number));
        prop_assert_eq!(envelope.device_assignment_id, json.device_assignment_id);
        prop_assert_eq!(envelope.estimated_date_time, json.estimated_date_time);
    }

    #[test]
    fn json_events_come_back_whole(text in json_event()) {
        let event = decode_json(&text).unwrap().event;
        check_everything_can_be_asked(&event);
        let again = decode_json(&encode_json(&event, "pump")).unwrap().event;
        prop_assert_eq!(&again, &event);
        prop_assert!(again.same_content(&event));
    }

    #[test]
    fn cut_texts_are_refused(text in json_event(), cut in any::<prop::sample::Index>()) {
        let cut = text.floor_char_boundary(cut.index(text.len()));
        prop_assert!(decode_json(&text[..cut]).is_err());
        prop_assert!(read_json_envelope(&text[..cut]).is_err());
    }
}
