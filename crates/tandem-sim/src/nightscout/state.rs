//! What a site is, and what has happened to it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::documents::Documents;
use super::faults::{SiteFault, SiteFaults};

/// How a site behaves.
#[derive(Clone)]
pub struct SiteConfig {
    /// The access token that it accepts.
    pub token: String,
    /// What the token allows, in letters of create, read, update and delete.
    pub permissions: String,
    /// True for sites with version 3 of the API.
    pub has_v3: bool,
    /// True for sites whose version 1 goes by identifier for treatments, as since 15.0.7.
    pub v1_knows_identifiers: bool,
    /// Tells the site's time.
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    /// The most bytes of a request.
    pub body_limit: usize,
}

impl SiteConfig {
    /// A site of today that accepts `token` for everything.
    pub fn new(token: impl Into<String>, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self {
            token: token.into(),
            permissions: "crud".to_owned(),
            has_v3: true,
            v1_knows_identifiers: true,
            clock: Arc::new(clock),
            body_limit: 50 << 20,
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

/// One request that a site got.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SiteRequest {
    /// For example `PUT`.
    pub method: String,
    /// The path.
    pub path: String,
}

pub(super) struct Site {
    state: Mutex<SiteState>,
    stopped: watch::Receiver<bool>,
}

pub(super) struct SiteState {
    pub(super) config: SiteConfig,
    pub(super) documents: Documents,
    pub(super) faults: SiteFaults,
    pub(super) requests: Vec<SiteRequest>,
    pub(super) bearers: BTreeSet<String>,
    bearers_given: u64,
}

impl Site {
    pub(super) fn new(config: SiteConfig, stopped: watch::Receiver<bool>) -> Self {
        let state = SiteState {
            config,
            documents: Documents::default(),
            faults: SiteFaults::default(),
            requests: Vec::new(),
            bearers: BTreeSet::new(),
            bearers_given: 0,
        };
        Self { state: Mutex::new(state), stopped }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, SiteState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn stopped(&self) {
        let mut stopped = self.stopped.clone();
        // An error says that the handle is gone.
        let _ = stopped.wait_for(|is_set| *is_set).await;
    }
}

impl SiteState {
    pub(super) fn note(&mut self, method: &Method, path: &str) -> Option<SiteFault> {
        self.requests.push(SiteRequest { method: method.to_string(), path: path.to_owned() });
        self.faults.next(&format!("{method} {path}"))
    }

    pub(super) fn give_bearer(&mut self) -> String {
        self.bearers_given += 1;
        let bearer = format!("bearer.{}", self.bearers_given);
        self.bearers.insert(bearer.clone());
        bearer
    }

    pub(super) fn allows(&self, letter: char) -> bool {
        self.config.permissions.contains(letter)
    }
}
