//! Scripted trouble of a site: which request goes wrong, and how.

/// One way to fail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SiteFault {
    /// 401.
    Unauthorized,
    /// 413 from the server in front.
    TooLarge,
    /// 429.
    TooManyRequests {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// 500.
    InternalError,
    /// 502 with a page.
    BadGateway,
    /// 302 to another host.
    Redirect,
    /// The connection closes and nothing was done.
    DropBefore,
    /// The request is carried out, and the connection closes without an answer.
    DropAfter,
}

/// Which requests go wrong: those whose method and path begin as given, from the `first` of them on, `times` in a row.
#[derive(Clone, Debug, Default)]
pub struct SiteFaults(Vec<Rule>);

#[derive(Clone, Debug)]
struct Rule {
    what: String,
    first: u32,
    times: u32,
    seen: u32,
    fault: SiteFault,
}

impl SiteFaults {
    /// No trouble.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds trouble: `what` is a method and the beginning of a path, such as `PUT /api/v3/treatments`; `first` counts from 1.
    #[must_use]
    pub fn on(mut self, what: &str, first: u32, times: u32, fault: SiteFault) -> Self {
        self.0.push(Rule { what: what.to_owned(), first, times, seen: 0, fault });
        self
    }

    /// The fault of the next request.
    pub(super) fn next(&mut self, request: &str) -> Option<SiteFault> {
        let mut found = None;
        for rule in self.0.iter_mut().filter(|rule| request.starts_with(&rule.what)) {
            rule.seen += 1;
            let is_due = rule.seen >= rule.first && rule.seen - rule.first < rule.times;
            found = found.or(is_due.then_some(rule.fault));
        }
        found
    }
}
