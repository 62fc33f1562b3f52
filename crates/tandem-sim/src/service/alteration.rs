//! Answers that are well-formed and wrong: with events left out, or in another format.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::pages;

/// What an answer is changed to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Alteration {
    /// No events, no clock changes.
    NoEvents,
    /// `events` is `null`.
    NullEvents,
    /// A message beside no events.
    Message,
    /// Only this share of the events, always the same ones.
    Thinned {
        /// 0 to 100.
        percent: u64,
    },
    /// A member of each event is changed.
    Event {
        /// Of events with this code only.
        code: Option<u16>,
        /// Its name.
        name: &'static str,
        /// How.
        mutation: Mutation,
    },
    /// A member of each event's properties is changed.
    Property {
        /// Of events with this code only.
        code: Option<u16>,
        /// Its name.
        name: &'static str,
        /// How.
        mutation: Mutation,
    },
    /// A member of each pump of the account is changed.
    Pump {
        /// Its name.
        name: &'static str,
        /// How.
        mutation: Mutation,
    },
}

/// How a member is changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mutation {
    /// It is left out.
    Missing,
    /// It is `null`.
    Null,
    /// Its name is another one.
    Renamed,
    /// A number or truth value is written in quotes.
    Quoted,
    /// A whole number is written with a fraction, as `5.0`.
    Fraction,
    /// It is wrapped in an object.
    Object,
    /// It is wrapped in an array.
    Array,
    /// It is an empty string.
    EmptyText,
    /// It is a word.
    Word,
    /// It is a number that no field holds.
    Huge,
    /// `Z` comes after it.
    Zulu,
    /// An offset comes after it.
    Offset,
}

impl Mutation {
    /// Those that any member can have.
    pub const ANY: [Self; 10] = [
        Self::Missing,
        Self::Null,
        Self::Renamed,
        Self::Quoted,
        Self::Fraction,
        Self::Object,
        Self::Array,
        Self::EmptyText,
        Self::Word,
        Self::Huge,
    ];

    fn apply(self, members: &mut Map<String, Value>, name: &str) {
        let Some(value) = members.remove(name) else { return };
        let with_tail = |tail: &str| json!(format!("{}{tail}", value.as_str().unwrap_or_default()));
        let (name, value) = match self {
            Self::Missing => return,
            Self::Null => (name.to_owned(), Value::Null),
            Self::Renamed => (format!("{name}V2"), value),
            Self::Quoted if value.is_number() || value.is_boolean() => (name.to_owned(), json!(value.to_string())),
            Self::Fraction if value.is_i64() => (name.to_owned(), json!(value.as_f64())),
            Self::Quoted | Self::Fraction => (name.to_owned(), value),
            Self::Object => (name.to_owned(), json!({ "value": value })),
            Self::Array => (name.to_owned(), json!([value])),
            Self::EmptyText => (name.to_owned(), json!("")),
            Self::Word => (name.to_owned(), json!("unknown")),
            Self::Huge => (name.to_owned(), json!(1e18)),
            Self::Zulu => (name.to_owned(), with_tail("Z")),
            Self::Offset => (name.to_owned(), with_tail("+02:00")),
        };
        members.insert(name, value);
    }
}

impl Alteration {
    fn apply(self, body: &mut Value) {
        match self {
            Self::NoEvents => *body = json!({"events": [], "clockChanges": []}),
            Self::NullEvents => *body = json!({"events": null}),
            Self::Message => *body = json!({"message": "boom", "events": []}),
            Self::Thinned { percent } => thin(body, percent),
            Self::Event { code, name, mutation } => {
                each(body, &["events", "clockChanges"], code, |event| mutation.apply(event, name));
            }
            Self::Property { code, name, mutation } => each(body, &["events", "clockChanges"], code, |event| {
                if let Some(Value::Object(properties)) = event.get_mut("eventProperties") {
                    mutation.apply(properties, name);
                }
            }),
            Self::Pump { name, mutation } => each(body, &["pumps"], None, |pump| mutation.apply(pump, name)),
        }
    }
}

fn thin(body: &mut Value, percent: u64) {
    let Some(Value::Array(events)) = body.get_mut("events") else { return };
    // Spread over the log, and not at even distances.
    let place = |event: &Value| event["sequenceNumber"].as_u64().unwrap_or_default().wrapping_mul(2_654_435_761) >> 7;
    events.retain(|event| place(event) % 100 < percent);
}

fn each(body: &mut Value, arrays: &[&str], code: Option<u16>, change: impl Fn(&mut Map<String, Value>)) {
    for array in arrays {
        let Some(Value::Array(items)) = body.get_mut(array) else { continue };
        let wanted = |item: &&mut Map<String, Value>| {
            code.is_none_or(|code| item.get("eventCode").and_then(Value::as_u64) == Some(code.into()))
        };
        items.iter_mut().filter_map(Value::as_object_mut).filter(wanted).for_each(&change);
    }
}

/// Lets the request be answered, and changes what comes.
pub(super) async fn alter(alteration: Alteration, mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    let response = next.run(request).await;
    if !response.status().is_success() {
        return response;
    }
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
    let Ok(mut body) = serde_json::from_slice(&body) else {
        return pages::json_body(StatusCode::INTERNAL_SERVER_ERROR, &json!({"message": "Internal Server Error"}));
    };
    alteration.apply(&mut body);
    pages::json_body(StatusCode::OK, &body)
}
