//! One check as a line: what was found, how bad it is, what to do about it.

use anyhow::Error;

use crate::failure::{self, Exit};

/// One finding.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) grade: Grade,
    pub(crate) words: String,
    pub(crate) advice: Option<String>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Grade {
    /// In order.
    Good,
    /// Worth knowing.
    Note,
    /// A command that needs this ends with this code.
    Bad(Exit),
    /// Could not be looked at, because of something above.
    Unknown,
}

impl Grade {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Bad(_) => "bad",
            Self::Unknown => "unknown",
        }
    }
}

impl Check {
    pub(super) fn new(name: &'static str, grade: Grade, words: impl Into<String>) -> Self {
        Self { name, grade, words: words.into(), advice: None }
    }

    pub(super) fn good(name: &'static str, words: impl Into<String>) -> Self {
        Self::new(name, Grade::Good, words)
    }

    pub(super) fn note(name: &'static str, words: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(name, Grade::Note, words).advise(advice)
    }

    /// What an error means for the commands that would meet it.
    pub(super) fn bad(name: &'static str, error: &Error) -> Self {
        let (words, advice, exit) = failure::in_brief(error);
        Self { name, grade: Grade::Bad(exit), words, advice }
    }

    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}
