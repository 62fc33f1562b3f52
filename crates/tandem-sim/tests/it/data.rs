//! The data endpoints: what is fact about them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use tandem_sim::SimConfig;
use tandem_sim::history::Scenario;
use tandem_sim::service::{Account, Region};
use tandem_sim::timeline::{Timeline, UploadHabits};

use crate::browser::{Browser, quiet, sequences};

fn year() -> SimConfig {
    let mut scenario = Scenario::torture(3).days(60);
    scenario.pumps_mut()[1].first_day = 45;
    SimConfig::new(scenario.simulate(), std::time::SystemTime::now)
}

#[tokio::test]
async fn every_pump_is_listed_with_its_dates_and_settings() {
    let mut config = year();
    config.behaviour.never_used_pump = true;
    config.behaviour.pump_dated_2066 = true;
    let history = std::sync::Arc::clone(&config.history);
    let browser = Browser::logged_in(config).await;
    let pumps = browser.pumps().await;
    assert_eq!(pumps.len(), 4);
    for (body, (pump, truth)) in pumps.iter().zip(history.pumps.iter().zip(&history.truth.pumps)) {
        let newest = pump.events.iter().map(|event| event.header().pump_time).max().unwrap();
        assert_eq!(body["serialNumber"], pump.serial);
        assert_eq!(body["assignmentId"], pump.assignment_id);
        assert_eq!(body["maxDateOfEvents"], newest.to_string());
        assert_eq!(body["availableDataRange"]["end"], newest.to_string());
        assert!(body.get("glucoseUnit").is_none());
        let uploaded: DateTime<Utc> = body["lastUploadDate"].as_str().unwrap().parse().unwrap();
        assert!(uploaded > *truth.instants.last().unwrap());
        assert_eq!(body["settings"]["deviceAssignmentId"], pump.assignment_id);
        assert_eq!(body["settings"]["settingsHash"].as_str().unwrap().len(), 40);
        assert_eq!(body["settings"]["details"]["profiles"]["activeIdp"], 2);
    }
    assert_eq!(pumps[0]["availableDataRange"]["start"], "2020-01-02T00:00:00");
    assert!(["lastUploadDate", "maxDateOfEvents", "settings", "glucoseUnit"].iter().all(|key| pumps[2][key].is_null()));
    assert_eq!(pumps[3]["maxDateOfEvents"], "2066-05-24T04:59:14");
    for pump in &pumps[2..] {
        let body = browser.days(pump["assignmentId"].as_str().unwrap(), "2026-01-01", "2026-01-20", &[]).await;
        assert_eq!(body, serde_json::json!({"events": [], "clockChanges": []}));
    }
}

#[tokio::test]
async fn an_account_may_have_no_pumps() {
    let mut config = quiet();
    config.behaviour.no_pumps = true;
    assert!(Browser::logged_in(config).await.pumps().await.is_empty());
}

