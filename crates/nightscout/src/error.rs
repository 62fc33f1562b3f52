//! What goes wrong with a site, as the push stage knows it. Messages name the request, never a token or a document.

use pipeline::{SinkError, SinkErrorKind};
use reqwest::StatusCode;

use crate::request_label::RequestLabel;

pub(crate) fn sink_error(kind: SinkErrorKind, message: impl Into<String>) -> SinkError {
    SinkError { kind, message: message.into(), source: None }
}

pub(crate) fn configuration_error(message: impl Into<String>) -> SinkError {
    sink_error(SinkErrorKind::Configuration, message)
}

/// What a status means that no caller has a use for.
pub(crate) fn of_status(label: &RequestLabel, status: StatusCode, reason: Option<String>) -> SinkError {
    let status = status.as_u16();
    let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    let said = format!("{label} answered {status}{reason}");
    match status {
        300..=399 => sink_error(
            SinkErrorKind::NotADestination,
            format!("{said}: the site redirects to another address, which is not followed with a token"),
        ),
        401 => sink_error(SinkErrorKind::TokenRefused, format!("{}: the site does not accept the token", label.host)),
        403 => sink_error(SinkErrorKind::PermissionMissing, said),
        404 => sink_error(SinkErrorKind::NotADestination, said),
        413 => sink_error(SinkErrorKind::TooLarge, said),
        429 => sink_error(SinkErrorKind::RateLimited, said),
        408 | 500.. => sink_error(SinkErrorKind::Unavailable, said),
        _ => sink_error(SinkErrorKind::Unexpected, said),
    }
}

/// An answer that is not the JSON it should be.
pub(crate) fn unexpected_response(label: &RequestLabel, detail: &str) -> SinkError {
    sink_error(SinkErrorKind::NotADestination, format!("{label} did not answer as Nightscout does: {detail}"))
}

/// No whole answer came. The address of a request may contain the token, so it is left out.
pub(crate) fn of_network(label: &RequestLabel, error: reqwest::Error) -> SinkError {
    let error = error.without_url();
    let trouble = match () {
        () if error.is_builder() => return configuration_error("the request cannot be built"),
        () if error.is_timeout() => "did not answer in time",
        () if error.is_connect() => "cannot be reached",
        () if error.is_body() || error.is_decode() => "broke off in the middle of its response",
        () => "closed the connection without a response",
    };
    SinkError {
        kind: SinkErrorKind::Network,
        message: format!("{label}: the site {trouble}"),
        source: Some(Box::new(error)),
    }
}
