//! The people of a lake as tables: metrics of each, computed by an engine where the files are.

use std::path::Path;

use duckdb::{Config, Connection};
use pipeline::StoreError;

use crate::connection::open_in_utc;
use crate::error::DuckdbContext as _;
use crate::query::{InterruptHandle, ReadOptions, quotable};
use crate::texts;

/// Consensus metrics of each person of a lake, as SQL that runs in DuckDB and in Spark SQL. It reads `COHORT_TABLES`.
pub const COHORT_METRICS: &str = include_str!("cohort/metrics.sql");

/// The tables that [`COHORT_METRICS`] reads, with a lake's folders as columns.
pub(crate) const COHORT_TABLES: [&str; 3] = ["cgm_readings", "basal_deliveries", "boluses"];

/// A lake of Parquet files, opened to be read.
#[derive(Debug)]
pub struct LakeReader {
    connection: Connection,
}

impl LakeReader {
    /// Opens the lake in `folder`. Nothing outside of it can be reached.
    ///
    /// # Errors
    /// [`StoreError`] where a table of `COHORT_TABLES` has no files.
    pub fn open(folder: &Path, options: &ReadOptions) -> Result<Self, StoreError> {
        let opening = || format!("cannot read the lake {}", folder.display());
        let config = Config::default()
            .with("autoinstall_known_extensions", "false")
            .and_then(|config| config.with("autoload_known_extensions", "false"))
            .and_then(|config| config.max_memory(&options.memory_limit));
        let connection = open_in_utc(None, config.context(opening())?).context(opening())?;
        let folder_name = quotable(folder)?;
        let settings = format!(
            "SET temp_directory = ''; SET allowed_directories = ['{folder_name}']; SET enable_external_access = false"
        );
        connection.execute_batch(&settings).context(opening())?;
        for table in COHORT_TABLES {
            // Names that look like numbers or dates stay texts.
            let view = format!(
                "CREATE VIEW {table} AS FROM read_parquet('{folder_name}/table={table}/**/*.parquet', hive_partitioning = true,
                     hive_types = {{'person': VARCHAR, 'pump': VARCHAR, 'month': VARCHAR}})"
            );
            connection.execute_batch(&view).context(opening())?;
        }
        connection.execute_batch("SET lock_configuration = true").context(opening())?;
        Ok(Self { connection })
    }

    /// What stops [`LakeReader::metrics`] from another thread.
    #[must_use]
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle::from_connection(&self.connection)
    }

    /// The metrics of each person, one JSON object per person in order of their names.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn metrics(&self) -> Result<Vec<String>, StoreError> {
        let mut people = Vec::new();
        let objects = format!("SELECT to_json(entry)::VARCHAR FROM ({COHORT_METRICS}) AS entry ORDER BY person");
        let read = texts::for_each_text(&self.connection, &objects, &mut |object| {
            people.push(object.to_owned());
            true
        });
        read.context("cannot compute the metrics of the lake")?;
        Ok(people)
    }
}
