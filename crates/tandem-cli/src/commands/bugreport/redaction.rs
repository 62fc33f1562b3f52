//! Removes what identifies a person from a text: what is known to be private, and what looks like it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf, absolute};

use regex::Regex;

use crate::arguments::AccountArgs;
use crate::commands::doctor::checks::Examination;
use crate::context::Context;

/// What looks private, whatever it is: addresses of e-mail, whole paths, long numbers.
const PATTERNS: [(&str, &str); 3] = [
    (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", "‹e-mail›"),
    (r#"(?m)(^|[\s"'`(=,:])(?:/|[A-Za-z]:\\|\\\\)[^\s"'`,;)]+"#, "$1‹path›"),
    (r"\d{6,}", "‹number›"),
];

/// Shorter names are words of their own in too many sentences.
const SHORTEST_NAME: usize = 3;

/// What is private here, and what stands for it.
pub(super) struct Redaction {
    /// The text and its replacement; names only where they stand alone.
    known: Vec<(Regex, String)>,
    patterns: Vec<(Regex, &'static str)>,
}

impl Redaction {
    /// Collects what is private in this run.
    pub(super) fn new(arguments: &AccountArgs, context: &Context, examination: &Examination) -> Self {
        let settings = &context.settings;
        let mut private = Private::default();
        private.path(&settings.database, "‹database›");
        private.path(&settings.config, "‹config›");
        private.folders();
        if let Some(email) = settings.email(arguments) {
            private.name(email.split('@').next().unwrap_or_default(), "‹name›");
            private.text(email, "‹e-mail›");
        }
        for endpoint in arguments.endpoint.iter().chain(&settings.file.endpoint) {
            let host = endpoint.split("://").last().unwrap_or(endpoint).trim_end_matches('/');
            private.text(host, "‹endpoint›");
        }
        if let Some(host) = settings.nightscout(None).ok().and_then(|site| site.url.host_str().map(str::to_owned)) {
            private.text(host, "‹nightscout›");
        }
        let stored =
            examination.facts.iter().flat_map(|facts| &facts.pumps).filter_map(|pump| pump.serial_number.clone());
        let listed = examination.account.iter().flat_map(|account| &account.pumps);
        for serial in stored.chain(listed.map(|pump| pump.serial_number.to_string())) {
            private.serial(serial);
        }
        Self::from_private(private)
    }

    fn from_private(private: Private) -> Self {
        let mut texts: Vec<_> = private.texts.into_iter().collect();
        // The longest first: a folder must not be taken out of the path of a file in it.
        texts.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        let texts = texts.into_iter().map(|(text, stand_in)| (regex::escape(&text), stand_in));
        let names =
            private.names.into_iter().map(|(name, stand_in)| (format!(r"(?i)\b{}\b", regex::escape(&name)), stand_in));
        let compile = |pattern: &str| Regex::new(pattern).expect("escaped texts and the patterns above are regular");
        Self {
            known: texts.chain(names).map(|(pattern, stand_in)| (compile(&pattern), stand_in)).collect(),
            patterns: PATTERNS.map(|(pattern, stand_in)| (compile(pattern), stand_in)).into(),
        }
    }

    /// The text without it.
    pub(super) fn applied(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (pattern, stand_in) in &self.known {
            text = pattern.replace_all(&text, regex::NoExpand(stand_in)).into_owned();
        }
        for (pattern, stand_in) in &self.patterns {
            text = pattern.replace_all(&text, *stand_in).into_owned();
        }
        text
    }
}

/// Private texts, and names, which are words that a sentence may hold for other reasons.
#[derive(Default)]
struct Private {
    texts: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    pumps: usize,
}

impl Private {
    fn text(&mut self, text: impl Into<String>, stand_in: &str) {
        let text = text.into();
        if !text.trim().is_empty() {
            self.texts.entry(text).or_insert_with(|| stand_in.to_owned());
        }
    }

    fn name(&mut self, name: &str, stand_in: &str) {
        if name.chars().count() >= SHORTEST_NAME && name != "root" {
            self.names.entry(name.to_owned()).or_insert_with(|| stand_in.to_owned());
        }
    }

    /// A path as it was given, and whole. The usual one tells nothing.
    fn path(&mut self, path: &Path, stand_in: &str) {
        if path.is_relative() && path.starts_with("data") {
            return;
        }
        let whole = [absolute(path).ok(), path.canonicalize().ok()];
        for path in whole.iter().flatten().map(PathBuf::as_path).chain([path]) {
            self.text(path.display().to_string(), stand_in);
        }
    }

    /// The folder one is in, the home, and the name of its owner.
    fn folders(&mut self) {
        if let Ok(folder) = std::env::current_dir() {
            self.text(folder.display().to_string(), "‹folder›");
        }
        if let Some(home) = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")) {
            let home = Path::new(&home);
            self.text(home.display().to_string(), "‹home›");
            self.name(&home.file_name().unwrap_or_default().to_string_lossy(), "‹name›");
        }
        for variable in ["USER", "LOGNAME", "USERNAME"] {
            self.name(&std::env::var(variable).unwrap_or_default(), "‹name›");
        }
    }

    fn serial(&mut self, serial: String) {
        if !self.texts.contains_key(&serial) {
            self.pumps += 1;
            self.text(serial, &format!("‹pump {}›", self.pumps));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_things_are_replaced() {
        let mut private = Private::default();
        private.text("/home/jane/pump", "‹folder›");
        private.text("/home/jane", "‹home›");
        private.name("jane", "‹name›");
        private.name("al", "‹name›");
        private.serial("123456".to_owned());
        let redaction = Redaction::from_private(private);
        let rows = [
            ("in /home/jane/pump/x.db", "in ‹folder›/x.db"),
            ("Jane's, not Janet's", "‹name›'s, not Janet's"),
            ("all of al", "all of al"),
            ("pump 123456: fine", "pump ‹pump 1›: fine"),
            ("write to x.y+z@example.org.", "write to ‹e-mail›."),
            ("cannot open \"/srv/x.db\": no", "cannot open \"‹path›\": no"),
            (r"C:\Users\x\y.db, 1", "‹path›, 1"),
            ("GET source.example.org/api/reports", "GET source.example.org/api/reports"),
            ("serial 90556643, 1,234,567 events of 2026-11-25", "serial ‹number›, 1,234,567 events of 2026-11-25"),
        ];
        for (text, expected) in rows {
            assert_eq!(redaction.applied(text), expected, "{text}");
        }
    }
}
