//! What there is to export: tables and views, and which of their columns tell pump and time.

use anyhow::Result;
use store_duckdb::{Disguise, DisguiseError, QueryColumn, QueryError, Reader, exported_tables};

use super::plan::Wanted;
use crate::failure::{Exit, Failure};
use crate::history::cells::query;

/// Columns that say when, the first that a table has.
const TIMES: [&str; 7] = ["local_time", "timestamp", "started", "day", "slot", "hour", "pump_time"];

/// A table or view.
pub(super) struct Table {
    pub(super) name: String,
    /// What stands after FROM: the table, or a query that answers it in disguise.
    pub(super) source: String,
    columns: Vec<QueryColumn>,
}

/// The tables that `names` name.
pub(super) fn choose_tables(reader: &Reader, names: &[String]) -> Result<Vec<Table>> {
    let known = query(
        reader,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' AND table_name <> 'refinery_schema_history' ORDER BY 1",
        |row| row.text(0),
    )?;
    let names: Vec<String> = match names {
        [] => exported_tables().map(str::to_owned).collect(),
        [all] if all == "all" => known.clone(),
        names => names.iter().map(|name| name.trim().to_owned()).collect(),
    };
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(unknown_table(unknown, &known).into());
    }
    let mut chosen: Vec<Table> = Vec::new();
    for name in names {
        if chosen.iter().all(|table| table.name != name) {
            let query = reader.query(&format!("FROM {}", quoted(&name))).map_err(|error| unreadable(&name, error))?;
            chosen.push(Table { source: quoted(&name), columns: query.columns().to_vec(), name });
        }
    }
    Ok(chosen)
}

/// A name as SQL takes it, whatever letters it has.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn unreadable(name: &str, error: QueryError) -> Failure {
    let failure = Failure::new(Exit::Data, format!("{name} cannot be read")).because(error);
    failure.hint(format!(
        "if {name} is a view of yours, fix or drop it, or select other tables with --tables. Nothing was written"
    ))
}

fn unknown_table(name: &str, known: &[String]) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("unknown table {name:?}"));
    let closeness = |other: &&String| strsim::jaro_winkler(other, name);
    match known
        .iter()
        .max_by(|one, other| closeness(one).total_cmp(&closeness(other)))
        .filter(|near| closeness(near) > 0.8)
    {
        Some(nearest) => failure.hint(format!("did you mean {nearest}?")),
        None => failure.hint(format!("there are {}", known.join(", "))),
    }
}

impl Table {
    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|other| other.name == column)
    }

    /// The table in disguise, and the columns that it lacks.
    pub(super) fn disguised(mut self, reader: &Reader, disguise: &Disguise<'_>) -> Result<(Self, Vec<String>)> {
        let disguised = reader.disguise(&self.name, &self.columns, disguise).map_err(|error| match error {
            DisguiseError::NoRules(_) => Failure::new(Exit::Usage, error.to_string())
                .hint("leave it out: without --tables, only tables that can be pseudonymized are exported"),
            other => Failure::wrapping(other),
        })?;
        self.columns.retain(|column| !disguised.left_out.contains(&format!("{}.{}", self.name, column.name)));
        self.source = format!("({})", disguised.query);
        Ok((self, disguised.left_out))
    }

    /// The column that says when.
    pub(super) fn time(&self) -> Option<&'static str> {
        TIMES.into_iter().find(|time| self.has(time))
    }

    /// The column that says which pump.
    pub(super) fn pump(&self) -> Option<&'static str> {
        if self.name == "pumps" { Some("id") } else { self.has("pump_id").then_some("pump_id") }
    }

    /// The wanted rows.
    pub(super) fn query(&self, wanted: &Wanted) -> Result<String> {
        if wanted.pump.is_some() && self.pump().is_none() {
            let failure = Failure::new(Exit::Usage, format!("{} has no pump column", self.name));
            return Err(failure.hint("omit --pump, or choose other tables with --tables").into());
        }
        let days = self.time().map_or_else(|| "true".to_owned(), |time| wanted.days(time));
        let pump = self.pump().map_or_else(|| "true".to_owned(), |pump| wanted.of_pump(pump));
        Ok(format!("FROM {} WHERE {days} AND {pump}{}", self.source, self.order()))
    }

    /// Rows in the order of their ids, else of time and of all columns: the same rows make the same file.
    pub(super) fn order(&self) -> String {
        match self.time() {
            _ if self.has("id") => " ORDER BY id".to_owned(),
            Some(time) => format!(" ORDER BY {time}, COLUMNS(*)"),
            None => " ORDER BY ALL".to_owned(),
        }
    }
}
