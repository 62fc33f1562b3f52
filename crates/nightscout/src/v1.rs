//! Documents over version 1, for sites that have no other: lists of documents, and no addressing by identifier.
//!
//! What a site does with a document that comes twice depends on its version and on the collection. So what is there of an
//! identifier is deleted first, and what remains is sent as new.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use pipeline::SinkError;
use pipeline::sink::{Change, HeldDocument, Outcome};
use reqwest::Method;
use serde_json::Value;

use crate::error;
use crate::http::Request;
use crate::site::{APP, COLLECTIONS, Nightscout};
use crate::v3::held;

/// How many identifiers fit in an address.
const CHUNK: usize = 40;

/// More documents than any chunk or week has.
const COUNT: &str = "20000";

impl Nightscout {
    /// Applies the changes at `places`, collection by collection.
    pub(crate) async fn apply_v1(
        &self,
        changes: &[Change],
        places: &[usize],
        outcomes: &mut Vec<(usize, Outcome)>,
    ) -> Result<(), SinkError> {
        for collection in COLLECTIONS {
            let mut of_collection: Vec<usize> =
                places.iter().copied().filter(|place| changes[*place].collection == collection).collect();
            of_collection.sort_by_key(|place| changes[*place].date_ms);
            for chunk in of_collection.chunks(CHUNK) {
                self.apply_chunk(collection, changes, chunk, outcomes).await?;
            }
        }
        Ok(())
    }

    async fn apply_chunk(
        &self,
        collection: &str,
        changes: &[Change],
        places: &[usize],
        outcomes: &mut Vec<(usize, Outcome)>,
    ) -> Result<(), SinkError> {
        for document in self.find_v1(collection, changes, places).await? {
            let Some(id) = document["_id"].as_str() else { continue };
            self.delete_v1(collection, id).await?;
        }
        let in_the_way = self.others_in_the_way(collection, changes, places).await?;
        let mut to_send = Vec::new();
        for place in places.iter().copied() {
            match &changes[place].content {
                None => outcomes.push((place, Outcome::Done)),
                Some(_) if in_the_way.contains(&place) => {
                    let reason =
                        "another uploader's document of the same time and type would be overwritten".to_owned();
                    outcomes.push((place, Outcome::Refused { reason }));
                }
                Some(content) => to_send.push((place, content.as_str())),
            }
        }
        self.post_v1(collection, &to_send, outcomes).await
    }

    /// Sends documents as one list; as two, where that is too large for the site.
    async fn post_v1(
        &self,
        collection: &str,
        documents: &[(usize, &str)],
        outcomes: &mut Vec<(usize, Outcome)>,
    ) -> Result<(), SinkError> {
        let mut pending = vec![documents];
        while let Some(documents) = pending.pop() {
            if documents.is_empty() {
                continue;
            }
            let body: Vec<_> = documents.iter().map(|(_, document)| *document).collect();
            let name = format!("/api/v1/{collection}");
            let request =
                Request::new(Method::POST, &name, &["api", "v1", collection]).json(format!("[{}]", body.join(",")));
            let response = self.send_v1(request.once()).await?;
            match (response.status.as_u16(), documents) {
                (413, [(place, _)]) => {
                    let reason = "the site takes no document of this size".to_owned();
                    outcomes.push((*place, Outcome::Refused { reason }));
                }
                (413, _) => {
                    let (first, second) = documents.split_at(documents.len() / 2);
                    pending.extend([second, first]);
                }
                _ if response.status.is_success() => {
                    outcomes.extend(documents.iter().map(|(place, _)| (*place, Outcome::Done)));
                }
                _ => return Err(response.to_error()),
            }
        }
        Ok(())
    }

    async fn delete_v1(&self, collection: &str, id: &str) -> Result<(), SinkError> {
        let name = format!("/api/v1/{collection}/…");
        let response = self.send_v1(Request::new(Method::DELETE, &name, &["api", "v1", collection, id])).await?;
        if response.status.as_u16() == 404 { Ok(()) } else { response.ensure_accepted().map(|_| ()) }
    }

