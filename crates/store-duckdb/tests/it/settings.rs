//! Settings come and go and come back; a pump that was reassigned is listed twice.

use chrono::{DateTime, Utc};
use pipeline::testing::listing;
use pipeline::{Account, PumpKey, PumpListing, RawStore, SerialNumber, SettingsSnapshot};

use crate::contents::rows;
use crate::domain::empty_store;

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// What the account says after an upload with these settings.
fn uploaded(assignment: &str, upload: &str, hash: &str) -> PumpListing {
    let settings = SettingsSnapshot {
        hash: hash.to_owned(),
        uploaded: Some(instant(upload).naive_utc()),
        details: format!(r#"{{"profiles":{{"hash":"{hash}"}}}}"#),
    };
    PumpListing { last_upload: Some(instant(upload)), settings: Some(settings), ..listing("11", Some(assignment)) }
}

const CHANGES: &str = "SELECT known_from, settings_hash FROM pump_settings_changes ORDER BY first_seen";

#[test]
fn settings_that_return_are_in_force_again() {
    let mut store = empty_store();
    let uploads = [("01", "weekday"), ("02", "weekday"), ("06", "weekend"), ("08", "weekday"), ("09", "weekday")];
    for (day, hash) in uploads {
        let upload = format!("2026-06-{day}T08:00:00Z");
        store.link_pump(&uploaded("a", &upload, hash), instant(&upload)).expect("a listing can be kept");
    }
    assert_eq!(
        rows(&mut store, CHANGES).expect("rows"),
        ["2026-06-01 08:00:00|weekday", "2026-06-06 08:00:00|weekend", "2026-06-08 08:00:00|weekday"]
    );
    assert_eq!(rows(&mut store, "SELECT count(*) FROM pump_settings").expect("rows"), ["2"]);
}

#[test]
fn an_earlier_assignment_of_a_pump_changes_nothing_of_the_later_one() {
    let mut store = empty_store();
    let later = uploaded("later", "2026-06-01T08:00:00Z", "new");
    let earlier = uploaded("earlier", "2022-06-01T08:00:00Z", "old");
    for hour in ["10", "11"] {
        for pumps in [vec![later.clone(), earlier.clone()], vec![earlier.clone(), later.clone()]] {
            let seen = instant(&format!("2026-06-02T{hour}:00:00Z"));
            store.record_account(&Account { id: None, pumps }, seen).expect("an account can be kept");
        }
    }
    let pump = "SELECT count(*), max(make_timestamp(epoch_us(last_upload))) FROM pumps";
    assert_eq!(rows(&mut store, pump).expect("rows"), ["1|2026-06-01 08:00:00"]);
    assert_eq!(rows(&mut store, CHANGES).expect("rows"), ["2026-06-01 08:00:00|new"]);
}

#[test]
fn an_assignment_is_the_same_in_capital_letters() {
    let mut store = empty_store();
    let small = store.link_pump(&listing("11", Some("0a0b")), instant("2026-06-02T08:00:00Z")).expect("a pump");
    let key = PumpKey::Assignment(pipeline::AssignmentId::new(" 0A0B"));
    assert_eq!(store.pump_for(&key, instant("2026-06-03T08:00:00Z")).expect("a pump"), small);
    let serial = PumpKey::Serial(SerialNumber::new("11"));
    assert_eq!(store.pump_for(&serial, instant("2026-06-03T08:00:00Z")).expect("a pump"), small);
    store.link_pump(&listing("11", Some("0A0B")), instant("2026-06-04T08:00:00Z")).expect("a pump");
    assert_eq!(rows(&mut store, "SELECT * FROM pump_assignments").expect("rows"), ["0a0b|1"]);
}
