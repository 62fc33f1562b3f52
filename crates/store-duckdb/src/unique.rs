//! Unique ids without an index.
//!
//! DuckDB enforces a unique key with an index that takes up to 41 bytes per row where ids have gaps: as much as everything else that the
//! file has of an event as received. `raw_events` has such a key, which enforces the identity of events. The largest tables that are
//! made from it have none: the ids just written are looked at in the transaction that wrote them.

use std::ops::Range;

use duckdb::Transaction;
use pipeline::{StoreError, StoreErrorKind};

use crate::error::DuckdbContext as _;

/// Refuses the transaction if `table` has one of `ids` more than once.
pub(crate) fn ensure_unique_in_tx(
    transaction: &Transaction<'_>,
    table: &str,
    ids: Range<i64>,
) -> Result<(), StoreError> {
    let find = format!(
        "SELECT count(*)::UBIGINT FROM (SELECT id FROM {table} WHERE id >= ?1 AND id < ?2 GROUP BY id HAVING count(*) > 1)"
    );
    let repeated: u64 = transaction
        .query_row(&find, [ids.start, ids.end], |row| row.get(0))
        .context(format!("cannot check {table}"))?;
    if repeated == 0 {
        return Ok(());
    }
    Err(StoreError::new(StoreErrorKind::Internal, format!("{repeated} ids would be in {table} more than once")))
}

#[cfg(test)]
mod tests {
    use duckdb::Connection;

    use super::*;

    #[test]
    fn an_id_that_is_there_twice_is_refused() {
        let mut connection = Connection::open_in_memory().expect("DuckDB");
        connection
            .execute_batch("CREATE TABLE rows AS FROM (VALUES (1), (2), (2), (3)) AS rows (id)")
            .expect("a table");
        let transaction = connection.transaction().expect("a transaction");
        for (ids, is_refused) in [(0..9, true), (2..3, true), (0..2, false), (3..9, false), (0..0, false)] {
            let outcome = ensure_unique_in_tx(&transaction, "rows", ids.clone());
            assert_eq!(outcome.is_err(), is_refused, "{ids:?}");
        }
    }
}
