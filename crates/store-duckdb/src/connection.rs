//! Opens the database, keeps it open while there is work, and lets go of it between.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use duckdb::{AccessMode, Config, Connection, Transaction};
use pipeline::{StoreError, StoreErrorKind};
use tempfile::TempDir;

use crate::derived::{self, Layer, Rebuilding};
use crate::error::DuckdbContext as _;
use crate::migrations;

/// Where a database lives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Location {
    /// In a file, made on first use together with its folder.
    File(PathBuf),
    /// In memory; gone with the store.
    Memory,
}

/// How a store behaves.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// How long to wait for another program that holds the file, in all.
    pub lock_timeout: Duration,
    /// DuckDB's memory limit, in its own words (`300MB`).
    pub memory_limit: String,
    /// Only reads: nothing is made or brought up to date, and other readers may read beside it.
    pub read_only: bool,
    /// Called before each table that is rebuilt because its definition has changed.
    pub on_rebuild: Option<OnRebuild>,
}

/// A function that is called while an older database is brought up to date.
#[derive(Clone)]
pub struct OnRebuild(Arc<dyn Fn(Rebuilding) + Send + Sync>);

impl OnRebuild {
    /// Wraps `listener`.
    pub fn new(listener: impl Fn(Rebuilding) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }
}

impl std::fmt::Debug for OnRebuild {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OnRebuild")
    }
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(5),
            memory_limit: "192MB".to_owned(),
            read_only: false,
            on_rebuild: None,
        }
    }
}

/// Threads of DuckDB's own. The stages read and decode on a thread of theirs beside it; a second one here mostly waits, at a tenth
/// of the processor time, and holds more memory.
const THREADS: i64 = 1;

/// How often to try a held file.
const LOCK_INTERVAL: Duration = Duration::from_millis(50);

/// A pump history in one DuckDB database.
///
/// ```
/// use pipeline::RawStore;
/// let mut store = store_duckdb::DuckStore::in_memory()?;
/// assert_eq!(store.pumps()?, []);
/// # Ok::<(), pipeline::StoreError>(())
/// ```
#[derive(Debug)]
pub struct DuckStore {
    location: Location,
    options: StoreOptions,
    connection: Option<Connection>,
    /// Where a database in memory writes what exceeds the memory limit. DuckDB's own choice, `.tmp` in the current folder, would
    /// be shared with other stores. After the connection, which is dropped first.
    spill: Option<TempDir>,
    /// The derived layer was found up to date: a file that this store reopens is not looked through again.
    is_up_to_date: bool,
}

impl DuckStore {
    /// Opens the database in `path` and creates it if there is none. A database of an older version is brought up to date: tables
    /// and views whose definition has changed are rebuilt from the events. Where events must be decoded again, the next
    /// [`parse`](pipeline::parse) and [`derive`](pipeline::derive) do that ([`DuckStore::is_complete`]).
    ///
    /// # Errors
    /// [`StoreError`] when the file is held by another program for longer than the lock timeout, is no database, is
    /// damaged, was made by a newer version, or cannot be written;
    /// [`Conflict`](StoreErrorKind::Conflict) when bringing it up to date would break something that a person created in it;
    /// when only read, [`Outdated`](StoreErrorKind::Outdated) for a database that is not up to date.
    pub fn open(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self, StoreError> {
        Self::open_at(Location::File(path.as_ref().to_owned()), options)
    }

    /// A new database in memory.
    ///
    /// # Errors
    /// [`StoreError`] when there is no memory for it.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::open_at(Location::Memory, StoreOptions::default())
    }

    fn open_at(location: Location, options: StoreOptions) -> Result<Self, StoreError> {
        let spill = match &location {
            Location::File(_) => None,
            Location::Memory => Some(make_spill_folder()?),
        };
        let mut store = Self { location, options, connection: None, spill, is_up_to_date: false };
        store.connection()?;
        Ok(store)
    }

