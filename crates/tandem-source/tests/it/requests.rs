//! What exactly is asked, and what is made of good answers.

use chrono::NaiveDateTime;
use pipeline::{EventKey, PumpListing, Source, SourceErrorKind as Kind};
use serde_json::{Value, json};
use tandem_source::{EventSelection, FixedPassword, Region, SourceConfig, TandemSource, WEB_APP_CODES};

use crate::cloud::{EMAIL, EU_CLIENT, EU_REDIRECT, PASSWORD, PUMP, PUMPER, Reply, Route};
use crate::setup::{Setup, daily, days, each_day, pump, window};

#[tokio::test]
async fn login_is_the_short_flow() {
    use Route::{Authorize, Jwks, Login, Portal, Pumper, Token};
    let setup = Setup::new().await;
    setup.source().account().await.expect("an account");
    assert_eq!(setup.cloud.routes(), [Portal, Jwks, Login, Authorize, Token, Pumper]);

    let login = &setup.cloud.requests(Login)[0];
    assert_eq!((login.method.as_str(), login.header("content-type")), ("POST", "application/json"));
    assert_eq!(login.header("referer"), "https://sso.tandemdiabetes.com/");
    let body: Value = serde_json::from_str(&login.body).expect("JSON");
    assert_eq!(body, json!({ "username": EMAIL, "password": PASSWORD }));

    let authorize = &setup.cloud.requests(Authorize)[0];
    let challenge = authorize.value("code_challenge").expect("a challenge");
    assert_eq!(challenge.len(), 43);
    let query: Vec<_> = authorize.query.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let expected = [
        ("client_id", EU_CLIENT),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("redirect_uri", EU_REDIRECT),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    assert_eq!(query, expected);

    let token = &setup.cloud.requests(Token)[0];
    let keys: Vec<_> = url::form_urlencoded::parse(token.body.as_bytes()).map(|(key, _)| key.into_owned()).collect();
    assert_eq!(keys, ["grant_type", "client_id", "code", "redirect_uri", "code_verifier"]);

    let agents: Vec<_> =
        setup.cloud.requests(Pumper).iter().map(|request| request.header("user-agent").to_owned()).collect();
    assert!(agents[0].starts_with("Mozilla/5.0 "), "{agents:?}");
}

#[tokio::test]
async fn data_requests_have_the_documented_keys_and_headers() {
    let rows = [
        (EventSelection::AllKnown, None),
        (EventSelection::WebApp, Some(WEB_APP_CODES.map(|code| code.to_string()).join(","))),
        (EventSelection::Unfiltered, None),
    ];
    for (selection, codes) in rows {
        let setup = Setup::new().await;
        setup.cloud.set_logs(|request| daily(each_day(window(request))));
        let mut config = setup.config();
        config.events = selection;
        let source = TandemSource::new(config).expect("good settings");
        source.events(&pump("2026-01-01", "2026-05-28"), days("2026-05-01", "2026-05-28")).await.expect("events");
        let requests = setup.cloud.requests(Route::PumpLogs);
        assert_eq!(requests.len(), 1, "28 days are one question");
        let request = &requests[0];
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("GET", &*format!("/api/reports/bff/pump-logs/{PUMP}"))
        );
        let keys: Vec<_> = request.query.iter().map(|(key, _)| key.as_str()).collect();
        let expected: &[&str] = match selection {
            EventSelection::Unfiltered => &["pumperId", "startDate", "endDate"],
            _ => &["pumperId", "startDate", "endDate", "eventCodes"],
        };
        assert_eq!(keys, expected, "{selection:?}");
        assert_eq!(request.value("pumperId").as_deref(), Some(PUMPER));
        assert_eq!(request.value("startDate").as_deref(), Some("2026-05-01T00:00:00Z"));
        assert_eq!(request.value("endDate").as_deref(), Some("2026-05-28T23:59:59Z"));
        if let Some(codes) = codes {
            assert_eq!(request.value("eventCodes"), Some(codes));
        }
        for (name, value) in [
            ("authorization", "Bearer access-token-1"),
            ("origin", "https://source.eu.tandemdiabetes.com"),
            ("referer", "https://source.eu.tandemdiabetes.com/"),
            ("accept", "application/json"),
            ("accept-encoding", "gzip"),
            ("cookie", ""),
        ] {
            assert_eq!(request.header(name), value, "{name}");
        }
    }
}

