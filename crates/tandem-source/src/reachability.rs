//! Whether the service's hosts answer at all: for people who wonder whose fault it is.

use chrono::{DateTime, Utc};
use pipeline::SourceError;
use reqwest::Client;

use crate::error::Failure;
use crate::http::{HttpResponse, Transport};
use crate::service::Service;

/// One host of the service, asked once.
#[derive(Debug)]
#[non_exhaustive]
pub struct HostCheck {
    /// What the host is for.
    pub purpose: &'static str,
    /// What was asked, as messages name it: method, host and path.
    pub request: String,
    /// The status it answered with. Any but a 5xx means that it is there.
    pub outcome: Result<u16, SourceError>,
    /// What the host's clock showed when it answered; `None` where it did not say.
    pub host_time: Option<DateTime<Utc>>,
}

pub(crate) async fn check_hosts(service: &Service, transport: &Transport, client: &Client) -> Vec<HostCheck> {
    let hosts =
        [("login page", service.portal.clone()), ("accounts", service.jwks.clone()), ("data", service.source_page())];
    let mut checks = Vec::with_capacity(hosts.len());
    for (purpose, target) in hosts {
        let answer = transport.send(&target.label, client.get(target.url.clone())).await;
        let host_time = answer.as_ref().ok().and_then(|answer| answer.date);
        let outcome = answer.and_then(status).map_err(SourceError::from);
        checks.push(HostCheck { purpose, request: target.label.to_string(), outcome, host_time });
    }
    checks
}

fn status(answer: HttpResponse) -> Result<u16, Failure> {
    let status = answer.status;
    if status.is_server_error() {
        answer.ensure_accepted()?;
    }
    Ok(status.as_u16())
}
