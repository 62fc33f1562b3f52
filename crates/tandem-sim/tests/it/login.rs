//! Login, tokens and keys.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;
use tandem_sim::service::{Account, Behaviour, Endpoint, Region};

use crate::browser::{Browser, EU_CLIENT, EU_REDIRECT, US_CLIENT, US_REDIRECT, VERIFIER, location, quiet};

fn account() -> Account {
    Account::default()
}

#[tokio::test]
async fn the_portal_is_a_page() {
    let browser = Browser::open(quiet()).await;
    let answer = browser.http.get(browser.url("/")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("<html>"));
}

#[tokio::test]
async fn a_login_sets_a_session_cookie_and_says_success() {
    let browser = Browser::open(quiet()).await;
    let answer = browser.log_in(&account().email, &account().password).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["set-cookie"].to_str().unwrap().starts_with("TandemSession="));
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body, serde_json::json!({"redirectUrl": "/", "status": "SUCCESS"}));
}

#[tokio::test]
async fn refused_logins() {
    type Change = fn(&mut Behaviour);
    let rows: [(&str, Change, &str, u16, &str); 4] = [
        ("wrong password", |_| (), "wrong", 401, "account/invalid_credentials"),
        ("empty password", |_| (), "", 401, "account/invalid_credentials"),
        (
            "account in the other region",
            |it| it.in_other_region = true,
            &account().password,
            401,
            "account/invalid_credentials",
        ),
        ("locked", |it| it.locked = true, &account().password, 400, "Max attempted logins exceeded."),
    ];
    for (what, change, password, status, text) in rows {
        let mut config = quiet();
        change(&mut config.behaviour);
        let browser = Browser::open(config).await;
        let answer = browser.log_in(&account().email, password).await;
        assert_eq!(answer.status(), status, "{what}");
        assert!(!answer.headers().contains_key("set-cookie"), "{what}");
        assert!(answer.text().await.unwrap().contains(text), "{what}");
    }
}

#[tokio::test]
async fn authorize_without_a_session_leads_to_the_portal_without_a_code() {
    let browser = Browser::open(quiet()).await;
    let answer = browser.authorize(US_CLIENT, US_REDIRECT).await;
    assert_eq!(answer.status(), 302);
    let location = location(&answer);
    assert_eq!(location.path(), "/");
    assert!(location.query_pairs().any(|(key, value)| key == "ReturnUrl" && value.contains("code_challenge")));
    assert!(!location.query_pairs().any(|(key, _)| key == "code"));
}

#[tokio::test]
async fn each_region_has_its_own_clients_and_redirects() {
    let own = |browser: &Browser, path: &str| browser.url(path);
    for (region, client, redirect, status) in [
        (Region::UnitedStates, US_CLIENT, US_REDIRECT, 302),
        (Region::UnitedStates, "0oa27ho9tpZE9Arjy4h7", US_REDIRECT, 302),
        (Region::UnitedStates, US_CLIENT, "/auth/callback", 302),
        (Region::UnitedStates, US_CLIENT, EU_REDIRECT, 400),
        (Region::UnitedStates, EU_CLIENT, US_REDIRECT, 400),
        (Region::Europe, EU_CLIENT, EU_REDIRECT, 302),
        (Region::Europe, EU_CLIENT, "/authorize/callback", 302),
        (Region::Europe, EU_CLIENT, "/auth/callback", 400),
        (Region::Europe, US_CLIENT, EU_REDIRECT, 400),
    ] {
        let mut config = quiet();
        config.account.region = region;
        let browser = Browser::open(config).await;
        browser.log_in(&account().email, &account().password).await;
        let redirect = if redirect.starts_with('/') { own(&browser, redirect) } else { redirect.to_owned() };
        let answer = browser.authorize(client, &redirect).await;
        assert_eq!(answer.status(), status, "{region:?} {client} {redirect}");
    }
}

