//! Documents that tconnectsync uploaded, for people who replace it.

use chrono::{DateTime, Utc};
use pipeline::SinkError;
use pipeline::sink::Outcome;
use serde_json::Value;

use crate::error;
use crate::site::{ApiVersion, Nightscout};

/// What `enteredBy` of its treatments and `device` of its other documents say.
const TCONNECTSYNC: &str = "Pump (tconnectsync)";

/// Another uploader's document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ForeignDocument {
    /// The collection it is in.
    pub collection: &'static str,
    /// Its identifier.
    pub identifier: String,
    /// Its event type; for entries their type.
    pub event_type: String,
    /// Its time, in milliseconds since 1970.
    pub date_ms: i64,
}

impl Nightscout {
    /// What tconnectsync uploaded that lies at `from` or later.
    ///
    /// # Errors
    /// [`SinkError`]; also for sites that have version 1 of the API only.
    pub async fn tconnectsync_documents(&self, from: DateTime<Utc>) -> Result<Vec<ForeignDocument>, SinkError> {
        if self.api_version().await? == ApiVersion::V1 {
            return Err(error::configuration_error(
                "documents of tconnectsync can only be replaced on sites with version 3 of the API",
            ));
        }
        let mut found = Vec::new();
        for (collection, field) in
            [("treatments", "enteredBy$eq"), ("entries", "device$eq"), ("devicestatus", "device$eq")]
        {
            // Documents of version 1 have no `date`: the site counts with `created_at` for them.
            let documents = self.search_by_creation(collection, field, from).await?;
            found.extend(documents.iter().filter_map(|document| foreign(collection, document)));
        }
        Ok(found)
    }

    async fn search_by_creation(
        &self,
        collection: &str,
        field: &str,
        from: DateTime<Utc>,
    ) -> Result<Vec<Value>, SinkError> {
        let time = if collection == "entries" { "date" } else { "created_at" };
        let text = |instant: DateTime<Utc>| match time {
            "date" => instant.timestamp_millis().to_string(),
            _ => instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        };
        let (mut all, mut from) = (Vec::<Value>::new(), text(from));
        loop {
            let bound = format!("{time}$gte");
            let page = self
                .search(collection, &[(bound.as_str(), from.as_str()), ("sort", time), (field, TCONNECTSYNC)])
                .await?;
            let last = page
                .last()
                .map(|document| document[time].as_str().map_or_else(|| document[time].to_string(), str::to_owned));
            let new: Vec<_> = page
                .into_iter()
                .filter(|document| !all.iter().rev().take(2000).any(|known| known == document))
                .collect();
            let is_end = new.is_empty();
            all.extend(new);
            match last {
                Some(last) if !is_end && last != from => from = last,
                _ => return Ok(all),
            }
        }
    }

    /// Deletes another uploader's document.
    ///
    /// # Errors
    /// [`SinkError`].
    pub async fn delete(&self, document: &ForeignDocument) -> Result<Outcome, SinkError> {
        self.delete_v3(document.collection, &document.identifier).await
    }
}

fn foreign(collection: &'static str, document: &Value) -> Option<ForeignDocument> {
    let created = || document["created_at"].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    Some(ForeignDocument {
        collection,
        identifier: document["identifier"].as_str().or_else(|| document["_id"].as_str())?.to_owned(),
        event_type: document["eventType"]
            .as_str()
            .or_else(|| document["type"].as_str())
            .unwrap_or("document")
            .to_owned(),
        date_ms: document["date"].as_i64().or_else(|| created().map(|created| created.timestamp_millis()))?,
    })
}
