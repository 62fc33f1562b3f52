//! Behaviours that the facts leave open, each as switched.

use std::collections::BTreeSet;

use serde_json::Value;
use tandem_sim::SimConfig;
use tandem_sim::history::Scenario;
use tandem_sim::service::{Behaviour, EstimatedDateTime, Filter, LongWindow, NoCodes, Order};

use crate::browser::{Browser, sequences};

/// Forty days in New York with a clock change in the middle.
fn config(change: impl FnOnce(&mut Behaviour)) -> SimConfig {
    let history = Scenario::torture(3).days(40).simulate();
    let mut config = SimConfig::new(history, std::time::SystemTime::now);
    change(&mut config.behaviour);
    config
}

async fn ask(change: impl FnOnce(&mut Behaviour), last: &str, more: &[(&str, &str)]) -> Value {
    let config = config(change);
    let assignment = config.history.pumps[0].assignment_id.clone();
    let browser = Browser::logged_in(config).await;
    browser.days(&assignment, "2025-11-01", last, more).await
}

fn codes(body: &Value) -> BTreeSet<u64> {
    body["events"].as_array().unwrap().iter().map(|event| event["eventCode"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn the_filter_may_be_ignored() {
    let asked = [("eventCodes", "279")];
    assert_eq!(codes(&ask(|it| it.filter = Filter::Honoured, "2025-11-02", &asked).await), [279].into());
    assert!(codes(&ask(|it| it.filter = Filter::Ignored, "2025-11-02", &asked).await).len() > 20);
}

#[tokio::test]
async fn missing_and_empty_codes() {
    for (choice, outcome) in
        [(NoCodes::Everything, "all"), (NoCodes::Nothing, "none"), (NoCodes::BadRequest, "refused")]
    {
        for query in [&[][..], &[("eventCodes", "")]] {
            let set = |it: &mut Behaviour| (it.missing_codes, it.empty_codes) = (choice, choice);
            let body = ask(set, "2025-11-02", query).await;
            let found = match body["events"].as_array().map(Vec::len) {
                None => "refused",
                Some(0) => "none",
                Some(_) => "all",
            };
            assert_eq!(found, outcome, "{query:?}");
        }
    }
}

#[tokio::test]
async fn windows_of_more_than_28_days() {
    for (choice, last, first_day) in [
        (LongWindow::Served, "2025-11-29", Some("2025-11-01")),
        (LongWindow::CutOldest, "2025-11-29", Some("2025-11-02")),
        (LongWindow::Empty, "2025-11-29", None),
        (LongWindow::CutOldest, "2025-11-28", Some("2025-11-01")),
        (LongWindow::Empty, "2025-11-28", Some("2025-11-01")),
        (LongWindow::BadRequest, "2025-11-28", Some("2025-11-01")),
    ] {
        let body = ask(|it| it.long_window = choice, last, &[("eventCodes", "279")]).await;
        let days = body["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["pumpDateTime"].as_str().unwrap()[..10].to_owned());
        assert_eq!(days.min().as_deref(), first_day, "{choice:?} to {last}");
    }
    let refused = ask(|it| it.long_window = LongWindow::BadRequest, "2025-11-29", &[]).await;
    assert_eq!(refused["name"], "ZodError");
}

#[tokio::test]
async fn order_and_repeats() {
    let logged = sequences(&ask(|_| (), "2025-11-02", &[]).await);
    assert!(logged.is_sorted());
    let shuffled = sequences(&ask(|it| it.order = Order::Shuffled, "2025-11-02", &[]).await);
    assert!(!shuffled.is_sorted());
    let sorted = |mut numbers: Vec<u64>| {
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(sorted(shuffled), logged);
    let repeated = sequences(&ask(|it| it.duplicates = 0.1, "2025-11-02", &[]).await);
    assert_eq!(repeated.len(), logged.len() + logged.len() / 10);
    assert_eq!(repeated.into_iter().collect::<BTreeSet<_>>(), logged.into_iter().collect());
}

#[tokio::test]
async fn clock_changes_may_also_be_events() {
    for (choice, expected) in [(false, false), (true, true)] {
        let body = ask(|it| it.clock_changes_in_events = choice, "2025-11-20", &[]).await;
        assert_eq!(codes(&body).contains(&13), expected);
        assert!(body["clockChanges"].as_array().unwrap().iter().any(|event| event["eventCode"] == 13));
    }
}

#[tokio::test]
async fn empty_keys_may_be_left_out() {
    let mut config = crate::browser::quiet();
    config.behaviour.omit_empty_keys = true;
    let assignment = config.history.pumps[0].assignment_id.clone();
    let browser = Browser::logged_in(config).await;
    assert_eq!(browser.days(&assignment, "2024-01-01", "2024-01-02", &[]).await, serde_json::json!({}));
    let body = browser.days(&assignment, "2026-03-01", "2026-03-01", &[]).await;
    assert!(body.get("events").is_some() && body.get("clockChanges").is_none());
}

#[tokio::test]
async fn the_estimated_time() {
    for (choice, expected) in [
        (EstimatedDateTime::PumpTime, Some("2025-11-01T00:00:00Z")),
        (EstimatedDateTime::TrueUtc, Some("2025-11-01T04:00:00Z")),
        (EstimatedDateTime::Absent, None),
    ] {
        let body = ask(|it| it.estimated = choice, "2025-11-01", &[("eventCodes", "90")]).await;
        let event = &body["events"][0];
        assert_eq!(event["pumpDateTime"], "2025-11-01T00:00:00");
        assert_eq!(event.get("estimatedDateTime").and_then(Value::as_str), expected);
        assert!(event["eventProperties"]["featuresBitmask"].is_array());
    }
}

#[tokio::test]
async fn a_log_may_start_over_in_group_1() {
    let body = ask(|it| it.sequence_reset_at = Some(78_300), "2025-11-25", &[]).await;
    let ids: Vec<(u64, u64)> = body["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["sequenceGroup"].as_u64().unwrap(), event["sequenceNumber"].as_u64().unwrap()))
        .collect();
    assert!(ids.is_sorted());
    assert!(ids.contains(&(1, 0)) && !ids.contains(&(0, 78_300)), "{:?} to {:?}", ids.first(), ids.last());
}

#[tokio::test]
async fn answers_are_compressed_for_who_accepts_it() {
    for (choice, accepts, expected) in [(true, "gzip", true), (true, "identity", false), (false, "gzip", false)] {
        let config = config(|it| it.gzip = choice);
        let assignment = config.history.pumps[0].assignment_id.clone();
        let mut browser = Browser::logged_in(config).await;
        browser.http = reqwest::Client::builder().gzip(false).no_proxy().build().unwrap();
        let query = [("startDate", "2025-11-01T00:00:00Z"), ("endDate", "2025-11-01T23:59:59Z")];
        let answer = browser.pump_logs(&assignment, &query).header("accept-encoding", accepts).send().await.unwrap();
        assert_eq!(answer.headers().get("content-encoding").is_some(), expected, "{choice} {accepts}");
    }
}

#[tokio::test]
async fn tokens_may_live_shorter() {
    let mut config = crate::browser::quiet();
    config.behaviour.token_lifetime_seconds = 0;
    let browser = Browser::logged_in(config).await;
    assert_eq!(browser.pumper().send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn behaviour_changes_while_the_service_runs() {
    let browser = Browser::logged_in(crate::browser::quiet()).await;
    assert_eq!(browser.pumps().await.len(), 1);
    browser.sim.change_behaviour(|behaviour| *behaviour = Behaviour::unkind());
    assert_eq!(browser.pumps().await.len(), 3);
}
