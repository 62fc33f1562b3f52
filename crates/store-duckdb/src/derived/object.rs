//! An object of the registry: a table, view or macro, and how it is rebuilt.

use super::definition::Definition;
use super::facts;
use crate::check::Check;

/// One entry of the registry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Its file.
    pub(crate) sql: &'static str,
    /// Where its rows come from; `None` where rows cannot be explained.
    pub(crate) sources: Option<Sources>,
    /// True of what `tandem export` writes unless tables are named.
    pub(crate) is_exported: bool,
    /// True of bookkeeping, which status leaves out.
    pub(crate) is_bookkeeping: bool,
    /// The column in which a row's time span begins, of tables whose spans never overlap.
    pub(crate) span_start: Option<&'static str>,
    /// Queries of `tandem verify`.
    pub(crate) checks: &'static [(Check, &'static str)],
}

/// What an object is, and so how it is rebuilt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A table of the migrations: it cannot be rebuilt.
    Stored,
    /// The comments on the stored tables.
    Comments,
    /// Made by the clock model.
    Clock,
    /// Made by decoding raw events. All of these are written together, and rebuilt together.
    Decoded,
    /// Made by SQL from decoded events.
    Domain(Domain),
    View,
    TableMacro,
    ScalarMacro,
}

/// How a domain table is derived.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Domain {
    pub(crate) lookback: Lookback,
    /// The event types that its rows are made of; empty for rows made of other tables' rows.
    pub(crate) codes: &'static [u16],
}

/// How far back a row of a table can begin that a new or changed event may still change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Lookback {
    /// A row depends only on its own event and earlier ones.
    None,
    /// A row depends on events at most this many log entries after its own.
    Entries(i64),
    /// A row lasts until another begins or an event ends it: the last row before is open.
    LastRow,
    /// What the query says; `?1` is the pump, `?2` the first changed event, NULL is "no further".
    Query(&'static str),
    /// As far as the furthest of the tables it reads, from whose rows its rows are made.
    TablesRead,
}

/// The events behind a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sources {
    /// The row's columns that name events.
    Columns(&'static str),
    /// A query for their ids; `?1` is the row's id.
    Query(&'static str),
}

impl Object {
    pub(super) const fn new(name: &'static str, kind: Kind, sql: &'static str) -> Self {
        Self {
            name,
            kind,
            sql,
            sources: None,
            is_exported: false,
            is_bookkeeping: false,
            span_start: None,
            checks: &[],
        }
    }

    /// A table that a migration makes.
    pub(super) const fn stored(name: &'static str) -> Self {
        Self::new(name, Kind::Stored, "")
    }

    pub(super) const fn decoded(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, Kind::Decoded, sql)
    }

    /// Typed columns of the events that tables are made of; `pump_events` defines them.
    pub(super) const fn facts(name: &'static str) -> Self {
        Self::decoded(name, "").bookkeeping()
    }

    /// A domain table made of the events of the types `codes`.
    pub(super) const fn table(
        name: &'static str,
        sql: &'static str,
        lookback: Lookback,
        codes: &'static [u16],
    ) -> Self {
        let kind = Kind::Domain(Domain { lookback, codes });
        Self::new(name, kind, sql).explained_by("events_id").exported()
    }

    pub(super) const fn view(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, Kind::View, sql)
    }

    #[expect(dead_code, reason = "for the first macro")]
    pub(super) const fn table_macro(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, Kind::TableMacro, sql)
    }

    pub(super) const fn scalar_macro(name: &'static str, sql: &'static str) -> Self {
        Self::new(name, Kind::ScalarMacro, sql)
    }

    /// Exported unless tables are named.
    pub(super) const fn exported(mut self) -> Self {
        self.is_exported = true;
        self
    }

    /// Exported only when named.
    pub(super) const fn not_exported(mut self) -> Self {
        self.is_exported = false;
        self
    }

    pub(super) const fn bookkeeping(mut self) -> Self {
        self.is_bookkeeping = true;
        self
    }

    /// Each row is explained by the events in these columns.
    pub(super) const fn explained_by(mut self, columns: &'static str) -> Self {
        self.sources = Some(Sources::Columns(columns));
        self
    }

    /// Each row is explained by the events that the query finds; `?1` is the row's id.
    pub(super) const fn explained_by_query(mut self, query: &'static str) -> Self {
        self.sources = Some(Sources::Query(query));
        self
    }

    /// Time spans of a pump that begin in the column `start`, end in `ended_utc`, and never overlap.
    pub(super) const fn spans_from(mut self, start: &'static str) -> Self {
        self.span_start = Some(start);
        self
    }

    pub(super) const fn checked_by(mut self, checks: &'static [(Check, &'static str)]) -> Self {
        self.checks = checks;
        self
    }

    /// Its statements.
    pub(crate) fn definition(&self) -> Definition {
        facts::find_definition(self.name).unwrap_or_else(|| Definition::from_sql(self.sql))
    }

    /// How it is derived, if it is a domain table.
    pub(crate) fn domain(&self) -> Option<Domain> {
        match self.kind {
            Kind::Domain(domain) => Some(domain),
            _ => None,
        }
    }

    /// True of a domain table that has ids, and no unique key for them.
    pub(crate) fn has_ids_without_key(&self) -> bool {
        let create = self.definition().create;
        create.contains("\n    id ") && !create.contains("PRIMARY KEY")
    }

    /// True of what has rows that are rebuilt.
    pub(crate) fn has_rows(&self) -> bool {
        matches!(self.kind, Kind::Clock | Kind::Decoded | Kind::Domain(_))
    }
}

impl Kind {
    /// Its name in `derived_objects` and in the catalog.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Stored | Self::Clock | Self::Decoded | Self::Domain(_) => "table",
            Self::Comments => "comments",
            Self::View => "view",
            Self::TableMacro => "table_macro",
            Self::ScalarMacro => "macro",
        }
    }
}
