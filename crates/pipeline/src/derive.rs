//! The derive stage: domain tables follow the events.

use crate::StoreError;
use crate::progress::{OnProgress, Progress, StopSignal};
use crate::store::{DomainStore, Stage, TableCount};

/// What one run of the derive stage did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DeriveReport {
    /// Rows written, by table, over all pumps.
    pub tables: Vec<TableCount>,
    /// Pumps brought up to date.
    pub pumps: u64,
    /// True when the run was stopped before the end.
    pub interrupted: bool,
}

/// Brings the domain tables of every pump up to date with its events, one pump after the other.
///
/// # Errors
/// [`StoreError`]; pumps done before it are kept, and the next run continues with the rest.
pub fn derive<S: DomainStore>(
    store: &mut S,
    stop: &StopSignal,
    on_progress: &mut OnProgress<'_>,
) -> Result<DeriveReport, StoreError> {
    let mut report = DeriveReport::default();
    let pending = store.pending_derivations()?;
    let all = pending.len() as u64;
    for pump in pending {
        if stop.is_set() {
            report.interrupted = true;
            break;
        }
        for count in store.derive(pump)? {
            add(&mut report.tables, count);
        }
        report.pumps += 1;
        let events = report.tables.iter().map(|count| count.rows).sum();
        let parts = Some((report.pumps, all));
        on_progress(Progress { stage: Stage::Derive, events, pump: None, day: None, parts });
    }
    Ok(report)
}

fn add(tables: &mut Vec<TableCount>, count: TableCount) {
    match tables.iter_mut().find(|known| known.table == count.table) {
        Some(known) => known.rows += count.rows,
        None => tables.push(count),
    }
}
