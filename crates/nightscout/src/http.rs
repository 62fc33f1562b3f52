//! One request and its whole answer: retries, timeouts, the size limit. Redirects are never followed, so that a token reaches no
//! host but the one it was meant for.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use pipeline::retry::retry_after;
use pipeline::{SinkError, SinkErrorKind};
use reqwest::header::{DATE, RETRY_AFTER};
use reqwest::{Client, Method, StatusCode, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use crate::config::SiteConfig;
use crate::error;
use crate::request_label::RequestLabel;

/// Sends requests to one site.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(crate) config: SiteConfig,
    client: Client,
    /// The site's clock minus ours, as of the last answer.
    skew: Mutex<Option<TimeDelta>>,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    method: Method,
    /// Shown in messages in place of the path.
    name: &'a str,
    segments: Vec<&'a str>,
    query: Vec<(String, String)>,
    authorization: Option<(&'static str, SecretString)>,
    body: Option<String>,
    attempts: u32,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) label: RequestLabel,
    pub(crate) status: StatusCode,
    /// True when an earlier attempt may have reached the site.
    pub(crate) was_repeated: bool,
    body: Vec<u8>,
    retry_after: Option<Duration>,
}

impl<'a> Request<'a> {
    /// A request for `segments` below the site's address, which `name` stands for in messages.
    pub(crate) fn new(method: Method, name: &'a str, segments: &[&'a str]) -> Self {
        let segments = segments.to_vec();
        Self { method, name, segments, query: Vec::new(), authorization: None, body: None, attempts: u32::MAX }
    }

    pub(crate) fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    pub(crate) fn authorization(mut self, header: &'static str, value: SecretString) -> Self {
        self.authorization = Some((header, value));
        self
    }

    pub(crate) fn json(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// For what must not be repeated blindly.
    pub(crate) fn once(mut self) -> Self {
        self.attempts = 1;
        self
    }
}

impl Transport {
    pub(crate) fn new(config: SiteConfig) -> Result<Self, SinkError> {
        let config = config.validated()?;
        let builder = Client::builder()
            .user_agent(concat!("tandem/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(config.connect_timeout)
            .timeout(config.request_timeout)
            .https_only(!config.is_loopback());
        // A proxy cannot reach what is on this machine.
        let builder = if config.is_loopback() { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|_| error::configuration_error("cannot prepare encrypted connections"))?;
        Ok(Self { config, client, skew: Mutex::new(None) })
    }

    /// How far the site's clock was ahead of ours at the last answer.
    pub(crate) fn skew(&self) -> Option<TimeDelta> {
        *self.skew.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Sends a request until there is an answer that repeating does not change.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Response, SinkError> {
        let mut attempt = 1;
        loop {
            let outcome = self.send_once(request).await;
            let (is_transient, asked) = match &outcome {
                Ok(response) => (is_transient(response.status), response.retry_after),
                Err(error) => (error.kind == SinkErrorKind::Network, None),
            };
            let wait = self.config.retries.wait(attempt, asked, rand::random());
            let Some(wait) = wait.filter(|_| is_transient && attempt < request.attempts) else {
                return match outcome {
                    Ok(response) if is_transient => Err(response.to_error()),
                    Ok(response) => Ok(Response { was_repeated: attempt > 1, ..response }),
                    Err(error) => Err(error),
                };
            };
            tracing::info!(attempt, wait_seconds = wait.as_secs_f64(), request = request.name, "trying again");
            self.config.sleeper.sleep(wait).await;
            attempt += 1;
        }
    }

    async fn send_once(&self, request: &Request<'_>) -> Result<Response, SinkError> {
        let label = self.label(request);
        let mut builder = self.client.request(request.method.clone(), self.url(request));
        if let Some((header, value)) = &request.authorization {
            builder = builder.header(*header, value.expose_secret());
        }
        if let Some(body) = &request.body {
            builder = builder.header("content-type", "application/json").body(body.clone());
        }
        let mut answer = builder.send().await.map_err(|error| error::of_network(&label, error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| error::of_network(&label, error))? {
            if (body.len() + chunk.len()) as u64 > self.config.body_limit_bytes {
                return Err(error::unexpected_response(&label, "its answer is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let now = self.config.clock.now();
        self.note_clock(text(DATE), now);
        let retry_after = text(RETRY_AFTER).and_then(|header| retry_after(header, now));
        tracing::debug!(%label, status = status.as_u16(), bytes = body.len(), "answered");
        Ok(Response { label, status, was_repeated: false, body, retry_after })
    }

    fn note_clock(&self, date: Option<&str>, now: DateTime<Utc>) {
        if let Some(Ok(date)) = date.map(httpdate::parse_http_date) {
            let skew = DateTime::<Utc>::from(date) - now;
            *self.skew.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(skew);
        }
    }

    fn url(&self, request: &Request<'_>) -> Url {
        let mut url = self.config.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&request.segments);
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }

    fn label(&self, request: &Request<'_>) -> RequestLabel {
        let host = self.config.url.host_str().unwrap_or_default();
        let host = self.config.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        RequestLabel { host, method: request.method.clone(), name: request.name.to_owned() }
    }
}

impl Response {
    /// The answer, where the site has done what was asked.
    pub(crate) fn ensure_accepted(self) -> Result<Self, SinkError> {
        if self.status.is_success() { Ok(self) } else { Err(self.to_error()) }
    }

    /// What its status means where no caller has a use for it.
    pub(crate) fn to_error(&self) -> SinkError {
        error::of_status(&self.label, self.status, self.reason())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, SinkError> {
        serde_json::from_slice(&self.body)
            .map_err(|_| error::unexpected_response(&self.label, "its answer is not JSON"))
    }

    /// The site's reason, where it can hold nothing personal: its own few sentences are letters and names of fields.
    pub(crate) fn reason(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        let message = body["message"].as_str()?;
        let is_harmless = |letter: char| letter.is_ascii_alphabetic() || " :._/-".contains(letter);
        (message.len() <= 100 && message.chars().all(is_harmless)).then(|| message.to_owned())
    }
}

/// True of answers that may be others in a moment.
fn is_transient(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT || status.is_server_error()
}
