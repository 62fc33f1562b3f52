//! Repeating what may succeed in a moment: how often, after which waits, and what `Retry-After` changes.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Waits. A capability, so that tests of repetitions need not.
#[async_trait]
pub trait Sleeper: Send + Sync {
    /// Returns after `wait`.
    async fn sleep(&self, wait: Duration);
}

/// Waits for real, on tokio's timer.
#[derive(Clone, Copy, Debug)]
pub struct TokioSleeper;

#[async_trait]
impl Sleeper for TokioSleeper {
    async fn sleep(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}

/// How often, and after which waits, a request is repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Requests in all, at least 1.
    pub attempts: u32,
    /// The wait before the second; it doubles from one to the next.
    pub first_wait: Duration,
    /// No wait of our own is longer.
    pub longest_wait: Duration,
    /// A longer `Retry-After` is not waited for: the caller is informed instead, and may come back.
    pub longest_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
            longest_retry_after: Duration::from_mins(2),
        }
    }
}

impl RetryPolicy {
    /// The wait after the `failed`-th request (from 1) failed; `None` when there is to be no other.
    ///
    /// `jitter` is 0 to 1 and takes up to half of the wait away, so that many clients do not come back at once; it
    /// never undercuts what the service asked for.
    #[must_use]
    pub fn wait(&self, failed: u32, retry_after: Option<Duration>, jitter: f64) -> Option<Duration> {
        let asked = retry_after.unwrap_or_default();
        if failed >= self.attempts || asked > self.longest_retry_after {
            return None;
        }
        let doubled = self.first_wait.saturating_mul(1 << (failed - 1).min(20)).min(self.longest_wait);
        Some(doubled.mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0).max(asked))
    }
}

/// More than this is taken for this: such a header is a mistake, and its sum with a date must not overflow.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(7 * 24);

/// Reads `Retry-After`: seconds, or an HTTP date.
#[must_use]
pub fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let header = header.trim();
    let wait = if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        header.parse().map_or(MAX_RETRY_AFTER, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(header).ok()?;
        until.duration_since(SystemTime::from(now)).unwrap_or_default()
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "2026-11-20T10:00:00Z".parse().expect("a date");
        for (header, seconds) in [
            ("5", Some(5)),
            (" 120 ", Some(120)),
            ("0", Some(0)),
            ("Fri, 20 Nov 2026 10:00:30 GMT", Some(30)),
            ("Fri, 20 Nov 2026 09:59:00 GMT", Some(0)),
            ("Fri, 20 Nov 2099 09:59:00 GMT", Some(604_800)),
            ("99999999999999999999999", Some(604_800)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(header, now).map(|wait| wait.as_secs()), seconds, "{header}");
        }
    }

    #[test]
    fn waits_double_and_end() {
        let policy = RetryPolicy { attempts: 4, longest_wait: Duration::from_secs(3), ..RetryPolicy::default() };
        let rows = [
            (1, None, 0.0, Some(1_000)),
            (2, None, 0.0, Some(2_000)),
            (3, None, 0.0, Some(3_000)),
            (3, None, 1.0, Some(1_500)),
            (4, None, 0.0, None),
            (1, Some(7), 1.0, Some(7_000)),
            (1, Some(120), 0.5, Some(120_000)),
            (1, Some(121), 0.5, None),
            (4, Some(1), 0.5, None),
        ];
        for (failed, asked, jitter, expected) in rows {
            let wait = policy.wait(failed, asked.map(Duration::from_secs), jitter);
            assert_eq!(wait.map(|wait| wait.as_millis()), expected, "{failed} {asked:?} {jitter}");
        }
    }
}
