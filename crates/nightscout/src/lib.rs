//! A Nightscout site as a destination of `pipeline`'s push stage.
//!
//! [`Nightscout`] implements [`pipeline::sink::Sink`] over version 3 of the site's API, and over version 1 where a site has no
//! other. It keeps to documents of its own: those of other uploaders are read, where a reading may already be there, and deleted
//! only by [`Nightscout::delete`], which is asked for by name.
//!
//! What is known about the API comes from its description (`lib/api3/swagger.yaml`) and its source, version 15.0.7.
//!
//! Reading order: `site` (which API, which token), `v3`, `v1`, `http` (one request and its whole answer), `error`.

mod config;
mod error;
mod examine;
mod foreign;
mod http;
mod readings;
mod request_label;
mod site;
mod v1;
mod v3;

pub use config::{CgmPolicy, SiteConfig, TokenError, TokenProvider};
pub use examine::{Examination, Permission};
pub use foreign::ForeignDocument;
pub use site::{ApiVersion, Nightscout};
