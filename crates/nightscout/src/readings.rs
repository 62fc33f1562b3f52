//! Which glucose readings another device has uploaded already.

use std::collections::BTreeSet;

use pipeline::SinkError;
use pipeline::sink::{Change, Held};
use serde_json::Value;

use crate::site::{APP, ApiVersion, Nightscout};

/// Within this many milliseconds, a reading of another device is the same reading: half the time between two.
const SAME_READING_MS: i64 = 150_000;

impl Nightscout {
    /// The places of new readings that are at the site from another device.
    pub(crate) async fn present_readings(
        &self,
        version: ApiVersion,
        changes: &[Change],
    ) -> Result<BTreeSet<usize>, SinkError> {
        let is_new = |change: &Change| {
            change.collection == "entries" && change.content.is_some() && !matches!(change.held, Held::Earlier { .. })
        };
        let new: Vec<(usize, i64)> = changes
            .iter()
            .enumerate()
            .filter(|(_, change)| is_new(change))
            .map(|(place, change)| (place, change.date_ms))
            .collect();
        let dates = || new.iter().map(|(_, date)| *date);
        let (Some(first), Some(last)) = (dates().min(), dates().max()) else { return Ok(BTreeSet::new()) };
        let span = (first - SAME_READING_MS, last + SAME_READING_MS);
        let found = match version {
            ApiVersion::V3 => self.search_all("entries", span, &[("fields", "date,type,app,device")]).await?,
            ApiVersion::V1 => self.find_in_span_v1("entries", span).await?,
        };
        let others: BTreeSet<i64> =
            found.iter().filter(|entry| is_others_reading(entry)).filter_map(|entry| entry["date"].as_i64()).collect();
        let is_present = |date: i64| others.range(date - SAME_READING_MS..=date + SAME_READING_MS).next().is_some();
        Ok(new.into_iter().filter(|(_, date)| is_present(*date)).map(|(place, _)| place).collect())
    }
}

fn is_others_reading(entry: &Value) -> bool {
    entry["type"] == "sgv" && entry["app"] != APP && entry["device"] != APP
}
