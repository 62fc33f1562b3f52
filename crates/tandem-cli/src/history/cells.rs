//! One row of an answer, and how its cells become values.

use std::fmt::Display;
use std::ops::ControlFlow;
use std::str::FromStr;

use anyhow::{Context as _, Result};
use store_duckdb::Reader;

/// One row.
pub(crate) struct Cells<'a>(&'a [Option<&'a str>]);

impl Cells<'_> {
    /// A text that is not NULL.
    pub(crate) fn text(&self, index: usize) -> Result<String> {
        self.optional_text(index).with_context(|| format!("column {index} is NULL"))
    }

    /// A text.
    pub(crate) fn optional_text(&self, index: usize) -> Option<String> {
        self.0.get(index).copied().flatten().map(str::to_owned)
    }

    /// A value that is not NULL.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, index: usize) -> Result<T> {
        self.optional(index)?.with_context(|| format!("column {index} is NULL"))
    }

    /// A value.
    pub(crate) fn optional<T: FromStr<Err: Display>>(&self, index: usize) -> Result<Option<T>> {
        let Some(text) = self.0.get(index).copied().flatten() else { return Ok(None) };
        text.parse().map(Some).map_err(|error| anyhow::anyhow!("column {index} of an answer: {error}"))
    }
}

/// Every row of `sql`, a query of this program, made into something.
pub(crate) fn query<T>(reader: &Reader, sql: &str, mut row: impl FnMut(&Cells<'_>) -> Result<T>) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    let mut failed = None;
    reader.run_own_query(sql, &mut |cells| match row(&Cells(cells)) {
        Ok(value) => {
            rows.push(value);
            ControlFlow::Continue(())
        }
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failed.map_or(Ok(rows), Err)
}
