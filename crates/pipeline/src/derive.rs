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

/// Brings the domain tables of every pump up to date with its events, one pump after the other. A pump that cannot be
/// derived does not keep the others waiting.
///
/// # Errors
/// The first [`StoreError`]; the other pumps are done all the same, and the next run takes up this one again.
pub fn derive<S: DomainStore>(
    store: &mut S,
    stop: &StopSignal,
    on_progress: &mut OnProgress<'_>,
) -> Result<DeriveReport, StoreError> {
    let mut report = DeriveReport::default();
    let mut first_error = None;
    let pending = store.pending_derivations()?;
    let all = pending.len() as u64;
    for pump in pending {
        if stop.is_set() {
            report.interrupted = true;
            break;
        }
        match store.derive(pump) {
            Ok(counts) => counts.into_iter().for_each(|count| add(&mut report.tables, count)),
            Err(error) => {
                first_error = first_error.or(Some(error));
                continue;
            }
        }
        report.pumps += 1;
        let events = report.tables.iter().map(|count| count.rows).sum();
        let parts = Some((report.pumps, all));
        on_progress(Progress { stage: Stage::Derive, events, pump: None, day: None, parts });
    }
    first_error.map_or(Ok(report), Err)
}

fn add(tables: &mut Vec<TableCount>, count: TableCount) {
    match tables.iter_mut().find(|known| known.table == count.table) {
        Some(known) => known.rows += count.rows,
        None => tables.push(count),
    }
}
