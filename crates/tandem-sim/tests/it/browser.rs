//! A small client of the service: what the login and data tests have in common.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tandem_sim::history::Scenario;
use tandem_sim::service::{Account, Region, Sim, SimConfig, SimHandle};
use url::Url;

pub(crate) const VERIFIER: &str = "a-verifier-of-the-length-that-the-standard-wants-0123456789";
pub(crate) const US_CLIENT: &str = "0oa4wnbvtladeyVZX4h7";
pub(crate) const EU_CLIENT: &str = "1519e414-eeec-492e-8c5e-97bea4815a10";
pub(crate) const US_REDIRECT: &str = "https://sso.tandemdiabetes.com/auth/callback";
pub(crate) const EU_REDIRECT: &str = "https://source.eu.tandemdiabetes.com/authorize/callback";

/// A service with its client.
pub(crate) struct Browser {
    pub(crate) sim: SimHandle,
    pub(crate) http: Client,
    pub(crate) token: String,
}

/// Three quiet days, all uploaded.
pub(crate) fn quiet() -> SimConfig {
    SimConfig::new(Scenario::quiet(3).simulate(), SystemTime::now)
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

impl Browser {
    /// Starts the service; no one is logged in.
    pub(crate) async fn open(config: SimConfig) -> Self {
        let sim = Sim::start(config).await.unwrap();
        let http = Client::builder().cookie_store(true).redirect(Policy::none()).no_proxy().build().unwrap();
        Self { sim, http, token: String::new() }
    }

    /// Starts the service and logs in.
    pub(crate) async fn logged_in(config: SimConfig) -> Self {
        let account = config.account.clone();
        let mut browser = Self::open(config).await;
        let answer = browser.log_in(&account.email, &account.password).await;
        assert_eq!(answer.status(), 200);
        browser.fetch_token(account.region).await;
        browser
    }

    async fn fetch_token(&mut self, region: Region) {
        let code = self.code(region).await;
        let tokens: Value = self.redeem(&code, region, VERIFIER).await.json().await.unwrap();
        tokens["access_token"].as_str().unwrap().clone_into(&mut self.token);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sim.url())
    }

    pub(crate) async fn log_in(&self, username: &str, password: &str) -> Response {
        let body = json!({"username": username, "password": password});
        self.http.post(self.url("/accounts/api/login")).json(&body).send().await.unwrap()
    }

    pub(crate) async fn authorize(&self, client_id: &str, redirect_uri: &str) -> Response {
        let challenge = challenge();
        let query = [
            ("client_id", client_id),
            ("response_type", "code"),
            ("scope", "openid profile email"),
            ("redirect_uri", redirect_uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        self.http.get(self.url("/accounts/api/connect/authorize")).query(&query).send().await.unwrap()
    }

    /// A code of the region's own client.
    pub(crate) async fn code(&self, region: Region) -> String {
        let (client, redirect) = client_of(region);
        let answer = self.authorize(client, redirect).await;
        assert_eq!(answer.status(), 302);
        let location = location(&answer);
        assert!(location.as_str().starts_with(redirect), "{location}");
        location.query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned()
    }

    pub(crate) async fn redeem(&self, code: &str, region: Region, verifier: &str) -> Response {
        let (client, redirect) = client_of(region);
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ];
        self.http.post(self.url("/accounts/api/connect/token")).form(&form).send().await.unwrap()
    }

    /// A data call with the token, and nothing else.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path)).bearer_auth(&self.token)
    }

    pub(crate) fn pumper(&self) -> RequestBuilder {
        self.get(&format!("/api/reports/bff/pumper/{}", Account::default().pumper_id))
    }

    /// The account's pumps.
    pub(crate) async fn pumps(&self) -> Vec<Value> {
        let body: Value = self.pumper().send().await.unwrap().json().await.unwrap();
        body["pumps"].as_array().unwrap().clone()
    }

    pub(crate) fn pump_logs(&self, assignment: &str, query: &[(&str, &str)]) -> RequestBuilder {
        self.get(&format!("/api/reports/bff/pump-logs/{assignment}")).query(query)
    }

    /// The events and clock changes of days, both inclusive.
    pub(crate) async fn days(&self, assignment: &str, first: &str, last: &str, more: &[(&str, &str)]) -> Value {
        let (first, last) = (format!("{first}T00:00:00Z"), format!("{last}T23:59:59Z"));
        let query = [&[("startDate", first.as_str()), ("endDate", last.as_str())], more].concat();
        self.pump_logs(assignment, &query).send().await.unwrap().json().await.unwrap()
    }
}

pub(crate) fn client_of(region: Region) -> (&'static str, &'static str) {
    match region {
        Region::UnitedStates => (US_CLIENT, US_REDIRECT),
        Region::Europe => (EU_CLIENT, EU_REDIRECT),
    }
}

pub(crate) fn location(answer: &Response) -> Url {
    let text = answer.headers()["location"].to_str().unwrap();
    answer.url().join(text).unwrap()
}

/// Sequence numbers in the order of the answer.
pub(crate) fn sequences(body: &Value) -> Vec<u64> {
    body["events"].as_array().unwrap().iter().map(|event| event["sequenceNumber"].as_u64().unwrap()).collect()
}
