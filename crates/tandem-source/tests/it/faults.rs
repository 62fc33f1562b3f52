//! What goes wrong on the way, by request: what the caller sees, how often the service is asked, how long waited.

use pipeline::{Source, SourceError, SourceErrorKind as Kind};
use std::time::Duration;

use crate::cloud::{NOW, Reply, Route};
use crate::setup::{Setup, daily, days, each_day, pump, window};

const NGINX: &str = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>";
const GATEWAY: &str = "<html><head><title>502 Bad Gateway</title></head></html>";
const BLOCKED: &str = "<html><body>The request is blocked.</body></html>";
const UNKNOWN_KEY: &str =
    r#"{"name":"ZodError","issues":[{"code":"unrecognized_keys","keys":["startDate"],"path":[],"message":"m"}]}"#;
const LOCKED: &str = r#"{"statusCode":400,"message":"Max attempted logins exceeded.","name":"invalid_request"}"#;

/// One thing that goes wrong with one request.
struct Row {
    name: &'static str,
    route: Route,
    replies: Vec<Reply>,
    /// `None` when it is survived.
    reported: Option<(Kind, &'static str)>,
    /// Requests to the route, and logins, in all.
    asked: usize,
    logins: usize,
    waits: Vec<u64>,
}

fn row(name: &'static str, route: Route, replies: Vec<Reply>) -> Row {
    let asked = replies.len() + 1;
    Row { name, route, replies, reported: None, asked, logins: 1, waits: Vec::new() }
}

impl Row {
    fn reports(mut self, kind: Kind, words: &'static str) -> Self {
        self.reported = Some((kind, words));
        self.asked = self.replies.len();
        self
    }

    fn logins(mut self, logins: usize) -> Self {
        self.logins = logins;
        self
    }

    fn asked(mut self, asked: usize) -> Self {
        self.asked = asked;
        self
    }

