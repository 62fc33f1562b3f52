//! How fresh each pump's history is, by the database and, where the account could be asked, by the account.

use chrono::{DateTime, TimeDelta, Utc};
use pipeline::{Account, PumpListing};
use store_duckdb::{PumpFacts, StatusFacts};

use super::check::{Check, Grade};
use crate::output::format_age;

/// A phone uploads about every hour.
const SILENCE: TimeDelta = TimeDelta::hours(24);

/// A line for each pump of the database, then for those that only the account knows.
pub(super) fn check_pumps(facts: &StatusFacts, account: Option<&Account>, now: DateTime<Utc>) -> Vec<Check> {
    let newest = facts.pumps.iter().filter_map(|pump| pump.newest_event_utc).max();
    let listings = || account.iter().flat_map(|account| &account.pumps);
    let is_same =
        |pump: &PumpFacts, listing: &PumpListing| pump.serial_number.as_deref() == Some(listing.serial_number.as_str());
    let stored = facts.pumps.iter().map(|pump| {
        let listing = listings().find(|listing| is_same(pump, listing));
        check_pump(pump, listing, newest, now)
    });
    let unknown = |listing: &&PumpListing| !facts.pumps.iter().any(|pump| is_same(pump, listing));
    stored.chain(listings().filter(unknown).map(not_fetched)).collect()
}

fn check_pump(
    pump: &PumpFacts,
    listing: Option<&PumpListing>,
    newest: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Check {
    let name = pump.serial_number.clone().unwrap_or_else(|| format!("no. {}", pump.id));
    let upload = listing.and_then(|listing| listing.last_upload).or(pump.last_upload);
    let Some(last) = pump.newest_event_utc else {
        return Check::new("pump", Grade::Unknown, format!("{name}: no decoded event"));
    };
    let words = match upload {
        Some(upload) => {
            format!("{name}: newest event {}, last upload {}", format_age(last, now), format_age(upload, now))
        }
        None => format!("{name}: newest event {}", format_age(last, now)),
    };
    if pump.last_upload.is_some() && upload > pump.last_upload {
        return Check::note("pump", words, "a newer upload has not been fetched yet: run `tandem sync`");
    }
    if Some(last) != newest {
        return Check::good("pump", format!("{words}; replaced by another pump"));
    }
    if now - upload.unwrap_or(last) > SILENCE {
        return Check::note("pump", words, "is the phone app running, near the pump and logged in?");
    }
    Check::good("pump", words)
}

fn not_fetched(listing: &PumpListing) -> Check {
    let name = &listing.serial_number;
    match listing.last_upload {
        Some(_) => Check::note("pump", format!("{name}: nothing fetched yet"), "`tandem sync` fetches it"),
        None => Check::good("pump", format!("{name}: has never uploaded")),
    }
}
