//! The configuration of the simulated service: account, behaviours, faults, time.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::faults::FaultPlan;
use crate::history::History;
use crate::timeline::Timeline;

/// One of Tandem's two clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Region {
    /// United States, Canada, Mexico.
    UnitedStates,
    /// Everybody else.
    Europe,
}

impl Region {
    /// The web application's client ids, newest first; the older one of the US was still accepted in July 2026.
    pub(super) fn client_ids(self) -> &'static [&'static str] {
        match self {
            Self::UnitedStates => &["0oa4wnbvtladeyVZX4h7", "0oa27ho9tpZE9Arjy4h7"],
            Self::Europe => &["1519e414-eeec-492e-8c5e-97bea4815a10"],
        }
    }

    /// The redirect URI of the region's web application.
    pub(super) fn redirect_uri(self) -> &'static str {
        match self {
            Self::UnitedStates => "https://sso.tandemdiabetes.com/auth/callback",
            Self::Europe => "https://source.eu.tandemdiabetes.com/authorize/callback",
        }
    }

    /// The only `Origin` that data calls may carry, if they carry one.
    pub(super) fn source_origin(self) -> &'static str {
        match self {
            Self::UnitedStates => "https://source.tandemdiabetes.com",
            Self::Europe => "https://source.eu.tandemdiabetes.com",
        }
    }

    pub(super) fn country(self) -> &'static str {
        match self {
            Self::UnitedStates => "US",
            Self::Europe => "DE",
        }
    }
}

/// The account that can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// User name.
    pub email: String,
    /// Password, compared verbatim.
    pub password: String,
    /// Cloud.
    pub region: Region,
    /// First name, as the account body shows it.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// The path key of every data call: a UUID.
    pub pumper_id: String,
    /// The account's UUID.
    pub account_id: String,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            email: "sam.sample@example.org".to_owned(),
            password: "correct horse $1 'battery' \"staple\"".to_owned(),
            region: Region::UnitedStates,
            first_name: "Sam".to_owned(),
            last_name: "Sample".to_owned(),
            pumper_id: "8c9d3f6e-04b5-4ad2-9f3a-1f0f6f1c2b7d".to_owned(),
            account_id: "2f6b1c55-7b0e-4e0e-8a86-3d2c1b0a9f88".to_owned(),
        }
    }
}

/// Whether `eventCodes` selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Only the codes asked for come back.
    Honoured,
    /// Everything comes back, as in July 2026.
    Ignored,
}

/// What a missing or empty `eventCodes` brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCodes {
    /// All events.
    Everything,
    /// No events.
    Nothing,
    /// 400 with a validation error.
    BadRequest,
}

/// What a window of more than 28 days brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongWindow {
    /// All of it.
    Served,
    /// Its last 28 days.
    CutOldest,
    /// No events.
    Empty,
    /// 400.
    BadRequest,
}

/// The order of events in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By sequence number.
    Logged,
    /// None; a different one for every request.
    Shuffled,
}

/// What `estimatedDateTime` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EstimatedDateTime {
    /// The pump's wall clock with a `Z`, as in every capture.
    PumpTime,
    /// True UTC, as two projects say of autumn 2026.
    TrueUtc,
    /// The key is absent.
    Absent,
}

