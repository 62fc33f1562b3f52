//! Brings the tables that cannot be rebuilt to the schema of this program, and refuses a database that is not on the way
//! to it. Everything else is in [`crate::derived`].
//!
//! `refinery-core` decides and keeps the checksums; this is its driver for DuckDB.

use duckdb::{Connection, Row};
use pipeline::{StoreError, StoreErrorKind};
use refinery_core::error::Kind;
use refinery_core::traits::sync::{Migrate, Query, Transaction};
use refinery_core::{Migration, Runner};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::{DuckdbContext as _, error_family};

const TABLE: &str = "refinery_schema_history";

macro_rules! migration {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../migrations/", $name, ".sql")))
    };
}

/// A new database begins with the first of these, which also takes over a database of version 0.1.0.
const MIGRATIONS: &[(&str, &str)] = &[
    migration!("V9__stored_tables"),
    migration!("V10__sinks"),
    migration!("V11__accounts"),
    migration!("V12__doubtful_windows"),
    migration!("V13__batch_digests"),
];

/// What version 0.1.0 applied to a database, by number, name and checksum. No database is made this way any more.
const FORMER_MIGRATIONS: &[(i32, &str, u64)] = &[
    (1, "raw_history", 12_845_514_076_984_622_086),
    (2, "events", 8_683_978_965_744_625_593),
    (3, "readings_and_deliveries", 9_624_964_106_225_726_919),
    (4, "boluses_and_entries", 13_714_366_107_612_531_493),
    (5, "spans_and_alarms", 9_340_551_110_179_486_497),
    (6, "sites_clocks_totals", 15_014_656_920_362_242_991),
    (7, "views", 6_712_331_367_522_514_740),
    (8, "settings_and_ledger", 5_166_371_396_972_360_226),
];

/// The number of the newest migration that this program knows.
#[must_use]
pub fn schema_version() -> u32 {
    (FORMER_MIGRATIONS.len() + MIGRATIONS.len()) as u32
}

/// Applies what is missing, each migration in its own transaction.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    if applied_version(connection)? == Some(i64::from(schema_version())) && checksums_match(connection)? {
        return Ok(());
    }
    refuse_foreign(connection)?;
    let known = known_migrations(connection)?;
    let mut driver = Driver { connection };
    Runner::new(&known).set_grouped(true).run(&mut driver).map(|_| ()).map_err(|error| migration_error(&error))
}

/// Refuses a database whose schema is not exactly this program's; for connections that cannot write.
pub(crate) fn check_version(connection: &Connection) -> Result<(), StoreError> {
    let ours = i64::from(schema_version());
    match applied_version(connection)? {
        Some(version) if version == ours => Ok(()),
        Some(version) if version > ours => Err(too_new(version)),
        Some(version) => {
            let message = format!("the database has schema {version}, this version of tandem needs {ours}");
            Err(StoreError::new(StoreErrorKind::Outdated, message))
        }
        None if is_ours(connection)? || is_empty(connection)? => {
            Err(StoreError::new(StoreErrorKind::NotFound, "there is nothing in the database yet"))
        }
        None => Err(foreign(connection)?),
    }
}

/// True of a database that this program made, or was about to make when it was stopped.
pub(crate) fn is_ours(connection: &Connection) -> Result<bool, StoreError> {
    let exists = "SELECT count(*) > 0 FROM duckdb_tables() WHERE table_name = ?";
    connection.query_row(exists, [TABLE], |row| row.get(0)).context("cannot read the schema")
}

/// True of a database that `tandem-fetch` made.
pub(crate) fn is_tandem_fetch(connection: &Connection) -> Result<bool, StoreError> {
    let columns = "SELECT count(*) = 3 FROM duckdb_columns() WHERE NOT internal AND schema_name = 'main'
                   AND table_name = 'raw_events' AND column_name IN ('id', 'created', 'raw_event_data')";
    let has_them: bool = connection.query_row(columns, [], |row| row.get(0)).context("cannot read the schema")?;
    Ok(has_them && !is_ours(connection)?)
}

/// Refuses a database with tables and without our history: they belong to another program.
fn refuse_foreign(connection: &Connection) -> Result<(), StoreError> {
    if is_ours(connection)? || is_empty(connection)? { Ok(()) } else { Err(foreign(connection)?) }
}

fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    let tables = "SELECT count(*) = 0 FROM duckdb_tables() WHERE NOT internal";
    connection.query_row(tables, [], |row| row.get(0)).context("cannot read the schema")
}

fn foreign(connection: &Connection) -> Result<StoreError, StoreError> {
    let program = if is_tandem_fetch(connection)? { "tandem-fetch" } else { "another program" };
    Ok(StoreError::new(StoreErrorKind::Foreign, format!("the file is a database of {program}, not one made by tandem")))
}

