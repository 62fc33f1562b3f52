//! The login, request by request: portal page, keys, e-mail and password, code, token.
//!
//! It is the short flow that people's clients use in both regions: no `state`, no `nonce`, no refresh token. Three
//! things differ from them. The keys are fetched *before* the password is sent, so that an outage costs no login. The
//! redirect with the code is read, not followed, so that the page behind it need not work. And only the exchange of
//! the code is repeated after a hiccup there, not the login.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{ACCEPT, HeaderValue, REFERER};
use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use crate::cache::Token;
use crate::config::SourceConfig;
use crate::error::Failure;
use crate::http::{HttpResponse, Transport};
use crate::identity::{self, Expected, Identity, KeySet, Rejected};
use crate::lenient;
use crate::refusal::is_name;
use crate::required_step::RequiredStep;
use crate::service::{Service, Target};

const SCOPE: &str = "openid profile email";

/// One login: its own cookies, nothing kept from the one before.
pub(crate) struct Login<'a> {
    config: &'a SourceConfig,
    service: &'a Service,
    transport: &'a Transport,
    client: Client,
}

#[derive(Serialize)]
struct Credentials<'a> {
    username: &'a str,
    password: &'a str,
}

#[derive(Deserialize)]
struct LoginAnswer {
    status: Option<String>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretText,
    id_token: SecretText,
    #[serde(default, deserialize_with = "lenient::text")]
    expires_in: Option<String>,
}

#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl<'a> Login<'a> {
    pub(crate) fn new(
        config: &'a SourceConfig,
        service: &'a Service,
        transport: &'a Transport,
    ) -> Result<Self, Failure> {
        let cookies = Cookies { jar: Jar::default(), endpoint: config.endpoint.is_some() };
        let client = transport
            .client_builder()
            .cookie_provider(Arc::new(cookies))
            .timeout(config.timeouts.login)
            .build()
            .map_err(|_| Failure::Configuration { reason: "no encrypted connections can be made".to_owned() })?;
        Ok(Self { config, service, transport, client })
    }

    /// Logs in, once.
    pub(crate) async fn run(&self, password: &SecretString) -> Result<Token, Failure> {
        self.visit_portal().await;
        let keys = self.keys().await?;
        self.transport.retrying(|| self.send_credentials(password)).await?;
        let tokens = self.transport.retrying(|| self.exchange()).await?;
        let identity = self.identity(&tokens.id_token.0, &keys).await?;
        let obtained = self.config.clock.now();
        let expires = expiry(&tokens, &identity, obtained)?;
        tracing::info!(%expires, "logged in");
        Ok(Token { access: tokens.access_token.0, pumper_id: identity.pumper_id, obtained, expires })
    }

    /// Sets cookies, perhaps. No one depends on the page itself, so neither does this.
    async fn visit_portal(&self) {
        let target = &self.service.portal;
        if let Err(failure) = self.transport.send(&target.label, self.client.get(target.url.clone())).await {
            tracing::debug!(%failure, "the login page did not answer; going on without it");
        }
    }

    /// The service's public keys; a page or silence in their label may pass, and says nothing about the account.
    pub(crate) async fn keys(&self) -> Result<KeySet, Failure> {
        self.transport.retrying(|| self.fetch_keys()).await
    }

    async fn fetch_keys(&self) -> Result<KeySet, Failure> {
        let target = &self.service.jwks;
        let request = self.client.get(target.url.clone()).header(ACCEPT, "application/json");
        let answer = self.transport.send(&target.label, request).await?.ensure_accepted()?;
        serde_json::from_str(&answer.body).map_err(|error| answer.unreadable(&error))
    }

    async fn send_credentials(&self, password: &SecretString) -> Result<(), Failure> {
        let credentials = Credentials { username: self.config.email()?, password: password.expose_secret() };
        let request = self.client.post(self.service.login.url.clone()).json(&credentials);
        let answer = self.send(&self.service.login, request).await?;
        if is_locked(&answer.body) || answer.status.as_u16() == 423 {
            return Err(Failure::AccountLocked { region: self.service.region });
        }
        self.check_required_step(&answer)?;
        let answer = answer.ensure_accepted().map_err(|failure| match failure {
            Failure::Unauthorized { .. } => Failure::CredentialsRefused { region: self.service.region },
            other => other,
        })?;
        self.check_login_status(&answer)
    }

    /// Refuses an answer that sends the person to a page of their own instead of logging them in.
    fn check_required_step(&self, answer: &HttpResponse) -> Result<(), Failure> {
        let target = answer.location.as_deref().and_then(|location| self.service.authorize.url.join(location).ok());
        let by_address = target.filter(|url| !self.service.is_redirect_uri(url));
        let by_address = by_address.and_then(|url| RequiredStep::named_by(url.path()));
        match by_address.or_else(|| RequiredStep::asked_for_by(&answer.body)) {
            Some(step) => Err(Failure::StepRequired { region: self.service.region, step }),
            None => Ok(()),
        }
    }

    fn check_login_status(&self, answer: &HttpResponse) -> Result<(), Failure> {
        let login: LoginAnswer = serde_json::from_str(&answer.body).map_err(|error| answer.unreadable(&error))?;
        match login.status {
            Some(status) if status == "SUCCESS" => Ok(()),
            Some(status) if is_name(&status) => Err(Failure::MoreThanPassword { region: self.service.region, status }),
            _ => Err(Failure::UnknownShape { label: answer.label.clone(), detail: answer.outline() }),
        }
    }

    /// A code and what it buys. Codes work once, so both are repeated together.
    async fn exchange(&self) -> Result<TokenAnswer, Failure> {
        let verifier = SecretString::from(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 64]>()));
        let code = self.authorize(&verifier).await?;
        let target = &self.service.token;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", self.service.client_id),
            ("code", code.expose_secret()),
            ("redirect_uri", self.service.redirect_uri),
            ("code_verifier", verifier.expose_secret()),
        ];
        let answer = self.send(target, self.client.post(target.url.clone()).form(&form)).await?;
        let answer = answer.ensure_accepted().map_err(|failure| match failure {
            Failure::Unauthorized { label } => Failure::UnknownShape { label, detail: "401 to a new code".to_owned() },
            other => other,
        })?;
        serde_json::from_str(&answer.body).map_err(|error| answer.unreadable(&error))
    }

    async fn authorize(&self, verifier: &SecretString) -> Result<SecretString, Failure> {
        let target = &self.service.authorize;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose_secret()));
        let request = self.client.get(target.url.clone()).query(&[
            ("client_id", self.service.client_id),
            ("response_type", "code"),
            ("scope", SCOPE),
            ("redirect_uri", self.service.redirect_uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let answer = self.send(target, request).await?;
        self.check_required_step(&answer)?;
        if answer.status.is_redirection() { self.code(&answer) } else { Err(no_redirect(answer)) }
    }

    /// Reads the code off the redirect; without a session the service redirects to its login page instead.
    fn code(&self, answer: &HttpResponse) -> Result<SecretString, Failure> {
        let label = &answer.label;
        let unknown = |detail: &str| Failure::UnknownShape { label: label.clone(), detail: detail.to_owned() };
        let location = answer.location.as_deref().ok_or_else(|| unknown("a redirect to nowhere"))?;
        let url = self.service.authorize.url.join(location).map_err(|_| unknown("a redirect to no address"))?;
        let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        if !self.service.is_redirect_uri(&url) {
            return Err(match value("ReturnUrl").or_else(|| value("returnUrl")) {
                Some(_) => Failure::LoginDidNotStick { label: label.clone() },
                None => unknown("a redirect to an unknown page"),
            });
        }
        match (value("code").filter(|code| !code.is_empty()), value("error").filter(|error| is_name(error))) {
            (Some(code), _) => Ok(code.into()),
            (None, Some(error)) => Err(unknown(&format!("a redirect without a code, error {error}"))),
            (None, None) => Err(unknown("a redirect without a code")),
        }
    }

    /// Checks the identity token; keys that were changed since they were fetched are fetched once more.
    async fn identity(&self, token: &SecretString, keys: &KeySet) -> Result<Identity, Failure> {
        let verify = |keys: &KeySet| identity::verify(token, keys, self.expected());
        let second = match verify(keys) {
            Err(Rejected::UnknownKey) => verify(&self.keys().await?),
            settled => settled,
        };
        second.map_err(|rejected| match rejected {
            Rejected::UnknownKey => Failure::TokenInvalid { reason: "the service does not know its key", source: None },
            Rejected::Invalid(failure) => failure,
        })
    }

    fn expected(&self) -> Expected<'_> {
        Expected { issuers: &self.service.issuers, audience: self.service.client_id, now: self.config.clock.now() }
    }

    async fn send(&self, target: &Target, request: RequestBuilder) -> Result<HttpResponse, Failure> {
        self.transport.send(&target.label, request.header(REFERER, Service::login_referer())).await
    }
}

