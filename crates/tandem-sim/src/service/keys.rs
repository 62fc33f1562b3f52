//! The signing key, generated at start so that no private key lies in the repository, and the tokens it signs.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::config::Account;

/// Why a service cannot sign tokens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The system's cryptography refused.
    #[error("cannot generate a signing key")]
    Generate,
    /// The key does not load, or does not sign.
    #[error("cannot use the signing key")]
    Use(#[from] jsonwebtoken::errors::Error),
    /// The public key does not turn into JSON.
    #[error("cannot publish the signing key")]
    Publish(#[from] serde_json::Error),
}

/// An RSA key with its identifier.
pub(super) struct SigningKey {
    id: String,
    key: EncodingKey,
    jwks: String,
}

/// Who a token is for and how long it lasts.
pub(super) struct Grant<'a> {
    pub(super) account: &'a Account,
    pub(super) client_id: &'a str,
    pub(super) issuer: &'a str,
    pub(super) issued: DateTime<Utc>,
    pub(super) lifetime_seconds: i64,
}

impl SigningKey {
    pub(super) fn generate() -> Result<Self, KeyError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Generate)?;
        let key = EncodingKey::from_rsa_pem(pem(der.as_ref()).as_bytes())?;
        let id = URL_SAFE_NO_PAD.encode(&Sha256::digest(der.as_ref())[..12]);
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
        jwk.common.key_id = Some(id.clone());
        let jwks = serde_json::to_string(&json!({"keys": [jwk]}))?;
        Ok(Self { id, key, jwks })
    }

    /// The public keys, as the JWKS endpoint answers.
    pub(super) fn jwks(&self) -> &str {
        &self.jwks
    }

    /// The access token: opaque to most, but a JWT with `tandem_pumper_id` and `exp`.
    pub(super) fn access_token(&self, grant: &Grant<'_>, serial: u64) -> Result<String, KeyError> {
        self.sign(&json!({
            "iss": grant.issuer,
            "sub": grant.account.account_id,
            "aud": "tandem-source",
            "iat": grant.issued.timestamp(),
            "exp": grant.issued.timestamp() + grant.lifetime_seconds,
            "jti": serial.to_string(),
            "tandem_pumper_id": grant.account.pumper_id,
        }))
    }

    /// The id token with the claims clients have seen.
    pub(super) fn id_token(&self, grant: &Grant<'_>, access_token: &str) -> Result<String, KeyError> {
        let account = grant.account;
        let issued = grant.issued.timestamp();
        let half = &Sha256::digest(access_token.as_bytes())[..16];
        self.sign(&json!({
            "iss": grant.issuer,
            "nbf": issued,
            "iat": issued,
            "exp": issued + grant.lifetime_seconds,
            "aud": grant.client_id,
            "amr": ["pwd"],
            "at_hash": URL_SAFE_NO_PAD.encode(half),
            "sid": "6F2A0C3B9D",
            "sub": account.account_id,
            "auth_time": issued,
            "idp": "local",
            "email": account.email,
            "email_verified": true,
            "tandem_roles": ["personal_standard"],
            "roles": ["personal_standard"],
            "accountId": account.account_id,
            "pumperId": account.pumper_id,
            "countrySubdivision": account.region.country(),
            "preferredLanguage": "en-US",
            "family_name": account.last_name,
            "given_name": account.first_name,
            "name": format!("{} {}", account.first_name, account.last_name),
            "preferred_username": account.email,
        }))
    }

    fn sign(&self, claims: &Value) -> Result<String, KeyError> {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::RS256) };
        Ok(encode(&header, claims, &self.key)?)
    }
}

/// The text form the token library reads.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    let label = ["PRIVATE", "KEY"].join(" ");
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
