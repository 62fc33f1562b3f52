//! Responses in JSON, and pages in HTML as a proxy in front of a site shows them.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    with_type(status, "application/json", body.to_string())
}

pub(super) fn html_page(status: StatusCode, title: &str) -> Response {
    with_type(status, "text/html", format!("<html><head><title>{title}</title></head></html>"))
}

fn with_type(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
