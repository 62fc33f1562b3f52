//! What the service remembers between requests.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};
use tokio::sync::{Semaphore, watch};

use super::config::{Account, Behaviour, Now, SimConfig};
use super::faults::{Endpoint, Fault, FaultPlan};
use super::keys::SigningKey;
use super::pump_days::PumpDays;
use super::requests::RequestRecord;
use crate::history::{Dice, History};
use crate::timeline::Timeline;

/// An authorization code's terms: it can be redeemed once, by the client that asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CodeTerms {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) expires: DateTime<Utc>,
}

/// Shared by all requests.
pub(super) struct Shared {
    pub(super) history: Arc<History>,
    pub(super) account: Account,
    pub(super) key: SigningKey,
    pub(super) days: Vec<PumpDays>,
    pub(super) seed: u64,
    /// How many answers that are held may go.
    pub(super) gate: Semaphore,
    now: Now,
    state: Mutex<State>,
    stop: watch::Receiver<bool>,
}

/// What changes.
pub(super) struct State {
    pub(super) timeline: Timeline,
    pub(super) behaviour: Behaviour,
    pub(super) faults: FaultPlan,
    pub(super) requests: Vec<RequestRecord>,
    counts: HashMap<Endpoint, u64>,
    sessions: HashSet<String>,
    codes: HashMap<String, CodeTerms>,
    tokens: HashMap<String, DateTime<Utc>>,
    dice: Dice,
}

impl Shared {
    pub(super) fn new(config: SimConfig, key: SigningKey, stop: watch::Receiver<bool>) -> Self {
        Self {
            days: config.history.pumps.iter().map(PumpDays::new).collect(),
            history: config.history,
            account: config.account,
            key,
            seed: config.seed,
            gate: Semaphore::new(0),
            now: config.now,
            state: Mutex::new(State {
                timeline: config.timeline,
                behaviour: config.behaviour,
                faults: config.faults,
                requests: vec![],
                counts: HashMap::new(),
                sessions: HashSet::new(),
                codes: HashMap::new(),
                tokens: HashMap::new(),
                dice: Dice::new(config.seed, "service", 0),
            }),
            stop,
        }
    }

    /// The state; a panic elsewhere leaves it usable.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// Returns when one more answer may go.
    pub(super) async fn pass_gate(&self) {
        // The gate is never closed.
        if let Ok(permit) = self.gate.acquire().await {
            permit.forget();
        }
    }

    /// Returns when the service shuts down.
    pub(super) async fn stopped(&self) {
        let mut stop = self.stop.clone();
        // An error means that the handle is gone, which is a shutdown too.
        let _ = stop.wait_for(|stopped| *stopped).await;
    }
}

impl State {
    /// Counts a request, picks its fault and notes it; returns its place in the log.
    pub(super) fn note(
        &mut self,
        endpoint: Endpoint,
        record: impl FnOnce(u64, Option<Fault>) -> RequestRecord,
    ) -> (usize, Option<Fault>) {
        let count = self.counts.entry(endpoint).or_insert(0);
        *count += 1;
        let fault = self.faults.pick(endpoint, *count, &mut self.dice);
        self.requests.push(record(*count, fault));
        (self.requests.len() - 1, fault)
    }

    pub(super) fn count(&self, endpoint: Endpoint) -> u64 {
        self.counts.get(&endpoint).copied().unwrap_or(0)
    }

    pub(super) fn open_session(&mut self) -> String {
        let session = self.random_text();
        self.sessions.insert(session.clone());
        session
    }

    pub(super) fn has_session(&self, session: &str) -> bool {
        self.sessions.contains(session)
    }

    pub(super) fn grant_code(&mut self, terms: CodeTerms) -> String {
        let code = self.random_text();
        self.codes.insert(code.clone(), terms);
        code
    }

    /// The terms of a code, which is used up by asking.
    pub(super) fn redeem_code(&mut self, code: &str) -> Option<CodeTerms> {
        self.codes.remove(code)
    }

    pub(super) fn admit_token(&mut self, token: String, issued: DateTime<Utc>) {
        let expires = issued + Duration::seconds(self.behaviour.token_lifetime_seconds);
        self.tokens.insert(token, expires);
    }

    pub(super) fn is_valid_token(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.tokens.get(token).is_some_and(|expires| now < *expires)
    }

    /// Every token and session is refused from now on.
    pub(super) fn revoke_all(&mut self) {
        self.tokens.clear();
        self.sessions.clear();
    }

    fn random_text(&mut self) -> String {
        let mut word = || self.dice.whole(0, i64::from(u32::MAX));
        format!("{:08x}{:08x}{:08x}{:08x}", word(), word(), word(), word())
    }
}
