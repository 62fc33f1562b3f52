//! Passwords and tokens in files of settings: read into a type that is never shown, and written as they are.

use secrecy::{ExposeSecret as _, SecretString};
use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

/// Reads a secret that need not be there.
pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    deserialize_required(deserializer).map(Some)
}

/// Reads a secret. The usual error would quote what is there instead of a text, such as a password of digits.
pub(super) fn deserialize_required<'a, D: Deserializer<'a>>(deserializer: D) -> Result<SecretString, D::Error> {
    let text = String::deserialize(deserializer).map_err(|_| D::Error::custom("expected text in quotes"))?;
    Ok(text.into())
}

/// Writes a secret in clear text, into a file that only its owner can read.
#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
pub(super) fn serialize<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(SecretString::expose_secret).serialize(serializer)
}
