//! What a site is like: reachable, which version, what the token allows, its clock and units.

use chrono::TimeDelta;
use pipeline::SinkError;
use reqwest::Method;
use serde_json::Value;

use crate::http::Request;
use crate::site::{ApiVersion, COLLECTIONS, Nightscout};

/// What was found.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The version of the API that is used.
    pub api: ApiVersion,
    /// The site's own version.
    pub site_version: Option<String>,
    /// The site's clock minus this computer's.
    pub clock_skew: Option<TimeDelta>,
    /// The unit in which the site shows glucose.
    pub units: Option<String>,
    /// What the token allows, by collection; `None` where the site does not tell.
    pub permissions: Option<Vec<Permission>>,
}

/// What a token allows with one collection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Permission {
    /// The collection.
    pub collection: &'static str,
    /// What is needed and not allowed.
    pub missing: Vec<&'static str>,
}

/// What a push needs, and the letters that a site has for it.
const NEEDED: [(char, &str); 4] = [('c', "create"), ('r', "read"), ('u', "update"), ('d', "delete")];

impl Nightscout {
    /// Looks at the site. Nothing is written.
    ///
    /// # Errors
    /// [`SinkError`] when it is not reachable, is no Nightscout site, or does not accept the token.
    pub async fn examine(&self) -> Result<Examination, SinkError> {
        let api = self.api_version().await?;
        let permissions = match api {
            ApiVersion::V3 => Some(self.permissions().await?),
            ApiVersion::V1 => None,
        };
        // Settings are public on most sites; where they are not, units and version stay unknown.
        let settings = self.send_v1(Self::status_v1()).await?;
        let settings = if settings.status.is_success() { settings.json()? } else { Value::Null };
        Ok(Examination {
            api,
            site_version: settings["version"].as_str().map(str::to_owned),
            clock_skew: self.transport.skew(),
            units: settings["settings"]["units"].as_str().map(str::to_owned),
            permissions,
        })
    }

    async fn permissions(&self) -> Result<Vec<Permission>, SinkError> {
        let request = Request::new(Method::GET, "/api/v3/status", &["api", "v3", "status"]);
        let body = self.send_v3(request).await?.ensure_accepted()?.json()?;
        let allowed =
            body.pointer("/result/apiPermissions").or_else(|| body.get("apiPermissions")).cloned().unwrap_or_default();
        let permission = |collection: &'static str| {
            let letters = allowed[collection].as_str().unwrap_or_default();
            let missing =
                NEEDED.iter().filter(|(letter, _)| !letters.contains(*letter)).map(|(_, name)| *name).collect();
            Permission { collection, missing }
        };
        Ok(COLLECTIONS.map(permission).into())
    }
}
