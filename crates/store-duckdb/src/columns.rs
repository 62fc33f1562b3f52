//! Hands rows to DuckDB in columns: bulk loads never go row by row.

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use duckdb::Transaction;
use duckdb::arrow::array::{
    ArrayRef, Float64Array, Int32Array, Int64Array, LargeStringArray, LargeStringBuilder, StringArray,
    TimestampMicrosecondArray,
};
use duckdb::arrow::buffer::{Buffer, OffsetBuffer};
use duckdb::arrow::record_batch::RecordBatch;
use pipeline::{StoreError, StoreErrorKind};

use crate::error::DuckdbContext as _;

/// Columns of equal length, in the order of the table they go to.
#[derive(Default)]
pub(crate) struct Columns {
    named: Vec<(&'static str, ArrayRef)>,
}

impl Columns {
    pub(crate) fn int32(self, name: &'static str, values: impl Iterator<Item = i32>) -> Self {
        self.with(name, Arc::new(Int32Array::from_iter_values(values)))
    }

    pub(crate) fn optional_int32(self, name: &'static str, values: impl Iterator<Item = Option<i32>>) -> Self {
        self.with(name, Arc::new(values.collect::<Int32Array>()))
    }

    pub(crate) fn optional_int64(self, name: &'static str, values: impl Iterator<Item = Option<i64>>) -> Self {
        self.with(name, Arc::new(values.collect::<Int64Array>()))
    }

    pub(crate) fn optional_double(self, name: &'static str, values: impl Iterator<Item = Option<f64>>) -> Self {
        self.with(name, Arc::new(values.collect::<Float64Array>()))
    }

    pub(crate) fn int64(self, name: &'static str, values: impl Iterator<Item = i64>) -> Self {
        self.with(name, Arc::new(Int64Array::from_iter_values(values)))
    }

    pub(crate) fn text<'a>(self, name: &'static str, values: impl Iterator<Item = &'a str> + Clone) -> Self {
        let (rows, bytes) = values.clone().fold((0, 0), |(rows, bytes), text| (rows + 1, bytes + text.len()));
        let mut column = LargeStringBuilder::with_capacity(rows, bytes);
        values.for_each(|text| column.append_value(text));
        self.with(name, Arc::new(column.finish()))
    }

    /// Texts that lie end to end already, and where each ends: nothing is copied.
    pub(crate) fn texts(self, name: &'static str, text: String, ends: &[usize]) -> Self {
        let offsets: Vec<i64> = std::iter::once(0).chain(ends.iter().map(|end| *end as i64)).collect();
        let text = Buffer::from_vec(text.into_bytes());
        self.with(name, Arc::new(LargeStringArray::new(OffsetBuffer::new(offsets.into()), text, None)))
    }

    pub(crate) fn optional_text<'a>(self, name: &'static str, values: impl Iterator<Item = Option<&'a str>>) -> Self {
        self.with(name, Arc::new(values.collect::<StringArray>()))
    }

    pub(crate) fn wall(self, name: &'static str, values: impl Iterator<Item = NaiveDateTime>) -> Self {
        let micros = values.map(|wall| wall.and_utc().timestamp_micros());
        self.with(name, Arc::new(TimestampMicrosecondArray::from_iter_values(micros)))
    }

    pub(crate) fn instant(self, name: &'static str, values: impl Iterator<Item = DateTime<Utc>>) -> Self {
        let micros = TimestampMicrosecondArray::from_iter_values(values.map(|instant| instant.timestamp_micros()));
        self.with(name, Arc::new(micros.with_timezone("UTC")))
    }

    fn with(mut self, name: &'static str, values: ArrayRef) -> Self {
        self.named.push((name, values));
        self
    }

    /// Appends the rows to `table`.
    pub(crate) fn append_in_tx(self, transaction: &Transaction<'_>, table: &str) -> Result<(), StoreError> {
        let batch = RecordBatch::try_from_iter(self.named).map_err(|error| {
            StoreError::new(StoreErrorKind::Internal, format!("columns of {table} do not fit together: {error}"))
        })?;
        let doing = || format!("cannot write to {table}");
        let mut appender = transaction.appender(table).context(doing())?;
        match appender.append_record_batch(batch.clone()) {
            Err(error) if error.to_string().contains("incorrect column count") => {
                append_by_name(transaction, table, batch)
            }
            outcome => outcome.and_then(|()| appender.flush()),
        }
        .context(doing())
    }
}

/// For a table to which a person added columns: those are left to their defaults. Slower than appending whole rows.
fn append_by_name(transaction: &Transaction<'_>, table: &str, batch: RecordBatch) -> duckdb::Result<()> {
    let schema = batch.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut appender = transaction.appender_with_columns(table, &names)?;
    appender.append_record_batch(batch)?;
    appender.flush()
}
