//! A store that fails on demand.

use chrono::{DateTime, Utc};

use crate::clock_model::{PumpClock, ZoneHistory};
use crate::store::{
    BatchNumber, ClockEvidence, DateChange, DayLog, FetchWindow, PageCounts, ParsedBatch, PendingDerivation, Pump,
    RawPage, RunEnd, RunId, Stage, TableCount, UnparsedBatch,
};
use crate::{
    Account, DayRange, DomainStore, EventStore, PumpId, PumpKey, PumpListing, RawBatch, RawStore, RejectedEvent,
    RunStore, StoreError, StoreErrorKind,
};

/// Passes every call on to a store until a number of writes is reached; from then on every write fails.
#[derive(Debug)]
pub struct FailingStore<S> {
    inner: S,
    writes_left: u64,
}

impl<S> FailingStore<S> {
    /// Fails from write number `writes` (0 is the first) on.
    pub fn new(inner: S, writes: u64) -> Self {
        Self { inner, writes_left: writes }
    }

    /// The store behind.
    pub fn into_inner(self) -> S {
        self.inner
    }

    fn write(&mut self) -> Result<&mut S, StoreError> {
        self.writes_left = self.writes_left.checked_sub(1).ok_or_else(|| StoreError {
            kind: StoreErrorKind::DiskFull,
            message: "the test wants this write to fail".to_owned(),
            source: None,
        })?;
        Ok(&mut self.inner)
    }
}

impl<S: RunStore> RunStore for FailingStore<S> {
    fn begin_run(&mut self, stage: Stage, started: DateTime<Utc>) -> Result<RunId, StoreError> {
        self.write()?.begin_run(stage, started)
    }

    fn end_run(&mut self, run: RunId, end: &RunEnd) -> Result<(), StoreError> {
        self.write()?.end_run(run, end)
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.inner.release()
    }
}

impl<S: RawStore> RawStore for FailingStore<S> {
    fn pumps(&mut self) -> Result<Vec<Pump>, StoreError> {
        self.inner.pumps()
    }

    fn check_account(&mut self, account: &Account) -> Result<(), StoreError> {
        self.inner.check_account(account)
    }

    fn record_account(&mut self, account: &Account, seen: DateTime<Utc>) -> Result<Vec<PumpId>, StoreError> {
        self.write()?.record_account(account, seen)
    }

    fn pump_for(&mut self, key: &PumpKey, seen: DateTime<Utc>) -> Result<PumpId, StoreError> {
        self.write()?.pump_for(key, seen)
    }

    fn link_pump(&mut self, listing: &PumpListing, seen: DateTime<Utc>) -> Result<PumpId, StoreError> {
        self.write()?.link_pump(listing, seen)
    }

    fn store_page(&mut self, page: &RawPage<'_>) -> Result<PageCounts, StoreError> {
        self.write()?.store_page(page)
    }

    fn compare_page(&mut self, key: &PumpKey, events: &RawBatch) -> Result<PageCounts, StoreError> {
        self.inner.compare_page(key, events)
    }

    fn fetch_windows(&mut self, pump: PumpId) -> Result<Vec<FetchWindow>, StoreError> {
        self.inner.fetch_windows(pump)
    }

    fn day_log(&mut self, pump: PumpId) -> Result<Vec<DayLog>, StoreError> {
        self.inner.day_log(pump)
    }

    fn count_events(&mut self, pump: PumpId, days: DayRange) -> Result<u64, StoreError> {
        self.inner.count_events(pump, days)
    }

    fn rejected(&mut self) -> Result<Vec<(PumpId, RejectedEvent)>, StoreError> {
        self.inner.rejected()
    }

    fn recover_rejected(&mut self, page: &RawPage<'_>) -> Result<PageCounts, StoreError> {
        self.write()?.recover_rejected(page)
    }

    fn date_changes(&mut self, pump: PumpId) -> Result<Vec<DateChange>, StoreError> {
        self.inner.date_changes(pump)
    }
}

impl<S: EventStore> EventStore for FailingStore<S> {
    fn unparsed(
        &mut self,
        dictionary: &str,
        after: Option<BatchNumber>,
        wanted: usize,
    ) -> Result<Option<UnparsedBatch>, StoreError> {
        self.inner.unparsed(dictionary, after, wanted)
    }

    fn store_events(&mut self, batch: ParsedBatch) -> Result<(), StoreError> {
        self.write()?.store_events(batch)
    }

    fn clock_evidence(&mut self) -> Result<Vec<ClockEvidence>, StoreError> {
        self.inner.clock_evidence()
    }

    fn clocks_are_current(&mut self) -> Result<bool, StoreError> {
        self.inner.clocks_are_current()
    }

    fn store_clocks(&mut self, zones: &ZoneHistory, clocks: &[(PumpId, PumpClock)]) -> Result<(), StoreError> {
        self.write()?.store_clocks(zones, clocks)
    }

    fn zone_history(&mut self) -> Result<ZoneHistory, StoreError> {
        self.inner.zone_history()
    }

    fn clear_derived(&mut self) -> Result<(), StoreError> {
        self.write()?.clear_derived()
    }
}

impl<S: DomainStore> DomainStore for FailingStore<S> {
    fn pending_derivations(&mut self) -> Result<Vec<PendingDerivation>, StoreError> {
        self.inner.pending_derivations()
    }

    fn derive(&mut self, pending: PendingDerivation) -> Result<Vec<TableCount>, StoreError> {
        self.write()?.derive(pending)
    }
}
