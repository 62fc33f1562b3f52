//! Everything that can go wrong between this client and the service.
//!
//! One private enum, so that all messages are in one place; [`SourceError`] is what callers see. Messages name the
//! method, host and path of a request, never an identifier, a token or anything of a body but its outline.

use std::error::Error;
use std::time::Duration;

use pipeline::{SourceError, SourceErrorKind};

use crate::refusal::Refusal;
use crate::region::Region;
use crate::request_label::RequestLabel;
use crate::required_step::RequiredStep;

type BoxError = Box<dyn Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{reason}")]
    Configuration { reason: String },

    #[error("no e-mail address is configured")]
    NoEmail,

    #[error("no password available")]
    NoPassword { source: BoxError },

    #[error("the password is empty")]
    EmptyPassword,

    #[error(
        "Tandem Source ({region}) refused the e-mail and password: they are wrong, or the account is in the other \
         region, {other} ({countries})",
        other = region.other(),
        countries = region.other().countries()
    )]
    CredentialsRefused { region: Region },

    #[error(
        "Tandem Source ({region}) refused this password before, so it was not tried again: it is wrong, or the \
         account is in the other region, {other} ({countries}); `tandem login` tries it anyway",
        other = region.other(),
        countries = region.other().countries()
    )]
    CredentialsRefusedBefore { region: Region },

    #[error(
        "Tandem Source ({region}) locked the account after too many logins; it unlocks after an hour \
         to a day without further attempts"
    )]
    AccountLocked { region: Region },

    #[error(
        "Tandem Source ({region}) requires more than e-mail and password (status {status}); tandem does not support \
         two-factor authentication"
    )]
    MoreThanPassword { region: Region, status: String },

    #[error("Tandem Source ({region}) wants you to {step} before you can log in")]
    StepRequired { region: Region, step: RequiredStep },

    #[error("the login was accepted but did not last: {label} asked to log in again")]
    LoginDidNotStick { label: RequestLabel },

    #[error("the firewall in front of Tandem Source blocked the request, not the account: {label} answered {outline}")]
    Blocked { label: RequestLabel, outline: String },

    #[error("Tandem changed its service: {label} no longer exists: it answered {outline}")]
    NotFound { label: RequestLabel, outline: String },

    #[error("Tandem changed its service: {label} refused the request: it answered {outline}")]
    Refused { label: RequestLabel, outline: String, refusal: Box<Refusal> },

    #[error("Tandem changed its service: {label} answered unexpectedly with {outline}")]
    Unexpected { label: RequestLabel, outline: String },

    #[error("Tandem changed its service: {label} answered in an unknown format: {detail}")]
    UnknownShape { label: RequestLabel, detail: String },

    #[error("the response of {label} is larger than {limit_bytes} bytes and was not read completely")]
    TooLarge { label: RequestLabel, limit_bytes: u64 },

    #[error("the token was refused by {label}")]
    Unauthorized { label: RequestLabel },

    #[error("{label} refused a token that was issued a moment ago")]
    FreshTokenRefused { label: RequestLabel },

    #[error("too many requests: {label} asked for {}", describe_wait(*retry_after))]
    RateLimited { label: RequestLabel, retry_after: Option<Duration> },

    #[error("Tandem Source is currently unavailable: {label} answered {outline}")]
    Unavailable { label: RequestLabel, outline: String, retry_after: Option<Duration> },

    #[error("Tandem Source is currently unavailable: {label} answered with a web page instead of data ({outline})")]
    WebPage { label: RequestLabel, outline: String },

    #[error("the response of {label} is not complete JSON: {detail}")]
    Garbled { label: RequestLabel, detail: String },

    #[error("{label} {trouble}")]
    Network { label: RequestLabel, trouble: &'static str, source: reqwest::Error },

    #[error("the identity token is not valid: {reason}")]
    TokenInvalid { reason: &'static str, source: Option<BoxError> },

    /// What another caller's login, for which this one waited, came to.
    #[error("{message}")]
    Shared { kind: SourceErrorKind, message: String },
}

impl Failure {
    /// The family.
    pub(crate) fn kind(&self) -> SourceErrorKind {
        use SourceErrorKind as Kind;
        match self {
            Self::Configuration { .. } => Kind::Configuration,
            Self::NoEmail | Self::NoPassword { .. } | Self::EmptyPassword => Kind::CredentialsMissing,
            Self::CredentialsRefused { .. } | Self::CredentialsRefusedBefore { .. } => Kind::CredentialsRefused,
            Self::MoreThanPassword { .. } | Self::StepRequired { .. } => Kind::LoginStepRequired,
            Self::AccountLocked { .. } => Kind::AccountLocked,
            Self::Blocked { .. } => Kind::Blocked,
            Self::LoginDidNotStick { .. }
            | Self::NotFound { .. }
            | Self::Refused { .. }
            | Self::Unexpected { .. }
            | Self::UnknownShape { .. }
            | Self::TooLarge { .. } => Kind::ServiceChanged,
            Self::Unauthorized { .. } | Self::FreshTokenRefused { .. } | Self::TokenInvalid { .. } => {
                Kind::TokenInvalid
            }
            Self::RateLimited { retry_after, .. } => Kind::RateLimited { retry_after: *retry_after },
            Self::Unavailable { .. } | Self::WebPage { .. } | Self::Garbled { .. } => Kind::Unavailable,
            Self::Network { .. } => Kind::Network,
            Self::Shared { kind, .. } => *kind,
        }
    }

    /// True when the same request may succeed in a moment.
    pub(crate) fn is_transient(&self) -> bool {
        self.kind().is_transient()
    }

    /// How long the service asked to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<Failure> for SourceError {
    fn from(failure: Failure) -> Self {
        let (kind, message) = (failure.kind(), failure.to_string());
        let source: Option<BoxError> = match failure {
            Failure::NoPassword { source } => Some(source),
            Failure::Network { source, .. } => Some(Box::new(source)),
            Failure::TokenInvalid { source, .. } => source,
            _ => None,
        };
        Self { kind, message, source }
    }
}

fn describe_wait(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(|| "a pause".to_owned(), |wait| format!("a pause of {} s", wait.as_secs()))
}
