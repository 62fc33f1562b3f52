//! Reads a column of text row by row: answers of any length in the memory of a few rows.

use duckdb::Connection;
use duckdb::arrow::array::{Array, StringArray, StructArray};

/// Hands every text of the first column of `query` to `take`, in order, until it says false. NULL is passed over.
pub(crate) fn for_each_text(
    connection: &Connection,
    query: &str,
    take: &mut dyn FnMut(&str) -> bool,
) -> duckdb::Result<()> {
    let mut statement = connection.prepare(query)?;
    // Only starts the query: the iterator that this returns would end the program where a step fails.
    let _ = statement.stream_arrow([])?;
    while let Some(chunk) = statement.step()? {
        for text in texts_of(&chunk)?.iter().flatten() {
            if !take(text) {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn texts_of(chunk: &StructArray) -> duckdb::Result<&StringArray> {
    let column = chunk.column(0).as_any().downcast_ref::<StringArray>();
    column.ok_or_else(|| duckdb::Error::InvalidColumnName("the first is no text".to_owned()))
}