    fn waits(mut self, waits: &[u64]) -> Self {
        self.waits = waits.to_vec();
        self
    }
}

/// Lists the pumps and reads three days.
async fn sync(setup: &Setup) -> Result<usize, SourceError> {
    setup.cloud.set_logs(|request| daily(each_day(window(request))));
    let mut config = setup.config();
    // Jitter takes up to half away: 2 s and below are noted as 1 s.
    config.retries.first_wait = Duration::from_millis(1_999);
    config.retries.longest_wait = Duration::from_millis(1_999);
    config.body_limit_bytes = 100_000;
    let source = tandem_source::TandemSource::new(config)?;
    let account = source.account().await?;
    assert_eq!(account.pumps.len(), 0);
    let page = source.events(&pump("2026-01-01", "2026-05-03"), days("2026-05-01", "2026-05-03")).await?;
    Ok(page.events.len())
}

async fn check(row: Row) {
    let Row { name, route, replies, reported, asked, logins, waits } = row;
    let setup = Setup::new().await;
    setup.cloud.script(route, replies);
    let outcome = sync(&setup).await;
    match (&outcome, reported) {
        (Ok(events), None) => assert_eq!(*events, 3, "{name}"),
        (Err(error), Some((kind, words))) => {
            assert_eq!(error.kind, kind, "{name}: {error}");
            assert!(error.message.contains(words), "{name}: {words:?} not in {:?}", error.message);
        }
        _ => panic!("{name}: {outcome:?}"),
    }
    assert_eq!(setup.cloud.count(route), asked, "{name}: requests");
    assert_eq!(setup.cloud.count(Route::Login), logins, "{name}: logins");
    assert_eq!(setup.cloud.count(Route::Other), 0, "{name}: a redirect was followed");
    let expected = if waits.is_empty() { vec![0; setup.waits.seconds().len()] } else { waits };
    let floored: Vec<_> = setup.waits.seconds().iter().map(|wait| if *wait < 2 { 0 } else { *wait }).collect();
    assert_eq!(floored, expected, "{name}: waits");
}

async fn check_all(rows: Vec<Row>) {
    for row in rows {
        check(row).await;
    }
}

#[tokio::test]
async fn data_that_come_at_last() {
    for route in [Route::Pumper, Route::PumpLogs] {
        check_all(vec![
            row("token refused", route, vec![Reply::json(401, "{}")]).logins(2),
            row("once 500", route, vec![Reply::json(500, "{}")]),
            row("outage page", route, vec![Reply::html(502, GATEWAY), Reply::html(503, ""), Reply::html(502, GATEWAY)]),
            row("page instead of data", route, vec![Reply::html(200, "<!DOCTYPE html><p>maintenance")]),
            row("blank", route, vec![Reply::json(200, ""), Reply::html(200, "")]),
            row("text", route, vec![Reply::of(200, "text/plain", "OK")]),
            row("body cut", route, vec![Reply::json(200, r#"{"pumps":[],"events":["#).cut()]),
            row("body cut unnoticed", route, vec![Reply::json(200, r#"{"pumps":[],"events":[]}"#).half()]),
            row("gzip cut", route, vec![Reply::json(200, r#"{"pumps":[],"events":[]}"#).gzip().half()]),
            row("connection dropped", route, vec![Reply::drop(), Reply::drop()]),
            row("too often", route, vec![Reply::json(429, "{}")]),
            row("too often, with seconds", route, vec![Reply::json(429, "{}").header("Retry-After", 7)]).waits(&[7]),
            row(
                "too often, with a date",
                route,
                vec![Reply::json(429, "{}").header("Retry-After", "Fri, 20 Nov 2026 10:01:30 GMT")],
            )
            .waits(&[90]),
            row("unavailable for a while", route, vec![Reply::json(503, "{}").header("Retry-After", 3)]).waits(&[3]),
        ])
        .await;
    }
}

#[tokio::test]
async fn data_that_do_not_come() {
    let host = "/api/reports/bff/pump";
    for route in [Route::Pumper, Route::PumpLogs] {
        check_all(vec![
            row("token refused twice", route, vec![Reply::json(401, "{}"), Reply::json(401, "{}")])
                .reports(Kind::TokenInvalid, "refused a token that was issued a moment ago")
                .logins(2),
            row("blocked", route, vec![Reply::html(403, BLOCKED)]).reports(Kind::Blocked, "\"The request is blocked\""),
            row("gone", route, vec![Reply::html(404, NGINX)]).reports(Kind::ServiceChanged, "titled \"404 Not Found\""),
            row("gone, where", route, vec![Reply::html(410, NGINX)]).reports(Kind::ServiceChanged, host),
            row("unknown key", route, vec![Reply::json(400, UNKNOWN_KEY)])
                .reports(Kind::ServiceChanged, "unknown keys startDate"),
            row("moved", route, vec![Reply::redirect("/elsewhere")]).reports(Kind::ServiceChanged, "302"),
            row("500 every time", route, vec![Reply::json(500, "{}"); 4])
                .reports(Kind::Unavailable, "currently unavailable"),
            row("page every time", route, vec![Reply::html(200, "<p>x"); 4]).reports(Kind::Unavailable, "web page"),
            row("cut every time", route, vec![Reply::json(200, "{\"pumps\":[").cut(); 4])
                .reports(Kind::Network, "broke off in the middle"),
            row("garbage every time", route, vec![Reply::json(200, "{\"pumps\":["); 4])
                .reports(Kind::Unavailable, "ends after 10 bytes"),
            row("dropped every time", route, vec![Reply::drop(); 4]).reports(Kind::Network, "without a response"),
            row("too often every time", route, vec![Reply::json(429, "{}"); 4])
                .reports(Kind::RateLimited { retry_after: None }, "too many requests"),
            row("a pause too long to sit out", route, vec![Reply::json(429, "{}").header("Retry-After", 3_600)])
                .reports(Kind::RateLimited { retry_after: Some(Duration::from_hours(1)) }, "a pause of 3600 s"),
            row("another shape", route, vec![Reply::json(200, r#"{"pumps":{},"events":{}}"#)])
                .reports(Kind::ServiceChanged, "unknown format"),
            row("none of ours", route, vec![Reply::json(200, r#"{"result":[]}"#)])
                .reports(Kind::ServiceChanged, "members result"),
            row("gzip bomb", route, vec![Reply::json(200, " ".repeat(1 << 20)).gzip()])
                .reports(Kind::ServiceChanged, "larger than 100000 bytes"),
        ])
        .await;
    }
}

#[tokio::test]
async fn silence_is_not_waited_for() {
    for route in [Route::Jwks, Route::Login, Route::Authorize, Route::Token, Route::Pumper, Route::PumpLogs] {
        let logins = if route == Route::Login { 3 } else { 1 };
        check(row("silent twice", route, vec![Reply::hang(), Reply::hang_in_body()]).logins(logins)).await;
        let always_silent =
            row("silent", route, vec![Reply::hang(); 4]).reports(Kind::Network, "did not answer in time");
        check(always_silent.logins(match route {
            Route::Jwks => 0,
            Route::Login => 4,
            _ => 1,
        }))
        .await;
    }
}

#[tokio::test]
async fn login_steps() {
    check_all(vec![
        row("keys down for a moment", Route::Jwks, vec![Reply::html(502, GATEWAY), Reply::html(200, "<p>")]),
        row("keys down costs no login", Route::Jwks, vec![Reply::html(200, "<p>"); 4])
            .reports(Kind::Unavailable, "openid-configuration/jwks")
            .logins(0),
        row("portal down does not matter", Route::Portal, vec![Reply::html(502, GATEWAY)]).asked(1),
        row("portal dropped does not matter", Route::Portal, vec![Reply::drop()]).asked(1),
        row("login 500 once", Route::Login, vec![Reply::json(500, "{}")]).logins(2),
        row("login page", Route::Login, vec![Reply::html(200, "<p>"); 4])
            .reports(Kind::Unavailable, "web page")
            .logins(4),
        row("refused", Route::Login, vec![Reply::json(401, r#"{"error":"account/invalid_credentials"}"#)])
            .reports(Kind::CredentialsRefused, "in the other region, US (United States, Canada, Mexico)"),
        row("refused by a page", Route::Login, vec![Reply::html(401, "<p>")])
            .reports(Kind::CredentialsRefused, "refused the e-mail and password"),
        row("locked", Route::Login, vec![Reply::json(400, LOCKED)]).reports(Kind::AccountLocked, "locked the account"),
        row("locked, refused", Route::Login, vec![Reply::json(401, LOCKED)])
            .reports(Kind::AccountLocked, "too many logins"),
        row("second factor", Route::Login, vec![Reply::json(200, r#"{"status":"MFA_REQUIRED"}"#)])
            .reports(Kind::LoginStepRequired, "MFA_REQUIRED"),
        row("password expired", Route::Login, vec![Reply::json(200, r#"{"status":"PASSWORD_EXPIRED"}"#)])
            .reports(Kind::LoginStepRequired, "choose a new password"),
        row(
            "password expired, refused",
            Route::Login,
            vec![Reply::json(401, r#"{"error":"account/password_expired"}"#)],
        )
        .reports(Kind::LoginStepRequired, "choose a new password"),
        row("terms of use as a page", Route::Login, vec![Reply::html(200, "<title>Terms of Use</title>")])
            .reports(Kind::LoginStepRequired, "accept the new terms of use"),
        row(
            "terms of use after the login",
            Route::Authorize,
            vec![Reply::redirect("/account/terms-of-use?ReturnUrl=x")],
        )
        .reports(Kind::LoginStepRequired, "accept the new terms of use"),
        row("odd status", Route::Login, vec![Reply::json(200, r#"{"status":"Dear Jane Doe"}"#)])
            .reports(Kind::ServiceChanged, "members status"),
        row("login blocked", Route::Login, vec![Reply::html(403, BLOCKED)])
            .reports(Kind::Blocked, "accounts/api/login"),
        row("login gone", Route::Login, vec![Reply::html(404, NGINX)])
            .reports(Kind::ServiceChanged, "no longer exists"),
        row("login too often", Route::Login, vec![Reply::json(429, "{}").header("Retry-After", 5)])
            .logins(2)
            .waits(&[5]),
        row(
            "did not stick",
            Route::Authorize,
            vec![Reply::redirect("https://sso.tandemdiabetes.com/?ReturnUrl=%2Fconnect%2Fauthorize")],
        )
        .reports(Kind::ServiceChanged, "did not last"),
        row("no redirect", Route::Authorize, vec![Reply::json(200, "{}")])
            .reports(Kind::ServiceChanged, "did not last"),
        row("authorize down once", Route::Authorize, vec![Reply::html(502, GATEWAY)]),
        row("code sent elsewhere", Route::Authorize, vec![Reply::redirect("https://elsewhere.example/?code=1")])
            .reports(Kind::ServiceChanged, "a redirect to an unknown page"),
        row(
            "no code",
            Route::Authorize,
            vec![Reply::redirect("https://source.eu.tandemdiabetes.com/authorize/callback?error=invalid_scope")],
        )
        .reports(Kind::ServiceChanged, "invalid_scope"),
        row("token down once", Route::Token, vec![Reply::html(503, "")]),
        row("token refused", Route::Token, vec![Reply::json(400, r#"{"error":"invalid_client"}"#)])
            .reports(Kind::ServiceChanged, "code invalid_client"),
        row("token 401", Route::Token, vec![Reply::json(401, "{}")]).reports(Kind::ServiceChanged, "connect/token"),
        row("token shape", Route::Token, vec![Reply::json(200, r#"{"token":"x"}"#)])
            .reports(Kind::ServiceChanged, "members token"),
    ])
    .await;
}

#[tokio::test]
async fn no_service_answers() {
    let setup = Setup::new().await;
    let mut config = setup.config();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback").local_addr().expect("bound");
    config.endpoint = Some(format!("http://{free}").parse().expect("an address"));
    let source = tandem_source::TandemSource::new(config).expect("good settings");
    let error = source.account().await.expect_err("no one listens");
    assert_eq!(error.kind, Kind::Network);
    assert!(error.message.contains("could not be reached"), "{error}");
    let checks = source.check_reachability().await;
    assert_eq!(checks.len(), 3);
    assert!(checks.iter().all(|check| check.outcome.is_err()));
}

#[tokio::test]
async fn reachability_needs_no_account() {
    let setup = Setup::new().await;
    setup.cloud.script(Route::Jwks, [Reply::html(502, GATEWAY).header("Date", "Fri, 20 Nov 2026 10:00:07 GMT")]);
    let checks = setup.source().check_reachability().await;
    let times: Vec<_> = checks.iter().map(|check| check.host_time.map(|time| time.timestamp() - NOW)).collect();
    assert_eq!(times, [None, Some(7), None], "also an answer that is of no use tells the time");
    let outcomes: Vec<_> = checks.iter().map(|check| (check.purpose, check.outcome.as_ref().ok())).collect();
    assert_eq!(outcomes, [("login page", Some(&200)), ("accounts", None), ("data", Some(&200))]);
    assert_eq!(setup.cloud.count(Route::Login), 0);
}
