//! Files that a person says are history.

use std::cell::RefCell;
use std::io::{Seek, Write};

use pipeline::archive::{ArchiveError, ArchivePage, read_archive};
use tempfile::NamedTempFile;

thread_local! {
    /// One file for all inputs: making one costs more than reading it.
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().expect("a temporary file"));
}

/// Reading is repeatable, stops when asked to, and counts what it handed over; every event has its own text.
///
/// # Panics
/// When it is not so.
pub fn archive(bytes: &[u8]) {
    let (whole, outcome) = read(bytes, usize::MAX);
    let events: usize = whole.iter().map(|page| page.events.len() + page.events.rejected().len()).sum();
    match outcome {
        Ok(()) => {}
        Err(ArchiveError::Damaged { events: counted, .. }) => assert_eq!(counted, events as u64),
        Err(_) => assert_eq!(events, 0),
    }
    for event in whole.iter().flat_map(|page| page.events.iter()) {
        let decoded = pump_events::decode_raw(event.data).expect("an event that was identified");
        let header = decoded.header();
        assert_eq!((header.code, header.pump_time), (event.code, event.pump_time));
        assert_eq!(header.sequence_number, event.key.sequence_number);
    }
    let (again, _) = read(bytes, usize::MAX);
    assert_eq!(format!("{again:?}"), format!("{whole:?}"));
    let (first, _) = read(bytes, 1);
    assert_eq!(first.len(), whole.len().min(1));
}

/// The pages of a file with this content, at most `limit` of them.
fn read(bytes: &[u8], limit: usize) -> (Vec<ArchivePage>, Result<(), ArchiveError>) {
    FILE.with_borrow_mut(|file| {
        file.as_file().set_len(0).and_then(|()| file.rewind()).expect("an empty file");
        file.write_all(bytes).expect("room for the input");
        let mut pages = Vec::new();
        let outcome = read_archive(file.path(), None, &mut |page| {
            pages.push(page);
            pages.len() < limit
        });
        (pages, outcome.map(drop))
    })
}
