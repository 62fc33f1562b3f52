//! The simulated Tandem Source: one origin on loopback that answers the paths of all of Tandem's hosts.
//!
//! What the captures and clients establish is always on: the session cookie, one-time codes bound to client, redirect URI and
//! challenge, RS256 tokens of eight hours, no refresh token, 403 on a foreign `Origin`, 400 on unknown query keys, nothing on
//! repeated `eventCodes`, every pump ever assigned, naive local times, `clockChanges` outside the window, HTML on 404 and 502.
//! Where the facts leave a choice there is [`Behaviour`]; what goes wrong is scripted by [`FaultPlan`].

mod account;
mod alteration;
mod answer;
mod config;
pub(crate) mod connection;
mod data;
mod faults;
mod keys;
mod login;
mod pages;
mod pump_days;
mod requests;
mod state;

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use alteration::{Alteration, Mutation};
pub use config::{Account, Behaviour, EstimatedDateTime, Filter, LongWindow, NoCodes, Now, Order, Region, SimConfig};
pub use faults::{Endpoint, Fault, FaultPlan, FaultRule, When};
pub use keys::KeyError;
pub use requests::RequestRecord;

use crate::timeline::Timeline;
use connection::{Budget, CuttableListener};
use keys::SigningKey;
use state::Shared;

/// Why a service does not start or ends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// No port on loopback.
    #[error("cannot listen on loopback")]
    Listen(#[source] io::Error),
    /// No signing key.
    #[error("cannot prepare to sign tokens")]
    Key(#[from] KeyError),
    /// The server stopped by itself.
    #[error("the simulated service failed")]
    Serve(#[source] io::Error),
}

/// A service on a port of its own.
#[derive(Debug)]
pub struct Sim;

/// A running service. It stops when the handle is dropped.
pub struct SimHandle {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<io::Result<()>>>,
}

impl Sim {
    /// Starts a service on a free port of 127.0.0.1, inside the caller's Tokio runtime.
    ///
    /// # Errors
    ///
    /// No port, or no signing key.
    pub async fn start(config: SimConfig) -> Result<SimHandle, SimError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(SimError::Listen)?;
        let address = listener.local_addr().map_err(SimError::Listen)?;
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared::new(config, SigningKey::generate()?, stopped));
        let server = tokio::spawn(run(Arc::clone(&shared), listener));
        Ok(SimHandle { address, shared, stop, server: Some(server) })
    }
}

/// Serves on `listener` until `shutdown` is done: for a program of its own.
///
/// # Errors
///
/// No signing key, or the server failed.
pub async fn serve(
    config: SimConfig,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), SimError> {
    let (stop, stopped) = watch::channel(false);
    let shared = Arc::new(Shared::new(config, SigningKey::generate()?, stopped));
    let mut server = tokio::spawn(run(shared, listener));
    let ended = tokio::select! {
        ended = &mut server => ended,
        () = shutdown => {
            stop.send_replace(true);
            server.await
        }
    };
    ended.map_err(io::Error::other).flatten().map_err(SimError::Serve)
}

impl SimHandle {
    /// The origin, such as `http://127.0.0.1:40123`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.state().requests.clone()
    }

    /// Requests for one endpoint so far.
    #[must_use]
    pub fn count(&self, endpoint: Endpoint) -> u64 {
        self.shared.state().count(endpoint)
    }

    /// The timeline as it stands.
    #[must_use]
    pub fn timeline(&self) -> Timeline {
        self.shared.state().timeline.clone()
    }

    /// Lets the next uploads happen; returns how many there were.
    #[expect(clippy::must_use_candidate, reason = "called for its effect")]
    pub fn advance_uploads(&self, count: usize) -> usize {
        self.shared.state().timeline.advance(count)
    }

    /// Lets all uploads up to `instant` happen; returns how many there were.
    #[expect(clippy::must_use_candidate, reason = "called for its effect")]
    pub fn advance_to(&self, instant: DateTime<Utc>) -> usize {
        self.shared.state().timeline.advance_to(instant)
    }

    /// Changes how the service behaves from now on.
    pub fn change_behaviour(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.shared.state().behaviour);
    }

    /// Replaces the faults; requests go on being counted from the start of the service.
    pub fn set_faults(&self, faults: FaultPlan) {
        self.shared.state().faults = faults;
    }

    /// Allows `answers` more of those that a [`Fault::Held`] keeps back, now or later.
    pub fn let_through(&self, answers: usize) {
        self.shared.gate.add_permits(answers);
    }

    /// Refuses every token and session given out so far.
    pub fn revoke_tokens(&self) {
        self.shared.state().revoke_all();
    }

    /// Stops the service; requests that hang are let go.
    ///
    /// # Errors
    ///
    /// The server had failed before.
    pub async fn shutdown(mut self) -> Result<(), SimError> {
        self.stop.send_replace(true);
        match self.server.take() {
            Some(server) => server.await.map_err(io::Error::other).flatten().map_err(SimError::Serve),
            None => Ok(()),
        }
    }
}

