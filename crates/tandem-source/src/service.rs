//! The addresses of the two clouds: hosts, client ids and redirect URIs, and what the endpoint setting makes of them.
//!
//! All values are those of people's working clients (see each constant). Nothing is asked of the network here.

use url::{Host, Url};

use crate::error::Failure;
use crate::region::Region;
use crate::request_label::RequestLabel;

/// The login page of both regions.
const PORTAL: &str = "https://sso.tandemdiabetes.com/";

struct Cloud {
    accounts: &'static str,
    source: &'static str,
    client_id: &'static str,
    redirect_uri: &'static str,
}

/// The client id is the web application's since July 2026.
const US: Cloud = Cloud {
    accounts: "https://tdcservices.tandemdiabetes.com/accounts/api",
    source: "https://source.tandemdiabetes.com/",
    client_id: "0oa4wnbvtladeyVZX4h7",
    redirect_uri: "https://sso.tandemdiabetes.com/auth/callback",
};

/// The redirect URI has another shape than that of the US; the two cannot be swapped.
const EU: Cloud = Cloud {
    accounts: "https://tdcservices.eu.tandemdiabetes.com/accounts/api",
    source: "https://source.eu.tandemdiabetes.com/",
    client_id: "1519e414-eeec-492e-8c5e-97bea4815a10",
    redirect_uri: "https://source.eu.tandemdiabetes.com/authorize/callback",
};

/// One request's target: where it goes, and how messages and logs name it (no identifiers in it).
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) label: RequestLabel,
}

/// Every address of one region, with the endpoint setting applied.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) region: Region,
    pub(crate) client_id: &'static str,
    /// Sent as it is registered with the service, whatever the endpoint: it is a name, never requested.
    pub(crate) redirect_uri: &'static str,
    pub(crate) portal: Target,
    pub(crate) login: Target,
    pub(crate) authorize: Target,
    pub(crate) token: Target,
    pub(crate) jwks: Target,
    pub(crate) issuers: Vec<String>,
    redirects: Vec<Url>,
    source: Url,
    loopback: bool,
}

impl Service {
    /// # Errors
    /// [`Failure::Configuration`] for an endpoint that is no bare origin, or unencrypted beyond this machine.
    pub(crate) fn new(region: Region, endpoint: Option<&Url>) -> Result<Self, Failure> {
        endpoint.map_or(Ok(()), checked_endpoint)?;
        let cloud = cloud(region);
        let accounts = |method, path| target(method, &url_at(&format!("{}{path}", cloud.accounts), endpoint), path_of);
        Ok(Self {
            region,
            client_id: cloud.client_id,
            redirect_uri: cloud.redirect_uri,
            portal: target("GET", &url_at(PORTAL, endpoint), path_of),
            login: accounts("POST", "/login"),
            authorize: accounts("GET", "/connect/authorize"),
            token: accounts("POST", "/connect/token"),
            jwks: accounts("GET", "/.well-known/openid-configuration/jwks"),
            issuers: variants(cloud.accounts, endpoint).iter().map(|url| url.as_str().to_owned()).collect(),
            redirects: variants(cloud.redirect_uri, endpoint),
            source: url_at(cloud.source, endpoint),
            loopback: endpoint.is_some_and(is_loopback),
        })
    }

    /// The list of pumps.
    pub(crate) fn pumper(&self, pumper_id: &str) -> Target {
        self.data("pumper", pumper_id, "{pumperId}")
    }

    /// The events of one pump; the query is still to be added.
    pub(crate) fn pump_logs(&self, assignment_id: &str) -> Target {
        self.data("pump-logs", assignment_id, "{assignmentId}")
    }

    /// The first page of the data host.
    pub(crate) fn source_page(&self) -> Target {
        target("GET", &self.source, path_of)
    }

    /// `Origin` of data requests: the region's own data host, also behind an endpoint. Any other is answered with 403.
    pub(crate) fn origin(&self) -> &'static str {
        self.referer().trim_end_matches('/')
    }

    /// `Referer` of data requests.
    pub(crate) fn referer(&self) -> &'static str {
        cloud(self.region).source
    }

    /// `Referer` of the login, as the clients that work in both regions send it.
    pub(crate) fn login_referer() -> &'static str {
        PORTAL
    }

    /// True when `url` is the redirect URI (its query aside), on the registered host or on the endpoint.
    pub(crate) fn is_redirect_uri(&self, url: &Url) -> bool {
        self.redirects.iter().any(|known| known.origin() == url.origin() && known.path() == url.path())
    }

    /// True when everything goes to this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    fn data(&self, endpoint: &str, identifier: &str, placeholder: &str) -> Target {
        let mut url = self.source.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "reports", "bff", endpoint, identifier]);
        }
        target("GET", &url, |_| format!("/api/reports/bff/{endpoint}/{placeholder}"))
    }
}

fn cloud(region: Region) -> &'static Cloud {
    match region {
        Region::Us => &US,
        Region::Eu => &EU,
    }
}

