//! The settings of a source: plain values, from whoever knows the environment, the files and the clock.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pipeline::Clock;
use secrecy::SecretString;
use url::Url;

use crate::error::Failure;
use crate::{EventSelection, Region};
use pipeline::retry::{RetryPolicy, Sleeper, TokioSleeper};

/// The most days that the service is known to answer whole.
pub(crate) const MAX_WINDOW_DAYS: u32 = 28;

/// A desktop browser of 2022; what working clients send. Older hosts of the service refused others.
const USER_AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                          Chrome/104.0.0.0 Safari/537.36";

/// Why there is no password, as the place that stores it reports.
pub type PasswordError = Box<dyn Error + Send + Sync>;

/// Hands out the password when a login is needed, and only then.
pub trait PasswordProvider: Send + Sync {
    /// The password, verbatim: blanks and quotes count. May block (a prompt, a keyring, a command).
    ///
    /// # Errors
    /// In the provider's own words, which must not hold the password.
    fn password(&self) -> Result<SecretString, PasswordError>;
}

/// A password that is at hand.
#[derive(Clone, Debug)]
pub struct FixedPassword(pub SecretString);

impl PasswordProvider for FixedPassword {
    fn password(&self) -> Result<SecretString, PasswordError> {
        Ok(self.0.clone())
    }
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For a connection, encryption included.
    pub connect: Duration,
    /// For the whole answer to one request of a login.
    pub login: Duration,
    /// For the start of an answer with data, and between two pieces of it.
    pub data_idle: Duration,
    /// For a whole answer with data: a year-long trickle is a hang, too.
    pub data_whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            login: Duration::from_secs(30),
            data_idle: Duration::from_mins(2),
            data_whole: Duration::from_mins(15),
        }
    }
}

/// Everything a [`TandemSource`](crate::TandemSource) needs to know. Start from [`SourceConfig::new`].
#[derive(Clone)]
#[non_exhaustive]
pub struct SourceConfig {
    /// The cloud that holds the account.
    pub region: Region,
    /// The account's e-mail address.
    pub email: String,
    /// Where the password comes from.
    pub password: Arc<dyn PasswordProvider>,
    /// Replaces the origin (scheme, host, port) of every host, for simulators and proxies. Must be https, or on this
    /// machine. The issuer of tokens and the host of the login's redirect are then accepted from it, too.
    pub endpoint: Option<Url>,
    /// The file that keeps the token from run to run; its folder is made when missing. `None` logs in on every run.
    pub token_cache: Option<PathBuf>,
    /// `User-Agent` of every request.
    pub user_agent: String,
    /// Which types of events are asked for.
    pub events: EventSelection,
    /// The most days of one request, 1 to `MAX_WINDOW_DAYS`.
    pub max_window_days: u32,
    /// How long to wait for answers.
    pub timeouts: Timeouts,
    /// How often, and after which waits, a request is repeated.
    pub retries: RetryPolicy,
    /// The largest answer, decompressed. A month of all events is about 40 MB.
    pub body_limit_bytes: u64,
    /// The most requests at a time, at least 1.
    pub requests_in_flight: usize,
    /// Tells when tokens expire.
    pub clock: Arc<dyn Clock>,
    /// Waits between repetitions.
    pub sleeper: Arc<dyn Sleeper>,
}

impl SourceConfig {
    /// The settings that a person must give, and the usual ones for all others.
    pub fn new(
        region: Region,
        email: impl Into<String>,
        password: Arc<dyn PasswordProvider>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            region,
            email: email.into(),
            password,
            endpoint: None,
            token_cache: None,
            user_agent: USER_AGENT.to_owned(),
            events: EventSelection::AllKnown,
            max_window_days: MAX_WINDOW_DAYS,
            timeouts: Timeouts::default(),
            retries: RetryPolicy::default(),
            body_limit_bytes: 512 << 20,
            requests_in_flight: 2,
            clock,
            sleeper: Arc::new(TokioSleeper),
        }
    }

    /// The e-mail address as it is sent.
    pub(crate) fn email(&self) -> Result<&str, Failure> {
        Some(self.email.trim()).filter(|email| !email.is_empty()).ok_or(Failure::NoEmail)
    }

    pub(crate) fn validated(self) -> Result<Self, Failure> {
        let refuse = |reason: String| Err(Failure::Configuration { reason });
        if !(1..=MAX_WINDOW_DAYS).contains(&self.max_window_days) {
            return refuse(format!("a window must be 1 to {MAX_WINDOW_DAYS} days long"));
        }
        if self.requests_in_flight == 0 || self.retries.attempts == 0 {
            return refuse("requests in flight and attempts must be at least 1".to_owned());
        }
        Ok(self)
    }
}

impl fmt::Debug for SourceConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SourceConfig")
            .field("region", &self.region)
            .field("endpoint", &self.endpoint.as_ref().map(Url::as_str))
            .field("events", &self.events)
            .field("timeouts", &self.timeouts)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}
