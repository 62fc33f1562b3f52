//! The settings of a site: plain values, from whoever knows the environment, the files and the clock.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pipeline::retry::{RetryPolicy, Sleeper, TokioSleeper};
use pipeline::{Clock, SinkError};
use secrecy::SecretString;
use url::{Host, Url};

use crate::error;

/// Why there is no token, in the words of whoever keeps it.
pub type TokenError = Box<dyn std::error::Error + Send + Sync>;

/// Gives the token when it is needed, and only then.
pub trait TokenProvider: Send + Sync {
    /// The token. May block (a keyring, a command).
    ///
    /// # Errors
    /// In the provider's own words, which must not contain the token.
    fn token(&self) -> Result<SecretString, TokenError>;
}

/// What to do with a glucose reading.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CgmPolicy {
    /// Send every one.
    Always,
    /// Send those that no other device has uploaded.
    #[default]
    Missing,
    /// Send none.
    Never,
}

/// Everything a [`Nightscout`](crate::Nightscout) needs to know. Start from [`SiteConfig::new`].
#[derive(Clone)]
#[non_exhaustive]
pub struct SiteConfig {
    /// The site's address. Must be https, or on this machine.
    pub url: Url,
    /// Where the token comes from.
    pub token: Arc<dyn TokenProvider>,
    /// What to do with glucose readings.
    pub cgm: CgmPolicy,
    /// For a connection, encryption included.
    pub connect_timeout: Duration,
    /// For one whole request.
    pub request_timeout: Duration,
    /// How often, and after which waits, a request is repeated.
    pub retries: RetryPolicy,
    /// The largest answer, decompressed.
    pub body_limit_bytes: u64,
    /// The most requests at a time, at least 1.
    pub requests_in_flight: usize,
    /// The present, to compare the site's clock with.
    pub clock: Arc<dyn Clock>,
    /// Waits between repetitions.
    pub sleeper: Arc<dyn Sleeper>,
}

impl SiteConfig {
    /// The settings that a person must give, and defaults for all others.
    pub fn new(url: Url, token: Arc<dyn TokenProvider>, clock: Arc<dyn Clock>) -> Self {
        Self {
            url,
            token,
            cgm: CgmPolicy::default(),
            connect_timeout: Duration::from_secs(20),
            request_timeout: Duration::from_mins(1),
            retries: RetryPolicy::default(),
            body_limit_bytes: 64 << 20,
            requests_in_flight: 4,
            clock,
            sleeper: Arc::new(TokioSleeper),
        }
    }

    /// Refuses an address that a token must not be sent to.
    pub(crate) fn validated(mut self) -> Result<Self, SinkError> {
        let refuse = |reason: &str| Err(error::configuration_error(format!("the Nightscout address {reason}")));
        match self.url.scheme() {
            "https" => (),
            "http" if self.is_loopback() => (),
            "http" => return refuse("begins with http://: the token would be sent without encryption"),
            _ => return refuse("must begin with https://"),
        }
        if !self.url.username().is_empty() || self.url.password().is_some() || self.url.query().is_some() {
            return refuse("must not contain a token or password");
        }
        self.url.set_fragment(None);
        if !self.url.path().ends_with('/') {
            self.url.set_path(&format!("{}/", self.url.path()));
        }
        Ok(self)
    }

    pub(crate) fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl fmt::Debug for SiteConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("SiteConfig");
        debug
            .field("url", &self.url.as_str())
            .field("cgm", &self.cgm)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}
