//! The catalogues of messages: the same in every language, and complete for what the source and the dictionary ask for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use report::{Language, Messages};

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn catalogue(language: Language) -> String {
    file(&format!("locales/{}.ftl", language.tag()))
}

/// A key and the values it is filled with, per message.
fn keys(language: Language) -> BTreeSet<(String, BTreeSet<String>)> {
    let text = catalogue(language);
    let mut keys: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
            keys.push((key.to_owned(), BTreeSet::new()));
        }
        let values = line.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next()).map(str::to_owned);
        let scripted = line.split('«').skip(1).filter_map(|rest| rest.split('»').next()).map(|name| format!("«{name}"));
        keys.last_mut().expect("a key first").1.extend(values.chain(scripted));
    }
    let count = keys.len();
    let set: BTreeSet<_> = keys.into_iter().collect();
    assert_eq!(set.len(), count, "a key comes twice in {language:?}");
    set
}

#[test]
fn every_language_has_every_message_with_the_same_values() {
    let english = keys(Language::English);
    assert!(english.len() > 300, "{} messages", english.len());
    for language in Language::ALL {
        let other = keys(language);
        let differing: Vec<_> = english.symmetric_difference(&other).collect();
        assert!(differing.is_empty(), "{language:?}: {differing:?}");
        let messages = Messages::new(language);
        let unusable: Vec<_> = other.iter().filter(|(key, _)| messages.translate(key).starts_with('[')).collect();
        assert!(unusable.is_empty(), "{language:?} cannot read {unusable:?}");
    }
}

/// Every quoted text of the source that looks like a key of a message is one.
#[test]
fn every_key_in_the_source_is_a_message() {
    let known: BTreeSet<String> = keys(Language::English).into_iter().map(|(key, _)| key).collect();
    let mut used = BTreeSet::new();
    for folder in ["src/html", "src/explore"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                used.extend(keys_in(&fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    assert!(used.len() > 100, "{} keys found", used.len());
    let missing: Vec<_> =
        used.iter().filter(|key| !known.contains(*key) && !known.contains(&format!("explore-{key}"))).collect();
    assert!(missing.is_empty(), "no message for {missing:?}");
}

/// What stands in quotes after a call that looks a message up.
fn keys_in(source: &str) -> Vec<String> {
    let calls = [
        "text(\"",
        "translate(\"",
        "translate_with(\"",
        "count(\"",
        "tile(page, \"",
        "tile(\"",
        "key: \"",
        "render_evidence(page, \"",
        "translate_with(key, \"",
        "share(\"",
        "by_step(\"",
    ];
    let found = calls.iter().flat_map(|call| source.split(call).skip(1).filter_map(|rest| rest.split('"').next()));
    found
        .filter(|key| {
            key.len() > 2
                && key.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
        })
        .map(str::to_owned)
        .collect()
}

/// What the scripts of the explorer look up.
#[test]
fn every_key_in_the_scripts_is_a_message() {
    let known: BTreeSet<String> = keys(Language::English).into_iter().map(|(key, _)| key).collect();
    let mut count = 0;
    for name in ["main.mjs", "panels.mjs", "draw.mjs"] {
        let source = file(&format!("src/explore/{name}"));
        for key in source.split("words.text(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            count += 1;
            assert!(known.contains(&format!("explore-{key}")) || known.contains(key), "{name}: no message for {key:?}");
        }
    }
    assert!(count > 15, "{count} keys");
}

#[test]
fn every_alarm_of_the_dictionary_has_the_words_of_the_pump() {
    let dictionary: serde_json::Value =
        serde_json::from_str(&file("../pump-events/data/dictionary.json")).expect("a dictionary");
    let messages = Messages::new(Language::German);
    let mut count = 0;
    for list in ["pump_alert", "pump_alarm", "cgm_alert", "malfunction"] {
        let labels = find(&dictionary, list).and_then(|list| list.as_array()).unwrap_or_else(|| panic!("no {list}"));
        for label in labels.iter().filter_map(|pair| pair.get(1)?.as_str()) {
            count += 1;
            assert!(!messages.translate(&format!("alarm-{label}")).starts_with('['), "no words for {list} {label}");
        }
    }
    assert!(count > 150, "{count} alarms");
}

fn find<'a>(value: &'a serde_json::Value, key: &str) -> Option<&'a serde_json::Value> {
    value
        .get(key)
        .filter(|found| found.is_array())
        .or_else(|| value.as_object()?.values().find_map(|value| find(value, key)))
}