impl Drop for SimHandle {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

impl std::fmt::Debug for SimHandle {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SimHandle").field("address", &self.address).finish_non_exhaustive()
    }
}

async fn run(shared: Arc<Shared>, listener: TcpListener) -> io::Result<()> {
    let router = router(&shared).into_make_service_with_connect_info::<Budget>();
    let stopped = async move { shared.stopped().await };
    axum::serve(CuttableListener(listener), router).with_graceful_shutdown(stopped).await
}

fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(login::portal))
        .route("/auth/callback", get(login::redirect_page))
        .route("/authorize/callback", get(login::redirect_page))
        .route("/accounts/api/login", post(login::login))
        .route("/accounts/api/auth/challenge", get(login::challenge))
        .route("/accounts/api/connect/authorize", get(login::authorize))
        .route("/accounts/api/connect/authorize/callback", get(login::authorize))
        .route("/accounts/api/connect/token", post(login::token))
        .route("/accounts/api/.well-known/openid-configuration/jwks", get(login::jwks))
        .route("/api/reports/bff/pumper/{id}", get(account::pumper))
        .route("/api/reports/bff/pump-logs/{id}", get(data::pump_logs))
        .route("/api/pumpers/pumpers/{id}", get(account::record))
        .fallback(|| async { pages::not_found() })
        .layer(from_fn_with_state(Arc::clone(shared), trouble))
        .with_state(Arc::clone(shared))
}

/// Notes every request and lets its fault happen.
async fn trouble(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(budget): ConnectInfo<Budget>,
    request: Request,
    next: Next,
) -> Response {
    let endpoint = Endpoint::from_path(request.uri().path());
    let (place, fault) =
        shared.state().note(endpoint, |number, fault| RequestRecord::new(endpoint, number, &request, fault));
    tracing::debug!(?endpoint, ?fault, "request");
    let response = match fault {
        None => next.run(request).await,
        Some(fault) => fail(fault, &shared, &budget, request, next).await,
    };
    let answered = !matches!(fault, Some(Fault::Drop | Fault::Hang));
    shared.state().requests[place].status = answered.then(|| response.status().as_u16());
    dated(response, &shared)
}

/// Stamps the answer with the service's clock.
fn dated(mut response: Response, shared: &Shared) -> Response {
    let skew = chrono::Duration::seconds(shared.state().behaviour.clock_skew_seconds);
    let date = (shared.now() + skew).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

async fn fail(fault: Fault, shared: &Shared, budget: &Budget, request: Request, next: Next) -> Response {
    match fault {
        Fault::Unauthorized => pages::unauthorized(),
        Fault::Blocked => pages::blocked(),
        Fault::NotFoundPage => pages::not_found(),
        Fault::UnknownKey => pages::unknown_keys(&["eventCodes".to_owned()]),
        Fault::TooManyRequests { retry_after } => retry_later(StatusCode::TOO_MANY_REQUESTS, retry_after),
        Fault::InternalError => {
            pages::json_body(StatusCode::INTERNAL_SERVER_ERROR, &json!({"message": "Internal Server Error"}))
        }
        Fault::BadGatewayPage => pages::bad_gateway(),
        Fault::Unavailable { retry_after } => retry_later(StatusCode::SERVICE_UNAVAILABLE, Some(retry_after)),
        Fault::PageInsteadOfJson => pages::html_page(StatusCode::OK, "Tandem Source", "We will be back soon."),
        Fault::OtherShape => pages::json_body(StatusCode::OK, &json!({"data": {"items": []}, "version": 3})),
        Fault::Altered(alteration) => alteration::alter(alteration, request, next).await,
        Fault::CutBody { share } => cut(next.run(request).await, share, budget),
        Fault::Drop => drop_connection(budget),
        Fault::Hang => {
            shared.stopped().await;
            drop_connection(budget)
        }
        Fault::Held => tokio::select! {
            () = shared.pass_gate() => next.run(request).await,
            () = shared.stopped() => drop_connection(budget),
        },
        Fault::Slow { delay } => {
            tokio::time::sleep(delay).await;
            next.run(request).await
        }
    }
}

fn retry_later(status: StatusCode, retry_after: Option<u32>) -> Response {
    let mut response = pages::json_body(status, &json!({"statusCode": status.as_u16(), "message": "Try again later."}));
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn drop_connection(budget: &Budget) -> Response {
    budget.cut_after(0);
    pages::json_body(StatusCode::INTERNAL_SERVER_ERROR, &json!({}))
}

/// Lets the head and a share of the body through. A head is longer than the sixty bytes allowed for it, so that something is
/// always missing.
fn cut(response: Response, share: f64, budget: &Budget) -> Response {
    let length = axum::body::HttpBody::size_hint(response.body()).exact().unwrap_or(0);
    budget.cut_after(60 + (length as f64 * share.clamp(0.0, 1.0)) as u64);
    response
}
