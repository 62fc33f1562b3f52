//! How messages and logs name a request.

use std::fmt;
use std::sync::Arc;

/// Method, host and path of a request, identifiers left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RequestLabel(Arc<str>);

impl RequestLabel {
    pub(crate) fn new(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for RequestLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
