//! What a site stores.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

/// Fields that a site adds of its own.
const SITE_FIELDS: [&str; 6] = ["_id", "srvCreated", "srvModified", "subject", "modifiedBy", "sysTime"];

/// All collections.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    collections: HashMap<String, Collection>,
    last_id: u64,
}

/// Documents in order of arrival, and the place of each identifier.
#[derive(Clone, Debug, Default)]
struct Collection {
    documents: BTreeMap<u64, Value>,
    places: HashMap<String, u64>,
}

impl Documents {
    pub(super) fn of(&self, collection: &str) -> impl Iterator<Item = (u64, &Value)> {
        self.collections
            .get(collection)
            .into_iter()
            .flat_map(|stored| &stored.documents)
            .map(|(place, document)| (*place, document))
    }

    pub(super) fn get(&self, collection: &str, place: u64) -> Value {
        self.collections.get(collection).and_then(|stored| stored.documents.get(&place)).cloned().unwrap_or_default()
    }

    pub(super) fn insert(&mut self, collection: &str, document: Value) {
        self.last_id += 1;
        self.put(collection, self.last_id, document);
    }

    /// Puts a document in the place of another one, whose number it keeps.
    pub(super) fn put(&mut self, collection: &str, place: u64, mut document: Value) {
        document["_id"] = json!(id(place));
        let stored = self.collections.entry(collection.to_owned()).or_default();
        if let Some(identifier) = document["identifier"].as_str() {
            stored.places.insert(identifier.to_owned(), place);
        }
        stored.documents.insert(place, document);
    }

    pub(super) fn remove(&mut self, collection: &str, place: u64) {
        let Some(stored) = self.collections.get_mut(collection) else { return };
        let removed = stored.documents.remove(&place);
        if let Some(identifier) = removed.as_ref().and_then(|document| document["identifier"].as_str()) {
            stored.places.remove(identifier);
            // Another document may have the same identifier.
            let other = stored
                .documents
                .iter()
                .find(|(_, document)| document["identifier"] == identifier)
                .map(|(place, _)| *place);
            stored.places.extend(other.map(|other| (identifier.to_owned(), other)));
        }
    }

    /// The place of an identifier, or of a number in its stead.
    pub(super) fn place_of(&self, collection: &str, identifier: &str) -> Option<u64> {
        let stored = self.collections.get(collection)?;
        let by_number = || {
            u64::from_str_radix(identifier, 16)
                .ok()
                .filter(|place| identifier == id(*place) && stored.documents.contains_key(place))
        };
        stored.places.get(identifier).copied().or_else(by_number)
    }

    pub(super) fn edit(&mut self, collection: &str, mut change: impl FnMut(&mut Value)) {
        let documents = self.collections.remove(collection).unwrap_or_default().documents;
        for (place, mut document) in documents {
            change(&mut document);
            self.put(collection, place, document);
        }
    }

    pub(super) fn count(&self, collection: &str) -> usize {
        self.of(collection).count()
    }

    pub(super) fn contents(&self, collection: &str) -> BTreeMap<String, Value> {
        let stored = self.of(collection).filter(|(_, document)| document["isValid"] != false);
        stored.map(|(place, document)| (name(place, document), without_site_fields(document))).collect()
    }
}

fn id(place: u64) -> String {
    format!("{place:024x}")
}

fn name(place: u64, document: &Value) -> String {
    document["identifier"].as_str().map_or_else(|| id(place), str::to_owned)
}

fn without_site_fields(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(members) = document.as_object_mut() {
        members.retain(|name, _| !SITE_FIELDS.contains(&name.as_str()));
    }
    document
}
