//! What an account tells about its pumps: plain data, as a source reports it.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};

/// The number printed on a pump. Digits in every capture so far, 6 to 8 of them; kept as text.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct SerialNumber(String);

/// The cloud's identifier of one pump in one person's hands (`assignmentId`, `deviceAssignmentId`), a UUID in text.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct AssignmentId(String);

/// The service's identifier of the person that an account belongs to (`pumperId`): a UUID in text in every capture so far.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct AccountId(String);

macro_rules! text_identifier {
    ($name:ident) => {
        impl $name {
            /// Takes the identifier as the service writes it, without surrounding blanks.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(text.as_ref().trim().to_owned())
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text_identifier!(SerialNumber);
text_identifier!(AssignmentId);
text_identifier!(AccountId);

impl AssignmentId {
    /// True when `text` names the same assignment; UUIDs are the same in capital and small letters.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text.trim())
    }
}

/// Everything an account holds that this program uses. Names and dates of birth are never read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Whose account it is, where the source knows.
    pub id: Option<AccountId>,
    /// Every pump ever assigned to the account, never-used ones included.
    pub pumps: Vec<PumpListing>,
}

/// One pump of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct PumpListing {
    /// The number printed on the pump.
    pub serial_number: SerialNumber,
    /// The cloud's key of this pump; absent for a pump that is known from an archive alone.
    pub assignment_id: Option<AssignmentId>,
    /// For example `t:slim X2™ Insulin Pump`.
    pub model_name: Option<String>,
    /// For example `1000354`.
    pub model_number: Option<String>,
    /// For example `1011979`.
    pub part_number: Option<String>,
    /// For example `7.8.0.0`.
    pub software_version: Option<String>,
    /// For example `Control-IQ`.
    pub algorithm: Option<String>,
    /// The instant of the last upload; `None` for a pump that never uploaded. This says whether there is anything new.
    pub last_upload: Option<DateTime<Utc>>,
    /// Oldest event, on the pump's wall clock. May be a factory date.
    pub first_event: Option<NaiveDateTime>,
    /// Newest event, on the pump's wall clock. May lie in the future.
    pub last_event: Option<NaiveDateTime>,
    /// The settings as of the last upload.
    pub settings: Option<SettingsSnapshot>,
}

/// The pump's settings at one moment, as the service sends them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettingsSnapshot {
    /// Tells whether anything changed; the service's own hash, or one of `details` where it sends none.
    pub hash: String,
    /// When it was uploaded, on a clock whose zone the service does not tell.
    pub uploaded: Option<NaiveDateTime>,
    /// `settings.details`, verbatim JSON.
    pub details: String,
}
