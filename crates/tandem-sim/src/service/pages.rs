//! Bodies that are not data: HTML pages and error objects.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An HTML page.
pub(super) fn html_page(status: StatusCode, title: &str, text: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><center><h1>{title}</h1></center>\n<p>{text}</p></body></html>\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// JSON with a status.
pub(super) fn json_body(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

/// JSON text with status 200.
pub(super) fn json_text(body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.into()).into_response()
}

/// What stands before the data hosts refuses; the phrase is Tandem's.
pub(super) fn blocked() -> Response {
    html_page(StatusCode::FORBIDDEN, "403 Forbidden", "The request is blocked.")
}

/// An endpoint that is not there (any more).
pub(super) fn not_found() -> Response {
    html_page(StatusCode::NOT_FOUND, "404 Not Found", "nginx")
}

/// The gateway's page in an outage.
pub(super) fn bad_gateway() -> Response {
    html_page(StatusCode::BAD_GATEWAY, "502 Bad Gateway", "The server returned an invalid or incomplete response.")
}

/// A strict query schema met keys it does not know.
pub(super) fn unknown_keys(keys: &[String]) -> Response {
    let quoted: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
    let message = format!("Unrecognized key(s) in object: {}", quoted.join(", "));
    validation(&json!({"code": "unrecognized_keys", "keys": keys, "path": [], "message": message}))
}

/// A value of the query is not what the schema wants.
pub(super) fn invalid_value(key: &str, message: &str) -> Response {
    validation(&json!({"code": "invalid_string", "path": [key], "message": message}))
}

fn validation(issue: &Value) -> Response {
    json_body(StatusCode::BAD_REQUEST, &json!({"name": "ZodError", "issues": [issue]}))
}

/// Wrong password, unknown user, or an account of the other region: the answer does not tell which.
pub(super) fn invalid_credentials() -> Response {
    json_body(
        StatusCode::UNAUTHORIZED,
        &json!({
            "timestamp": "2026-11-20T08:15:30.000+00:00", "status": 401, "error": "account/invalid_credentials",
            "path": "/accounts/api/login", "traceId": "66f1c2d3a4b5c6d7",
        }),
    )
}

/// Too many attempts, in the words of the older mobile interface; the body for Source is not known.
pub(super) fn locked() -> Response {
    json_body(
        StatusCode::BAD_REQUEST,
        &json!({"statusCode": 400, "status": 400, "code": 400, "message": "Max attempted logins exceeded.", "name": "invalid_request"}),
    )
}

/// No, or no valid, token.
pub(super) fn unauthorized() -> Response {
    json_body(StatusCode::UNAUTHORIZED, &json!({"statusCode": 401, "message": "Unauthorized"}))
}

/// An OAuth error.
pub(super) fn oauth_error(error: &str) -> Response {
    json_body(StatusCode::BAD_REQUEST, &json!({"error": error}))
}

/// 302.
pub(super) fn found(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => oauth_error("invalid_request"),
    }
}