    /// Where the database lives.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The open connection; opened now if the store had let go of it.
    ///
    /// # Errors
    /// As [`DuckStore::open`].
    pub fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        if self.connection.is_none() {
            self.connection = Some(self.open_with_timeout()?);
            self.is_up_to_date = true;
        }
        self.connection.as_mut().ok_or_else(|| StoreError::new(StoreErrorKind::Internal, "the database is not open"))
    }

    /// Runs `work` in one transaction: all of it or nothing.
    pub(crate) fn transaction<T>(
        &mut self,
        doing: &str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.connection()?.transaction().context(format!("cannot begin to {doing}"))?;
        let result = work(&transaction)?;
        transaction.commit().context(format!("cannot {doing}"))?;
        Ok(result)
    }

    /// Closes the file until the next call, so that other programs can open it. A database in memory stays.
    ///
    /// # Errors
    /// [`StoreError`] when what was written cannot be brought to rest.
    pub fn release(&mut self) -> Result<(), StoreError> {
        if self.location == Location::Memory {
            return Ok(());
        }
        match self.connection.take().map(Connection::close) {
            None | Some(Ok(())) => Ok(()),
            Some(Err((connection, error))) => {
                self.connection = Some(connection);
                Err(error).context("cannot close the database")
            }
        }
    }

    fn open_with_timeout(&self) -> Result<Connection, StoreError> {
        let mut waited = Duration::ZERO;
        loop {
            match self.open_once() {
                Err(error) if waited < self.options.lock_timeout && self.is_held(&error) => {
                    std::thread::sleep(LOCK_INTERVAL);
                    waited += LOCK_INTERVAL;
                }
                outcome => return outcome,
            }
        }
    }

    /// True when another program has the file, or is just making it: DuckDB looks at a file before it asks for the lock, and
    /// takes one without a word in it for no database.
    fn is_held(&self, error: &StoreError) -> bool {
        let is_none =
            || error.source.as_ref().is_some_and(|source| source.to_string().contains("not a valid DuckDB database"));
        match &self.location {
            _ if error.kind == StoreErrorKind::Locked => true,
            Location::File(path) => is_none() && is_begun(path),
            Location::Memory => false,
        }
    }

    fn open_once(&self) -> Result<Connection, StoreError> {
        let config = self.duckdb_config().context("cannot configure the database")?;
        let mut connection = match &self.location {
            Location::Memory => open_in_utc(None, config).context("cannot open a database in memory")?,
            Location::File(path) => open_file(path, config, self.options.read_only)?,
        };
        if !self.is_up_to_date {
            derived::refuse_shadowing_macros(&connection)?;
        }
        if self.options.read_only {
            migrations::check_version(&connection)?;
            derived::check_up_to_date(&connection)?;
        } else {
            migrations::migrate(&mut connection)?;
            if !self.is_up_to_date {
                self.bring_up_to_date(&mut connection)?;
            }
        }
        Ok(connection)
    }

    fn bring_up_to_date(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let mut tell = |table: Rebuilding| {
            tracing::info!(table = table.table, "rebuilds a table whose definition has changed");
            if let Some(OnRebuild(listener)) = &self.options.on_rebuild {
                listener(table);
            }
        };
        derived::bring_up_to_date(connection, &mut tell)
    }

    /// False while rows that were dropped to be rebuilt are missing: the stages parse and derive bring them back.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn is_complete(&mut self) -> Result<bool, StoreError> {
        let connection = self.connection()?;
        for layer in [Layer::Clocks, Layer::Decoded, Layer::Domain] {
            if !derived::is_complete(connection, layer)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn duckdb_config(&self) -> duckdb::Result<Config> {
        // Files of this form open in DuckDB 1.4, 1.5 and 2.0, and their texts take a third of the room of the oldest form's.
        let config = Config::default().with("storage_compatibility_version", "v1.4.0")?;
        // A health database must not reach for the network, whatever a query names.
        let config =
            config.with("autoinstall_known_extensions", "false")?.with("autoload_known_extensions", "false")?;
        let config = if self.options.read_only { config.access_mode(AccessMode::ReadOnly)? } else { config };
        let config = match &self.spill {
            Some(folder) => config.with("temp_directory", folder.path().to_string_lossy())?,
            None => config,
        };
        config.threads(THREADS)?.max_memory(&self.options.memory_limit)
    }
}

fn make_spill_folder() -> Result<TempDir, StoreError> {
    tempfile::Builder::new().prefix("tandem-").tempdir().map_err(|error| StoreError {
        kind: StoreErrorKind::NotWritable,
        message: "cannot create a temporary folder".to_owned(),
        source: Some(Box::new(error)),
    })
}

/// True of an empty file, and of one that begins like a database of DuckDB.
fn is_begun(path: &Path) -> bool {
    const MAGIC: std::ops::Range<usize> = 8..12;
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(MAGIC.end as u64).read_to_end(&mut head));
    read.is_ok() && head.get(MAGIC).map_or(head.is_empty(), |magic| magic == b"DUCK")
}

fn open_file(path: &Path, config: Config, read_only: bool) -> Result<Connection, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !read_only && !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| StoreError {
            kind: StoreErrorKind::NotWritable,
            message: format!("cannot create the folder {}", folder.display()),
            source: Some(Box::new(error)),
        })?;
    }
    open_in_utc(Some(path), config).context(format!("cannot open the database {}", path.display()))
}

/// Opens the database in `path`, or one in memory, so that instants are read and written in UTC wherever the machine is.
pub(crate) fn open_in_utc(path: Option<&Path>, config: Config) -> duckdb::Result<Connection> {
    let connection = match path {
        Some(path) => Connection::open_with_flags(path, config)?,
        None => Connection::open_in_memory_with_flags(config)?,
    };
    connection.execute_batch(&regional_settings(&connection)?)?;
    Ok(connection)
}

/// Statements that set the zone and the calendar, which DuckDB would take from the machine. It has these settings only together with
/// its extension ICU; without it, instants are always in UTC and dates in the Gregorian calendar.
fn regional_settings(connection: &Connection) -> duckdb::Result<String> {
    const FIXED: [(&str, &str); 2] = [("TimeZone", "UTC"), ("Calendar", "gregorian")];
    let mut is_known = connection.prepare("SELECT count(*) > 0 FROM duckdb_settings() WHERE name = ?")?;
    let mut statements = Vec::new();
    for (name, value) in FIXED {
        if is_known.query_row([name], |row| row.get(0))? {
            statements.push(format!("SET GLOBAL {name} = '{value}';"));
        }
    }
    Ok(statements.concat())
}
