//! [`TandemSource`] as a [`Source`] of pump history.

use async_trait::async_trait;
use pipeline::{Account, DayRange, PumpListing, Source, SourceError, SourcePage};

use crate::source::TandemSource;
use crate::windows::Windows;

#[async_trait]
impl Source for TandemSource {
    async fn account(&self) -> Result<Account, SourceError> {
        Ok(self.ask_account().await?)
    }

    async fn events(&self, pump: &PumpListing, days: DayRange) -> Result<SourcePage, SourceError> {
        Ok(Windows::new(self, pump)?.read(days).await?)
    }

    fn longest_window(&self) -> u32 {
        self.configured_window_days()
    }
}
