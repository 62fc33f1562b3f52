//! What a person has to do in the browser before a login can succeed, as far as an answer's names show it.
//!
//! No such answer has been published, so this looks where services of this kind put it: a status, the name of an error, the address
//! of a redirect, the title of a page. It never looks at the text of a page, which may contain anything.

use std::fmt;

use serde_json::Value;

use crate::refusal;

/// Something that only the person can do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RequiredStep {
    /// Accept new terms of use.
    AcceptTerms,
    /// Choose a new password.
    ChangePassword,
}

impl RequiredStep {
    const ALL: [Self; 2] = [Self::AcceptTerms, Self::ChangePassword];

    /// Groups of words that name it, in lower case without anything between; all words of a group must be there.
    fn words(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::AcceptTerms => &[
                &["termsof"],
                &["termsand"],
                &["acceptterms"],
                &["termsrequired"],
                &["newterms"],
                &["eula"],
                &["licenseagreement"],
                &["privacypolicy"],
                &["consent"],
            ],
            Self::ChangePassword => &[
                &["password", "expired"],
                &["credential", "expired"],
                &["password", "change"],
                &["change", "password"],
                &["password", "update"],
                &["new", "password", "required"],
                &["resetrequired"],
            ],
        }
    }

    /// The step that a name asks for, such as `PASSWORD_EXPIRED` or `/account/terms-of-use`.
    pub(crate) fn named_by(name: &str) -> Option<Self> {
        let name: String = name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
        let is_named = |step: &Self| step.words().iter().any(|words| words.iter().all(|word| name.contains(word)));
        Self::ALL.into_iter().find(is_named)
    }

    /// The step that a body asks for.
    pub(crate) fn asked_for_by(body: &str) -> Option<Self> {
        match serde_json::from_str::<Value>(body) {
            Ok(answer) => ["status", "error", "code", "name"]
                .iter()
                .filter_map(|member| answer.get(member).and_then(Value::as_str))
                .find_map(Self::named_by),
            Err(_) => refusal::title(body).and_then(Self::named_by),
        }
    }
}

impl fmt::Display for RequiredStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AcceptTerms => "accept the new terms of use",
            Self::ChangePassword => "choose a new password, because yours has expired",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_steps() {
        use RequiredStep::{AcceptTerms, ChangePassword};
        let rows = [
            ("PASSWORD_EXPIRED", Some(ChangePassword)),
            ("account/password_expired", Some(ChangePassword)),
            ("/account/change-password", Some(ChangePassword)),
            ("CREDENTIALS_EXPIRED", Some(ChangePassword)),
            ("TERMS_OF_USE_REQUIRED", Some(AcceptTerms)),
            ("/terms-and-conditions", Some(AcceptTerms)),
            ("consent_required", Some(AcceptTerms)),
            ("account/invalid_credentials", None),
            ("MFA_REQUIRED", None),
            ("/forgot-password", None),
            ("/login", None),
            ("Sign in", None),
        ];
        for (name, step) in rows {
            assert_eq!(RequiredStep::named_by(name), step, "{name}");
        }
    }

    #[test]
    fn bodies_that_ask_for_a_step() {
        let rows = [
            (r#"{"status":"PASSWORD_EXPIRED"}"#, Some(RequiredStep::ChangePassword)),
            (r#"{"status":401,"error":"account/password_expired"}"#, Some(RequiredStep::ChangePassword)),
            ("<html><title>Terms of Use</title><p>password expired</p>", Some(RequiredStep::AcceptTerms)),
            (r#"{"message":"terms of use"}"#, None),
            ("<html><title>Sign in</title>By signing in you accept the terms of use", None),
            ("", None),
        ];
        for (body, step) in rows {
            assert_eq!(RequiredStep::asked_for_by(body), step, "{body}");
        }
    }
}