fn target(method: &'static str, url: &Url, path: impl Fn(&Url) -> String) -> Target {
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    Target { url: url.clone(), label: RequestLabel::new(format!("{method} {host}{}", path(url))) }
}

fn path_of(url: &Url) -> String {
    url.path().to_owned()
}

/// `address` as it is, and at the endpoint if there is one.
fn variants(address: &str, endpoint: Option<&Url>) -> Vec<Url> {
    let mut urls = vec![url_at(address, None)];
    urls.extend(endpoint.map(|endpoint| url_at(address, Some(endpoint))));
    urls
}

/// `address` with its origin replaced by the endpoint's.
fn url_at(address: &str, endpoint: Option<&Url>) -> Url {
    let url = Url::parse(address).expect("the addresses above are URLs");
    match endpoint {
        None => url,
        Some(endpoint) => {
            let mut replaced = endpoint.clone();
            replaced.set_path(url.path());
            replaced
        }
    }
}

fn checked_endpoint(endpoint: &Url) -> Result<(), Failure> {
    let bare = endpoint.path() == "/" && endpoint.query().is_none() && endpoint.fragment().is_none();
    let refuse = |reason: &str| Err(Failure::Configuration { reason: format!("the endpoint {reason}") });
    match endpoint.scheme() {
        _ if !endpoint.username().is_empty() || endpoint.password().is_some() => refuse("must not hold a user name"),
        "http" | "https" if !bare => refuse("must be an origin such as https://localhost:8443, without a path"),
        "https" => Ok(()),
        "http" if is_loopback(endpoint) => Ok(()),
        "http" => refuse("must be https unless it is on this machine: passwords are sent to it"),
        _ => refuse("must be http or https"),
    }
}

fn is_loopback(endpoint: &Url) -> bool {
    match endpoint.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(region: Region, endpoint: Option<&str>) -> Result<Service, Failure> {
        let endpoint = endpoint.map(|text| Url::parse(text).expect("a URL"));
        Service::new(region, endpoint.as_ref())
    }

    #[test]
    fn regions_have_their_own_hosts() {
        let rows = [
            (
                Region::Us,
                "https://tdcservices.tandemdiabetes.com/accounts/api/login",
                "https://source.tandemdiabetes.com",
            ),
            (
                Region::Eu,
                "https://tdcservices.eu.tandemdiabetes.com/accounts/api/login",
                "https://source.eu.tandemdiabetes.com",
            ),
        ];
        for (region, login, origin) in rows {
            let service = service(region, None).expect("no endpoint");
            assert_eq!(service.login.url.as_str(), login);
            assert_eq!(service.origin(), origin);
            assert_eq!(service.referer(), format!("{origin}/"));
            assert_eq!(service.pumper("a/b").url.as_str(), format!("{origin}/api/reports/bff/pumper/a%2Fb"));
            assert!(service.redirect_uri.starts_with("https://"));
        }
    }

    #[test]
    fn endpoint_replaces_every_origin_and_no_path() {
        let service = service(Region::Eu, Some("http://127.0.0.1:8080")).expect("loopback");
        let urls = [&service.portal, &service.login, &service.authorize, &service.token, &service.jwks];
        let urls: Vec<_> = urls.iter().map(|target| target.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "http://127.0.0.1:8080/",
                "http://127.0.0.1:8080/accounts/api/login",
                "http://127.0.0.1:8080/accounts/api/connect/authorize",
                "http://127.0.0.1:8080/accounts/api/connect/token",
                "http://127.0.0.1:8080/accounts/api/.well-known/openid-configuration/jwks",
            ]
        );
        assert_eq!(service.origin(), "https://source.eu.tandemdiabetes.com");
        assert_eq!(
            service.issuers,
            ["https://tdcservices.eu.tandemdiabetes.com/accounts/api", "http://127.0.0.1:8080/accounts/api"]
        );
        assert_eq!(
            service.pump_logs("x").label.to_string(),
            "GET 127.0.0.1:8080/api/reports/bff/pump-logs/{assignmentId}"
        );
        for (url, accepted) in [
            ("https://source.eu.tandemdiabetes.com/authorize/callback?code=1", true),
            ("http://127.0.0.1:8080/authorize/callback?code=1", true),
            ("http://127.0.0.1:8081/authorize/callback?code=1", false),
            ("https://sso.tandemdiabetes.com/auth/callback?code=1", false),
        ] {
            assert_eq!(service.is_redirect_uri(&Url::parse(url).expect("a URL")), accepted, "{url}");
        }
    }

    #[test]
    fn endpoints_that_would_leak_are_refused() {
        for (endpoint, accepted) in [
            ("http://localhost:1", true),
            ("http://[::1]:1", true),
            ("https://proxy.example", true),
            ("http://proxy.example", false),
            ("http://192.168.0.2", false),
            ("https://proxy.example/path", false),
            ("https://user@proxy.example", false),
            ("ftp://localhost", false),
        ] {
            assert_eq!(service(Region::Us, Some(endpoint)).is_ok(), accepted, "{endpoint}");
        }
    }
}
