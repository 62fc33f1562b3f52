//! A site: which version of its API it has, the token, and the sink.

use std::fmt::Write as _;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use pipeline::sink::{Applied, Change, HeldDocument, Outcome, Sink};
use pipeline::{SinkError, SinkErrorKind};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::{Digest as _, Sha1};
use tokio::sync::{Mutex, OnceCell};

use crate::config::{CgmPolicy, SiteConfig};
use crate::error::{self, sink_error};
use crate::http::{Request, Response, Transport};

/// The collections that documents are kept in.
pub(crate) const COLLECTIONS: [&str; 4] = ["entries", "treatments", "profile", "devicestatus"];

/// What `app`, `device` and `enteredBy` of this program's documents say.
pub(crate) const APP: &str = "tandem";

/// A site's clock that is off by more makes fresh data look old, or hides them as lying in the future.
const TOLERABLE_SKEW: TimeDelta = TimeDelta::minutes(5);

/// The versions of a site's API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ApiVersion {
    /// Sites before version 14.
    V1,
    /// Everything since.
    V3,
}

/// A Nightscout site.
#[derive(Debug)]
pub struct Nightscout {
    pub(crate) transport: Transport,
    version: OnceCell<ApiVersion>,
    /// The token that version 3 wants, which the access token is exchanged for.
    bearer: Mutex<Option<SecretString>>,
}

impl Nightscout {
    /// A client of one site. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SinkError`] when the settings are unusable.
    pub fn new(config: SiteConfig) -> Result<Self, SinkError> {
        Ok(Self { transport: Transport::new(config)?, version: OnceCell::new(), bearer: Mutex::new(None) })
    }

    /// The version of the API that is used: the newest one that the site has.
    ///
    /// # Errors
    /// [`SinkError`] when there is no Nightscout site at the address.
    pub(crate) async fn api_version(&self) -> Result<ApiVersion, SinkError> {
        self.version.get_or_try_init(|| self.find_version()).await.copied()
    }

    async fn find_version(&self) -> Result<ApiVersion, SinkError> {
        let request = Request::new(Method::GET, "/api/v3/version", &["api", "v3", "version"]);
        let response = self.transport.send(&request).await?;
        if response.status != StatusCode::NOT_FOUND {
            let answer = response.ensure_accepted()?;
            let body = answer.json()?;
            let version = body["apiVersion"].as_str().or_else(|| body["result"]["apiVersion"].as_str());
            return version
                .map(|_| ApiVersion::V3)
                .ok_or_else(|| error::unexpected_response(&answer.label, "it names no version"));
        }
        let answer = self.transport.send(&Self::status_v1()).await?.ensure_accepted()?;
        let body = answer.json()?;
        body["version"]
            .as_str()
            .map(|_| ApiVersion::V1)
            .ok_or_else(|| error::unexpected_response(&answer.label, "it names no version"))
    }

