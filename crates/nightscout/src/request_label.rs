//! How messages name a request.

use std::fmt;

use reqwest::Method;

/// A request without its address, which may hold the token.
#[derive(Clone, Debug)]
pub(crate) struct RequestLabel {
    pub(crate) host: String,
    pub(crate) method: Method,
    pub(crate) name: String,
}

impl fmt::Display for RequestLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} on {}", self.method, self.name, self.host)
    }
}
