//! A simulated Nightscout site on loopback: versions 1 and 3 of the API as the project documents them (`swagger.yaml`, the API's
//! tutorial and security pages), with scripted faults.
//!
//! What matters for a client is kept: `PUT` by identifier, fields that cannot change, marks of deleted documents, one bound per field
//! of a search, tokens that expire, permissions by collection, lists and upserts of version 1 that go by time and type.

mod documents;
mod faults;
mod responses;
mod state;
mod v1;
mod v3;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, put};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use faults::{SiteFault, SiteFaults};
pub use state::{SiteConfig, SiteRequest};

use crate::service::SimError;
use crate::service::connection::{Budget, CuttableListener};
use responses::{html_page, json_response};
use state::Site;

/// A running site. It stops when the handle is dropped.
pub struct SiteHandle {
    address: SocketAddr,
    site: Arc<Site>,
    stop: watch::Sender<bool>,
}

/// Starts a site on a free port of 127.0.0.1, inside the caller's Tokio runtime.
///
/// # Errors
/// No port.
pub async fn start(config: SiteConfig) -> Result<SiteHandle, SimError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(SimError::Listen)?;
    let address = listener.local_addr().map_err(SimError::Listen)?;
    let (stop, stopped) = watch::channel(false);
    let site = Arc::new(Site::new(config, stopped));
    tokio::spawn(run(Arc::clone(&site), listener));
    Ok(SiteHandle { address, site, stop })
}

impl SiteHandle {
    /// The address, such as `http://127.0.0.1:40123/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Every document of a collection as it is stored, without the site's own fields, by identifier (or number, where it has none).
    #[must_use]
    pub fn documents(&self, collection: &str) -> BTreeMap<String, Value> {
        self.site.state().documents.contents(collection)
    }

    /// How many documents a collection holds, marks of deleted ones included.
    #[must_use]
    pub fn count(&self, collection: &str) -> usize {
        self.site.state().documents.count(collection)
    }

    /// Stores a document as another uploader or a person at the site would.
    pub fn store(&self, collection: &str, document: Value) {
        self.site.state().documents.insert(collection, document);
    }

    /// Changes every stored document for which `change` is true after it has changed it.
    pub fn edit(&self, collection: &str, change: impl FnMut(&mut Value)) {
        self.site.state().documents.edit(collection, change);
    }

    /// All that is stored, to be restored later.
    #[must_use]
    pub fn backup(&self) -> SiteBackup {
        SiteBackup(self.site.state().documents.clone())
    }

    /// Puts a backup in place of what is stored.
    pub fn restore(&self, backup: SiteBackup) {
        self.site.state().documents = backup.0;
    }

    /// Changes how the site behaves from now on.
    pub fn change(&self, change: impl FnOnce(&mut SiteConfig)) {
        change(&mut self.site.state().config);
    }

    /// Replaces the faults; requests are counted from now on.
    pub fn set_faults(&self, faults: SiteFaults) {
        self.site.state().faults = faults;
    }

    /// How many requests there were so far.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.site.state().requests.len()
    }

    /// All requests so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<SiteRequest> {
        self.site.state().requests.clone()
    }
}

/// A backup of a site's database.
#[derive(Clone)]
pub struct SiteBackup(documents::Documents);

impl Drop for SiteHandle {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

async fn run(site: Arc<Site>, listener: TcpListener) -> io::Result<()> {
    let router = router(&site).into_make_service_with_connect_info::<Budget>();
    let stopped = async move { site.stopped().await };
    axum::serve(CuttableListener(listener), router).with_graceful_shutdown(stopped).await
}

fn router(site: &Arc<Site>) -> Router {
    Router::new()
        .route("/api/v2/authorization/request/{token}", get(v3::authorize))
        .route("/api/v3/version", get(v3::version))
        .route("/api/v3/status", get(v3::status))
        .route("/api/v3/{collection}", get(v3::search).post(v3::create))
        .route("/api/v3/{collection}/{identifier}", put(v3::update).get(v3::read).delete(v3::delete))
        .route("/api/v1/status.json", get(v1::status))
        .route("/api/v1/{collection}", get(v1::list).post(v1::create))
        .route("/api/v1/{collection}/{id}", axum::routing::delete(v1::delete))
        .fallback(|| async {
            json_response(StatusCode::NOT_FOUND, &json!({"status": 404, "message": "Bad operation or collection"}))
        })
        .layer(DefaultBodyLimit::max(64 << 20))
        .layer(from_fn_with_state(Arc::clone(site), trouble))
        .with_state(Arc::clone(site))
}

/// Notes every request and lets its fault happen.
async fn trouble(
    State(site): State<Arc<Site>>,
    ConnectInfo(budget): ConnectInfo<Budget>,
    request: Request,
    next: Next,
) -> Response {
    let fault = site.state().note(request.method(), request.uri().path());
    let response = match fault {
        None => next.run(request).await,
        Some(fault) => fail(fault, &budget, request, next).await,
    };
    let now = site.state().config.now();
    dated(response, now)
}

async fn fail(fault: SiteFault, budget: &Budget, request: Request, next: Next) -> Response {
    let message = |status: StatusCode, message: &str| {
        json_response(status, &json!({"status": status.as_u16(), "message": message}))
    };
    match fault {
        SiteFault::Unauthorized => message(StatusCode::UNAUTHORIZED, "Bad access token or JWT"),
        SiteFault::TooLarge => html_page(StatusCode::PAYLOAD_TOO_LARGE, "413 Request Entity Too Large"),
        SiteFault::InternalError => message(StatusCode::INTERNAL_SERVER_ERROR, "Database error"),
        SiteFault::BadGateway => html_page(StatusCode::BAD_GATEWAY, "Application error"),
        SiteFault::Redirect => {
            let mut response = html_page(StatusCode::FOUND, "Found");
            response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("https://example.org/"));
            response
        }
        SiteFault::TooManyRequests { retry_after } => {
            let mut response = message(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
            response.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
            response
        }
        SiteFault::DropBefore => {
            budget.cut_after(0);
            html_page(StatusCode::OK, "")
        }
        SiteFault::DropAfter => {
            let response = next.run(request).await;
            budget.cut_after(0);
            response
        }
    }
}

fn dated(mut response: Response, now: DateTime<Utc>) -> Response {
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}
