//! Documents over version 3: one request per document, addressed by its identifier.
//!
//! `PUT` and not `POST`: `POST` also looks for a document of the same second and type without an identifier, another uploader's, and
//! then refuses for good. Some fields of a stored document (its time, type, offset) cannot change, and a document that was deleted
//! leaves a mark that cannot be overwritten; such a document is deleted for good and put again.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use pipeline::SinkError;
use pipeline::sink::{Change, Held, HeldDocument, Outcome};
use reqwest::Method;
use serde_json::Value;

use crate::error;
use crate::http::{Request, Response};
use crate::site::{APP, COLLECTIONS, Nightscout};

/// The most documents that a site gives at once.
const PAGE: usize = 1000;

/// For fewer documents a look at the site's collections costs more than sending them.
const WORTH_A_LOOK: usize = 12;

/// Of one identifier there should be one document. Requests that crossed may have left more, and each deletion takes one.
const MAX_COPIES: usize = 10;

impl Nightscout {
    /// Applies the changes at `places`, a few at a time.
    pub(crate) async fn apply_v3(
        &self,
        changes: &[Change],
        places: &[usize],
        outcomes: &mut Vec<(usize, Outcome)>,
    ) -> Result<(), SinkError> {
        let unchanged = self.unchanged_v3(changes, places).await?;
        outcomes.extend(unchanged.iter().map(|place| (*place, Outcome::Unchanged)));
        let remaining: Vec<_> = places.iter().copied().filter(|place| !unchanged.contains(place)).collect();
        let apply = |place: usize| async move { (place, self.apply_one_v3(&changes[place]).await) };
        let mut applied =
            stream::iter(remaining.into_iter().map(apply)).buffer_unordered(self.transport.config.requests_in_flight);
        while let Some((place, outcome)) = applied.next().await {
            outcomes.push((place, outcome?));
        }
        Ok(())
    }

    /// The places of documents that the site holds as they are: another database of the same history has sent them, or this one
    /// before it was stopped. Sending them again would change nothing but their time of modification.
    async fn unchanged_v3(&self, changes: &[Change], places: &[usize]) -> Result<BTreeSet<usize>, SinkError> {
        let is_unsure = |change: &Change| change.content.is_some() && !matches!(change.held, Held::Earlier { .. });
        let unsure: Vec<_> = places.iter().copied().filter(|place| is_unsure(&changes[*place])).collect();
        let mut unchanged = BTreeSet::new();
        if unsure.len() < WORTH_A_LOOK {
            return Ok(unchanged);
        }
        for collection in COLLECTIONS {
            let unsure: Vec<_> =
                unsure.iter().copied().filter(|place| changes[*place].collection == collection).collect();
            if unsure.is_empty() {
                continue;
            }
            let dates = || unsure.iter().map(|place| changes[*place].date_ms);
            let span = (dates().min().unwrap_or_default(), dates().max().unwrap_or_default());
            let held = self.search_all(collection, span, &[("app$eq", APP)]).await?;
            let held: HashMap<&str, &Value> =
                held.iter().filter_map(|document| Some((document["identifier"].as_str()?, document))).collect();
            unchanged.extend(unsure.into_iter().filter(|place| is_held(&changes[*place], &held)));
        }
        Ok(unchanged)
    }

    async fn apply_one_v3(&self, change: &Change) -> Result<Outcome, SinkError> {
        match &change.content {
            Some(content) => self.put(change, content).await,
            None => self.delete_v3(&change.collection, &change.identifier).await,
        }
    }

    async fn put(&self, change: &Change, content: &str) -> Result<Outcome, SinkError> {
        let response = self.put_once(change, content).await?;
        if response.status.is_success() && !(response.was_repeated && self.has_copies(change).await?) {
            return Ok(Outcome::Done);
        }
        let is_immutable = response.status.as_u16() == 400
            && response.reason().is_some_and(|reason| reason.contains("cannot be modified"));
        if !(response.status.is_success() || response.status.as_u16() == 410 || is_immutable) {
            return refusal_outcome(&response);
        }
        match self.delete_v3(&change.collection, &change.identifier).await? {
            Outcome::Done => {
                let response = self.put_once(change, content).await?;
                if response.status.is_success() { Ok(Outcome::Done) } else { refusal_outcome(&response) }
            }
            outcome => Ok(outcome),
        }
    }

    async fn put_once(&self, change: &Change, content: &str) -> Result<Response, SinkError> {
        let name = format!("/api/v3/{}/…", change.collection);
        let segments = ["api", "v3", &change.collection, &change.identifier];
        self.send_v3(Request::new(Method::PUT, &name, &segments).json(content)).await
    }

    /// True where requests that crossed have left more than one document of the same identifier.
    async fn has_copies(&self, change: &Change) -> Result<bool, SinkError> {
        let found =
            self.search(&change.collection, &[("identifier$eq", &change.identifier), ("fields", "identifier")]).await?;
        Ok(found.len() > 1)
    }

