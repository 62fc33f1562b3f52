//! One request and its whole answer: politeness, timeouts, the size limit, and what a status means.
//!
//! Redirects are never followed, so a token reaches no host but the one it was meant for. Nothing here logs more than
//! method, host, path (without identifiers), status and sizes.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, redirect};
use tokio::sync::Semaphore;

use crate::config::SourceConfig;
use crate::error::Failure;
use crate::refusal::{self, Refusal};
use crate::request_label::RequestLabel;
use crate::service::Service;
use pipeline::retry::retry_after;

/// Sends requests, a few at a time.
#[derive(Debug)]
pub(crate) struct Transport {
    config: Arc<SourceConfig>,
    gate: Semaphore,
    loopback: bool,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) label: RequestLabel,
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
    /// The host's clock.
    pub(crate) date: Option<DateTime<Utc>>,
    content_type: String,
    retry_after: Option<std::time::Duration>,
}

impl Transport {
    pub(crate) fn new(config: Arc<SourceConfig>, service: &Service) -> Self {
        Self { gate: Semaphore::new(config.requests_in_flight), loopback: service.is_loopback(), config }
    }

    /// What all clients have in common.
    pub(crate) fn client_builder(&self) -> ClientBuilder {
        let builder = Client::builder()
            .user_agent(&self.config.user_agent)
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(self.config.timeouts.connect)
            .https_only(!self.loopback);
        // A proxy cannot reach what is on this machine.
        if self.loopback { builder.no_proxy() } else { builder }
    }

    /// Sends one request, once, and reads the answer.
    ///
    /// # Errors
    /// When there is no complete answer of a bearable size; any status is an answer.
    pub(crate) async fn send(&self, label: &RequestLabel, request: RequestBuilder) -> Result<HttpResponse, Failure> {
        let _turn = self.gate.acquire().await.expect("the gate is never closed");
        let network = |error| network_failure(label, error);
        let response = request.send().await.map_err(network)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.body(label, response).await?;
        tracing::debug!(%label, status = status.as_u16(), bytes = body.len(), "answered");
        let now = self.config.clock.now();
        Ok(HttpResponse {
            label: label.clone(),
            status,
            location: header_text(&headers, LOCATION.as_str()),
            date: header_text(&headers, DATE.as_str())
                .and_then(|header| httpdate::parse_http_date(&header).ok())
                .map(Into::into),
            content_type: header_text(&headers, CONTENT_TYPE.as_str()).unwrap_or_default().to_ascii_lowercase(),
            retry_after: header_text(&headers, RETRY_AFTER.as_str()).and_then(|header| retry_after(&header, now)),
            body,
        })
    }

    /// Repeats `operation` while it fails in a way that may pass, with growing waits between.
    pub(crate) async fn retrying<T, Operation, Attempt>(&self, mut operation: Operation) -> Result<T, Failure>
    where
        Operation: FnMut() -> Attempt,
        Attempt: Future<Output = Result<T, Failure>>,
    {
        let mut attempt = 1;
        loop {
            let failure = match operation().await {
                Err(failure) if failure.is_transient() => failure,
                settled => return settled,
            };
            let wait = self.config.retries.wait(attempt, failure.retry_after(), rand::random());
            let Some(wait) = wait else { return Err(failure) };
            tracing::info!(attempt, wait_seconds = wait.as_secs_f64(), %failure, "trying again");
            self.config.sleeper.sleep(wait).await;
            attempt += 1;
        }
    }

    async fn body(&self, label: &RequestLabel, mut response: Response) -> Result<String, Failure> {
        let limit_bytes = self.config.body_limit_bytes;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| network_failure(label, error))? {
            if (bytes.len() + chunk.len()) as u64 > limit_bytes {
                return Err(Failure::TooLarge { label: label.clone(), limit_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        let detail = || Failure::Garbled { label: label.clone(), detail: "it is not UTF-8".to_owned() };
        String::from_utf8(bytes).map_err(|_| detail())
    }
}

impl HttpResponse {
    /// Sorts the statuses: an answer to work with, or what the status means.
    pub(crate) fn ensure_accepted(self) -> Result<Self, Failure> {
        if self.status.is_success() {
            return if self.is_web_page() { Err(self.web_page()) } else { Ok(self) };
        }
        let outline = self.outline();
        let Self { label, status, retry_after, body, .. } = self;
        Err(match status.as_u16() {
            401 => Failure::Unauthorized { label },
            403 => Failure::Blocked { label, outline },
            404 | 410 => Failure::NotFound { label, outline },
            400 | 413 | 414 | 422 | 431 => {
                Failure::Refused { label, outline, refusal: Box::new(Refusal::from_body(&body)) }
            }
            429 => Failure::RateLimited { label, retry_after },
            408 | 500.. => Failure::Unavailable { label, outline, retry_after },
            _ => Failure::Unexpected { label, outline },
        })
    }

    /// Status, kind of content and the harmless parts of the body.
    pub(crate) fn outline(&self) -> String {
        refusal::outline(self.status.as_u16(), &self.content_type, &self.body)
    }

    /// The failure of a body that is not the JSON it should be: cut or garbled (which may pass), or of another shape.
    pub(crate) fn unreadable(&self, error: &serde_json::Error) -> Failure {
        let label = self.label.clone();
        match error.classify() {
            serde_json::error::Category::Data => {
                let detail = format!("{} at line {} column {}", self.outline(), error.line(), error.column());
                Failure::UnknownShape { label, detail }
            }
            _ if error.is_eof() => {
                Failure::Garbled { label, detail: format!("it ends after {} bytes", self.body.len()) }
            }
            _ => Failure::Garbled { label, detail: format!("it makes no sense at column {}", error.column()) },
        }
    }

    /// A page for people where a program expected data: maintenance, a login page of a hotel's network, …
    fn is_web_page(&self) -> bool {
        let body = self.body.trim_start();
        let data = body.starts_with(['{', '[']);
        body.starts_with('<') || (self.content_type.contains("html") && !data)
    }

    fn web_page(self) -> Failure {
        let outline = self.outline();
        Failure::WebPage { label: self.label, outline }
    }
}

fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn network_failure(label: &RequestLabel, error: reqwest::Error) -> Failure {
    // The address holds identifiers.
    let error = error.without_url();
    let label = label.clone();
    let trouble = match () {
        () if error.is_builder() => {
            return Failure::Configuration { reason: "the request could not be put together".to_owned() };
        }
        () if error.is_timeout() => "did not answer in time",
        () if error.is_connect() => "could not be reached",
        () if error.is_body() || error.is_decode() => "broke off in the middle of its response",
        () => "closed the connection without a response",
    };
    Failure::Network { label, trouble, source: error }
}
