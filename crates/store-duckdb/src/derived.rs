//! The registry of everything that is derived: one entry for each table, view and macro below the raw events.
//!
//! The derived layer is a build product. Each object has its current definition in `derived/<name>.sql` and its entry in
//! [`OBJECTS`]; [`digest`] makes a digest of the definition and of everything it depends on, which the database stores
//! (`derived_objects`). Opening a database for writing rebuilds exactly the objects whose digests differ
//! ([`upgrade`]). Derive, rebuild, explain, export, verify, status and the data dictionary iterate over the registry.
//!
//! # To add or change something
//!
//! * **A domain table** is three files: `derived/<name>.sql`, one entry here, one test. The file has, in this order, each
//!   beginning at the start of a line: `CREATE TABLE`, its `COMMENT ON` statements, optionally `DELETE FROM`, and
//!   `INSERT INTO <name> BY NAME`, which inserts the rows of pump `?1` that begin at event `?2` or later. The table needs
//!   the columns `id`, `events_id` and `pump_id`. Insert it in [`OBJECTS`] after the tables it reads: what an object
//!   depends on is found in its text, among the entries above it. [`Lookback`] says how far back a new event
//!   can change rows.
//! * **A view** is a file with `CREATE VIEW` and its comments, and an entry made with [`Object::view`]; **a macro** is the same with
//!   `CREATE MACRO` and [`Object::table_macro`] or [`Object::scalar_macro`].
//! * **A check** for `tandem verify` is a query in `verify/`, attached to its table with [`Object::checked_by`].
//! * **To change a rule** just edit the SQL: existing databases follow when they are next opened. Comments and layout
//!   can change without rebuilding rows.
//! * **A table that cannot be rebuilt** is made by a migration, has its comments in `derived/stored_tables.sql` and an entry made
//!   with [`Object::stored`].

mod catalog;
mod definition;
mod digest;
mod entries;
mod facts;
mod insertion;
mod object;
mod obstacles;
mod upgrade;

#[cfg(test)]
mod tests;

pub(crate) use digest::depends_on;
pub use entries::exported_tables;
pub(crate) use entries::{OBJECTS, domain_table_names, domain_tables};
pub(crate) use insertion::{insert_all_in_tx, insert_in_tx};
pub(crate) use object::{Kind, Lookback, Object, Sources};
pub(crate) use obstacles::{refuse_foreign_keys, refuse_macros_in_use, refuse_shadowing_macros};
pub use upgrade::Rebuilding;
pub(crate) use upgrade::{
    Layer, bring_up_to_date, check_up_to_date, is_complete, mark_complete_in_tx, mark_emptied_in_tx,
};

/// A digest for each object of the registry: of its definition and of everything it depends on.
pub(crate) fn rule_digests() -> impl Iterator<Item = &'static str> {
    digest::current_digests().iter().map(|digest| digest.rule.as_str())
}
