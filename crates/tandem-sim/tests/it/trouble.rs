//! Scripted faults.

use std::time::Duration;

use tandem_sim::service::{Endpoint, Fault, FaultPlan, When};

use crate::browser::{Browser, quiet};

async fn browser(faults: FaultPlan) -> Browser {
    let mut config = quiet();
    config.faults = faults;
    Browser::logged_in(config).await
}

#[tokio::test]
async fn answers_that_are_errors() {
    for (fault, status, content_type, text) in [
        (Fault::Unauthorized, 401, "application/json", "Unauthorized"),
        (Fault::Blocked, 403, "text/html", "The request is blocked"),
        (Fault::NotFoundPage, 404, "text/html", "404 Not Found"),
        (Fault::UnknownKey, 400, "application/json", "unrecognized_keys"),
        (Fault::TooManyRequests { retry_after: Some(3) }, 429, "application/json", "again"),
        (Fault::TooManyRequests { retry_after: None }, 429, "application/json", "again"),
        (Fault::InternalError, 500, "application/json", "Internal"),
        (Fault::BadGatewayPage, 502, "text/html", "502 Bad Gateway"),
        (Fault::Unavailable { retry_after: 9 }, 503, "application/json", "again"),
        (Fault::PageInsteadOfJson, 200, "text/html", "<html>"),
        (Fault::OtherShape, 200, "application/json", "\"items\":[]"),
    ] {
        let browser = browser(FaultPlan::new().on(Endpoint::Pumper, When::Nth(1), fault)).await;
        let answer = browser.pumper().send().await.unwrap();
        assert_eq!(answer.status(), status, "{fault:?}");
        let wait = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let expected = match fault {
            Fault::TooManyRequests { retry_after } => retry_after,
            Fault::Unavailable { retry_after } => Some(retry_after),
            _ => None,
        };
        assert_eq!(wait, expected.map(|seconds| seconds.to_string()), "{fault:?}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(content_type), "{fault:?}");
        assert!(answer.text().await.unwrap().contains(text), "{fault:?}");
        assert_eq!(browser.pumper().send().await.unwrap().status(), 200, "after {fault:?}");
        let record = browser.sim.requests().into_iter().rev().nth(1).unwrap();
        assert_eq!((record.fault, record.status), (Some(fault), Some(status)));
    }
}

#[tokio::test]
async fn a_cut_body_ends_early() {
    for share in [0.0, 0.3, 0.999] {
        let browser = browser(FaultPlan::new().on(Endpoint::PumpLogs, When::Nth(1), Fault::CutBody { share })).await;
        let assignment = browser.pumps().await[0]["assignmentId"].as_str().unwrap().to_owned();
        let query = [("startDate", "2026-03-01T00:00:00Z"), ("endDate", "2026-03-03T23:59:59Z")];
        let ask = || browser.pump_logs(&assignment, &query).header("accept-encoding", "identity");
        let outcome = match ask().send().await {
            Ok(answer) => answer.bytes().await,
            Err(error) => Err(error),
        };
        assert!(outcome.is_err(), "{share}");
        assert!(ask().send().await.unwrap().bytes().await.unwrap().len() > 1_000_000);
    }
}

#[tokio::test]
async fn a_dropped_connection_brings_no_answer() {
    let browser = browser(FaultPlan::new().on(Endpoint::Pumper, When::First(1), Fault::Drop)).await;
    assert!(browser.pumper().send().await.unwrap_err().status().is_none());
    assert_eq!(browser.pumper().send().await.unwrap().status(), 200);
    let dropped = browser.sim.requests().into_iter().rev().nth(1).unwrap();
    assert_eq!((dropped.fault, dropped.status), (Some(Fault::Drop), None));
}

#[tokio::test]
async fn a_hanging_request_ends_with_the_service() {
    let browser = browser(FaultPlan::new().on(Endpoint::Pumper, When::Always, Fault::Hang)).await;
    let request = tokio::spawn(browser.pumper().send());
    while browser.sim.count(Endpoint::Pumper) == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!request.is_finished());
    browser.sim.shutdown().await.unwrap();
    assert!(request.await.unwrap().is_err());
}