/// How the service behaves where the facts leave a choice, and in which state the account is.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Behaviour {
    /// Whether `eventCodes` selects.
    pub filter: Filter,
    /// Without the key `eventCodes`.
    pub missing_codes: NoCodes,
    /// With an empty `eventCodes=`.
    pub empty_codes: NoCodes,
    /// Windows of more than 28 days.
    pub long_window: LongWindow,
    /// Order of events.
    pub order: Order,
    /// Share of events that occur twice in an answer.
    pub duplicates: f64,
    /// Whether codes 13 and 14 are also in `events`.
    pub clock_changes_in_events: bool,
    /// Whether an empty array's key is left out.
    pub omit_empty_keys: bool,
    /// What `estimatedDateTime` holds.
    pub estimated: EstimatedDateTime,
    /// Whether answers are compressed for those who accept it.
    pub gzip: bool,
    /// Index of the first event of the first pump that is served with `sequenceGroup` 1, numbers starting at 0 again.
    pub sequence_reset_at: Option<usize>,
    /// How many uploads happen with every request for the account: a demonstration without a script.
    pub uploads_per_poll: usize,
    /// Every login is refused as after too many attempts.
    pub locked: bool,
    /// Every login is refused as with a wrong password, because the account lives in the other cloud.
    pub in_other_region: bool,
    /// The account has no pumps.
    pub no_pumps: bool,
    /// The account also has a pump that was never used, with nulls.
    pub never_used_pump: bool,
    /// The account also has a retired pump whose newest event claims to be of 2066.
    pub pump_dated_2066: bool,
    /// Seconds by which the service's clock is ahead: answers are dated, and tokens issued, in the future.
    pub clock_skew_seconds: i64,
    /// Lifetime of tokens.
    pub token_lifetime_seconds: i64,
}

impl Default for Behaviour {
    /// As the captures show it; events in log order, codes selected.
    fn default() -> Self {
        Self {
            filter: Filter::Honoured,
            missing_codes: NoCodes::Everything,
            empty_codes: NoCodes::Everything,
            long_window: LongWindow::CutOldest,
            order: Order::Logged,
            duplicates: 0.0,
            clock_changes_in_events: false,
            omit_empty_keys: false,
            estimated: EstimatedDateTime::PumpTime,
            gzip: true,
            sequence_reset_at: None,
            uploads_per_poll: 0,
            locked: false,
            in_other_region: false,
            no_pumps: false,
            never_used_pump: false,
            pump_dated_2066: false,
            clock_skew_seconds: 0,
            token_lifetime_seconds: 28_800,
        }
    }
}

impl Behaviour {
    /// Everything a client has to bear at once: shuffled answers with repeats, no filter, clock changes twice, keys left
    /// out, true UTC in `estimatedDateTime`, unused and misdated pumps.
    #[must_use]
    pub fn unkind() -> Self {
        Self {
            filter: Filter::Ignored,
            order: Order::Shuffled,
            duplicates: 0.02,
            clock_changes_in_events: true,
            omit_empty_keys: true,
            estimated: EstimatedDateTime::TrueUtc,
            never_used_pump: true,
            pump_dated_2066: true,
            ..Self::default()
        }
    }
}

/// Tells the time for tokens.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// All that a service needs.
#[derive(Clone)]
pub struct SimConfig {
    /// What the pumps logged.
    pub history: Arc<History>,
    /// What of it has reached the service.
    pub timeline: Timeline,
    /// Who can log in.
    pub account: Account,
    /// How the service behaves.
    pub behaviour: Behaviour,
    /// What goes wrong.
    pub faults: FaultPlan,
    /// The time tokens are issued at. It does not move the timeline.
    pub now: Now,
    /// For shuffling, repeats and probabilities of faults.
    pub seed: u64,
}

impl SimConfig {
    /// The whole history uploaded, the default account and behaviour, no faults. `now` is the caller's clock, usually
    /// `std::time::SystemTime::now`.
    #[must_use]
    pub fn new(
        history: impl Into<Arc<History>>,
        now: impl Fn() -> std::time::SystemTime + Send + Sync + 'static,
    ) -> Self {
        let history = history.into();
        let timeline = Timeline::complete(&history);
        Self {
            history,
            timeline,
            account: Account::default(),
            behaviour: Behaviour::default(),
            faults: FaultPlan::default(),
            now: Arc::new(move || now().into()),
            seed: 1,
        }
    }
}

impl fmt::Debug for SimConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SimConfig")
            .field("events", &self.history.event_count())
            .field("uploads", &self.timeline.uploads().len())
            .field("behaviour", &self.behaviour)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
