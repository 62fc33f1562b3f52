//! The dictionary file: what it holds, and that each rule is really checked.

use std::collections::BTreeMap;

use pump_events::{Certainty, Dictionary, EventCode, EventLayout, Field, LabelSet, Labels};

#[test]
fn holds_every_known_event() {
    let events: Vec<_> = Dictionary::events().collect();
    assert_eq!(events.len(), 192);
    assert_eq!(events.iter().filter(|event| !event.fields.is_empty()).count(), 140);
    assert_eq!(events.iter().filter(|event| event.certainty == Certainty::SeenLive).count(), 7);
    assert_eq!(events.iter().filter(|event| event.certainty == Certainty::CodeOnly).count(), 7);
    assert_eq!(events.iter().filter(|event| !event.seen_in_cloud).count(), 37);
    assert_eq!(events.iter().map(|event| event.fields.len() + event.undecoded.len()).sum::<usize>(), 628);
    assert_eq!(events.iter().map(|event| event.undecoded.len()).sum::<usize>(), 2);
}

#[test]
fn is_found_by_code() {
    let rows = [
        (279, Some("LID_BASAL_DELIVERY")),
        (0, Some("LID_LOG_ERASED")),
        (9, Some("UNKNOWN_9")),
        (1, None),
        (4095, None),
        (5000, None),
    ];
    for (code, name) in rows {
        assert_eq!(Dictionary::event(EventCode(code)).map(|event| event.name), name, "{code}");
    }
}

/// Layouts as public decoders have them. The dictionary may know more events; of these it knows neither more nor less.
const LAYOUTS: &str = include_str!("../../../../tests/data/layouts.txt");

#[test]
fn has_the_layouts_of_the_public_decoders() {
    let mut labels = BTreeMap::new();
    let mut found = BTreeMap::new();
    let mut event = None;
    for line in LAYOUTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(set) = line.strip_prefix("labels ") {
            labels.extend(set.split_once(": "));
        } else if let Some(field) = line.strip_prefix("  ") {
            check_field(event.unwrap(), field, &labels);
            *found.entry(event.unwrap().code).or_default() += 1;
        } else {
            event = Some(check_event(line));
            found.insert(event.unwrap().code, 0);
        }
    }
    assert_eq!((labels.len(), found.len(), found.values().sum::<usize>()), (65, 192, 628));
    for (code, fields) in found {
        let event = Dictionary::event(code).unwrap();
        assert_eq!(event.fields.len() + event.undecoded.len(), fields, "{}", event.name);
    }
}

fn check_event(line: &str) -> &'static EventLayout {
    let (line, is_newer) = line.strip_suffix(" learned later").map_or((line, false), |line| (line, true));
    let (code, name) = line.split_once(' ').unwrap();
    let event = Dictionary::event(EventCode(code.parse().unwrap())).unwrap();
    assert_eq!(event.name, name);
    assert!(!is_newer || event.source.is_some() || event.fields.is_empty(), "{name} has no source");
    event
}

/// One field: `name offset kind`, then `unit`, `undecoded`, `unlabelled`, `bool`, `enum:SET` or `bits:SET`.
fn check_field(event: &EventLayout, line: &str, labels: &BTreeMap<&str, &str>) {
    let [name, offset, kind, traits @ ..] = &line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    if traits.contains(&"undecoded") {
        assert!(event.undecoded.iter().any(|field| field.name == *name), "{line}");
        return assert!(event.field(name).is_none(), "{line}");
    }
    let field = event.field(name).unwrap();
    assert_eq!((field.offset.to_string().as_str(), field.kind.as_str()), (*offset, *kind), "{line}");
    if traits.contains(&"unlabelled") {
        return;
    }
    assert_eq!(field.unit.is_some(), traits.contains(&"unit"), "{line}");
    let traits: Vec<&str> = traits.iter().filter(|word| **word != "unit").copied().collect();
    check_labels(field, traits.first().copied(), labels);
}