    /// Deletes a document, and leaves no mark.
    pub(crate) async fn delete_v3(&self, collection: &str, identifier: &str) -> Result<Outcome, SinkError> {
        let name = format!("/api/v3/{collection}/…");
        let segments = ["api", "v3", collection, identifier];
        for _ in 0..MAX_COPIES {
            let request = Request::new(Method::DELETE, &name, &segments).query("permanent", "true");
            let response = self.send_v3(request).await?;
            match response.status.as_u16() {
                404 | 410 => return Ok(Outcome::Done),
                _ if response.status.is_success() => (),
                _ => return refusal_outcome(&response),
            }
        }
        Ok(Outcome::Done)
    }

    /// One page of a collection.
    pub(crate) async fn search(&self, collection: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, SinkError> {
        let name = format!("/api/v3/{collection}");
        let request = Request::new(Method::GET, &name, &["api", "v3", collection]).query("limit", PAGE.to_string());
        let request = query.iter().fold(request, |request, (name, value)| request.query(*name, *value));
        let answer = self.send_v3(request).await?.ensure_accepted()?;
        let mut body = answer.json()?;
        // Sites before version 15 give the list alone.
        let list = if body["result"].is_array() { body["result"].take() } else { body };
        match list {
            Value::Array(documents) => Ok(documents),
            _ => Err(error::unexpected_response(&answer.label, "it gives no list")),
        }
    }

    /// All documents of a collection from `from_ms` up to `until_ms` for which `query` holds. A site looks at one bound of a field
    /// only, so that the other one is looked at here.
    pub(crate) async fn search_all(
        &self,
        collection: &str,
        (from_ms, until_ms): (i64, i64),
        query: &[(&str, &str)],
    ) -> Result<Vec<Value>, SinkError> {
        let (mut all, mut from_ms): (Vec<Value>, i64) = (Vec::new(), from_ms);
        loop {
            let from = from_ms.to_string();
            let page =
                self.search(collection, &[&[("date$gte", from.as_str()), ("sort", "date")], query].concat()).await?;
            let (is_last, last_ms) = (page.len() < PAGE, page.last().and_then(|document| document["date"].as_i64()));
            // The pages share the documents of one millisecond.
            all.extend(
                page.into_iter().filter(|document| document["date"].as_i64().is_none_or(|date| date <= until_ms)),
            );
            match last_ms {
                Some(last_ms) if !is_last && last_ms > from_ms && last_ms <= until_ms => from_ms = last_ms,
                _ => return Ok(all),
            }
        }
    }

    pub(crate) async fn held_v3(&self, collection: &str, from: DateTime<Utc>) -> Result<Vec<HeldDocument>, SinkError> {
        let query = [("app$eq", APP), ("fields", "identifier,date")];
        let found = self.search_all(collection, (from.timestamp_millis(), i64::MAX), &query).await?;
        Ok(found.iter().filter_map(|document| held(collection, document)).collect())
    }
}

fn is_held(change: &Change, held: &HashMap<&str, &Value>) -> bool {
    let ours = change.content.as_deref().and_then(|content| serde_json::from_str::<Value>(content).ok());
    ours.zip(held.get(change.identifier.as_str()))
        .is_some_and(|(ours, theirs)| contains(theirs, &ours) && !was_added_to(theirs, &ours))
}

/// True where someone added a member to our document: to Nightscout, insulin counts in whatever document it stands.
fn was_added_to(theirs: &Value, ours: &Value) -> bool {
    /// What a site adds to a document, beside names that begin with `srv`. It derives `created_at` from `date`.
    const OF_THE_SITE: [&str; 8] =
        ["_id", "identifier", "subject", "modifiedBy", "isValid", "isReadOnly", "sysTime", "created_at"];
    let is_of_the_site = |name: &str| name.starts_with("srv") || OF_THE_SITE.contains(&name);
    let members = theirs.as_object().into_iter().flatten();
    members.filter(|(_, value)| !value.is_null()).any(|(name, _)| ours.get(name).is_none() && !is_of_the_site(name))
}

/// True where `theirs` says everything that `ours` does; a site adds members of its own, and writes 1.0 as 1.
fn contains(theirs: &Value, ours: &Value) -> bool {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            ours.iter().all(|(name, ours)| theirs.get(name).is_some_and(|theirs| contains(theirs, ours)))
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(theirs, ours)| contains(theirs, ours))
        }
        (Value::Number(theirs), Value::Number(ours)) => theirs.as_f64() == ours.as_f64(),
        _ => theirs == ours,
    }
}

/// A document as the site lists it.
pub(crate) fn held(collection: &str, document: &Value) -> Option<HeldDocument> {
    let (identifier, date_ms) = (document["identifier"].as_str()?.to_owned(), document["date"].as_i64()?);
    Some(HeldDocument { collection: collection.to_owned(), identifier, date_ms })
}

/// What concerns one document is an outcome, what concerns the site an error.
fn refusal_outcome(response: &Response) -> Result<Outcome, SinkError> {
    let reason = || response.reason().unwrap_or_else(|| format!("answer {}", response.status.as_u16()));
    match response.status.as_u16() {
        413 => Ok(Outcome::Refused { reason: "the site takes no document of this size".to_owned() }),
        400 | 409 | 410 | 412 | 422 => Ok(Outcome::Refused { reason: reason() }),
        404 => Ok(Outcome::Refused { reason: "the site does not have this collection enabled".to_owned() }),
        _ => Err(response.to_error()),
    }
}
