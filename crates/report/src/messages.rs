//! The texts of reports: one catalogue per language, looked up by key, with plural rules and the language's decimal mark.
//!
//! The catalogues are `locales/*.ftl` (Project Fluent). A test compares them with each other and with the keys that the source
//! uses, so that no text is missing in any language.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use serde::Serialize;
use unic_langid::LanguageIdentifier;

use crate::printing::fixed;

/// A language that reports can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Language {
    /// English, with a decimal point.
    #[default]
    English,
    /// German, with a decimal comma.
    German,
}

impl Language {
    /// Every language there is a catalogue for.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag for the `lang` attribute.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    fn identifier(self) -> LanguageIdentifier {
        self.tag().parse().unwrap_or_default()
    }

    fn catalogue(self) -> &'static str {
        match self {
            Self::English => include_str!("../locales/en.ftl"),
            Self::German => include_str!("../locales/de.ftl"),
        }
    }
}

/// A value that is put into a message: a text, or a number that chooses the plural.
pub(crate) type Value<'a> = FluentValue<'a>;

/// The messages of one language.
pub struct Messages {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Messages {
    /// The catalogue of `language`.
    #[must_use]
    pub fn new(language: Language) -> Self {
        let mut bundle = FluentBundle::new(vec![language.identifier()]);
        // The marks around inserted values are for texts that mix writing directions; they would end up in file names and tests.
        bundle.set_use_isolating(false);
        // What can be parsed of a catalogue is used; the tests insist on all of it.
        let resource = match FluentResource::try_new(language.catalogue().to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
        Self { language, bundle }
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The message called `key`.
    #[must_use]
    pub fn translate(&self, key: &str) -> String {
        self.translate_with(key, &[])
    }

    /// The message called `key` with values put in. A key that no catalogue has is shown itself, in brackets.
    pub(crate) fn translate_with(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        self.find(key, values).unwrap_or_else(|| format!("[{key}]"))
    }

    /// The message called `key`, if the catalogue has it.
    pub(crate) fn find(&self, key: &str, values: &[(&str, Value<'_>)]) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let arguments: FluentArgs = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned())
    }

    /// `value` with `decimals` digits after the language's decimal mark.
    #[must_use]
    pub fn format_number(&self, value: f64, decimals: usize) -> String {
        let text = fixed(value, decimals);
        match self.language {
            Language::English => text,
            Language::German => text.replace('.', ","),
        }
    }

    /// The keys and texts of all messages that begin with `prefix`, without it: what a script of the page needs.
    #[must_use]
    pub(crate) fn with_prefix(&self, prefix: &str) -> Vec<(String, String)> {
        let lines = self.language.catalogue().lines();
        let keys = lines.filter_map(|line| line.split_once(" =")?.0.strip_prefix(prefix));
        keys.map(|key| (key.to_owned(), self.translate(&format!("{prefix}{key}")))).collect()
    }
}
