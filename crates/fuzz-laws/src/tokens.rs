//! The identity token of a login.
//!
//! The fuzzer cannot sign, so the law signs for it: input that begins with `{` is a header and claims, apart by a line break,
//! under a signature by the service's key. Input that begins with `[` is a list of keys, beside a good token. All other input
//! is a token as it came, which no one signed.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const ISSUER: &str = "https://issuer.example/api";
const AUDIENCE: &str = "client";
const HEADER: &str = r#"{"alg":"RS256","kid":"key"}"#;
const CLAIMS: &str = r#"{"iss":"https://issuer.example/api","aud":"client","exp":1800000000,"pumperId":"1"}"#;

/// Generated at start, so that no private key lies in the repository.
static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("a key"));

/// Only what the service signed for this client and until later is believed.
///
/// # Panics
/// When it is not so.
pub fn id_token(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match bytes.first() {
        Some(b'{') => signed(text),
        Some(b'[') => assert_eq!(believed(&sign(HEADER, CLAIMS), text), None, "none of these keys signed it"),
        _ => assert_eq!(believed(text, &public_keys()), None, "no one signed it"),
    }
}

fn signed(text: &str) {
    let (header, claims) = text.split_once('\n').unwrap_or((HEADER, text));
    let Some((pumper_id, expires)) = believed(&sign(header, claims), &public_keys()) else { return };
    assert!(!pumper_id.is_empty());
    assert!(expires > now() - TimeDelta::seconds(61));
    let header: Value = serde_json::from_str(header).expect("a header that was believed");
    assert_eq!((&header["alg"], &header["kid"]), (&json!("RS256"), &json!("key")));
    let claims: Value = serde_json::from_str(claims).expect("claims that were believed");
    let says = |claim: &str, expected: &str| match &claims[claim] {
        Value::Array(several) => several.iter().any(|value| value == expected),
        one => one == expected,
    };
    assert!(says("iss", ISSUER) && says("aud", AUDIENCE), "{claims}");
}

fn believed(token: &str, keys: &str) -> Option<(String, DateTime<Utc>)> {
    let keys = format!("{{\"keys\":{keys}}}");
    tandem_source::fuzzing::id_token(token, &keys, ISSUER, AUDIENCE, now())
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("an instant of 2026")
}

fn sign(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut signature = vec![0; KEY.public_modulus_len()];
    KEY.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("a signature");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn public_keys() -> String {
    let public = KEY.public_key();
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (modulus, exponent) = (public.modulus(), public.exponent());
    let (n, e) = (part(modulus.big_endian_without_leading_zero()), part(exponent.big_endian_without_leading_zero()));
    json!([{"kid": "key", "kty": "RSA", "n": n, "e": e}]).to_string()
}
