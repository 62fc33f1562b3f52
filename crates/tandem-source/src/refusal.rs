//! What an unwelcome body says, without repeating it: its outline for people, its complaint for the fallbacks.
//!
//! Bodies of a health service may hold names and readings. An outline therefore has a page's title, or a JSON
//! object's key names and validation codes, and never a value that could be a person's.

use serde_json::Value;

/// The service validates queries with Zod; these are the parts of its complaint. All may be empty: no captured body
/// of a refusal is published.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Refusal {
    /// For example `unrecognized_keys`.
    pub(crate) codes: Vec<String>,
    /// The keys that were not recognized.
    pub(crate) keys: Vec<String>,
    /// The members that were not valid.
    pub(crate) paths: Vec<String>,
    complaint: String,
}

/// What a refusal is about, as far as it tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum About {
    /// A query key that the service does not know, other than the one of the event types.
    Keys,
    /// The key of the event types itself is not known.
    EventCodesKey,
    /// The list of event types is not liked.
    EventCodes,
    /// The days asked for.
    Range,
    /// It does not say.
    Unclear,
}

/// Deeper nesting than this is not looked into.
const DEEPEST: u8 = 6;

impl Refusal {
    pub(crate) fn from_body(body: &str) -> Self {
        let mut refusal = Self::default();
        if let Ok(value) = serde_json::from_str::<Value>(body) {
            refusal.collect(&value, 0);
        }
        refusal
    }

    pub(crate) fn about(&self) -> About {
        let names = |names: &[String], wanted: &str| names.iter().any(|name| name == wanted);
        if names(&self.codes, "unrecognized_keys") {
            return if names(&self.keys, "eventCodes") { About::EventCodesKey } else { About::Keys };
        }
        if names(&self.paths, "eventCodes") || self.complaint.contains("eventcodes") {
            return About::EventCodes;
        }
        let dates = names(&self.paths, "startDate") || names(&self.paths, "endDate");
        if dates || RANGE_WORDS.iter().any(|word| self.complaint.contains(word)) {
            return About::Range;
        }
        About::Unclear
    }

    /// Validation codes and names, for a message; empty when there are none.
    fn describe_members(&self) -> String {
        let part = |title: &str, names: &[String]| match names {
            [] => String::new(),
            names => format!(", {title} {}", names.join(" ")),
        };
        [part("code", &self.codes), part("unknown keys", &self.keys), part("about", &self.paths)].concat()
    }

    fn collect(&mut self, value: &Value, depth: u8) {
        match value {
            _ if depth > DEEPEST => {}
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, depth + 1)),
            Value::Object(members) => {
                for (name, member) in members {
                    self.member(name, member, depth);
                }
            }
            // Zod's own error has its issues as JSON text in `message`.
            Value::String(text) => {
                self.complaint.push_str(&text.to_ascii_lowercase());
                self.complaint.push(' ');
                if text.trim_start().starts_with(['[', '{'])
                    && let Ok(inner) = serde_json::from_str(text)
                {
                    self.collect(&inner, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, name: &str, member: &Value, depth: u8) {
        match name {
            "code" | "error" => push_names(&mut self.codes, member),
            "keys" => push_names(&mut self.keys, member),
            "path" => push_names(&mut self.paths, member),
            _ => {}
        }
        self.collect(member, depth + 1);
    }
}

const RANGE_WORDS: [&str; 5] = ["date range", "too long", "too large", "window", "days"];

/// A short description of an answer: status, kind of content, and the harmless parts of its body.
pub(crate) fn outline(status: u16, content_type: &str, body: &str) -> String {
    let content = match content_type.split(';').next().map(str::trim) {
        None | Some("") => "no content type",
        Some(content_type) if is_name(&content_type.replace(['/', '+', '.', '-'], "")) => content_type,
        Some(_) => "an odd content type",
    };
    format!("{status} ({content}{})", details(body))
}

fn details(body: &str) -> String {
    if body.contains("The request is blocked") {
        return ", \"The request is blocked\"".to_owned();
    }
    match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(members)) => {
            let names: Vec<_> = members.keys().filter(|name| is_name(name)).take(12).map(String::as_str).collect();
            format!(", members {}{}", names.join(" "), Refusal::from_body(body).describe_members())
        }
        Ok(_) | Err(_) => title(body).map_or_else(String::new, |title| format!(", titled {title:?}")),
    }
}

/// The title of a web page, when it cannot hold anything personal.
pub(crate) fn title(body: &str) -> Option<&str> {
    let start = body.find("<title>")? + "<title>".len();
    let title = body[start..].split('<').next()?.trim();
    let harmless = |c: char| c.is_ascii_alphanumeric() || " -_.,:!/'".contains(c);
    (!title.is_empty() && title.len() <= 60 && title.chars().all(harmless)).then_some(title)
}

/// Adds the identifiers in `value`: itself, or the members of an array.
fn push_names(names: &mut Vec<String>, value: &Value) {
    let mut add = |value: &Value| {
        if let Value::String(name) = value
            && is_name(name)
            && names.len() < 8
        {
            names.push(name.clone());
        }
    };
    match value {
        Value::Array(items) => items.iter().for_each(add),
        value => add(value),
    }
}

/// True for what can only be an identifier of a program: letters, digits of the odd version, `_`; short.
pub(crate) fn is_name(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_tell_what_they_are_about() {
        let rows = [
            (r#"{"code":"unrecognized_keys","keys":["eventIds"],"path":[],"message":"x"}"#, About::Keys),
            (
                r#"{"name":"ZodError","issues":[{"code":"unrecognized_keys","keys":["eventCodes"]}]}"#,
                About::EventCodesKey,
            ),
            (
                r#"{"error":{"name":"ZodError","message":"[{\"code\":\"unrecognized_keys\",\"keys\":[\"a\"]}]"}}"#,
                About::Keys,
            ),
            (r#"{"issues":[{"code":"too_big","path":["eventCodes"]}]}"#, About::EventCodes),
            (r#"{"issues":[{"code":"custom","path":["query","endDate"],"message":"m"}]}"#, About::Range),
            (r#"{"message":"Check input parameters."}"#, About::Unclear),
            (r#"{"message":"Date range exceeds 28 days"}"#, About::Range),
            (r#"{"message":"Bad Request"}"#, About::Unclear),
            ("<html>", About::Unclear),
            ("", About::Unclear),
        ];
        for (body, about) in rows {
            assert_eq!(Refusal::from_body(body).about(), about, "{body}");
        }
    }

    #[test]
    fn outlines_hold_nothing_personal() {
        let rows = [
            (
                "text/html",
                "<html><head><title>404 Not Found</title></head>Jane</html>",
                "400 (text/html, titled \"404 Not Found\")",
            ),
            ("text/html", "<title>Hello jane@example.org</title>", "400 (text/html)"),
            (
                "application/json; charset=utf-8",
                r#"{"firstName":"Jane","jane@example.org":1,"dateOfBirth":"1990-01-01"}"#,
                "400 (application/json, members dateOfBirth firstName)",
            ),
            (
                "application/json",
                r#"{"code":"unrecognized_keys","keys":["eventIds","jane@x"],"path":[]}"#,
                "400 (application/json, members code keys path, code unrecognized_keys, unknown keys eventIds)",
            ),
            ("", "Jane Doe 120 mg/dL", "400 (no content type)"),
            ("text/jane@example.org", "", "400 (an odd content type)"),
            ("text/html", "<p>The request is blocked.</p>", "400 (text/html, \"The request is blocked\")"),
        ];
        for (content_type, body, expected) in rows {
            assert_eq!(outline(400, content_type, body), expected);
        }
    }
}
