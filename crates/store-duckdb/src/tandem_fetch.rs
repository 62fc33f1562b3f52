//! The database of `tandem-fetch`, the Python program before this one: opened for reading only, its raw events handed out.
//!
//! Its schema is `raw_events(id, created, raw_event_data)` and tables made from it, which are rebuilt here.

use std::path::Path;

use duckdb::Connection;
use pipeline::archive::{ArchiveError, DatabaseReader, TextSink};
use pipeline::{SerialNumber, StoreError};

use crate::connection::open_in_utc;
use crate::error::DuckdbContext as _;
use crate::migrations;
use crate::query::{ReadOptions, SANDBOX_SETTINGS, read_only};
use crate::texts;

/// In the order of the file, which is that of arrival: of one event stored twice, the later one counts.
const EVENTS: &str = "SELECT raw_event_data::VARCHAR FROM raw_events";

/// Where a DuckDB file says what it is, and what it says.
const MAGIC: (usize, &[u8]) = (8, b"DUCK");

/// Reads databases of `tandem-fetch`.
#[derive(Clone, Copy, Debug)]
pub struct TandemFetchReader {
    /// Finds whose events the database in a file holds: it does not say so itself.
    pub pump_of: fn(&Path) -> Option<SerialNumber>,
}

impl DatabaseReader for TandemFetchReader {
    fn can_open(&self, head: &[u8]) -> bool {
        let (at, magic) = MAGIC;
        head.get(at..at + magic.len()) == Some(magic)
    }

    fn likely_pump(&self, path: &Path) -> Option<SerialNumber> {
        (self.pump_of)(path)
    }

    fn read(&self, path: &Path, texts: &mut TextSink<'_>) -> Result<(), ArchiveError> {
        let connection = open(path).map_err(|error| unopened(path, error))?;
        if let Some(detail) = other_shape(&connection).map_err(|error| unopened(path, error))? {
            return Err(ArchiveError::NotAnArchive { path: path.to_owned(), detail: detail.to_owned() });
        }
        let mut events = 0;
        let mut count = |text: &str| {
            events += 1;
            texts(text)
        };
        let outcome = texts::for_each_text(&connection, EVENTS, &mut count);
        outcome.map_err(|error| ArchiveError::Damaged { path: path.to_owned(), events, detail: error.to_string() })
    }
}

fn open(path: &Path) -> Result<Connection, StoreError> {
    let config = read_only(&ReadOptions::default()).context("cannot configure the database")?;
    let connection = open_in_utc(Some(path), config).context("cannot open the database")?;
    connection.execute_batch(SANDBOX_SETTINGS).context("cannot open the database")?;
    Ok(connection)
}

fn unopened(path: &Path, error: StoreError) -> ArchiveError {
    let StoreError { kind, message, source } = error;
    ArchiveError::Unopened { path: path.to_owned(), kind, source: source.unwrap_or_else(|| message.into()) }
}

/// What the database is, if it is not one of `tandem-fetch`.
fn other_shape(connection: &Connection) -> Result<Option<&'static str>, StoreError> {
    if migrations::is_ours(connection)? {
        return Ok(Some("it is a database of this program already"));
    }
    let shape = migrations::is_tandem_fetch(connection)?;
    Ok((!shape).then_some("it is a DuckDB database without the raw_events of tandem-fetch"))
}
