//! Reading members of JSON objects that are text today and a number tomorrow, or have been left out.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Text, or a number as text; blanks, `null` and anything else are `None`. Control characters are left out: these texts are
/// shown on terminals.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Box<RawValue>>::deserialize(deserializer)?.and_then(|raw| text_of(&raw)))
}

/// As [`text`], of a value that has been set apart.
pub(crate) fn text_of(raw: &RawValue) -> Option<String> {
    let json = raw.get();
    let text = match json.as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(json).ok()?.replace(char::is_control, ""),
        b'-' | b'0'..=b'9' => json.to_owned(),
        _ => return None,
    };
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A date and time without zone, with or without fractions of a second; a zone that is there all the same is ignored.
pub(crate) fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    let zoned = || DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.naive_local());
    text.parse().ok().or_else(zoned)
}

/// An instant. Without a zone it is taken for UTC, which is what the service means.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc());
    zoned.or_else(|| text.parse::<NaiveDateTime>().ok().map(|naive| naive.and_utc()))
}
