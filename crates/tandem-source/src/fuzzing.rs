//! The two doors through which the service's bytes come in, as the laws of the crate `fuzz-laws` need them. No part of the
//! interface.

use chrono::{DateTime, Utc};
use pipeline::{AssignmentId, DayRange, RawBatch};
use secrecy::SecretString;

use crate::events;
use crate::identity::{Expected, Identity, KeySet, verify};

/// The events of a pump-logs body; `None` where the body is refused.
#[must_use]
pub fn pump_logs(body: &str, pump: &str, days: DayRange) -> Option<RawBatch> {
    Some(events::take_apart(body, &AssignmentId::new(pump), days).ok()??.batch)
}

/// The key of the account's data and the end of a believed token; `None` where token or keys are refused.
#[must_use]
pub fn id_token(
    token: &str,
    keys: &str,
    issuer: &str,
    audience: &str,
    now: DateTime<Utc>,
) -> Option<(String, DateTime<Utc>)> {
    let keys: KeySet = serde_json::from_str(keys).ok()?;
    let expected = Expected { issuers: &[issuer.to_owned()], audience, now };
    let Identity { pumper_id, expires } = verify(&SecretString::from(token), &keys, expected).ok()?;
    Some((pumper_id, expires))
}