    /// What is there of the identifiers of the changes. Without a date a site looks at the last four days only.
    async fn find_v1(&self, collection: &str, changes: &[Change], places: &[usize]) -> Result<Vec<Value>, SinkError> {
        let request = find_request(collection, DateTime::UNIX_EPOCH.timestamp_millis(), None);
        let request = places.iter().enumerate().fold(request, |request, (index, place)| {
            request.query(format!("find[identifier][$in][{index}]"), changes[*place].identifier.clone())
        });
        self.list_v1(request).await
    }

    /// All documents of a collection within a span of time.
    pub(crate) async fn find_in_span_v1(
        &self,
        collection: &str,
        (from_ms, until_ms): (i64, i64),
    ) -> Result<Vec<Value>, SinkError> {
        self.list_v1(find_request(collection, from_ms, Some(until_ms))).await
    }

    async fn list_v1(&self, request: Request<'_>) -> Result<Vec<Value>, SinkError> {
        let answer = self.send_v1(request).await?.ensure_accepted()?;
        match answer.json()? {
            Value::Array(documents) => Ok(documents),
            _ => Err(error::unexpected_response(&answer.label, "it gives no list")),
        }
    }

    /// The places of documents that an older site would take for another uploader's: it goes by time and type.
    async fn others_in_the_way(
        &self,
        collection: &str,
        changes: &[Change],
        places: &[usize],
    ) -> Result<Vec<usize>, SinkError> {
        let dates = || places.iter().map(|place| changes[*place].date_ms);
        let (Some(first), Some(last)) = (dates().min(), dates().max()) else { return Ok(Vec::new()) };
        if !matches!(collection, "entries" | "treatments") {
            return Ok(Vec::new());
        }
        let others = self.find_in_span_v1(collection, (first, last)).await?;
        let others: Vec<_> = others.iter().filter(|other| other["app"] != APP).map(time_and_type).collect();
        let is_in_the_way = |place: &usize| {
            let document =
                changes[*place].content.as_deref().and_then(|content| serde_json::from_str::<Value>(content).ok());
            document.is_some_and(|document| others.contains(&time_and_type(&document)))
        };
        Ok(places.iter().copied().filter(is_in_the_way).collect())
    }

    /// This program's documents from `from` on, week by week.
    pub(crate) async fn held_v1(&self, collection: &str, from: DateTime<Utc>) -> Result<Vec<HeldDocument>, SinkError> {
        let week = TimeDelta::weeks(1).num_milliseconds();
        let until = self.transport.config.clock.now().timestamp_millis() + week;
        let mut held_documents = Vec::new();
        let from = if collection == "profile" { until - week } else { from.timestamp_millis() };
        for start in (from..until).step_by(week as usize) {
            let span = (if collection == "profile" { 0 } else { start }, start + week - 1);
            let found = self.find_in_span_v1(collection, span).await?;
            let own = found.iter().filter(|document| document["app"] == APP);
            held_documents.extend(own.filter_map(|document| held(collection, document)));
        }
        Ok(held_documents)
    }
}

/// A request for the documents of a collection within a span of time.
fn find_request(collection: &str, from_ms: i64, until_ms: Option<i64>) -> Request<'static> {
    let (name, path) = match collection {
        "entries" => ("/api/v1/entries.json", "entries.json"),
        "treatments" => ("/api/v1/treatments.json", "treatments.json"),
        "devicestatus" => ("/api/v1/devicestatus.json", "devicestatus.json"),
        _ => ("/api/v1/profiles", "profiles"),
    };
    let (field, text): (_, fn(i64) -> String) = match collection {
        "entries" => ("date", |ms| ms.to_string()),
        "profile" => ("startDate", iso),
        _ => ("created_at", iso),
    };
    let request = Request::new(Method::GET, name, &["api", "v1", path]).query("count", COUNT);
    let request = request.query(format!("find[{field}][$gte]"), text(from_ms));
    until_ms
        .into_iter()
        .fold(request, |request, until_ms| request.query(format!("find[{field}][$lte]"), text(until_ms)))
}

fn iso(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What version 1 goes by: an instant, and the type of a treatment or entry.
fn time_and_type(document: &Value) -> (Option<i64>, Option<String>) {
    let parse = |name: &str| document[name].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let instant = document["date"].as_i64().or_else(|| parse("created_at").map(|instant| instant.timestamp_millis()));
    let name = document["eventType"].as_str().or_else(|| document["type"].as_str());
    (instant, name.map(str::to_owned))
}