fn check_labels(field: &Field, expected: Option<&str>, labels: &BTreeMap<&str, &str>) {
    let (kind, listed) = match &field.labels {
        Labels::Enum(set) => ("enum", list_labels(set)),
        Labels::Bits(set) => ("bits", list_labels(set)),
        Labels::Bool => ("bool", String::new()),
        Labels::None => ("none", String::new()),
    };
    let (expected, set) = expected.unwrap_or("none").split_once(':').unwrap_or((expected.unwrap_or("none"), ""));
    assert_eq!((kind, listed.as_str()), (expected, labels.get(set).copied().unwrap_or_default()), "{}", field.name);
}

fn list_labels(set: &LabelSet) -> String {
    let labels: Vec<String> = set.iter().map(|(number, label)| format!("{number} {label}")).collect();
    labels.join(", ")
}

const VALID: &str = r#"{"format": 1,
    "enums": {"state": [[0, "off"], [1, "on"]]},
    "bits": {"flags": [[0, "first"], [7, "last"]]},
    "events": [
        {"code": 1, "name": "ONE", "certainty": "cloud_catalogue", "fields": [
            {"name": "rate", "kind": "f32", "offset": 0},
            {"name": "small", "kind": "i8", "offset": 4},
            {"name": "state", "kind": "u8", "offset": 14, "enum": "state"},
            {"name": "flags", "kind": "u8", "offset": 15, "bits": "flags"},
            {"name": "vague", "kind": "u16", "offset": 4, "undecoded": "sources disagree"}
        ]},
        {"code": 2, "name": "TWO", "certainty": "cloud_catalogue", "fields": []},
        {"code": 3, "name": "UNKNOWN_3", "certainty": "seen_live", "fields": []}
    ]}"#;

#[test]
fn a_valid_file_loads() {
    let dictionary = Dictionary::from_json(VALID).unwrap();
    assert_eq!(dictionary.find(EventCode(1)).unwrap().fields.len(), 4);
    assert_eq!(dictionary.find(EventCode(3)).unwrap().name, "UNKNOWN_3");
    assert!(dictionary.find(EventCode(4)).is_none());
}

#[test]
fn the_digest_follows_the_file() {
    let changed = VALID.replace("\"ONE\"", "\"ANOTHER\"").leak();
    let digest = |text| Dictionary::from_json(text).unwrap().digest().to_owned();
    assert_ne!(digest(VALID), digest(changed));
    assert_eq!(digest(VALID), digest(VALID));
}