#[tokio::test]
async fn a_held_answer_waits_until_it_is_let_through() {
    let browser = browser(FaultPlan::new().on(Endpoint::Pumper, When::Always, Fault::Held)).await;
    let requests = [tokio::spawn(browser.pumper().send()), tokio::spawn(browser.pumper().send())];
    while browser.sim.count(Endpoint::Pumper) < 2 {
        tokio::task::yield_now().await;
    }
    assert!(requests.iter().all(|request| !request.is_finished()));
    browser.sim.let_through(1);
    while requests.iter().all(|request| !request.is_finished()) {
        tokio::task::yield_now().await;
    }
    browser.sim.shutdown().await.unwrap();
    let mut answered = 0;
    for request in requests {
        answered += usize::from(request.await.unwrap().is_ok_and(|answer| answer.status() == 200));
    }
    assert_eq!(answered, 1);
}

#[tokio::test]
async fn a_slow_request_is_answered() {
    let slow = Fault::Slow { delay: Duration::from_millis(2) };
    let browser = browser(FaultPlan::new().on(Endpoint::Pumper, When::Always, slow)).await;
    assert_eq!(browser.pumper().send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_keys_may_be_down() {
    for (fault, status) in [(Fault::PageInsteadOfJson, 200), (Fault::BadGatewayPage, 502)] {
        let browser = browser(FaultPlan::new().on(Endpoint::Jwks, When::Always, fault)).await;
        let path = browser.url("/accounts/api/.well-known/openid-configuration/jwks");
        let answer = browser.http.get(path).send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert!(answer.json::<serde_json::Value>().await.is_err());
    }
}

#[tokio::test]
async fn rules_meet_the_requests_they_name() {
    for (when, expected) in [
        (When::Always, "xxxxxx"),
        (When::Nth(3), "..x..."),
        (When::First(2), "xx...."),
        (When::After(4), "....xx"),
        (When::Every(2), ".x.x.x"),
        (When::Chance(0.0), "......"),
        (When::Chance(1.0), "xxxxxx"),
    ] {
        let browser = browser(FaultPlan::new().on(Endpoint::Pumper, when, Fault::InternalError)).await;
        let mut met = String::new();
        for _ in 0..6 {
            met.push(if browser.pumper().send().await.unwrap().status() == 500 { 'x' } else { '.' });
        }
        assert_eq!(met, expected, "{when:?}");
    }
}

#[tokio::test]
async fn chance_depends_on_the_seed_only() {
    let mut met = vec![];
    for seed in [1, 1, 2] {
        let mut config = quiet();
        config.seed = seed;
        config.faults = FaultPlan::new().on(Endpoint::Pumper, When::Chance(0.5), Fault::InternalError);
        let browser = Browser::logged_in(config).await;
        let mut statuses = vec![];
        for _ in 0..24 {
            statuses.push(browser.pumper().send().await.unwrap().status().as_u16());
        }
        met.push(statuses);
    }
    assert_eq!(met[0], met[1]);
    assert_ne!(met[0], met[2]);
}

#[tokio::test]
async fn the_first_rule_that_fits_is_taken_and_faults_can_be_replaced() {
    let plan = FaultPlan::new().on(Endpoint::Pumper, When::Nth(1), Fault::Blocked).on(
        Endpoint::Pumper,
        When::Always,
        Fault::InternalError,
    );
    let browser = browser(plan).await;
    assert_eq!(browser.pumper().send().await.unwrap().status(), 403);
    assert_eq!(browser.pumper().send().await.unwrap().status(), 500);
    browser.sim.set_faults(FaultPlan::new().everywhere(When::Nth(3), Fault::NotFoundPage));
    assert_eq!(browser.pumper().send().await.unwrap().status(), 404);
    assert_eq!(browser.pumper().send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_service_on_a_given_listener_ends_on_request() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move {
        let _ = stopped.await;
    };
    let server = tokio::spawn(tandem_sim::serve(quiet(), listener, shutdown));
    let answer = reqwest::get(format!("http://{address}/")).await.unwrap();
    assert_eq!(answer.status(), 200);
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
