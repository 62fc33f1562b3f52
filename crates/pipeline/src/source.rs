//! Where history comes from: the [`Source`] trait and what it hands over.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{Days, NaiveDate};

use crate::{Account, PumpListing, RawBatch};

/// A service that knows a person's pumps and hands out their events by days.
#[async_trait]
pub trait Source: Send + Sync {
    /// The account's pumps. Cheap: callers ask this first and ask for events only when an upload is new.
    ///
    /// # Errors
    /// A [`SourceError`] after the source's own bounded retries. Nothing has been changed anywhere.
    async fn account(&self) -> Result<Account, SourceError>;

    /// Every event that the service has for `pump` on the days of `days` (the pump's wall clock, both ends included).
    ///
    /// The order is arbitrary, the same event may come twice, events of other days may come along (clock changes of
    /// the pump's whole life do). A page is complete or an error: a cut answer is never handed over as a whole one.
    /// `days` is at most [`Source::longest_window`] long.
    ///
    /// # Errors
    /// A [`SourceError`] after the source's own bounded retries. Asking again later is always safe.
    async fn events(&self, pump: &PumpListing, days: DayRange) -> Result<SourcePage, SourceError>;

    /// The most days that [`Source::events`] takes at once.
    fn longest_window(&self) -> u32 {
        28
    }
}

/// One answer of a source.
#[derive(Clone, Debug, Default)]
pub struct SourcePage {
    /// The events, verbatim.
    pub events: RawBatch,
    /// Things worth telling a person, without readings: the service ignored the window, and so on.
    pub notices: Vec<String>,
    /// Size of the answer before decompression was undone, for progress and logs.
    pub bytes: u64,
}

/// Whole days on a pump's wall clock, both ends included.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct DayRange {
    first: NaiveDate,
    last: NaiveDate,
}

impl DayRange {
    /// The days from `first` to `last`; `None` when `last` lies before `first`.
    #[must_use]
    pub fn new(first: NaiveDate, last: NaiveDate) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The first day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// The last day.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        self.last
    }

    /// How many days, at least 1.
    #[must_use]
    pub fn days(self) -> u32 {
        u32::try_from((self.last - self.first).num_days() + 1).unwrap_or(u32::MAX)
    }

    /// True when `day` is one of them.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// The same days in pieces of at most `longest` days, oldest first.
    pub fn windows(self, longest: u32) -> impl Iterator<Item = DayRange> {
        let step = Days::new(u64::from(longest.max(1)) - 1);
        let mut next = Some(self.first);
        std::iter::from_fn(move || {
            let first = next.filter(|first| *first <= self.last)?;
            let last = first.checked_add_days(step).unwrap_or(self.last).min(self.last);
            next = last.succ_opt();
            Some(DayRange { first, last })
        })
    }
}

impl fmt::Display for DayRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} to {}", self.first, self.last)
    }
}

/// Why a source could not answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// The family, for exit codes, hints and back-off.
    pub kind: SourceErrorKind,
    /// What happened, in terms that a person understands; names host and path, never a secret or a reading.
    pub message: String,
    /// The technical cause, where there is one.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The families of [`SourceError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SourceErrorKind {
    /// No usable e-mail or password was given.
    CredentialsMissing,
    /// The service refused e-mail and password. Final until they change; may also mean the other region.
    CredentialsRefused,
    /// The person must do something in the browser first: accept terms, choose a new password, turn off a second factor.
    LoginStepRequired,
    /// Too many attempts; the account is locked for a while.
    AccountLocked,
    /// The service's firewall refused the request itself.
    Blocked,
    /// An answer of a shape that this program does not know: the service has changed.
    ServiceChanged,
    /// Asked too often; the wait that the service asked for, if it did.
    RateLimited {
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The service answered that it cannot answer now (5xx, a maintenance page).
    Unavailable,
    /// No answer: name not found, connection refused or cut, timeout.
    Network,
    /// A token that does not prove what it should.
    TokenInvalid,
    /// The settings of the source itself are unusable.
    Configuration,
}

impl SourceErrorKind {
    /// True when trying again later, with nothing changed, may succeed.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable | Self::Network)
    }
}
