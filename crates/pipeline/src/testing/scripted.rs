//! A source that answers from a list.

use std::sync::Mutex;

use async_trait::async_trait;

use super::batch_of;
use crate::{Account, DayRange, PumpListing, Source, SourceError, SourcePage};

/// Answers every question about the account with one account, and every question about events with those of the asked
/// days out of a list of texts.
#[derive(Debug, Default)]
pub struct ScriptedSource {
    account: Account,
    texts: Vec<String>,
    errors: Mutex<Vec<SourceError>>,
    asked: Mutex<Vec<DayRange>>,
}

impl ScriptedSource {
    /// A source with this account and these events.
    #[must_use]
    pub fn new(account: Account, texts: Vec<String>) -> Self {
        Self { account, texts, ..Self::default() }
    }

    /// The days asked for, in order.
    ///
    /// # Panics
    /// When another thread died while it asked.
    #[must_use]
    pub fn asked(&self) -> Vec<DayRange> {
        self.asked.lock().expect("no thread died asking").clone()
    }
}

#[async_trait]
impl Source for ScriptedSource {
    async fn account(&self) -> Result<Account, SourceError> {
        Ok(self.account.clone())
    }

    async fn events(&self, _pump: &PumpListing, days: DayRange) -> Result<SourcePage, SourceError> {
        if let Some(error) = self.errors.lock().expect("no thread died asking").pop() {
            return Err(error);
        }
        self.asked.lock().expect("no thread died asking").push(days);
        let of_these_days = |text: &&str| {
            let event = pump_events::decode_raw(text).expect("an event of the test");
            days.contains(event.header().pump_time.to_naive().date())
        };
        let events = batch_of(self.texts.iter().map(String::as_str).filter(of_these_days));
        Ok(SourcePage { events, notices: Vec::new(), bytes: 0 })
    }
}