#[tokio::test]
async fn two_requests_at_a_time() {
    let setup = Setup::new().await;
    setup.cloud.set_logs(|request| daily(each_day(window(request))).paired());
    let source = std::sync::Arc::new(setup.source());
    let ask = |source: std::sync::Arc<TandemSource>| async move {
        source.events(&pump("2026-05-01", "2026-05-03"), days("2026-05-01", "2026-05-03")).await
    };
    let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(ask(source.clone()))).collect();
    for task in tasks {
        assert_eq!(task.await.expect("no panic").expect("events").events.len(), 3);
    }
    assert_eq!((setup.cloud.most_in_flight(), setup.cloud.count(Route::PumpLogs)), (2, 8));
}

#[tokio::test]
async fn us_accounts_have_their_own_ids() {
    let setup = Setup::new().await;
    setup.cloud.set_id_token(|token| {
        token.claims["iss"] = json!("https://tdcservices.tandemdiabetes.com/accounts/api");
        token.claims["aud"] = json!("0oa4wnbvtladeyVZX4h7");
    });
    let mut config = setup.config();
    config.region = Region::Us;
    TandemSource::new(config).expect("good settings").account().await.expect("an account");
    let authorize = &setup.cloud.requests(Route::Authorize)[0];
    assert_eq!(authorize.value("redirect_uri").as_deref(), Some("https://sso.tandemdiabetes.com/auth/callback"));
    assert_eq!(setup.cloud.requests(Route::Pumper)[0].header("origin"), "https://source.tandemdiabetes.com");
}

#[tokio::test]
async fn a_redirect_back_to_the_endpoint_is_read_and_not_followed() {
    let setup = Setup::new().await;
    let callback = setup.cloud.url.join("authorize/callback?code=code-that-is-secret").expect("an address");
    setup.cloud.script(Route::Authorize, [Reply::redirect(callback)]);
    let error = setup.source().account().await.expect_err("that code is not for this challenge");
    assert!(error.message.contains("connect/token"), "the code was used: {error}");
    assert_eq!(setup.cloud.count(Route::Other), 0);
}

#[tokio::test]
async fn no_redirect_takes_secrets_to_another_host() {
    let other = Setup::new().await;
    for route in [Route::Jwks, Route::Login, Route::Authorize, Route::Token, Route::Pumper, Route::PumpLogs] {
        for status in [302, 307] {
            let setup = Setup::new().await;
            let elsewhere = other.cloud.url.join("/elsewhere").expect("an address");
            setup.cloud.script(route, [Reply::html(status, "").header("Location", elsewhere)]);
            let source = setup.source();
            let account = source.account().await;
            let events = source.events(&pump("2026-05-01", "2026-05-03"), days("2026-05-01", "2026-05-03")).await;
            assert!(account.is_err() || events.is_err(), "{route:?} {status}: the redirect was taken for an answer");
            assert_eq!(other.cloud.count(Route::Other), 0, "{route:?} {status}");
        }
    }
}

#[tokio::test]
async fn names_of_the_service_cannot_steer_a_terminal() {
    let setup = Setup::new().await;
    let hostile = "t:slim\u{1b}]0;gone\u{7} X2\u{9b}2J";
    setup.cloud.set_pumper(json!({ "pumps": [{ "serialNumber": "1", "assignmentId": "a", "modelName": hostile }] }));
    let account = setup.source().account().await.expect("an account");
    assert_eq!(account.pumps[0].model_name.as_deref(), Some("t:slim]0;gone X22J"));
}

