//! Whose history the file holds: one person's.

use chrono::{DateTime, Utc};
use duckdb::{Connection, Transaction, params};
use pipeline::{Account, AccountId, StoreError, StoreErrorKind};

use crate::error::DuckdbContext as _;

/// Fails where the file holds another person's history.
pub(crate) fn check_in_tx(transaction: &Transaction<'_>, account: &Account) -> Result<(), StoreError> {
    let known = texts(transaction, "SELECT account_id FROM accounts")?;
    let is_mine = match &account.id {
        Some(id) if !known.is_empty() => known.iter().any(|known| known == id.as_str()),
        _ => has_fetched_pump(transaction, account)?,
    };
    if is_mine {
        return Ok(());
    }
    Err(StoreError::new(StoreErrorKind::OtherAccount, "the database holds the history of another person's account"))
}

/// Whether one of the pumps fetched before is the account's. True where none was: archives do not say whose they are.
fn has_fetched_pump(transaction: &Transaction<'_>, account: &Account) -> Result<bool, StoreError> {
    let fetched = "SELECT DISTINCT unnest([p.serial_number, lower(a.assignment_id)])
                   FROM fetch_windows w JOIN pumps p ON p.id = w.pump_id LEFT JOIN pump_assignments a ON a.pump_id = p.id";
    let names = texts(transaction, fetched)?;
    let is_known = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let mut pumps = account.pumps.iter();
    Ok(names.is_empty()
        || pumps.any(|pump| {
            is_known(pump.serial_number.as_str()) || pump.assignment_id.as_ref().is_some_and(|id| is_known(id.as_str()))
        }))
}

/// Notes whose history the file holds from now on.
pub(crate) fn remember_in_tx(
    transaction: &Transaction<'_>,
    account: &Account,
    seen: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(id) = account.id.as_ref().map(AccountId::as_str) else { return Ok(()) };
    let add = "INSERT INTO accounts SELECT ?1, ?2 WHERE NOT EXISTS (FROM accounts)";
    transaction.execute(add, params![id, seen]).map(|_| ()).context("cannot note whose history this is")
}

fn texts(connection: &Connection, query: &str) -> Result<Vec<String>, StoreError> {
    let doing = "cannot read whose history this is";
    let mut statement = connection.prepare(query).context(doing)?;
    let texts =
        statement.query_map([], |row| row.get::<_, Option<String>>(0)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    Ok(texts.context(doing)?.into_iter().flatten().collect())
}