/// 200 is the page of someone who is not logged in, or of an outage.
fn no_redirect(answer: HttpResponse) -> Failure {
    let label = answer.label.clone();
    answer.ensure_accepted().map_or_else(|failure| failure, |_| Failure::LoginDidNotStick { label })
}

/// The service's older programming interface said "Max attempted logins exceeded", with 400.
fn is_locked(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    ["max attempted logins", "account/locked", "account_locked", "accountlocked", "locked_out"]
        .iter()
        .any(|words| body.contains(words))
}

/// When the token ends: by `expires_in`, which counts from now, or else with the identity token.
fn expiry(tokens: &TokenAnswer, identity: &Identity, now: DateTime<Utc>) -> Result<DateTime<Utc>, Failure> {
    let seconds = tokens.expires_in.as_deref().and_then(|text| text.parse::<f64>().ok());
    let expires = match seconds.map(|seconds| Duration::try_seconds(seconds as i64)) {
        Some(Some(lifetime)) => now.checked_add_signed(lifetime),
        Some(None) => None,
        None => Some(identity.expires),
    };
    expires
        .filter(|expires| *expires > now)
        .ok_or(Failure::TokenInvalid { reason: "it comes with a lifetime that makes no sense", source: None })
}

/// Cookies of one login. All of them count as `Secure`: the session is as good as a password, and the jar writes the
/// values of others to the log. Behind an endpoint a cookie's `Domain` is another host's, and is left out.
#[derive(Debug)]
struct Cookies {
    jar: Jar,
    endpoint: bool,
}

impl CookieStore for Cookies {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        let secured: Vec<HeaderValue> = headers.filter_map(|header| self.secured(header)).collect();
        self.jar.set_cookies(&mut secured.iter(), url);
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        let mut header = self.jar.cookies(url)?;
        header.set_sensitive(true);
        Some(header)
    }
}

impl Cookies {
    fn secured(&self, header: &HeaderValue) -> Option<HeaderValue> {
        let is_domain = |part: &str| part.trim_start().to_ascii_lowercase().starts_with("domain");
        let parts = header.to_str().ok()?.split(';').filter(|part| !(self.endpoint && is_domain(part)));
        HeaderValue::from_str(&format!("{}; Secure", parts.collect::<Vec<_>>().join(";"))).ok()
    }
}
