//! `pipeline_runs`: what was run, when, and how it ended.

use chrono::{DateTime, Utc};
use duckdb::params;
use pipeline::store::{RunEnd, RunId, Stage};
use pipeline::{RunStore, StoreError};

use crate::DuckStore;
use crate::error::DuckdbContext as _;

impl RunStore for DuckStore {
    fn begin_run(&mut self, stage: Stage, started: DateTime<Utc>) -> Result<RunId, StoreError> {
        let begin = "INSERT INTO pipeline_runs (id, stage, started) VALUES (nextval('pipeline_run_numbers'), ?, ?) RETURNING id";
        let connection = self.connection()?;
        let id = connection.query_row(begin, params![stage.as_str(), started], |row| row.get(0));
        id.map(RunId).context("cannot note the start of a run")
    }

    fn end_run(&mut self, run: RunId, end: &RunEnd) -> Result<(), StoreError> {
        let finish = "UPDATE pipeline_runs SET ended = ?, outcome = ?, counts = ?, error = ? WHERE id = ?";
        let counts = end.counts.iter().map(|(name, count)| ((*name).to_owned(), (*count).into()));
        let counts = serde_json::Value::Object(counts.collect()).to_string();
        let connection = self.connection()?;
        connection
            .execute(finish, params![end.ended, end.outcome.as_str(), counts, end.error, run.0])
            .map(|_| ())
            .context("cannot note the end of a run")
    }

    fn release(&mut self) -> Result<(), StoreError> {
        DuckStore::release(self)
    }
}
