//! Goes through a JSON object without building anything: each key with the text of its value.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Calls `each` with every key (unescaped) and its value's text, in order, repeated keys included.
///
/// `text` must begin with an object; the error is that of its syntax.
pub(super) fn walk_object<'a>(text: &'a str, each: impl FnMut(Cow<'a, str>, &'a str)) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    (&mut deserializer).deserialize_map(ObjectVisitor(each))?;
    deserializer.end()
}

/// The unescaped content of a JSON string's text; `None` if the text is no string.
pub(super) fn string(text: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Text<'_>>(text).ok().map(|text| text.0)
}

/// Up to here every integer has its own `f64`.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// The integer that a JSON number's text stands for, also as `5.0` or `5e0`; `None` if it is none or beyond 2^53.
pub(super) fn integer(text: &str) -> Option<i64> {
    if let Some(number) = short_integer(text.as_bytes()) {
        return Some(number);
    }
    let number = text.parse::<f64>().ok()?;
    (number.fract() == 0.0 && number.abs() <= EXACT_INTEGERS).then_some(number as i64)
}

/// The number that a JSON string consists of, as in `"5"`; `None` for any other text.
pub(super) fn quoted_number(text: &str) -> Option<&str> {
    let content = text.strip_prefix('"')?.strip_suffix('"')?;
    let is_number =
        serde_json::from_str::<serde_json::Number>(content).is_ok() && !content.contains(char::is_whitespace);
    is_number.then_some(content)
}

/// The usual case: at most 15 digits, perhaps a minus.
fn short_integer(text: &[u8]) -> Option<i64> {
    let (digits, sign) = match text {
        [b'-', digits @ ..] => (digits, -1),
        digits => (digits, 1),
    };
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let number = digits.iter().try_fold(0, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + i64::from(digit))
    })?;
    Some(sign * number)
}

struct ObjectVisitor<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de str)> Visitor<'de> for ObjectVisitor<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Text(key), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
            (self.0)(key, value.get());
        }
        Ok(())
    }
}

/// A string, borrowed where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_in_every_spelling() {
        let rows = [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("4294967295", Some(4_294_967_295)),
            ("-1", Some(-1)),
            ("5.0", Some(5)),
            ("5e0", Some(5)),
            ("1E2", Some(100)),
            ("0.5", None),
            ("1e99", None),
            ("123456789012345678", None),
            ("9007199254740992", Some(9_007_199_254_740_992)),
            ("-", None),
            ("", None),
            ("true", None),
            ("\"5\"", None),
        ];
        for (text, number) in rows {
            assert_eq!(integer(text), number, "{text}");
        }
    }

    #[test]
    fn only_whole_numbers_in_quotes_are_numbers() {
        let rows = [
            ("\"5\"", Some("5")),
            ("\"-5.25e1\"", Some("-5.25e1")),
            ("\"\"", None),
            ("\" 5\"", None),
            ("\"5 \"", None),
            ("\"05\"", None),
            ("\"NaN\"", None),
            ("\"5\\u0030\"", None),
            ("\"true\"", None),
            ("5", None),
            ("\"", None),
        ];
        for (text, number) in rows {
            assert_eq!(quoted_number(text), number, "{text}");
        }
    }

    #[test]
    fn objects_are_walked_in_order_with_verbatim_values() {
        let mut seen = Vec::new();
        let text = r#" { "a" : 1.50 , "\u0062":[ 1, {"x":2} ],"a":null } "#;
        let walked = walk_object(text, |key, value| seen.push((key.into_owned(), value)));
        assert!(walked.is_ok());
        let expected = [("a", "1.50"), ("b", r#"[ 1, {"x":2} ]"#), ("a", "null")];
        assert_eq!(seen, expected.map(|(key, value)| (key.to_owned(), value)));
    }

    #[test]
    fn broken_objects_are_errors() {
        for text in ["", "{", r#"{"a":1"#, r#"{"a":1}}"#, r#"{"a":1,}"#, "{1:2}", r#"{"a":01}"#, "[]", "null"] {
            assert!(walk_object(text, |_, _| {}).is_err(), "{text}");
        }
    }
}
