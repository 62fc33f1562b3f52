//! `tandem push nightscout` against a simulated site: everything, exactly once.

use std::fs::File;
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use tandem_sim::history::Scenario;
use tandem_sim::nightscout::{SiteConfig, SiteFault, SiteFaults};
use test_data::effort;

use crate::lives::{autumn, date, holding, holding_autumn};
use crate::site::{Site, TOKEN};
use crate::support::Place;

const FROM: [&str; 2] = ["--from", "2026-10-01"];

/// What a site makes of an export: it gives every document a `created_at`, entries too.
fn exported(place: &Place) -> Vec<(String, Value)> {
    let said = place.run(&["export", "--profile", "nightscout", "--output", "ns", "--overwrite"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let of = |collection: &str| {
        let text = std::fs::read_to_string(place.path().join(format!("ns/{collection}.json"))).expect("a file");
        let documents: Vec<Value> = serde_json::from_str(&text).expect("a JSON array");
        let named = |mut document: Value| {
            if collection == "entries" {
                document["created_at"] = document["dateString"].clone();
            }
            (format!("{collection} {}", document["identifier"].as_str().expect("an identifier")), document)
        };
        documents.into_iter().map(named).collect::<Vec<_>>()
    };
    ["entries", "treatments", "profile", "devicestatus"].into_iter().flat_map(of).collect()
}

#[test]
fn a_site_holds_what_an_export_holds_and_a_second_push_asks_for_nothing() {
    let (place, site) = (holding_autumn(), Site::start(|_| ()));
    let said = site.push(&place, &FROM);
    assert_eq!(said.code, 0, "{}", said.talk);
    let expected = exported(&place);
    assert_eq!(site.documents().into_iter().collect::<Vec<_>>(), {
        let mut sorted = expected;
        sorted.sort_by(|one, other| one.0.cmp(&other.0));
        sorted
    });
    let before = site.handle.request_count();
    let said = site.push(&place, &[]);
    assert!(said.code == 0 && said.talk.contains("up to date"), "{}", said.talk);
    assert_eq!(site.handle.request_count(), before, "nothing new costs no request");
}

#[test]
fn events_that_wait_to_be_decoded_are_pushed() {
    let first_days = Scenario::new(date(2026, 10, 30), 3, Tz::America__New_York).simulate();
    let (place, site) = (holding(&first_days), Site::start(|_| ()));
    assert_eq!(site.push(&place, &FROM).code, 0);
    let before = site.handle.count("entries");
    let mut file = File::create(place.path().join("all.json")).expect("a file");
    tandem_sim::writers::write_pump_logs(&mut file, &autumn().pumps[0]).expect("written");
    assert_eq!(place.run(&["import", "--raw-only", "all.json"]).code, 0);
    let said = site.push(&place, &[]);
    assert_eq!(said.code, 0, "{}", said.talk);
    assert!(site.handle.count("entries") > before, "{}", said.talk);
}

#[test]
fn the_first_push_starts_now() {
    let (place, site) = (holding_autumn(), Site::start(|_| ()));
    let said = site.push(&place, &[]);
    assert!(said.code == 0 && said.talk.contains("--from DATE"), "{}", said.talk);
    assert_eq!(site.handle.count("entries") + site.handle.count("treatments"), 0);
    assert_eq!(site.push(&place, &["--from", "2026-11-02"]).code, 0);
    let some = site.handle.count("entries");
    assert_eq!(site.push(&place, &FROM).code, 0);
    assert!(some > 0 && site.handle.count("entries") > some, "an earlier day is remembered");
    assert_eq!(site.handle.count("entries") as u64, place.count("cgm_readings"));
}

#[test]
fn a_rebuilt_or_second_database_sends_nothing_again() {
    let (place, site) = (holding_autumn(), Site::start(|_| ()));
    assert_eq!(site.push(&place, &FROM).code, 0);
    let (documents, written) = (site.documents(), site.count("PUT"));
    assert_eq!(place.run(&["rebuild"]).code, 0);
    assert_eq!(site.push(&place, &[]).code, 0);
    let second = holding_autumn();
    let said = site.push(&second, &FROM);
    assert!(said.code == 0 && said.talk.contains("up to date"), "{}", said.talk);
    assert_eq!((site.count("PUT"), site.count("DELETE"), site.documents()), (written, 0, documents));
}

#[test]
fn dry_runs_and_selections() {
    let (place, site) = (holding_autumn(), Site::start(|_| ()));
    let said = site.push(&place, &["--from", "2026-10-01", "--dry-run"]);
    assert!(said.code == 0 && said.talk.contains("Would send"), "{}", said.talk);
    assert_eq!(site.handle.request_count(), 0);
    assert_eq!(site.push(&place, &["--from", "2026-10-01", "--only", "devicestatus,entries"]).code, 0);
    assert_eq!(site.handle.count("treatments"), 0);
    assert!(site.handle.count("devicestatus") > 0 && site.handle.count("entries") > 0);
    assert_eq!(site.push(&place, &[]).code, 0, "a selection is not taken for everything");
    assert!(site.handle.count("treatments") > 0);
}

/// What a person meets: how a push ends, and what it says to do.
#[test]
fn trouble_with_a_site_says_what_to_do() {
    type Row = (&'static str, fn(&mut SiteConfig), SiteFaults, i32, &'static [&'static str]);
    let fault = |what: &str, fault| SiteFaults::new().on(what, 1, u32::MAX, fault);
    let rows: [Row; 7] = [
        (
            "wrong token",
            |site| site.token = "other-0000000000000000".to_owned(),
            SiteFaults::new(),
            3,
            &["does not accept the token", "Admin Tools"],
        ),
        (
            "read only",
            |site| site.permissions = "r".to_owned(),
            SiteFaults::new(),
            3,
            &["Missing permission api:", "api:*:create"],
        ),
        (
            "not a site",
            |site| site.has_v3 = false,
            fault("GET /api/v1/status.json", SiteFault::BadGateway),
            4,
            &["answered 502", "hint:"],
        ),
        ("redirect", |_| (), fault("GET /api/v3/version", SiteFault::Redirect), 3, &["redirects", "open the address"]),
        ("401 always", |_| (), fault("PUT", SiteFault::Unauthorized), 3, &["does not accept the token"]),
        (
            "429 for long",
            |_| (),
            fault("PUT", SiteFault::TooManyRequests { retry_after: 3600 }),
            4,
            &["429", "continues where it stopped"],
        ),
        ("413", |_| (), fault("PUT /api/v3/entries", SiteFault::TooLarge), 6, &["no document of this size"]),
    ];
    let place = holding_autumn();
    for (name, change, faults, code, words) in rows {
        let site = Site::start(change);
        site.handle.set_faults(faults);
        let said = site.push(&place, &FROM);
        assert_eq!(said.code, code, "{name}: {}", said.talk);
        assert!(words.iter().all(|words| said.talk.contains(words)), "{name}: {}", said.talk);
        assert!(!said.talk.contains(TOKEN), "{name}: {}", said.talk);
    }
}

#[test]
fn settings_that_do_not_work() {
    let place = holding_autumn();
    for (url, words) in [
        ("http://example.org", "without encryption"),
        ("example.org", "not a URL"),
        ("ftp://example.org", "must begin with https://"),
        ("https://example.org/?token=secret-0123456789abcdef", "must not contain a token"),
        ("https://name:secret@example.org/", "must not contain a token"),
    ] {
        let said = place
            .said(&place.command(&["push", "nightscout"]).env("TANDEM_NIGHTSCOUT_URL", url).output().expect("it runs"));
        assert!(said.code == 3 && said.talk.contains(words) && !said.talk.contains("secret"), "{url}: {}", said.talk);
    }
    let said = place.run(&["push", "nightscout"]);
    assert!(said.code == 3 && said.talk.contains("no Nightscout site is configured"), "{}", said.talk);
    let site = Site::start(|_| ());
    let mut command = site.command(&place, &["push", "nightscout", "--from", "2026-10-01"]);
    let said = site.said(&place, command.env_remove("TANDEM_NIGHTSCOUT_TOKEN"));
    assert!(said.code == 3 && said.talk.contains("no Nightscout token"), "{}", said.talk);
    assert_eq!(site.count("PUT"), 0);
}

/// After trouble in the middle, the site holds what an undisturbed push gives.
#[test]
fn trouble_in_the_middle_leaves_nothing_missing_and_nothing_doubled() {
    let place = holding_autumn();
    let undisturbed = Site::start(|_| ());
    assert_eq!(undisturbed.push(&place, &FROM).code, 0);
    let expected = undisturbed.documents();
    for (name, faults) in [
        ("stored, answer lost", SiteFaults::new().on("PUT", 30, 40, SiteFault::DropAfter)),
        ("not stored, answer lost", SiteFaults::new().on("PUT", 30, 40, SiteFault::DropBefore)),
        ("500", SiteFaults::new().on("PUT /api/v3/treatments", 100, 40, SiteFault::InternalError)),
        ("401 once", SiteFaults::new().on("PUT", 200, 1, SiteFault::Unauthorized)),
    ] {
        let (place, site) = (holding_autumn(), Site::start(|_| ()));
        site.handle.set_faults(faults);
        let first = site.push(&place, &FROM);
        assert!(matches!(first.code, 0 | 4), "{name}: {}", first.talk);
        site.handle.set_faults(SiteFaults::new());
        assert_eq!(site.push(&place, &[]).code, 0, "{name}");
        let found = site.documents();
        assert_eq!(found.len(), expected.len(), "{name}");
        assert!(found == expected, "{name}");
        assert_eq!(site.handle.count("entries"), undisturbed.handle.count("entries"), "{name}");
    }
}

#[test]
fn documents_of_others_stay() {
    let (place, site) = (holding_autumn(), Site::start(|_| ()));
    let readings = exported(&place).into_iter().filter(|(name, _)| name.starts_with("entries ")).collect::<Vec<_>>();
    let (first, treatment) =
        (&readings[0].1, exported(&place).into_iter().find(|(name, _)| name.contains("temp_basals")).expect("one").1);
    site.handle.store("entries", json!({"type": "sgv", "sgv": 100, "date": first["date"], "device": "share2"}));
    site.handle.store(
        "treatments",
        json!({"eventType": "Temp Basal", "created_at": treatment["created_at"], "enteredBy": "Pump (tconnectsync)"}),
    );
    let others = site.documents();
    let said = site.push(&place, &FROM);
    assert!(said.code == 0 && said.talk.contains("1 already there from another device"), "{}", said.talk);
    let found = site.documents();
    assert!(
        others.iter().all(|(name, document)| found.get(name) == Some(document)),
        "others' documents are as they were"
    );
    assert_eq!(site.handle.count("entries"), readings.len(), "one is the other device's");
    place.file("always.toml", "[nightscout]\ncgm = \"always\"\n");
    assert_eq!(site.push(&place, &["--config", "always.toml", "--replace"]).code, 0);
    assert_eq!(site.handle.count("entries"), readings.len() + 1);
    let said = site.push(&place, &["--replace-tconnectsync"]);
    assert!(said.code == 2 && said.talk.contains("--from DATE"), "{}", said.talk);
    let said = site.push(&place, &["--replace-tconnectsync", "--from", "2026-10-01"]);
    assert!(said.code == 2 && said.talk.contains("treatments, Temp Basal: 1"), "{}", said.talk);
    let said = site.push(&place, &["--replace-tconnectsync", "--from", "2026-10-01", "--yes"]);
    assert!(said.code == 0 && said.talk.contains("Deleted 1 document"), "{}", said.talk);
}

#[test]
fn a_site_restored_from_a_backup_or_edited_by_hand_is_repaired() {
    let (place, site) = (holding_autumn(), Site::start(|_| ()));
    assert_eq!(site.push(&place, &["--from", "2026-11-01"]).code, 0);
    let backup = site.handle.backup();
    assert_eq!(site.push(&place, &FROM).code, 0);
    let expected = site.documents();
    site.handle.restore(backup);
    site.handle.edit("treatments", |document| document["insulin"] = json!(99.0));
    let stray = expected.iter().find(|(name, _)| name.starts_with("entries ")).expect("one").1.clone();
    let leftover = stray["identifier"].as_str().expect("an identifier").to_owned() + "9999999";
    let mut leftover_document = stray.clone();
    leftover_document["identifier"] = json!(leftover);
    site.handle.store("entries", leftover_document);
    let said = site.push(&place, &["--replace"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    assert!(site.documents() == expected);
}

#[test]
fn documents_that_cannot_change_are_put_again() {
    let (place, site) = (holding_autumn(), Site::start(|_| ()));
    assert_eq!(site.push(&place, &FROM).code, 0);
    // Every instant moves, and with it the time of every document.
    assert_eq!(place.run(&["zone", "set", "Europe/Berlin"]).code, 0);
    let said = site.push(&place, &[]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let mut expected = exported(&place);
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(site.documents().into_iter().collect::<Vec<_>>() == expected);
    // A person deletes by leaving a mark, which cannot be overwritten.
    site.handle.edit("entries", |document| document["isValid"] = json!(false));
    assert_eq!(site.push(&place, &["--replace"]).code, 0);
    assert!(site.documents().into_iter().collect::<Vec<_>>() == expected);
}

#[test]
fn older_sites_are_served_by_version_1() {
    for knows_identifiers in [true, false] {
        let site = Site::start(|site| {
            site.has_v3 = false;
            site.v1_knows_identifiers = knows_identifiers;
            site.body_limit = 64 << 10;
        });
        let place = holding_autumn();
        site.handle.set_faults(SiteFaults::new().on("POST /api/v1/treatments", 3, 1, SiteFault::DropAfter));
        assert!(matches!(site.push(&place, &FROM).code, 0 | 4));
        let said = site.push(&place, &[]);
        assert_eq!(said.code, 0, "{}", said.talk);
        let expected: Vec<_> = exported(&place).into_iter().map(|(name, _)| name).collect();
        assert_eq!(site.documents().len(), expected.len(), "{knows_identifiers}");
        assert!(expected.iter().all(|name| site.documents().contains_key(name)));
        assert_eq!(place.run(&["zone", "set", "Europe/Berlin"]).code, 0);
        assert_eq!(site.push(&place, &[]).code, 0);
        assert_eq!(site.documents().len(), exported(&place).len());
    }
}

fn two_hours_ago() -> DateTime<Utc> {
    DateTime::<Utc>::from(SystemTime::now()) - TimeDelta::hours(2)
}

#[test]
fn a_site_with_a_wrong_clock_is_reported() {
    let (place, site) = (holding_autumn(), Site::start(|site| site.clock = Arc::new(two_hours_ago)));
    let said = site.push(&place, &FROM);
    assert!(
        said.code == 0 && said.talk.contains("the site's clock is 12") && said.talk.contains("behind"),
        "{}",
        said.talk
    );
    let said = site.said(&place, &mut site.command(&place, &["doctor"]));
    assert!(
        said.data.contains("API version 3") && said.data.contains("the site's clock is 2 h behind"),
        "{}",
        said.data
    );
}

#[test]
fn a_bug_report_does_not_name_the_site() {
    let place = holding_autumn();
    place.file("site.toml", "[nightscout]\nurl = \"https://someone.invalid/\"\ntoken = \"tandem-fedcba9876543210\"\n");
    let said = place.run(&["bugreport", "--config", "site.toml", "--output", "report.txt"]);
    let text = std::fs::read_to_string(place.path().join("report.txt")).expect("a report");
    assert!(said.code == 0 && text.contains("nightscout"), "{}: {text}", said.talk);
    assert!(!text.contains("someone") && !text.contains("fedcba"), "{text}");
}

/// Killed at any moment, with late uploads between: what the site holds in the end is what one undisturbed push gives.
#[cfg(unix)]
#[test]
fn kills_at_any_moment_change_nothing() {
    let (kills, days) = effort((6, 4), (100, 60));
    crate::kills::check(kills, days);
}