#[tokio::test]
async fn events_keep_their_own_text() {
    let setup = Setup::new().await;
    let first = format!(
        r#"{{ "eventCode":279, "deviceAssignmentId":"{PUMP}","sequenceNumber":4294967295,"sequenceGroup":0,"pumpDateTime":"2026-05-14T00:01:00","eventProperties":{{"iob":0.10,"x":1e2}},"új":"™" }}"#
    );
    let change = format!(
        r#"{{"deviceAssignmentId":"{PUMP}","eventCode":14,"sequenceGroup":1,"sequenceNumber":7,"pumpDateTime":"2020-01-12T16:27:58","eventProperties":{{}}}}"#
    );
    let foreign = first.replace(PUMP, "f6631fff-f403-4ce4-9362-83eff9e2850e");
    let body = format!(
        "\n{{\"extra\":{{}},\"events\":[{first} , {foreign},null,{{\"eventCode\":3}}],\"clockChanges\":[{change}]}}"
    );
    for reply in [Reply::json(200, &body), Reply::json(200, &body).gzip(), Reply::of(200, "text/plain", &body)] {
        setup.cloud.script(Route::PumpLogs, [reply]);
        let source = setup.source();
        let page =
            source.events(&pump("2026-05-14", "2026-05-14"), days("2026-05-14", "2026-05-14")).await.expect("a page");
        let events: Vec<_> = page.events.iter().collect();
        assert_eq!(events.iter().map(|event| event.data).collect::<Vec<_>>(), [first.as_str(), change.as_str()]);
        assert_eq!(events[0].key, EventKey { sequence_group: 0, sequence_number: u32::MAX });
        assert_eq!(events[0].pump_time.to_string(), "2026-05-14T00:01:00");
        assert_eq!((events[1].code.0, events[1].key.sequence_group), (14, 1));
        let rejected: Vec<_> = page.events.rejected().iter().map(|event| event.data.as_str()).collect();
        assert_eq!(rejected, [foreign.as_str(), "null", "{\"eventCode\":3}"]);
        assert!(page.events.rejected()[0].reason.contains("another pump"));
        assert_eq!(page.bytes, body.len() as u64);
        assert_eq!(page.notices, [""; 0]);
    }
}

