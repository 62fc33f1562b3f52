//! A scripted stand-in for the service: behaves well, except where a script says otherwise, and writes down every
//! request. Plain HTTP/1.1 by hand, one request per connection, because cut bodies and silence are what it is for.

use std::collections::{HashMap, VecDeque};
use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use url::Url;

pub(crate) const EMAIL: &str = "jane.doe@example.org";
pub(crate) const PASSWORD: &str = " pass'w\"ord$ ";
pub(crate) const PUMPER: &str = "7e0e9e5c-0000-4000-8000-00000000abcd";
pub(crate) const PUMP: &str = "1b493210-9336-4901-a329-a352775738c5";
pub(crate) const COOKIE: &str = "cookie-value-that-is-secret";
pub(crate) const EU_CLIENT: &str = "1519e414-eeec-492e-8c5e-97bea4815a10";
pub(crate) const EU_ISSUER: &str = "https://tdcservices.eu.tandemdiabetes.com/accounts/api";
pub(crate) const EU_REDIRECT: &str = "https://source.eu.tandemdiabetes.com/authorize/callback";
/// 2026-11-20T10:00:00Z
pub(crate) const NOW: i64 = 1_795_168_800;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Route {
    Portal,
    Jwks,
    Login,
    Authorize,
    Token,
    Pumper,
    PumpLogs,
    Other,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) route: Route,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    manner: Manner,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Manner {
    Whole,
    Cut,
    Drop,
    Hang,
    HangInBody,
    Paired,
}

impl Reply {
    pub(crate) fn json(status: u16, body: impl Display) -> Self {
        Self::of(status, "application/json; charset=utf-8", body)
    }

    pub(crate) fn html(status: u16, body: impl Display) -> Self {
        Self::of(status, "text/html", body)
    }

    pub(crate) fn of(status: u16, content_type: &str, body: impl Display) -> Self {
        let headers = vec![("Content-Type", content_type.to_owned())];
        Self { status, headers, body: body.to_string().into_bytes(), manner: Manner::Whole }
    }

    pub(crate) fn redirect(location: impl Display) -> Self {
        Self::html(302, "").header("Location", location)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn gzip(mut self) -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&self.body).expect("memory takes all");
        self.body = encoder.finish().expect("memory takes all");
        self.header("Content-Encoding", "gzip")
    }

    /// Announces more than it sends.
    pub(crate) fn cut(self) -> Self {
        Self { manner: Manner::Cut, ..self }
    }

    /// Ends the body early without the transport noticing: half of the text, well framed.
    pub(crate) fn half(mut self) -> Self {
        self.body.truncate(self.body.len() / 2);
        self
    }

    pub(crate) fn drop() -> Self {
        Self { manner: Manner::Drop, ..Self::json(200, "") }
    }

    pub(crate) fn hang() -> Self {
        Self { manner: Manner::Hang, ..Self::json(200, "") }
    }

    /// Waits until a second request waits like this.
    pub(crate) fn paired(self) -> Self {
        Self { manner: Manner::Paired, ..self }
    }

    pub(crate) fn hang_in_body() -> Self {
        Self { manner: Manner::HangInBody, ..Self::json(200, "{\"events\":[") }
    }
}

/// An identity token in the making.
#[derive(Clone, Debug)]
pub(crate) struct IdToken {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    /// Replaces the signature.
    pub(crate) signature: Option<Vec<u8>>,
}

type Tweak = Box<dyn Fn(&mut IdToken) + Send>;
type Logs = Box<dyn Fn(&Request) -> Reply + Send>;

pub(crate) struct Cloud {
    pub(crate) url: Url,
    inner: Arc<Inner>,
}

struct Inner {
    requests: Mutex<Vec<Request>>,
    script: Mutex<HashMap<Route, VecDeque<Reply>>>,
    tweak: Mutex<Tweak>,
    logs: Mutex<Logs>,
    pumper: Mutex<Value>,
    expires_in: Mutex<Value>,
    challenge: Mutex<Option<String>>,
    tokens: AtomicUsize,
    /// Only the newest token is accepted, and none up to this one.
    revoked: AtomicUsize,
    frozen: Arc<AtomicBool>,
    pair: Barrier,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
    url: Url,
}

