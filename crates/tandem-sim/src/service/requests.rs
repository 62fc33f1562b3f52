//! The log of requests: what a client asked for, so that tests can count and compare.

use axum::extract::Request;
use axum::http::header;
use url::form_urlencoded;

use super::faults::{Endpoint, Fault};

/// One request. Passwords, tokens and cookies are not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestRecord {
    /// What it was for.
    pub endpoint: Endpoint,
    /// Its number among the requests for that endpoint, from 1.
    pub number: u64,
    /// `GET` or `POST`.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Query keys and values, decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// `Origin`, `Referer`, `User-Agent`, `Accept`, `Accept-Encoding`, `Content-Type` where sent; lower-case names.
    pub headers: Vec<(String, String)>,
    /// Whether a bearer token came with it.
    pub has_token: bool,
    /// Whether a cookie came with it.
    pub has_cookie: bool,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// The status of the answer; `None` while there is none, and permanently when it hangs or is dropped.
    pub status: Option<u16>,
}

impl RequestRecord {
    pub(super) fn new(endpoint: Endpoint, number: u64, request: &Request, fault: Option<Fault>) -> Self {
        let text = |name: &header::HeaderName| {
            let value = request.headers().get(name)?;
            Some((name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        };
        let kept = [
            header::ORIGIN,
            header::REFERER,
            header::USER_AGENT,
            header::ACCEPT,
            header::ACCEPT_ENCODING,
            header::CONTENT_TYPE,
        ];
        Self {
            endpoint,
            number,
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: query_pairs(request.uri().query()),
            headers: kept.iter().filter_map(text).collect(),
            has_token: request.headers().contains_key(header::AUTHORIZATION),
            has_cookie: request.headers().contains_key(header::COOKIE),
            fault,
            status: None,
        }
    }

    /// A kept header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Keys and values of a query, decoded, repeats kept.
pub(super) fn query_pairs(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}
