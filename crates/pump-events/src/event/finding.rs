//! What a decoder noticed, as little as it takes: a service that changes may give every event several of these, so that none is
//! worded before someone asks.

use std::borrow::Cow;

use super::extra_field::ExtraField;
use crate::field::{Field, JsonForm};
use crate::json::shorten_json;
use crate::{Problem, ProblemKind};

/// A problem found while decoding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Finding {
    /// Of a field of the layout; its value, where it has one, is an extra field of the same name.
    OfField(ProblemKind, &'static Field),
    /// The extra field with this position is not in the layout.
    UnknownField(usize),
    /// Anything else, which is rare.
    Other(Box<Problem>),
}

impl Finding {
    pub(crate) fn other(problem: Problem) -> Self {
        Self::Other(Box::new(problem))
    }

    pub(super) fn kind(&self) -> ProblemKind {
        match self {
            Self::OfField(kind, _) => *kind,
            Self::UnknownField(_) => ProblemKind::UnknownField,
            Self::Other(problem) => problem.kind,
        }
    }

    /// The field that it concerns; `extra` are the event's extra fields.
    pub(super) fn field_name<'e>(&'e self, extra: &'e [ExtraField]) -> Option<&'e str> {
        match self {
            Self::OfField(_, field) => Some(field.name),
            Self::UnknownField(index) => extra.get(*index).map(|field| &*field.name),
            Self::Other(problem) => problem.field.as_deref(),
        }
    }

    /// The problem in full; `extra` are the event's extra fields.
    pub(super) fn problem(&self, extra: &[ExtraField]) -> Problem {
        match self {
            Self::OfField(kind, field) => {
                let kept = extra.iter().find(|extra| extra.name == field.name);
                let got = kept.map_or_else(|| "nothing".to_owned(), |extra| shorten_json(&extra.json));
                Problem::of_field(*kind, field, describe_type(field), got)
            }
            Self::UnknownField(index) => {
                let (name, json) = extra.get(*index).map_or(("", ""), |field| (&field.name, &field.json));
                Problem::of_name(ProblemKind::UnknownField, name, "a field of the event's layout", shorten_json(json))
            }
            Self::Other(problem) => (**problem).clone(),
        }
    }
}

/// What a field's JSON should be.
fn describe_type(field: &Field) -> Cow<'static, str> {
    let kind = field.kind.as_str();
    match field.json_form {
        JsonForm::Number => kind.into(),
        JsonForm::Bits | JsonForm::NamedBits => format!("bit indices of {kind} or {kind}").into(),
    }
}