#[test]
fn each_broken_rule_is_named() {
    let rows = [
        ("\"format\": 1", "\"format\": 2", "the dictionary has format 2, not 1"),
        ("\"format\": 1,", "", "the dictionary is not JSON of the expected shape"),
        ("\"offset\": 0", "\"offset\": 0, \"unti\": \"U\"", "the dictionary is not JSON of the expected shape"),
        ("\"kind\": \"f32\"", "\"kind\": \"f64\"", "the dictionary is not JSON of the expected shape"),
        (
            "\"code\": 3, \"name\": \"UNKNOWN_3\"",
            "\"code\": 4096, \"name\": \"UNKNOWN_4096\"",
            "code 4096 is above 4095",
        ),
        ("\"code\": 2", "\"code\": 1", "code 1 does not follow 1 in ascending order"),
        ("\"code\": 1", "\"code\": 9", "code 2 does not follow 9 in ascending order"),
        ("\"TWO\"", "\"ONE\"", "the name ONE is used by events 1 and 2"),
        ("\"TWO\"", "\"\"", "`` is not a name of ASCII letters, digits and underscores"),
        ("\"on\"", "\"o n\"", "`o n` is not a name of ASCII letters, digits and underscores"),
        ("\"small\"", "\"sm-all\"", "`sm-all` is not a name of ASCII letters, digits and underscores"),
        ("\"UNKNOWN_3\"", "\"THREE\"", "event 3 claims more or less than its certainty allows"),
        ("\"UNKNOWN_3\"", "\"UNKNOWN_4\"", "event 3 claims more or less than its certainty allows"),
        ("\"TWO\"", "\"UNKNOWN_2\"", "event 2 claims more or less than its certainty allows"),
        (
            "\"ONE\", \"certainty\": \"cloud_catalogue\"",
            "\"ONE\", \"certainty\": \"code_only\"",
            "event 1 claims more or less than its certainty allows",
        ),
        (
            "\"seen_live\", \"fields\": []",
            "\"seen_live\", \"fields\": [{\"name\": \"a\", \"kind\": \"u8\", \"offset\": 0}]",
            "event 3 claims more or less than its certainty allows",
        ),
        ("\"small\"", "\"rate\"", "event 1 has two fields called rate, counting those of labels"),
        ("\"small\"", "\"stateName\"", "event 1 has two fields called stateName, counting those of labels"),
        ("\"small\"", "\"flagsNames\"", "event 1 has two fields called flagsNames, counting those of labels"),
        (
            "\"offset\": 0",
            "\"offset\": 0, \"json_alias\": \"small\"",
            "event 1 has two fields called small, counting those of labels",
        ),
        ("\"offset\": 15", "\"offset\": 16", "event 1: flags lies outside the payload"),
        ("\"f32\", \"offset\": 0", "\"f32\", \"offset\": 13", "event 1: rate lies outside the payload"),
        ("\"u16\", \"offset\": 4", "\"u16\", \"offset\": 15", "event 1: vague lies outside the payload"),
        (
            "\"i8\", \"offset\": 4",
            "\"i8\", \"offset\": 3",
            "event 1: small overlaps another field and is not declared undecoded",
        ),
        (
            "\"u16\", \"offset\": 4",
            "\"u16\", \"offset\": 8",
            "event 1: vague is declared undecoded without need or reason",
        ),
        ("\"sources disagree\"", "\"\"", "event 1: vague is declared undecoded without need or reason"),
        ("\"enum\": \"state\"", "\"enum\": \"state\", \"bool\": true", "event 1: state cannot have these labels"),
        (
            "\"i8\", \"offset\": 4",
            "\"i8\", \"offset\": 4, \"enum\": \"state\"",
            "event 1: small cannot have these labels",
        ),
        ("\"f32\", \"offset\": 0", "\"f32\", \"offset\": 0, \"bool\": true", "event 1: rate cannot have these labels"),
        (
            "\"i8\", \"offset\": 4",
            "\"i8\", \"offset\": 4, \"json\": \"bits\"",
            "event 1: small cannot have these labels",
        ),
        (
            "\"enum\": \"state\"",
            "\"enum\": \"stats\"",
            "event 1: state names the label set stats, which does not exist",
        ),
        (
            "\"bits\": \"flags\"",
            "\"bits\": \"state\"",
            "event 1: flags names the label set state, which does not exist",
        ),
        (", \"enum\": \"state\"", "", "no field uses the label set state"),
        (", \"bits\": \"flags\"", "", "no field uses the label set flags"),
        ("[1, \"on\"]", "[0, \"on\"]", "number 0 of the label set state is out of order or above 255"),
        ("[1, \"on\"]", "[256, \"on\"]", "number 256 of the label set state is out of order or above 255"),
        ("[7, \"last\"]", "[8, \"last\"]", "event 1: flags is too narrow for its labels"),
    ];
    for (from, to, message) in rows {
        assert!(VALID.contains(from), "{from}");
        let error = Dictionary::from_json(VALID.replacen(from, to, 1).leak()).unwrap_err();
        assert_eq!(error.to_string(), message, "{to}");
    }
}

#[test]
fn no_event_has_more_fields_than_can_be_marked_present() {
    let fields = (0..33).map(|number| format!(r#"{{"name": "f{number}", "kind": "u8", "offset": {}}}"#, number % 16));
    let fields = fields.collect::<Vec<_>>().join(",");
    let text = format!(
        r#"{{"format": 1, "enums": {{}}, "bits": {{}}, "events": [{{"code": 1, "name": "ONE", "certainty": "cloud_catalogue", "fields": [{fields}]}}]}}"#
    );
    let error = Dictionary::from_json(text.leak()).unwrap_err();
    assert_eq!(error.to_string(), "event 1 has 33 fields, more than 32");
}
