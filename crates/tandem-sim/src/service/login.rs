//! Login as Tandem does it: portal page, JSON login with a session cookie, authorize with PKCE, token, keys.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use super::keys::Grant;
use super::pages;
use super::requests::query_pairs;
use super::state::{CodeTerms, Shared};

/// The session cookie's name.
const SESSION: &str = "TandemSession";
/// Minutes until an authorization code expires.
const CODE_MINUTES: i64 = 5;

/// `GET /`: the portal, also where an authorization without a session ends.
pub(super) async fn portal() -> Response {
    let cookie = [(header::SET_COOKIE, "ARRAffinity=5d8f0c; Path=/; HttpOnly")];
    (cookie, pages::html_page(StatusCode::OK, "Tandem Source", "Please log in.")).into_response()
}

/// The page a redirect URI leads to.
pub(super) async fn redirect_page() -> Response {
    pages::html_page(StatusCode::OK, "Tandem Source", "Loading.")
}

/// `GET /accounts/api/auth/challenge`: part of the browser's flow, its answer is ignored by everybody.
pub(super) async fn challenge() -> Response {
    pages::json_body(StatusCode::OK, &json!({}))
}

/// The body of a login.
#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

/// `POST /accounts/api/login`.
pub(super) async fn login(State(shared): State<Arc<Shared>>, body: String) -> Response {
    let Ok(credentials) = serde_json::from_str::<Credentials>(&body) else { return pages::invalid_credentials() };
    let account = &shared.account;
    let known = credentials.username.eq_ignore_ascii_case(&account.email) && credentials.password == account.password;
    let mut state = shared.state();
    if state.behaviour.locked {
        return pages::locked();
    }
    if !known || state.behaviour.in_other_region {
        return pages::invalid_credentials();
    }
    let cookie = format!("{SESSION}={}; Path=/; HttpOnly; SameSite=Lax", state.open_session());
    let body = pages::json_body(StatusCode::OK, &json!({"redirectUrl": "/", "status": "SUCCESS"}));
    ([(header::SET_COOKIE, cookie)], body).into_response()
}

/// `GET /accounts/api/connect/authorize` and its callback: to the redirect URI with a code, or to the portal without a session.
pub(super) async fn authorize(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let pairs = query_pairs(query.as_deref());
    let value = |key: &str| pairs.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
    if let Some(error) = authorize_error(&shared, &headers, &value) {
        return pages::oauth_error(error);
    }
    let mut state = shared.state();
    if !session(&headers).is_some_and(|session| state.has_session(&session)) {
        let return_url = format!("/accounts/api/connect/authorize/callback?{}", query.unwrap_or_default());
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("ReturnUrl", &return_url).finish();
        return pages::found(&format!("/?{query}"));
    }
    let code = state.grant_code(CodeTerms {
        client_id: value("client_id").to_owned(),
        redirect_uri: value("redirect_uri").to_owned(),
        challenge: value("code_challenge").to_owned(),
        expires: shared.now() + Duration::minutes(CODE_MINUTES),
    });
    pages::found(&with_code(value("redirect_uri"), &code, value("state")))
}

fn authorize_error<'a>(shared: &Shared, headers: &HeaderMap, value: &impl Fn(&str) -> &'a str) -> Option<&'static str> {
    let region = shared.account.region;
    if !region.client_ids().contains(&value("client_id")) {
        return Some("unauthorized_client");
    }
    let own = own_redirect_uri(headers, region.redirect_uri());
    if value("redirect_uri") != region.redirect_uri() && Some(value("redirect_uri")) != own.as_deref() {
        return Some("invalid_request");
    }
    if value("response_type") != "code" {
        return Some("unsupported_response_type");
    }
    if value("code_challenge").is_empty() || value("code_challenge_method") != "S256" {
        return Some("invalid_request");
    }
    (!value("scope").split(' ').any(|scope| scope == "openid")).then_some("invalid_scope")
}

/// The region's redirect URI with this service's own origin in place of Tandem's.
fn own_redirect_uri(headers: &HeaderMap, official: &str) -> Option<String> {
    let path = Url::parse(official).ok()?.path().to_owned();
    Some(format!("{}{path}", own_origin(headers)))
}

/// This service's origin, as the client addressed it.
pub(super) fn own_origin(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    format!("http://{host}")
}

fn with_code(redirect_uri: &str, code: &str, state: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("code", code);
    if !state.is_empty() {
        query.append_pair("state", state);
    }
    format!("{redirect_uri}?{}", query.finish())
}

fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SESSION).map(|(_, value)| value.to_owned())
}

/// `POST /accounts/api/connect/token`.
pub(super) async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let form = query_pairs(Some(&body));
    let value = |key: &str| form.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str());
    if value("grant_type") != "authorization_code" {
        return pages::oauth_error("unsupported_grant_type");
    }
    let Some(terms) = shared.state().redeem_code(value("code")) else { return pages::oauth_error("invalid_grant") };
    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier").as_bytes()));
    let honest = terms.client_id == value("client_id")
        && terms.redirect_uri == value("redirect_uri")
        && terms.challenge == proof
        && shared.now() < terms.expires;
    if honest { issue_tokens(&shared, &headers, &terms.client_id) } else { pages::oauth_error("invalid_grant") }
}

fn issue_tokens(shared: &Shared, headers: &HeaderMap, client_id: &str) -> Response {
    let mut state = shared.state();
    let grant = Grant {
        account: &shared.account,
        client_id,
        issuer: &format!("{}/accounts/api", own_origin(headers)),
        issued: shared.now() + Duration::seconds(state.behaviour.clock_skew_seconds),
        lifetime_seconds: state.behaviour.token_lifetime_seconds,
    };
    let serial = state.count(super::faults::Endpoint::Token);
    let tokens = shared.key.access_token(&grant, serial).and_then(|access| {
        let id = shared.key.id_token(&grant, &access)?;
        Ok((access, id))
    });
    let Ok((access, id)) = tokens else { return pages::json_body(StatusCode::INTERNAL_SERVER_ERROR, &json!({})) };
    state.admit_token(access.clone(), shared.now());
    let body = json!({
        "access_token": access, "id_token": id, "token_type": "Bearer",
        "expires_in": grant.lifetime_seconds, "scope": "openid profile email",
    });
    pages::json_body(StatusCode::OK, &body)
}

/// `GET /accounts/api/.well-known/openid-configuration/jwks`.
pub(super) async fn jwks(State(shared): State<Arc<Shared>>) -> Response {
    pages::json_text(shared.key.jwks().to_owned())
}