/// The migrations that were or can be applied to this database. Of the former ones only those that it can have:
/// version 0.1.0, killed while it made a database, left a part of them.
fn known_migrations(connection: &Connection) -> Result<Vec<Migration>, StoreError> {
    let former = match newest_former(connection)? {
        Some(last) => FORMER_MIGRATIONS.iter().filter(|(version, ..)| i64::from(*version) <= last).collect(),
        None => Vec::new(),
    };
    let former = former.into_iter().map(|(version, name, checksum)| {
        Ok(Migration::applied(*version, (*name).to_owned(), OffsetDateTime::UNIX_EPOCH, *checksum))
    });
    let present = MIGRATIONS.iter().map(|(name, sql)| Migration::unapplied(name, sql));
    let known = former.chain(present).collect::<Result<_, refinery_core::Error>>();
    known.map_err(|error| StoreError::new(StoreErrorKind::Internal, error.to_string()))
}

/// The newest of the former migrations that was applied to this database.
fn newest_former(connection: &Connection) -> Result<Option<i64>, StoreError> {
    if !is_ours(connection)? {
        return Ok(None);
    }
    let newest = format!("SELECT max(version)::BIGINT FROM {TABLE} WHERE version <= {}", FORMER_MIGRATIONS.len());
    connection.query_row(&newest, [], |row| row.get(0)).context("cannot read the schema's version")
}

fn applied_version(connection: &Connection) -> Result<Option<i64>, StoreError> {
    if !is_ours(connection)? {
        return Ok(None);
    }
    let newest = format!("SELECT max(version)::BIGINT FROM {TABLE}");
    connection.query_row(&newest, [], |row| row.get(0)).context("cannot read the schema's version")
}

/// The cheap way to find that nothing is to be done: opening a database is on the path of every command.
fn checksums_match(connection: &Connection) -> Result<bool, StoreError> {
    let mut statement = connection
        .prepare(&format!("SELECT checksum FROM {TABLE} ORDER BY version"))
        .context("cannot read the schema's checksums")?;
    let applied = statement
        .query_map([], |row| row.get::<_, String>(0))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .context("cannot read the schema's checksums")?;
    let known =
        known_migrations(connection)?.iter().map(|migration| migration.checksum().to_string()).collect::<Vec<_>>();
    Ok(applied == known)
}

fn migration_error(error: &refinery_core::Error) -> StoreError {
    match error.kind() {
        Kind::MissingVersion(applied) if applied.version() > schema_version() as _ => {
            too_new(i64::from(applied.version()))
        }
        Kind::MissingVersion(migration) => {
            let message = format!(
                "the database lacks migration {migration}, although later ones were applied: restore it from a backup, or import into a new file"
            );
            StoreError::new(StoreErrorKind::MigrationMismatch, message)
        }
        Kind::DivergentVersion(applied, ours) => {
            let message = format!(
                "migration {applied} was applied to this database in a different form from this program's {ours}: use the program that made the file, or import into a new file"
            );
            StoreError::new(StoreErrorKind::MigrationMismatch, message)
        }
        _ => {
            let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            StoreError::new(error_family(&source), format!("cannot bring the database up to date: {error}"))
        }
    }
}

fn too_new(version: i64) -> StoreError {
    let message = format!(
        "the database was made by a newer tandem (schema {version}, this program knows up to {}): update tandem",
        schema_version()
    );
    StoreError::new(StoreErrorKind::TooNew, message)
}

struct Driver<'a> {
    connection: &'a mut Connection,
}

impl Transaction for Driver<'_> {
    type Error = duckdb::Error;

    fn execute<'a, T: Iterator<Item = &'a str>>(&mut self, queries: T) -> Result<usize, Self::Error> {
        let transaction = self.connection.transaction()?;
        let mut count = 0;
        for query in queries {
            transaction.execute_batch(query)?;
            count += 1;
        }
        transaction.commit()?;
        Ok(count)
    }
}

impl Query<Vec<Migration>> for Driver<'_> {
    fn query(&mut self, query: &str) -> Result<Vec<Migration>, Self::Error> {
        let mut statement = self.connection.prepare(query)?;
        statement.query_map([], applied)?.collect()
    }
}

impl Migrate for Driver<'_> {}

fn applied(row: &Row<'_>) -> duckdb::Result<Migration> {
    let unreadable = |column, error: Box<dyn std::error::Error + Send + Sync>| {
        duckdb::Error::FromSqlConversionFailure(column, duckdb::types::Type::Text, error)
    };
    let applied_on =
        OffsetDateTime::parse(&row.get::<_, String>(2)?, &Rfc3339).map_err(|error| unreadable(2, error.into()))?;
    let checksum = row.get::<_, String>(3)?.parse::<u64>().map_err(|error| unreadable(3, error.into()))?;
    Ok(Migration::applied(row.get(0)?, row.get(1)?, applied_on, checksum))
}