#[tokio::test]
async fn the_browsers_flow_keeps_its_state() {
    let browser = Browser::open(quiet()).await;
    browser.log_in(&account().email, &account().password).await;
    let challenge = browser.http.get(browser.url("/accounts/api/auth/challenge?loginHint=sam")).send().await.unwrap();
    assert_eq!(challenge.status(), 200);
    let query = [
        ("client_id", US_CLIENT),
        ("response_type", "code"),
        ("scope", "openid email profile tandem.devices.assign"),
        ("redirect_uri", US_REDIRECT),
        ("code_challenge", "x"),
        ("code_challenge_method", "S256"),
        ("state", "a state"),
        ("nonce", "n"),
    ];
    let path = browser.url("/accounts/api/connect/authorize/callback");
    let answer = browser.http.get(path).query(&query).send().await.unwrap();
    assert!(location(&answer).query_pairs().any(|(key, value)| key == "state" && value == "a state"));
}

#[tokio::test]
async fn a_code_is_good_once_and_only_for_its_verifier() {
    for (verifier, statuses) in [(VERIFIER, [200, 400]), ("another", [400, 400])] {
        let browser = Browser::open(quiet()).await;
        browser.log_in(&account().email, &account().password).await;
        let code = browser.code(Region::UnitedStates).await;
        for status in statuses {
            assert_eq!(browser.redeem(&code, Region::UnitedStates, verifier).await.status(), status, "{verifier}");
        }
    }
}

#[tokio::test]
async fn a_code_is_bound_to_its_client_and_redirect() {
    let browser = Browser::open(quiet()).await;
    browser.log_in(&account().email, &account().password).await;
    let code = browser.code(Region::UnitedStates).await;
    assert_eq!(browser.redeem(&code, Region::Europe, VERIFIER).await.status(), 400);
}

#[tokio::test]
async fn the_id_token_verifies_against_the_published_keys() {
    let mut config = quiet();
    config.behaviour.clock_skew_seconds = 50;
    let browser = Browser::open(config).await;
    browser.log_in(&account().email, &account().password).await;
    let code = browser.code(Region::UnitedStates).await;
    let tokens: Value = browser.redeem(&code, Region::UnitedStates, VERIFIER).await.json().await.unwrap();
    assert_eq!(tokens["expires_in"], 28_800);
    assert!(tokens.get("refresh_token").is_none());
    let path = browser.url("/accounts/api/.well-known/openid-configuration/jwks");
    let answer = browser.http.get(path).send().await.unwrap();
    let date = answer.headers()["date"].to_str().unwrap().to_owned();
    let keys: JwkSet = answer.json().await.unwrap();
    let id_token = tokens["id_token"].as_str().unwrap();
    let header = decode_header(id_token).unwrap();
    assert_eq!(header.alg, Algorithm::RS256);
    let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[US_CLIENT]);
    validation.set_issuer(&[browser.url("/accounts/api")]);
    let claims = decode::<Value>(id_token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims;
    assert_eq!(claims["pumperId"], account().pumper_id);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 28_800);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
    assert!(claims["iat"].as_i64().unwrap() > now + 30, "issued in the future");
    let date = chrono::DateTime::parse_from_rfc2822(&date).unwrap().timestamp();
    assert!(date > now + 30, "answers are dated by the same clock");
}

#[tokio::test]
async fn requests_are_noted_without_secrets() {
    let browser = Browser::logged_in(quiet()).await;
    browser.pumper().header("Origin", "https://source.tandemdiabetes.com").send().await.unwrap();
    let requests = browser.sim.requests();
    let endpoints: Vec<Endpoint> = requests.iter().map(|request| request.endpoint).collect();
    assert_eq!(endpoints, [Endpoint::Login, Endpoint::Authorize, Endpoint::Token, Endpoint::Pumper]);
    assert_eq!(browser.sim.count(Endpoint::Login), 1);
    let last = requests.last().unwrap();
    assert_eq!(
        (last.status, last.has_token, last.header("origin")),
        (Some(200), true, Some("https://source.tandemdiabetes.com"))
    );
    let text = format!("{requests:?}");
    assert!(!text.contains(&account().password) && !text.contains(&browser.token));
}