#[tokio::test]
async fn the_account_record_has_another_shape() {
    let browser = Browser::logged_in(quiet()).await;
    let path = format!("/api/pumpers/pumpers/{}", Account::default().pumper_id);
    let body: Value = browser.get(&path).send().await.unwrap().json().await.unwrap();
    assert_eq!(body["id"], Account::default().pumper_id);
    assert_eq!(body["devices"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn windows_of_days_bring_every_event_once_and_all_clock_changes_each_time() {
    let config = year();
    let history = std::sync::Arc::clone(&config.history);
    let browser = Browser::logged_in(config).await;
    for pump in &history.pumps {
        let clock = pump.events.iter().filter(|event| tandem_sim::writers::is_clock_change(event)).count();
        let mut found = vec![];
        for (first, last) in [
            ("2020-01-01", "2020-01-20"),
            ("2025-10-01", "2025-10-20"),
            ("2025-10-21", "2025-11-15"),
            ("2025-11-16", "2025-12-12"),
        ] {
            let body = browser.days(&pump.assignment_id, first, last, &[]).await;
            assert_eq!(body["clockChanges"].as_array().unwrap().len(), clock, "{first}");
            for event in body["events"].as_array().unwrap() {
                let day = &event["pumpDateTime"].as_str().unwrap()[..10];
                assert!((first..=last).contains(&day), "{day} in {first}..={last}");
                assert_eq!(event["estimatedDateTime"], format!("{}Z", event["pumpDateTime"].as_str().unwrap()));
            }
            found.extend(sequences(&body));
        }
        found.sort_unstable();
        let other = pump.events.iter().filter(|event| !tandem_sim::writers::is_clock_change(event));
        let expected: Vec<u64> = other.map(|event| u64::from(event.header().sequence_number)).collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn refused_queries() {
    let browser = Browser::logged_in(quiet()).await;
    let assignment = browser.pumps().await[0]["assignmentId"].as_str().unwrap().to_owned();
    let dates = [("startDate", "2026-03-01T00:00:00Z"), ("endDate", "2026-03-02T23:59:59Z")];
    let pumper = Account::default().pumper_id;
    for (what, more, status, text) in [
        ("all known keys", vec![("pumperId", pumper.as_str()), ("eventCodes", "279,3")], 200, "\"events\""),
        ("old key", vec![("eventIds", "279")], 400, "unrecognized_keys"),
        ("own key", vec![("_", "1")], 400, "unrecognized_keys"),
        ("another person", vec![("pumperId", "someone")], 404, "Not Found"),
        ("no number", vec![("eventCodes", "279,x")], 400, "ZodError"),
    ] {
        let query = [&dates[..], &more].concat();
        let answer = browser.pump_logs(&assignment, &query).send().await.unwrap();
        assert_eq!(answer.status(), status, "{what}");
        assert!(answer.text().await.unwrap().contains(text), "{what}");
    }
    let no_dates = browser.pump_logs(&assignment, &[]).send().await.unwrap();
    assert_eq!(no_dates.status(), 400);
    let unknown = browser.pump_logs("no-such-pump", &dates).send().await.unwrap();
    assert_eq!(unknown.status(), 404);
}

#[tokio::test]
async fn one_comma_separated_list_selects_and_repeated_keys_bring_nothing() {
    let browser = Browser::logged_in(quiet()).await;
    let assignment = browser.pumps().await[0]["assignmentId"].as_str().unwrap().to_owned();
    let day = async |more: &[(&str, &str)]| browser.days(&assignment, "2026-03-02", "2026-03-02", more).await;
    let listed = day(&[("eventCodes", "279,399")]).await;
    let codes: std::collections::BTreeSet<u64> =
        listed["events"].as_array().unwrap().iter().map(|event| event["eventCode"].as_u64().unwrap()).collect();
    assert_eq!(codes, [279, 399].into());
    assert!(sequences(&day(&[("eventCodes", "279"), ("eventCodes", "399")]).await).is_empty());
    assert!(sequences(&day(&[]).await).len() > 2_900);
}

#[tokio::test]
async fn data_calls_want_a_token_and_the_right_origin() {
    let browser = Browser::logged_in(quiet()).await;
    let own = browser.sim.url();
    let own_page = format!("{own}/");
    for (what, headers, status) in [
        ("neither", vec![], 200),
        (
            "the region's",
            vec![("origin", "https://source.tandemdiabetes.com"), ("referer", "https://source.tandemdiabetes.com/")],
            200,
        ),
        ("this service's", vec![("origin", own.as_str()), ("referer", own_page.as_str())], 200),
        ("former", vec![("origin", "https://tconnect.tandemdiabetes.com")], 403),
        ("other region's", vec![("referer", "https://source.eu.tandemdiabetes.com/")], 403),
        ("look-alike", vec![("referer", "https://source.tandemdiabetes.com.example.org/")], 403),
    ] {
        let request = headers.iter().fold(browser.pumper(), |request, (name, value)| request.header(*name, *value));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{what}");
        assert_eq!(answer.text().await.unwrap().contains("The request is blocked"), status == 403, "{what}");
    }
    let path = browser.url(&format!("/api/reports/bff/pumper/{}", Account::default().pumper_id));
    for token in ["", "foreign"] {
        let answer = browser.http.get(&path).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    browser.sim.revoke_tokens();
    assert_eq!(browser.pumper().send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn europe_has_its_own_origin() {
    let mut config = quiet();
    config.account.region = Region::Europe;
    let browser = Browser::logged_in(config).await;
    for (origin, status) in [("https://source.eu.tandemdiabetes.com", 200), ("https://source.tandemdiabetes.com", 403)]
    {
        assert_eq!(browser.pumper().header("origin", origin).send().await.unwrap().status(), status, "{origin}");
    }
}

#[tokio::test]
async fn retired_and_unknown_paths_answer_with_a_page() {
    let browser = Browser::logged_in(quiet()).await;
    for path in ["/api/reports/reportsfacade/x/pumpeventmetadata", "/nothing"] {
        let answer = browser.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 404);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    }
}

#[tokio::test]
async fn uploads_arrive_while_the_service_runs() {
    let mut config = quiet();
    config.timeline = Timeline::new(&config.history, UploadHabits::hourly(), 1);
    let assignment = config.history.pumps[0].assignment_id.clone();
    let browser = Browser::logged_in(config).await;
    assert!(browser.pumps().await.is_empty(), "a pump appears with its first upload");
    let mut seen = vec![];
    for _ in 0..3 {
        assert_eq!(browser.sim.advance_uploads(1), 1);
        let upload = browser.pumps().await[0]["lastUploadDate"].as_str().unwrap().to_owned();
        let events = sequences(&browser.days(&assignment, "2026-03-01", "2026-03-03", &[]).await).len();
        seen.push((upload, events));
    }
    assert!(seen.is_sorted() && seen[0].1 > 100 && seen[2].1 > seen[1].1, "{seen:?}");
    browser.sim.advance_to("2026-03-02T12:00:00Z".parse().unwrap());
    let last = browser.sim.timeline().last_upload(0).unwrap().at;
    assert!(last > "2026-03-02T10:30:00Z".parse::<DateTime<Utc>>().unwrap());
}

#[tokio::test]
async fn a_demonstration_brings_uploads_with_every_poll() {
    let mut config = quiet();
    config.timeline = Timeline::new(&config.history, UploadHabits::hourly(), 1);
    config.behaviour.uploads_per_poll = 2;
    let browser = Browser::logged_in(config).await;
    browser.pumps().await;
    browser.pumps().await;
    assert_eq!(browser.sim.timeline().happened(), 4);
}
