//! Version 3 of a site's API.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::responses::{html_page, json_response};
use super::state::{Site, SiteState};

type Members = HashMap<String, String>;

/// Fields of a stored document that cannot change.
const IMMUTABLE: [&str; 6] = ["identifier", "date", "utcOffset", "eventType", "device", "app"];

pub(super) async fn authorize(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Response {
    let mut state = site.state();
    if token != state.config.token {
        return refuse(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let bearer = state.give_bearer();
    json_response(StatusCode::OK, &json!({"token": bearer, "sub": "tandem"}))
}

pub(super) async fn version(State(site): State<Arc<Site>>) -> Response {
    let state = site.state();
    if !state.config.has_v3 {
        return html_page(StatusCode::NOT_FOUND, "Error");
    }
    json_response(StatusCode::OK, &json!({"status": 200, "result": version_of(&state)}))
}

fn version_of(state: &SiteState) -> Value {
    json!({"version": "15.0.7", "apiVersion": "3.0.3-alpha", "srvDate": state.config.now().timestamp_millis()})
}

pub(super) async fn status(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let state = site.state();
    if let Some(refusal) = unauthorized(&state, &headers) {
        return refusal;
    }
    let mut result = version_of(&state);
    let letters = &state.config.permissions;
    result["apiPermissions"] =
        json!({"entries": letters, "treatments": letters, "profile": letters, "devicestatus": letters});
    json_response(StatusCode::OK, &json!({"status": 200, "result": result}))
}

pub(super) async fn search(
    State(site): State<Arc<Site>>,
    Path(collection): Path<String>,
    Query(query): Query<Members>,
    headers: HeaderMap,
) -> Response {
    let state = site.state();
    if let Some(refusal) = forbidden(&state, &headers, &collection, &['r']) {
        return refusal;
    }
    let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return refuse(StatusCode::BAD_REQUEST, "Parameter limit out of tolerance");
    }
    let conditions: Vec<_> =
        query.iter().filter_map(|(name, value)| name.split_once('$').map(|(field, how)| (field, how, value))).collect();
    let holds = |document: &Value| {
        document["isValid"] != false
            && conditions.iter().all(|(field, how, value)| holds(&document[*field], how, value))
    };
    let mut found: Vec<Value> = state
        .documents
        .of(&collection)
        .map(|(_, document)| document)
        .filter(|document| holds(document))
        .cloned()
        .collect();
    if let Some(field) = query.get("sort") {
        found.sort_by_key(|document| comparable(&document[field]));
    }
    found.truncate(limit);
    if let Some(fields) = query.get("fields").filter(|fields| *fields != "_all") {
        let kept: Vec<_> = fields.split(',').collect();
        found
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(|document| document.retain(|name, _| kept.contains(&name.as_str())));
    }
    for document in &mut found {
        if document["identifier"].is_null() && !query.contains_key("fields") {
            document["identifier"] = document["_id"].clone();
        }
    }
    json_response(StatusCode::OK, &json!({"status": 200, "result": found}))
}

fn holds(member: &Value, how: &str, value: &str) -> bool {
    let text = member.as_str().map_or_else(|| member.to_string(), str::to_owned);
    let order = || comparable(member).cmp(&comparable(&serde_json::from_str(value).unwrap_or_else(|_| json!(value))));
    match how {
        "eq" => text == value,
        "ne" => text != value,
        "in" => value.split('|').any(|value| text == value),
        "gte" => !member.is_null() && order().is_ge(),
        "gt" => !member.is_null() && order().is_gt(),
        "lte" => !member.is_null() && order().is_le(),
        "lt" => !member.is_null() && order().is_lt(),
        _ => false,
    }
}

/// Numbers before texts, each in order.
fn comparable(member: &Value) -> (i64, String) {
    member
        .as_i64()
        .map_or_else(|| (i64::MAX, member.as_str().unwrap_or_default().to_owned()), |number| (number, String::new()))
}

pub(super) async fn create(
    State(site): State<Arc<Site>>,
    Path(collection): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = site.state();
    let document = match checked(&state, &headers, &collection, &['c'], &body) {
        Ok(document) => document,
        Err(refusal) => return *refusal,
    };
    let identifier = document["identifier"].as_str().unwrap_or_default().to_owned();
    // Where no document has the identifier, one of the same time and type without any is taken for the same.
    let fields = if collection == "entries" { ["date", "type"] } else { ["created_at", "eventType"] };
    let place = state.documents.place_of(&collection, &identifier).or_else(|| {
        let is_same = |other: &Value| {
            other["identifier"].is_null() && fields.iter().all(|field| other[*field] == document[*field])
        };
        state.documents.of(&collection).find(|(_, document)| is_same(document)).map(|(place, _)| place)
    });
    match place {
        Some(place) => replace(&mut state, &collection, place, document, true),
        None => insert(&mut state, &collection, document),
    }
}

pub(super) async fn update(
    State(site): State<Arc<Site>>,
    Path((collection, identifier)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = site.state();
    let mut document = match checked(&state, &headers, &collection, &[], &body) {
        Ok(document) => document,
        Err(refusal) => return *refusal,
    };
    document["identifier"] = json!(identifier);
    match state.documents.place_of(&collection, &identifier) {
        Some(place) if state.documents.get(&collection, place)["isValid"] == false => {
            json_response(StatusCode::GONE, &json!({"status": 410}))
        }
        Some(place) => replace(&mut state, &collection, place, document, false),
        None => insert(&mut state, &collection, document),
    }
}

fn insert(state: &mut SiteState, collection: &str, mut document: Value) -> Response {
    if !state.allows('c') {
        return missing(collection, 'c');
    }
    let now = state.config.now().timestamp_millis();
    document["srvCreated"] = json!(now);
    document["srvModified"] = json!(now);
    let identifier = document["identifier"].clone();
    state.documents.insert(collection, document);
    json_response(StatusCode::CREATED, &json!({"status": 201, "identifier": identifier, "lastModified": now}))
}

fn replace(
    state: &mut SiteState,
    collection: &str,
    place: u64,
    mut document: Value,
    is_deduplication: bool,
) -> Response {
    if !state.allows('u') {
        return missing(collection, 'u');
    }
    let stored = state.documents.get(collection, place);
    if ["isReadOnly", "readOnly", "readonly"].iter().any(|name| stored[*name] == true) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "Trying to modify read-only document");
    }
    let fixed = IMMUTABLE.iter().skip(usize::from(is_deduplication));
    let changed = fixed
        .filter(|_| stored["isValid"] != false)
        .find(|field| !document[**field].is_null() && document[**field] != stored[**field]);
    if let Some(field) = changed {
        return refuse(StatusCode::BAD_REQUEST, &format!("Field {field} cannot be modified by the client"));
    }
    normalize_duration(&mut document);
    state.documents.put(collection, place, document);
    json_response(StatusCode::OK, &json!({"status": 200}))
}

/// A stored duration follows from the end, in whole minutes.
fn normalize_duration(document: &mut Value) {
    let begun = document["mills"].as_i64().or_else(|| document["date"].as_i64());
    let minutes = document["duration"].as_f64();
    if document["endmills"].is_null()
        && let (Some(begun), Some(minutes)) = (begun, minutes)
    {
        document["endmills"] = json!(begun + (minutes * 60_000.0) as i64);
    }
    if let (Some(begun), Some(ended)) = (begun, document["endmills"].as_i64()) {
        document["durationInMilliseconds"] = json!(ended - begun);
        document["duration"] = json!(((ended - begun) as f64 / 60_000.0).round() as i64);
    }
}

pub(super) async fn read(
    State(site): State<Arc<Site>>,
    Path((collection, identifier)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let state = site.state();
    if let Some(refusal) = forbidden(&state, &headers, &collection, &['r']) {
        return refusal;
    }
    let place = state.documents.place_of(&collection, &identifier);
    match place.map(|place| state.documents.get(&collection, place)) {
        None => json_response(StatusCode::NOT_FOUND, &json!({"status": 404})),
        Some(document) if document["isValid"] == false => json_response(StatusCode::GONE, &json!({"status": 410})),
        Some(document) => json_response(StatusCode::OK, &json!({"status": 200, "result": document})),
    }
}

pub(super) async fn delete(
    State(site): State<Arc<Site>>,
    Path((collection, identifier)): Path<(String, String)>,
    Query(query): Query<Members>,
    headers: HeaderMap,
) -> Response {
    let mut state = site.state();
    if let Some(refusal) = forbidden(&state, &headers, &collection, &['d']) {
        return refusal;
    }
    let Some(place) = state.documents.place_of(&collection, &identifier) else {
        return json_response(StatusCode::NOT_FOUND, &json!({"status": 404}));
    };
    let mut document = state.documents.get(&collection, place);
    if document["isReadOnly"] == true {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "Trying to modify read-only document");
    }
    if query.get("permanent").is_some_and(|permanent| permanent == "true") {
        state.documents.remove(&collection, place);
    } else {
        document["isValid"] = json!(false);
        state.documents.put(&collection, place, document);
    }
    json_response(StatusCode::OK, &json!({"status": 200}))
}

/// The body as a document that a site takes.
fn checked(
    state: &SiteState,
    headers: &HeaderMap,
    collection: &str,
    letters: &[char],
    body: &Bytes,
) -> Result<Value, Box<Response>> {
    if let Some(refusal) = forbidden(state, headers, collection, letters) {
        return Err(Box::new(refusal));
    }
    if body.len() > state.config.body_limit {
        return Err(Box::new(html_page(StatusCode::PAYLOAD_TOO_LARGE, "413 Request Entity Too Large")));
    }
    let mut document: Value = serde_json::from_slice(body)
        .map_err(|_| Box::new(refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")))?;
    let bad = |field: &str| Box::new(refuse(StatusCode::BAD_REQUEST, &format!("Bad or missing {field} field")));
    let date = document["date"].as_i64().filter(|date| *date > 946_684_800_000);
    let date = date.and_then(DateTime::from_timestamp_millis).ok_or_else(|| bad("date"))?;
    document["utcOffset"].as_i64().filter(|offset| offset.abs() <= 1440).ok_or_else(|| bad("utcOffset"))?;
    document["app"].as_str().filter(|app| !app.trim().is_empty()).ok_or_else(|| bad("app"))?;
    // Documents of every collection get one, entries too.
    document["created_at"] = json!(date.to_rfc3339_opts(SecondsFormat::Millis, true));
    Ok(document)
}

fn forbidden(state: &SiteState, headers: &HeaderMap, collection: &str, letters: &[char]) -> Option<Response> {
    if !state.config.has_v3 || !["entries", "treatments", "profile", "devicestatus"].contains(&collection) {
        return Some(refuse(StatusCode::NOT_FOUND, "Bad operation or collection"));
    }
    let refusal = unauthorized(state, headers);
    refusal.or_else(|| letters.iter().find(|letter| !state.allows(**letter)).map(|letter| missing(collection, *letter)))
}

fn unauthorized(state: &SiteState, headers: &HeaderMap) -> Option<Response> {
    let given = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match given {
        Some(bearer) if state.bearers.contains(bearer) => None,
        Some(_) => Some(refuse(StatusCode::UNAUTHORIZED, "Bad access token or JWT")),
        None => Some(refuse(StatusCode::UNAUTHORIZED, "Missing or bad access token or JWT")),
    }
}

fn missing(collection: &str, letter: char) -> Response {
    let operation = match letter {
        'c' => "create",
        'r' => "read",
        'u' => "update",
        _ => "delete",
    };
    refuse(StatusCode::FORBIDDEN, &format!("Missing permission api:{collection}:{operation}"))
}

fn refuse(status: StatusCode, message: &str) -> Response {
    json_response(status, &json!({"status": status.as_u16(), "message": message}))
}
