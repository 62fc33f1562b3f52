//! Checks that an identity token proves what it should: signed by the service (RS256 only), by the right issuer, for
//! this client, now. Of its claims only the key of the account's data is kept; names and e-mail are never read.

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::error::Failure;
use crate::lenient;

/// A clock a little off must not keep anybody out; clients without leeway are known to fail for it.
const LEEWAY: Duration = Duration::seconds(60);

/// The service's public keys.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Deserialize)]
struct Key {
    kid: Option<String>,
    kty: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// What a token must say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) issuers: &'a [String],
    pub(crate) audience: &'a str,
    pub(crate) now: DateTime<Utc>,
}

/// What a valid token says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Identity {
    pub(crate) pumper_id: String,
    pub(crate) expires: DateTime<Utc>,
}

/// Why a token was not accepted.
#[derive(Debug)]
pub(crate) enum Rejected {
    /// Signed with a key that is not in the set: the set may be old.
    UnknownKey,
    Invalid(Failure),
}

#[derive(Deserialize)]
struct Claims {
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    #[serde(rename = "pumperId", default, deserialize_with = "lenient::text")]
    pumper_id: Option<String>,
}

impl KeySet {
    fn rsa_key(&self, kid: &str) -> Result<DecodingKey, Rejected> {
        let key = self.keys.iter().find(|key| key.kid.as_deref() == Some(kid)).ok_or(Rejected::UnknownKey)?;
        let parts = (key.kty.as_deref(), key.n.as_deref(), key.e.as_deref());
        let (Some("RSA"), Some(modulus), Some(exponent)) = parts else {
            return Err(invalid("the service's key for it is not an RSA key"));
        };
        DecodingKey::from_rsa_components(modulus, exponent).map_err(|error| rejected(&error))
    }
}

/// Checks `token` and takes the identity out of it.
pub(crate) fn verify(token: &SecretString, keys: &KeySet, expected: Expected<'_>) -> Result<Identity, Rejected> {
    let token = token.expose_secret();
    let header = decode_header(token).map_err(|error| rejected(&error))?;
    if header.alg != Algorithm::RS256 {
        return Err(invalid("it is not signed with RS256"));
    }
    let kid = header.kid.ok_or_else(|| invalid("it does not name its key"))?;
    let claims =
        decode::<Claims>(token, &keys.rsa_key(&kid)?, &validation(expected)).map_err(|error| rejected(&error))?.claims;
    let expires = check_times(&claims, expected.now)?;
    let pumper_id = claims.pumper_id.ok_or_else(|| invalid("it does not name the account's data (pumperId)"))?;
    Ok(Identity { pumper_id, expires })
}

/// Signature, issuer and audience. Times are checked apart, against our own clock.
fn validation(expected: Expected<'_>) -> Validation {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(expected.issuers);
    validation.set_audience(&[expected.audience]);
    validation.validate_exp = false;
    validation
}

fn check_times(claims: &Claims, now: DateTime<Utc>) -> Result<DateTime<Utc>, Rejected> {
    let instant =
        |seconds: f64| DateTime::from_timestamp(seconds as i64, 0).ok_or_else(|| invalid("it has an odd date"));
    let expires = instant(claims.exp)?;
    // Not `expires + LEEWAY`: a token may name the end of time.
    if expires <= now - LEEWAY {
        return Err(invalid("it has expired; is this computer's clock right?"));
    }
    for begins in [claims.nbf, claims.iat].into_iter().flatten() {
        if instant(begins)? > now + LEEWAY {
            return Err(invalid("its validity has not begun; is this computer's clock right?"));
        }
    }
    Ok(expires)
}

fn invalid(reason: &'static str) -> Rejected {
    Rejected::Invalid(Failure::TokenInvalid { reason, source: None })
}

fn rejected(error: &jsonwebtoken::errors::Error) -> Rejected {
    let reason = match error.kind() {
        ErrorKind::InvalidSignature => "its signature is wrong",
        ErrorKind::InvalidIssuer => "it was issued by someone else",
        ErrorKind::InvalidAudience => "it was issued for another program",
        ErrorKind::MissingRequiredClaim(_) => "it does not say who issued it, for whom, until when",
        ErrorKind::InvalidAlgorithm => "it is not signed with RS256",
        _ => "it cannot be read",
    };
    // The error's own text may quote a claim.
    Rejected::Invalid(Failure::TokenInvalid { reason, source: None })
}