#[tokio::test]
async fn members_may_be_missing_but_not_null() {
    let rows = [
        ("{}", true),
        (r#"{"events":[],"clockChanges":[]}"#, true),
        (r#"{"events":null,"clockChanges":null}"#, false),
        (r#"{"events":null}"#, false),
        (r#"{"events":null,"clockChanges":[]}"#, false),
        (r#"{"events":[],"clockChanges":null}"#, false),
        (r#"{"events":[],"message":"boom"}"#, false),
        (r#"{"items":[],"clockChanges":[]}"#, false),
        (r#"{"clockChanges":[]}"#, true),
        (r#"{"events":[]}"#, true),
        (r#"{"message":"hello"}"#, false),
        ("[]", false),
        ("null", false),
    ];
    for (body, good) in rows {
        let setup = Setup::new().await;
        setup.cloud.set_logs(move |_| Reply::json(200, body));
        let unknown = PumpListing { first_event: None, last_event: None, ..pump("2026-05-14", "2026-05-15") };
        let outcome = setup.source().events(&unknown, days("2026-05-14", "2026-05-15")).await;
        assert_eq!(outcome.is_ok(), good, "{body}: {outcome:?}");
        assert_eq!(setup.cloud.count(Route::PumpLogs), 1, "{body}");
    }
}

#[tokio::test]
async fn accounts_of_every_kind() {
    let setup = Setup::new().await;
    let details = r#"{"profiles":{"numberOfProfiles":1},"b": [ 1.0 ]}"#;
    let body = format!(
        r#"{{"firstName":"Jane","dateOfBirth":"1990-01-01","country":"DE","pumps":[
          {{"algorithm":"Control-IQ","availableDataRange":{{"start":"2021-05-06T12:31:19","end":"2022-02-16T22:45:58"}},
            "assignmentId":"{PUMP}","lastUploadDate":"2022-09-20T05:50:12Z","maxDateOfEvents":"2066-05-24T04:59:14",
            "modelName":"t:slim X2™ Insulin Pump","modelNumber":1000354,"serialNumber":"90556643","softwareVersion":"7.8.0.0",
            "settings":{{"uploadedTimeStamp":"2022-09-10T21:07:43.497","settingsHash":"29ED","details":{details}}}}},
          {{"assignmentId":12,"serialNumber":514387,"availableDataRange":{{"start":null,"end":null}},"lastUploadDate":null,
            "maxDateOfEvents":null,"settings":null,"glucoseUnit":null}},
          {{"assignmentId":"x","serialNumber":"1","availableDataRange":{{"start":"2020-01-02T00:00:00","end":"never"}},
            "algorithm":{{}},"settings":{{"details":{{}}}}}},
          {{"assignmentId":"y","serialNumber":"2","availableDataRange":[],"lastUploadDate":"","settings":{{"settingsHash":"1"}}}}]}}"#
    );
    setup.cloud.script(Route::Pumper, [Reply::json(200, body)]);
    let pumps = setup.source().account().await.expect("an account").pumps;
    let time = |text: &str| text.parse::<NaiveDateTime>().ok();
    let serials: Vec<_> = pumps.iter().map(|pump| pump.serial_number.as_str()).collect();
    assert_eq!(serials, ["90556643", "514387", "1", "2"]);
    let first = &pumps[0];
    assert_eq!(first.model_number.as_deref(), Some("1000354"));
    assert_eq!(first.model_name.as_deref(), Some("t:slim X2™ Insulin Pump"));
    assert_eq!(first.last_upload, "2022-09-20T05:50:12Z".parse().ok());
    assert_eq!((first.first_event, first.last_event), (time("2021-05-06T12:31:19"), time("2066-05-24T04:59:14")));
    let settings = first.settings.as_ref().expect("settings");
    assert_eq!((settings.hash.as_str(), settings.details.as_str()), ("29ED", details));
    assert_eq!(settings.uploaded, time("2022-09-10T21:07:43.497"));
    let second = &pumps[1];
    assert_eq!(second.assignment_id.as_ref().map(pipeline::AssignmentId::as_str), Some("12"));
    assert_eq!((second.last_upload, second.first_event, &second.settings), (None, None, &None));
    let third = &pumps[2];
    assert_eq!((third.first_event, third.last_event, &third.algorithm), (time("2020-01-02T00:00:00"), None, &None));
    let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert_eq!(third.settings.as_ref().expect("settings").hash, digest, "SHA-256 of {{}}");
    assert_eq!((pumps[3].last_upload, &pumps[3].settings), (None, &None));
}

#[tokio::test]
async fn accounts_that_cannot_be_understood() {
    for (body, words) in [
        (r#"{"pumps":[{"serialNumber":"1"}]}"#, "pump 1 of 1 has no usable assignmentId"),
        (r#"{"pumps":[{"assignmentId":"1","serialNumber":null}]}"#, "no usable serialNumber"),
        (
            r#"{"pumps":[{"assignmentId":"1","serialNumber":"2","lastUploadDate":"last week"}]}"#,
            "no usable lastUploadDate",
        ),
        (r#"{"devices":[]}"#, "no pumps in 200 (application/json, members devices)"),
        (r#"{"pumps":"none"}"#, "unknown format"),
    ] {
        let setup = Setup::new().await;
        setup.cloud.script(Route::Pumper, [Reply::json(200, body)]);
        let error = setup.source().account().await.expect_err(body);
        assert_eq!(error.kind, Kind::ServiceChanged, "{body}");
        assert!(error.message.contains(words), "{words:?} not in {:?}", error.message);
    }
}

#[tokio::test]
async fn settings_that_cannot_work_are_reported() {
    type Change = fn(&mut SourceConfig);
    let setup = Setup::new().await;
    let rows: [(Change, &str); 4] = [
        (|config| config.max_window_days = 29, "1 to 28 days"),
        (|config| config.requests_in_flight = 0, "at least 1"),
        (|config| config.retries.attempts = 0, "at least 1"),
        (|config| config.endpoint = "http://proxy.example".parse().ok(), "must be https"),
    ];
    for (change, words) in rows {
        let mut config = setup.config();
        change(&mut config);
        let error = TandemSource::new(config).expect_err(words);
        assert_eq!(error.kind, Kind::Configuration);
        assert!(error.message.contains(words), "{error}");
    }
    let mut archived = pump("2026-05-01", "2026-05-01");
    archived.assignment_id = None;
    let error = setup.source().events(&archived, days("2026-05-01", "2026-05-01")).await.expect_err("no assignment");
    assert_eq!(error.kind, Kind::Configuration);
    assert_eq!(setup.cloud.routes(), []);
}

#[test]
fn debug_output_holds_no_secret() {
    let password = std::sync::Arc::new(FixedPassword(PASSWORD.to_owned().into()));
    let clock = std::sync::Arc::new(pipeline::FixedClock(chrono::DateTime::UNIX_EPOCH));
    let config = SourceConfig::new(Region::Eu, EMAIL, password.clone(), clock);
    let source = TandemSource::new(config.clone()).expect("good settings");
    let text = format!("{config:?} {source:?} {password:?}");
    for secret in [PASSWORD, EMAIL, "jane"] {
        assert!(!text.contains(secret), "{text}");
    }
}