    pub(crate) fn status_v1() -> Request<'static> {
        Request::new(Method::GET, "/api/v1/status.json", &["api", "v1", "status.json"])
    }

    fn token(&self) -> Result<SecretString, SinkError> {
        self.transport.config.token.token().map_err(|source| SinkError {
            kind: SinkErrorKind::TokenMissing,
            message: "no Nightscout token available".to_owned(),
            source: Some(source),
        })
    }

    /// Sends a request of version 3. A bearer token that is no longer accepted is exchanged once: a site forgets them when it is
    /// deployed again. It is not tried again after that, because a site makes everyone at this address wait after a wrong token.
    pub(crate) async fn send_v3(&self, request: Request<'_>) -> Result<Response, SinkError> {
        let bearer = self.bearer(None).await?;
        let response = self.transport.send(&authorized(request.clone(), &bearer)).await?;
        if response.status != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let bearer = self.bearer(Some(&bearer)).await?;
        self.transport.send(&authorized(request, &bearer)).await
    }

    /// The bearer token; another one than `refused`.
    async fn bearer(&self, refused: Option<&SecretString>) -> Result<SecretString, SinkError> {
        let mut kept = self.bearer.lock().await;
        let is_refused =
            |token: &SecretString| refused.is_some_and(|refused| refused.expose_secret() == token.expose_secret());
        if let Some(token) = kept.as_ref().filter(|token| !is_refused(token)) {
            return Ok(token.clone());
        }
        let access = self.token()?;
        let segments = ["api", "v2", "authorization", "request", access.expose_secret()];
        let request = Request::new(Method::GET, "/api/v2/authorization/request/…", &segments);
        let response = self.transport.send(&request).await?;
        if matches!(response.status.as_u16(), 400 | 401 | 403 | 404) {
            let message = format!("{}: the site does not accept the token", response.label.host);
            return Err(sink_error(SinkErrorKind::TokenRefused, message));
        }
        let answer = response.ensure_accepted()?;
        let body = answer.json()?;
        let token =
            body["token"].as_str().ok_or_else(|| error::unexpected_response(&answer.label, "it gives no token"))?;
        Ok(kept.insert(token.to_owned().into()).clone())
    }

    /// Sends a request of version 1, which takes an access token as it is and a secret as its SHA-1.
    pub(crate) async fn send_v1(&self, request: Request<'_>) -> Result<Response, SinkError> {
        let token = self.token()?;
        let value = if is_access_token(token.expose_secret()) { token } else { sha1_hex(token.expose_secret()).into() };
        self.transport.send(&request.authorization("api-secret", value)).await
    }

    /// What a person should know about the site's clock.
    fn notices(&self) -> Vec<String> {
        let skew = self.transport.skew().filter(|skew| skew.abs() > TOLERABLE_SKEW);
        let words = |skew: TimeDelta| {
            let side = if skew > TimeDelta::zero() { "ahead of" } else { "behind" };
            format!(
                "the site's clock is {} min {side} this computer's: it may show data as old or not at all",
                skew.abs().num_minutes()
            )
        };
        skew.map(words).into_iter().collect()
    }
}

#[async_trait]
impl Sink for Nightscout {
    fn destination(&self) -> String {
        format!("nightscout {}", self.transport.config.url)
    }

    async fn apply(&self, changes: &[Change]) -> Applied {
        let mut applied = Applied::default();
        let outcome = self.apply_all(changes, &mut applied.outcomes).await;
        Applied { error: outcome.err(), notices: self.notices(), ..applied }
    }

    async fn held(&self, prefixes: &[String], from: DateTime<Utc>) -> Result<Vec<HeldDocument>, SinkError> {
        let mut held = Vec::new();
        for collection in COLLECTIONS {
            // A profile is in force long after its time.
            let from = if collection == "profile" { DateTime::UNIX_EPOCH } else { from };
            held.extend(match self.api_version().await? {
                ApiVersion::V3 => self.held_v3(collection, from).await?,
                ApiVersion::V1 => self.held_v1(collection, from).await?,
            });
        }
        held.retain(|document| prefixes.iter().any(|prefix| document.identifier.starts_with(prefix.as_str())));
        Ok(held)
    }
}

impl Nightscout {
    async fn apply_all(&self, changes: &[Change], outcomes: &mut Vec<(usize, Outcome)>) -> Result<(), SinkError> {
        let version = self.api_version().await?;
        let mut places: Vec<usize> = (0..changes.len()).collect();
        if self.transport.config.cgm == CgmPolicy::Missing {
            let present = self.present_readings(version, changes).await?;
            places.retain(|place| !present.contains(place));
            outcomes.extend(present.into_iter().map(|place| (place, Outcome::Present)));
        }
        match version {
            ApiVersion::V3 => self.apply_v3(changes, &places, outcomes).await,
            ApiVersion::V1 => self.apply_v1(changes, &places, outcomes).await,
        }
    }
}

fn authorized<'a>(request: Request<'a>, bearer: &SecretString) -> Request<'a> {
    request.authorization("authorization", format!("Bearer {}", bearer.expose_secret()).into())
}

fn sha1_hex(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// True of what a site's administration page gives out: a name and sixteen hexadecimal digits.
fn is_access_token(token: &str) -> bool {
    let digits = token.rsplit_once('-').map(|(_, digits)| digits);
    digits.is_some_and(|digits| digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