impl Cloud {
    /// `frozen` tells that tokio's clock has been stopped, which silence does so that no one waits for it to end.
    pub(crate) async fn start(frozen: Arc<AtomicBool>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let url = Url::parse(&format!("http://{address}")).expect("an address");
        let inner = Arc::new(Inner {
            requests: Mutex::default(),
            script: Mutex::default(),
            tweak: Mutex::new(Box::new(|_| ())),
            logs: Mutex::new(Box::new(|_| Reply::json(200, r#"{"events":[],"clockChanges":[]}"#))),
            pumper: Mutex::new(json!({ "firstName": "Jane", "lastName": "Doe", "pumps": [] })),
            expires_in: Mutex::new(json!(28_800)),
            challenge: Mutex::default(),
            tokens: AtomicUsize::new(0),
            revoked: AtomicUsize::new(0),
            frozen,
            pair: Barrier::new(2),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
            url: url.clone(),
        });
        let serving = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        Self { url, inner }
    }

    /// The next requests to `route` are answered like this.
    pub(crate) fn script(&self, route: Route, replies: impl IntoIterator<Item = Reply>) {
        self.inner.script.lock().expect("no panic").entry(route).or_default().extend(replies);
    }

    pub(crate) fn set_pumper(&self, pumper: Value) {
        *self.inner.pumper.lock().expect("no panic") = pumper;
    }

    pub(crate) fn set_logs(&self, logs: impl Fn(&Request) -> Reply + Send + 'static) {
        *self.inner.logs.lock().expect("no panic") = Box::new(logs);
    }

    pub(crate) fn set_id_token(&self, tweak: impl Fn(&mut IdToken) + Send + 'static) {
        *self.inner.tweak.lock().expect("no panic") = Box::new(tweak);
    }

    pub(crate) fn set_expires_in(&self, value: Value) {
        *self.inner.expires_in.lock().expect("no panic") = value;
    }

    /// No token issued so far is accepted from now on.
    pub(crate) fn revoke_tokens(&self) {
        self.inner.revoked.store(self.inner.tokens.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    pub(crate) fn requests(&self, route: Route) -> Vec<Request> {
        let requests = self.inner.requests.lock().expect("no panic");
        requests.iter().filter(|request| request.route == route).cloned().collect()
    }

    pub(crate) fn count(&self, route: Route) -> usize {
        self.requests(route).len()
    }

    /// The most requests that waited for an answer at one time.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.inner.most_in_flight.load(Ordering::SeqCst)
    }

    pub(crate) fn routes(&self) -> Vec<Route> {
        self.inner.requests.lock().expect("no panic").iter().map(|request| request.route).collect()
    }
}

impl Inner {
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let Some(request) = read_request(&mut stream).await else { return };
        self.requests.lock().expect("no panic").push(request.clone());
        let in_flight = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(in_flight, Ordering::SeqCst);
        let scripted = self.script.lock().expect("no panic").get_mut(&request.route).and_then(VecDeque::pop_front);
        let reply = scripted.unwrap_or_else(|| self.answer(&request));
        if reply.manner == Manner::Paired {
            self.pair.wait().await;
        }
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.send(&mut stream, reply).await;
    }

    async fn send(&self, stream: &mut TcpStream, reply: Reply) {
        let Reply { status, headers, body, manner } = reply;
        if manner == Manner::Drop {
            return;
        }
        if manner != Manner::Hang {
            let missing = if matches!(manner, Manner::Cut | Manner::HangInBody) { 10 } else { 0 };
            let mut head =
                format!("HTTP/1.1 {status} Any\r\nConnection: close\r\nContent-Length: {}\r\n", body.len() + missing);
            for (name, value) in headers {
                write!(head, "{name}: {value}\r\n").expect("memory takes all");
            }
            // The client may have seen enough, and gone.
            _ = stream.write_all(&[head.as_bytes(), b"\r\n", &body].concat()).await;
        }
        if matches!(manner, Manner::Hang | Manner::HangInBody) {
            if !self.frozen.swap(true, Ordering::SeqCst) {
                // With nothing else to do, time now leaps to the next timeout.
                tokio::time::pause();
            }
            std::future::pending::<()>().await;
        }
        _ = stream.shutdown().await;
    }

    fn answer(&self, request: &Request) -> Reply {
        match request.route {
            Route::Portal => Reply::html(200, "<title>Log in</title>"),
            Route::Jwks => Reply::json(200, json!({ "keys": [public_key("key-1")] })),
            Route::Login => login(request),
            Route::Authorize => self.authorize(request),
            Route::Token => self.token(request),
            Route::Pumper | Route::PumpLogs => self.data(request),
            Route::Other => Reply::html(404, "<title>404 Not Found</title>"),
        }
    }

    fn authorize(&self, request: &Request) -> Reply {
        if !request.headers.get("cookie").is_some_and(|cookie| cookie.contains(COOKIE)) {
            return Reply::redirect("https://sso.tandemdiabetes.com/?ReturnUrl=%2Fconnect%2Fauthorize%2Fcallback");
        }
        *self.challenge.lock().expect("no panic") = request.value("code_challenge");
        Reply::redirect(format!("{}?code=code-that-is-secret", request.value("redirect_uri").expect("a redirect URI")))
    }

    fn token(&self, request: &Request) -> Reply {
        let form: HashMap<_, _> = url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
        let digest = Sha256::digest(form.get("code_verifier").expect("a verifier"));
        let challenge = self.challenge.lock().expect("no panic").take();
        if challenge != Some(URL_SAFE_NO_PAD.encode(digest)) || form["code"] != "code-that-is-secret" {
            return Reply::json(400, r#"{"error":"invalid_grant"}"#);
        }
        let number = self.tokens.fetch_add(1, Ordering::SeqCst) + 1;
        let expires_in = self.expires_in.lock().expect("no panic").clone();
        let mut answer = json!({ "access_token": format!("access-token-{number}"), "id_token": self.id_token() });
        if !expires_in.is_null() {
            answer["expires_in"] = expires_in;
        }
        Reply::json(200, answer)
    }

    fn id_token(&self) -> String {
        let mut token = IdToken {
            header: json!({ "alg": "RS256", "kid": "key-1", "typ": "JWT" }),
            claims: json!({
                "iss": EU_ISSUER, "aud": EU_CLIENT, "iat": NOW, "nbf": NOW, "exp": NOW + 300,
                "pumperId": PUMPER, "email": EMAIL, "name": "Jane Doe"
            }),
            signature: None,
        };
        self.tweak.lock().expect("no panic")(&mut token);
        token.signed(&self.url)
    }

    fn data(&self, request: &Request) -> Reply {
        let (newest, revoked) = (self.tokens.load(Ordering::SeqCst), self.revoked.load(Ordering::SeqCst));
        let bearer = request.headers.get("authorization").cloned().unwrap_or_default();
        if newest <= revoked || bearer != format!("Bearer access-token-{newest}") {
            return Reply::json(401, r#"{"message":"Unauthorized"}"#);
        }
        match request.route {
            Route::Pumper => Reply::json(200, self.pumper.lock().expect("no panic").clone()),
            _ => self.logs.lock().expect("no panic")(request),
        }
    }
}

fn login(request: &Request) -> Reply {
    let credentials: Value = serde_json::from_str(&request.body).expect("JSON");
    if credentials == json!({ "username": EMAIL, "password": PASSWORD }) {
        let cookie = format!("session={COOKIE}; Domain=.tandemdiabetes.com; Path=/; HttpOnly");
        Reply::json(200, r#"{"redirectUrl":"/","status":"SUCCESS"}"#).header("Set-Cookie", cookie)
    } else {
        Reply::json(401, r#"{"status":401,"error":"account/invalid_credentials","path":"/accounts/api/login"}"#)
    }
}

impl Request {
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl IdToken {
    fn signed(&self, endpoint: &Url) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string().replace("ENDPOINT/", endpoint.as_str()));
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = self.signature.clone().unwrap_or_else(|| sign(message.as_bytes()));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn key_pair() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).expect("randomness"))
}

fn sign(message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key_pair().public_modulus_len()];
    key_pair().sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("a good key");
    signature
}

pub(crate) fn public_key(kid: &str) -> Value {
    let key = key_pair().public_key();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (modulus, exponent) = (key.modulus(), key.exponent());
    json!({
        "kid": kid, "kty": "RSA", "use": "sig",
        "n": text(modulus.big_endian_without_leading_zero()), "e": text(exponent.big_endian_without_leading_zero())
    })
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut request = parse_head(std::str::from_utf8(&bytes[..head_end]).ok()?)?;
    let length: usize = request.header("content-length").parse().unwrap_or(0);
    let mut body = bytes.split_off(head_end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}

fn parse_head(head: &str) -> Option<Request> {
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines.filter_map(|line| line.split_once(": "));
    Some(Request {
        route: route(path),
        method,
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
        body: String::new(),
    })
}

fn route(path: &str) -> Route {
    match path {
        "/" => Route::Portal,
        "/accounts/api/login" => Route::Login,
        "/accounts/api/connect/authorize" => Route::Authorize,
        "/accounts/api/connect/token" => Route::Token,
        "/accounts/api/.well-known/openid-configuration/jwks" => Route::Jwks,
        _ if path.starts_with("/api/reports/bff/pumper/") => Route::Pumper,
        _ if path.starts_with("/api/reports/bff/pump-logs/") => Route::PumpLogs,
        _ => Route::Other,
    }
}
