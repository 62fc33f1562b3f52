//! What the tables that people read call things: labels beyond those of the pump's own enumerations, as data.
//!
//! The pump's numbers have their labels in the event dictionary. A vocabulary here has labels that are derived (`in_progress`), or
//! plainer than the pump's (`low_glucose` for `auto_suspend_plgs`); the latter say which label of the dictionary they stand for.
//! Rust types, SQL and the comments of columns all take their labels from `data/vocabulary.json`.

use std::sync::OnceLock;

use serde::Deserialize;

static TEXT: &str = include_str!("../data/vocabulary.json");

/// The labels that one kind of column can have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Its name.
    pub name: String,
    /// What the labels tell.
    pub about: String,
    /// The dictionary's enumeration that its labels stand for.
    pub of: Option<String>,
    /// The labels.
    pub labels: Vec<VocabularyLabel>,
}

/// One label.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VocabularyLabel {
    /// The text, as stored.
    pub label: String,
    /// What it means.
    pub about: String,
    /// The dictionary's label that it stands for.
    pub of: Option<String>,
}

/// A number that stands for something other than itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialNumber {
    /// Its name.
    pub name: String,
    /// The number.
    pub value: u32,
    /// What it stands for, with the unit.
    pub about: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    numbers: Vec<SpecialNumber>,
    vocabularies: Vec<Vocabulary>,
}

impl Vocabulary {
    /// Every vocabulary, by name.
    ///
    /// # Panics
    ///
    /// Never in a build whose tests pass: they load the same text.
    #[must_use]
    pub fn all() -> impl ExactSizeIterator<Item = &'static Self> {
        file().vocabularies.iter()
    }

    /// The vocabulary called `name`.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::all().find(|vocabulary| vocabulary.name == name)
    }

    /// Every label with what it means, for the comment of a column: `user (by the person), alarm (by an alarm)`.
    #[must_use]
    pub fn describe(&self) -> String {
        let labels = self.labels.iter().map(|label| format!("{} ({})", label.label, label.about));
        labels.collect::<Vec<_>>().join(", ")
    }
}

impl SpecialNumber {
    /// Every number that stands for something.
    ///
    /// # Panics
    ///
    /// As [`Vocabulary::all`].
    #[must_use]
    pub fn all() -> impl ExactSizeIterator<Item = &'static Self> {
        file().numbers.iter()
    }
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| {
        let file: File = serde_json::from_str(TEXT).expect("the compiled-in vocabulary is valid, as the tests check");
        assert_eq!(file.format, 1, "the compiled-in vocabulary has the format that this code reads");
        file
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Dictionary;

    #[test]
    fn vocabularies_agree_with_the_dictionary() {
        for vocabulary in Vocabulary::all() {
            let labels: BTreeSet<_> = vocabulary.labels.iter().map(|label| label.label.as_str()).collect();
            assert_eq!(labels.len(), vocabulary.labels.len(), "{} has a label twice", vocabulary.name);
            let wire =
                vocabulary.of.as_deref().map(|set| Dictionary::label_set(set).expect("a label set of the dictionary"));
            for label in &vocabulary.labels {
                let Some(of) = &label.of else { continue };
                let known = wire.is_some_and(|set| set.iter().any(|(_, wire)| wire == of.as_str()));
                assert!(known, "{} {} stands for {of}, which is not in the dictionary", vocabulary.name, label.label);
            }
        }
    }
}
