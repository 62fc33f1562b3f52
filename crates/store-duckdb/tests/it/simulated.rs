//! Simulated histories in a store.

use std::sync::Arc;

use pipeline::import::ImportOptions;
use pipeline::{FixedClock, Pipeline};
use store_duckdb::DuckStore;
use tandem_sim::history::History;

/// A store in memory with the whole history imported, decoded and derived. Pump `n` of the history has the id `n + 1`.
pub(crate) fn stored(history: &History) -> Pipeline<DuckStore> {
    stored_in(DuckStore::in_memory().expect("a database in memory"), history)
}

/// The same in a store of one's own.
pub(crate) fn stored_in(store: DuckStore, history: &History) -> Pipeline<DuckStore> {
    let end = history.truth.pumps.iter().filter_map(|pump| pump.instants.last()).max().expect("events");
    let clock = FixedClock(*end + chrono::Duration::hours(1));
    let mut pipeline = Pipeline::new(store, Arc::new(clock)).with_zone(history.zone).expect("a zone");
    for pump in &history.pumps {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let mut buffered = std::io::BufWriter::new(file.as_file_mut());
        tandem_sim::writers::write_pump_logs(&mut buffered, pump).expect("written");
        drop(buffered);
        let report = pipeline.import(&[file.path().to_owned()], &ImportOptions::default()).expect("imported");
        assert!(report.files[0].error.is_none(), "{:?}", report.files[0].error);
        assert_eq!(report.total().new, pump.events.len() as u64);
    }
    pipeline.parse().expect("decoded");
    pipeline.derive().expect("derived");
    pipeline
}
