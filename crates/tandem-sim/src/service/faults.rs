//! Scripted trouble: which request goes wrong, and how.

use std::time::Duration;

use super::alteration::Alteration;
use crate::history::Dice;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// `/`: the portal page.
    Portal,
    /// `POST /accounts/api/login`.
    Login,
    /// `/accounts/api/connect/authorize` and `…/callback`.
    Authorize,
    /// `/accounts/api/auth/challenge`: part of the browser's flow.
    Challenge,
    /// The page behind a redirect URI.
    RedirectPage,
    /// `POST /accounts/api/connect/token`.
    Token,
    /// The public keys.
    Jwks,
    /// `/api/reports/bff/pumper/…`: account, pumps, settings.
    Pumper,
    /// `/api/reports/bff/pump-logs/…`: events.
    PumpLogs,
    /// `/api/pumpers/pumpers/…`: the account record.
    PumperRecord,
    /// Anything else; answered by a 404 page.
    Other,
}

impl Endpoint {
    /// By path.
    pub(super) fn from_path(path: &str) -> Self {
        match path {
            "/" => Self::Portal,
            "/accounts/api/login" => Self::Login,
            "/accounts/api/connect/authorize" | "/accounts/api/connect/authorize/callback" => Self::Authorize,
            "/accounts/api/auth/challenge" => Self::Challenge,
            "/accounts/api/connect/token" => Self::Token,
            "/accounts/api/.well-known/openid-configuration/jwks" => Self::Jwks,
            "/auth/callback" | "/authorize/callback" => Self::RedirectPage,
            _ if path.starts_with("/api/reports/bff/pumper/") => Self::Pumper,
            _ if path.starts_with("/api/reports/bff/pump-logs/") => Self::PumpLogs,
            _ if path.starts_with("/api/pumpers/pumpers/") => Self::PumperRecord,
            _ => Self::Other,
        }
    }
}

/// One way to fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// 401 with a JSON body.
    Unauthorized,
    /// 403 with the page "The request is blocked".
    Blocked,
    /// 404 with an HTML page, as from a retired endpoint.
    NotFoundPage,
    /// 400 with a validation error about an unknown key.
    UnknownKey,
    /// 429, with `Retry-After` in seconds or without.
    TooManyRequests {
        /// Seconds to wait.
        retry_after: Option<u32>,
    },
    /// 500.
    InternalError,
    /// 502 with an HTML page.
    BadGatewayPage,
    /// 503 with `Retry-After` in seconds.
    Unavailable {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// 200 with an HTML page where JSON is due.
    PageInsteadOfJson,
    /// 200 with JSON of another shape.
    OtherShape,
    /// The answer is well-formed and wrong.
    Altered(Alteration),
    /// The answer is cut off after this share of its body, and the connection with it.
    CutBody {
        /// 0.0 to 1.0.
        share: f64,
    },
    /// The connection closes without an answer.
    Drop,
    /// No answer ever comes.
    Hang,
    /// The answer waits until [`SimHandle::let_through`](super::SimHandle::let_through) allows one more.
    Held,
    /// The answer takes this long.
    Slow {
        /// Extra time.
        delay: Duration,
    },
}

/// Which requests a rule meets. Requests are counted per endpoint, from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// All.
    Always,
    /// The n-th.
    Nth(u64),
    /// The first n.
    First(u64),
    /// All after the n-th.
    After(u64),
    /// Every n-th.
    Every(u64),
    /// Each with this probability.
    Chance(f64),
}

/// A rule of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaultRule {
    /// For which endpoint; `None` for all (counted per endpoint even so).
    pub endpoint: Option<Endpoint>,
    /// Which of its requests.
    pub when: When,
    /// What happens.
    pub fault: Fault,
}

/// Rules, of which the first that fits is taken.
///
/// ```
/// use tandem_sim::service::{Endpoint, Fault, FaultPlan, When};
///
/// let plan = FaultPlan::new()
///     .on(Endpoint::PumpLogs, When::Nth(2), Fault::CutBody { share: 0.5 })
///     .on(Endpoint::Jwks, When::First(1), Fault::PageInsteadOfJson);
/// assert_eq!(plan.rules().len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultPlan {
    rules: Vec<FaultRule>,
}

impl FaultPlan {
    /// Nothing goes wrong.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule for one endpoint.
    #[must_use]
    pub fn on(mut self, endpoint: Endpoint, when: When, fault: Fault) -> Self {
        self.rules.push(FaultRule { endpoint: Some(endpoint), when, fault });
        self
    }

    /// Adds a rule for every endpoint.
    #[must_use]
    pub fn everywhere(mut self, when: When, fault: Fault) -> Self {
        self.rules.push(FaultRule { endpoint: None, when, fault });
        self
    }

    /// The rules in order.
    #[must_use]
    pub fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    /// The fault for the `count`-th request of an endpoint.
    pub(super) fn pick(&self, endpoint: Endpoint, count: u64, dice: &mut Dice) -> Option<Fault> {
        let fits =
            |rule: &&FaultRule| rule.endpoint.is_none_or(|wanted| wanted == endpoint) && rule.when.meets(count, dice);
        self.rules.iter().find(fits).map(|rule| rule.fault)
    }
}

impl When {
    fn meets(self, count: u64, dice: &mut Dice) -> bool {
        match self {
            Self::Always => true,
            Self::Nth(n) => count == n,
            Self::First(n) => count <= n,
            Self::After(n) => count > n,
            Self::Every(n) => n > 0 && count.is_multiple_of(n),
            Self::Chance(probability) => dice.chance(probability),
        }
    }
}
