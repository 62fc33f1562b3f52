//! Version 1 of a site's API.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::responses::{html_page, json_response};
use super::state::{Site, SiteState};

pub(super) async fn status(State(site): State<Arc<Site>>) -> Response {
    let state = site.state();
    let version = if state.config.has_v3 { "15.0.7" } else { "13.0.1" };
    let settings = json!({"units": "mg/dl", "timeFormat": 12});
    let now = state.config.now().to_rfc3339_opts(SecondsFormat::Millis, true);
    json_response(
        StatusCode::OK,
        &json!({"status": "ok", "name": "nightscout", "version": version, "serverTime": now, "settings": settings}),
    )
}

pub(super) async fn list(
    State(site): State<Arc<Site>>,
    Path(collection): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let state = site.state();
    if let Some(refusal) = unauthorized(&state, &headers) {
        return refusal;
    }
    let collection = stored_name(&collection);
    let field = time_field(collection);
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let count = query.iter().find(|(name, _)| name == "count").and_then(|(_, count)| count.parse().ok()).unwrap_or(10);
    let mut bounds: Vec<(&str, String)> = Vec::new();
    let identifiers: Vec<_> =
        query.iter().filter(|(name, _)| name.starts_with("find[identifier]")).map(|(_, value)| value).collect();
    for how in ["$gte", "$lte"] {
        let value = query.iter().find(|(name, _)| *name == format!("find[{field}][{how}]"));
        bounds.extend(value.map(|(_, value)| (how, value.clone())));
    }
    if bounds.is_empty() {
        // Without a date a site answers for the last four days.
        let since = state.config.now() - TimeDelta::days(4);
        bounds.push(("$gte", if field == "date" { since.timestamp_millis().to_string() } else { since.to_rfc3339() }));
    }
    let is_within = |document: &Value| bounds.iter().all(|(how, bound)| is_in_bound(&document[field], how, bound));
    let is_named = |document: &Value| {
        identifiers.is_empty()
            || document["identifier"].as_str().is_some_and(|name| identifiers.iter().any(|wanted| *wanted == name))
    };
    let documents = state.documents.of(collection).map(|(_, document)| document);
    let mut found: Vec<_> = documents.filter(|document| is_within(document) && is_named(document)).cloned().collect();
    found.truncate(count);
    json_response(StatusCode::OK, &Value::Array(found))
}

fn is_in_bound(member: &Value, how: &str, bound: &str) -> bool {
    let instant = |text: &str| DateTime::parse_from_rfc3339(text).map(|instant| instant.timestamp_millis()).ok();
    let value = member.as_i64().or_else(|| member.as_str().and_then(instant));
    let bound = bound.parse().ok().or_else(|| instant(bound));
    let (Some(value), Some(bound)) = (value, bound) else { return false };
    if how == "$gte" { value >= bound } else { value <= bound }
}

pub(super) async fn create(
    State(site): State<Arc<Site>>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = site.state();
    if let Some(refusal) = unauthorized(&state, &headers) {
        return refusal;
    }
    if !state.allows('c') {
        return json_response(StatusCode::UNAUTHORIZED, &json!({"status": 401, "message": "Unauthorized"}));
    }
    if body.len() > state.config.body_limit {
        return html_page(StatusCode::PAYLOAD_TOO_LARGE, "413 Request Entity Too Large");
    }
    let Ok(documents) = serde_json::from_slice::<Value>(&body) else {
        return json_response(StatusCode::BAD_REQUEST, &json!({"status": 400}));
    };
    let documents = if let Value::Array(documents) = documents { documents } else { vec![documents] };
    for document in &documents {
        upsert(&mut state, stored_name(&collection), document.clone());
    }
    json_response(StatusCode::OK, &Value::Array(documents))
}

/// Entries go by time and type, treatments by identifier or else by time and type; everything else is always new.
fn upsert(state: &mut SiteState, collection: &str, mut document: Value) {
    let now = state.config.now();
    if collection == "treatments" || collection == "devicestatus" {
        let created = document["created_at"].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        let created = created.map_or(now, |created| created.with_timezone(&Utc));
        document["created_at"] = json!(created.to_rfc3339_opts(SecondsFormat::Millis, true));
    }
    if collection != "profile" {
        // The offset is the one written in the time, which is UTC.
        document["utcOffset"] = json!(0);
    }
    let by_identifier =
        collection == "treatments" && state.config.v1_knows_identifiers && !document["identifier"].is_null();
    let fields: &[&str] = match collection {
        _ if by_identifier => &["identifier"],
        "entries" => &["date", "type"],
        "treatments" => &["created_at", "eventType"],
        _ => &[],
    };
    let is_same = |other: &Value| !fields.is_empty() && fields.iter().all(|field| other[*field] == document[*field]);
    let place = state.documents.of(collection).find(|(_, other)| is_same(other)).map(|(place, _)| place);
    match place {
        Some(place) => state.documents.put(collection, place, document),
        None => state.documents.insert(collection, document),
    }
}

pub(super) async fn delete(
    State(site): State<Arc<Site>>,
    Path((collection, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let mut state = site.state();
    if let Some(refusal) = unauthorized(&state, &headers) {
        return refusal;
    }
    let collection = stored_name(&collection);
    if let Some(place) =
        u64::from_str_radix(&id, 16).ok().filter(|place| !state.documents.get(collection, *place).is_null())
    {
        state.documents.remove(collection, place);
    }
    json_response(StatusCode::OK, &json!({"n": 1, "ok": 1}))
}

fn stored_name(name: &str) -> &str {
    match name.trim_end_matches(".json") {
        "profiles" => "profile",
        name => name,
    }
}

fn time_field(collection: &str) -> &'static str {
    match collection {
        "entries" => "date",
        "profile" => "startDate",
        _ => "created_at",
    }
}

fn unauthorized(state: &SiteState, headers: &HeaderMap) -> Option<Response> {
    let given = headers.get("api-secret").and_then(|value| value.to_str().ok());
    (given != Some(state.config.token.as_str()))
        .then(|| json_response(StatusCode::UNAUTHORIZED, &json!({"status": 401, "message": "Unauthorized"})))
}
