//! What every test needs: the scripted service, a clock to set, waits that do not wait, a folder.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use pipeline::{AssignmentId, Clock, DayRange, PumpListing, SerialNumber};
use secrecy::SecretString;
use serde_json::{Value, json};
use tandem_source::{PasswordError, PasswordProvider, Region, Sleeper, SourceConfig, TandemSource};
use tempfile::TempDir;

use crate::cloud::{Cloud, EMAIL, NOW, PASSWORD, PUMP, Reply, Request};

pub(crate) struct Setup {
    pub(crate) cloud: Cloud,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) waits: Arc<Waits>,
    pub(crate) password: Arc<TestPassword>,
    pub(crate) folder: TempDir,
}

pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).expect("a date")
    }
}

/// Notes waits, and sets tokio's clock going again after a silence.
pub(crate) struct Waits {
    seconds: Mutex<Vec<u64>>,
    frozen: Arc<AtomicBool>,
}

impl Waits {
    pub(crate) fn seconds(&self) -> Vec<u64> {
        self.seconds.lock().expect("no panic").clone()
    }
}

#[async_trait]
impl Sleeper for Waits {
    async fn sleep(&self, wait: Duration) {
        self.seconds.lock().expect("no panic").push(wait.as_secs());
        if self.frozen.swap(false, Ordering::SeqCst) {
            tokio::time::resume();
        }
    }
}

pub(crate) struct TestPassword {
    password: Mutex<Option<String>>,
    pub(crate) asked: AtomicUsize,
}

impl TestPassword {
    pub(crate) fn set(&self, password: Option<&str>) {
        *self.password.lock().expect("no panic") = password.map(str::to_owned);
    }
}

impl PasswordProvider for TestPassword {
    fn password(&self) -> Result<SecretString, PasswordError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let password = self.password.lock().expect("no panic").clone();
        password.map(SecretString::from).ok_or_else(|| "the keyring is locked".into())
    }
}

impl Setup {
    pub(crate) async fn new() -> Self {
        let frozen = Arc::new(AtomicBool::new(false));
        Self {
            cloud: Cloud::start(frozen.clone()).await,
            clock: Arc::new(TestClock(AtomicI64::new(NOW))),
            waits: Arc::new(Waits { seconds: Mutex::default(), frozen }),
            password: Arc::new(TestPassword {
                password: Mutex::new(Some(PASSWORD.to_owned())),
                asked: AtomicUsize::new(0),
            }),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    pub(crate) fn config(&self) -> SourceConfig {
        let mut config = SourceConfig::new(Region::Eu, EMAIL, self.password.clone(), self.clock.clone());
        config.endpoint = Some(self.cloud.url.clone());
        config.sleeper = self.waits.clone();
        config
    }

    pub(crate) fn cached_config(&self) -> SourceConfig {
        let mut config = self.config();
        config.token_cache = Some(self.token_file());
        config
    }

    pub(crate) fn token_file(&self) -> std::path::PathBuf {
        self.folder.path().join("state").join("tokens.json")
    }

    pub(crate) fn source(&self) -> TandemSource {
        TandemSource::new(self.config()).expect("good settings")
    }
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub(crate) fn days(first: &str, last: &str) -> DayRange {
    DayRange::new(day(first), day(last)).expect("in order")
}

/// A pump with events from `first` to `last`.
pub(crate) fn pump(first: &str, last: &str) -> PumpListing {
    PumpListing {
        serial_number: SerialNumber::new("90556643"),
        assignment_id: Some(AssignmentId::new(PUMP)),
        model_name: None,
        model_number: None,
        part_number: None,
        software_version: None,
        algorithm: None,
        last_upload: None,
        first_event: day(first).and_hms_opt(0, 0, 0),
        last_event: day(last).and_hms_opt(12, 0, 0),
        settings: None,
    }
}

/// One event per day at noon; its sequence number is the day's number.
pub(crate) fn event(day: NaiveDate, code: u16) -> Value {
    json!({
        "deviceAssignmentId": PUMP, "eventCode": code, "sequenceGroup": 0, "sequenceNumber": sequence(day),
        "pumpDateTime": format!("{day}T12:00:00"), "eventProperties": { "reading": 123 },
        "estimatedDateTime": format!("{day}T12:00:00Z")
    })
}

pub(crate) fn sequence(day: NaiveDate) -> u32 {
    u32::try_from((day - NaiveDate::default()).num_days()).expect("after 1970")
}

/// The days that a request for events asks for.
pub(crate) fn window(request: &Request) -> DayRange {
    let date = |name: &str| day(&request.value(name).expect("a date")[..10]);
    DayRange::new(date("startDate"), date("endDate")).expect("in order")
}

/// The answer with one event for each of `days`.
pub(crate) fn daily(days: impl Iterator<Item = NaiveDate>) -> Reply {
    let events: Vec<_> = days.map(|day| event(day, 3)).collect();
    Reply::json(200, json!({ "events": events, "clockChanges": [] }))
}

pub(crate) fn each_day(days: DayRange) -> impl DoubleEndedIterator<Item = NaiveDate> {
    (0..i64::from(days.days())).map(move |number| days.first() + chrono::TimeDelta::days(number))
}
