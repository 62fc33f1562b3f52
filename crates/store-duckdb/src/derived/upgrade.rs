//! Brings the derived layer of a database to the definitions of this program.
//!
//! First, in one transaction, every object whose definition differs is dropped and created again, tables empty. Then each
//! empty table is filled in a transaction of its own and marked complete, so a process that was killed continues
//! where it stopped. Where events must be decoded again, tables stay empty until the stages parse and derive have
//! filled them; until then the database cannot be opened for reading.

use std::collections::BTreeSet;

use duckdb::{Connection, Transaction, params};
use pipeline::{EventId, PumpId, StoreError, StoreErrorKind};

use super::catalog::{Built, Present, collect_rows, list_altered_views, list_built, list_present};
use super::digest::{self, Digest};
use super::entries::OBJECTS;
use super::insertion::insert_in_tx;
use super::object::{Kind, Object};
use super::obstacles::{PersonalObjects, find_obstacles, in_the_way, quoted};
use crate::error::DuckdbContext as _;

/// A table that is about to be rebuilt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rebuilding {
    /// Its name.
    pub table: &'static str,
    /// How many were rebuilt before.
    pub done: usize,
    /// How many are rebuilt in all.
    pub all: usize,
}

/// The parts of the derived layer that are completed by different stages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Layer {
    Clocks,
    Decoded,
    Domain,
}

impl Layer {
    fn contains(self, object: &Object) -> bool {
        match self {
            Self::Clocks => object.kind == Kind::Clock,
            Self::Decoded => object.kind == Kind::Decoded,
            Self::Domain => object.domain().is_some(),
        }
    }

    /// Its objects as a list in SQL.
    fn names(self) -> String {
        sql_list(OBJECTS.iter().filter(|object| self.contains(object)).map(|object| object.name))
    }
}

/// NULL is in no list, and SQL has no empty one.
fn sql_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.fold("(NULL".to_owned(), |list, name| format!("{list}, '{name}'")) + ")"
}

/// Rebuilds what differs from this program's definitions, and continues what an earlier process began.
pub(crate) fn bring_up_to_date(
    connection: &mut Connection,
    on_rebuild: &mut dyn FnMut(Rebuilding),
) -> Result<(), StoreError> {
    bring_to(connection, OBJECTS, digest::current_digests(), on_rebuild)
}

/// Rebuilds what differs from `objects`.
pub(super) fn bring_to(
    connection: &mut Connection,
    objects: &[Object],
    digests: &[Digest],
    on_rebuild: &mut dyn FnMut(Rebuilding),
) -> Result<(), StoreError> {
    let upgrade = Upgrade::plan(connection, objects, digests)?;
    if upgrade.has_work() {
        upgrade.carry_out(connection)?;
    }
    fill_tables(connection, objects, on_rebuild)
}

/// Refuses a database whose derived layer is not that of this program; for connections that cannot write.
pub(crate) fn check_up_to_date(connection: &Connection) -> Result<(), StoreError> {
    let built = list_built(connection)?;
    let is_current = |(object, digest): &(&Object, &Digest)| {
        let ours = built.iter().find(|ours| ours.name == object.name);
        ours.is_some_and(|ours| ours.digest == digest.rule && ours.is_complete)
    };
    let derived = OBJECTS.iter().zip(digest::current_digests()).filter(|(object, _)| object.kind != Kind::Stored);
    let outdated = derived.filter(|object| !is_current(object)).count();
    if outdated > 0 {
        let message =
            format!("{outdated} of the tables and views in the database are not those of this version of tandem");
        return Err(StoreError::new(StoreErrorKind::Outdated, message));
    }
    let altered = list_altered_views(connection)?;
    if altered.is_empty() {
        return Ok(());
    }
    let message = format!("these views were dropped or replaced: {}", altered.join(", "));
    Err(StoreError::new(StoreErrorKind::Outdated, message))
}

/// True when the rows of `layer` are all there, as far as the stages have come.
pub(crate) fn is_complete(connection: &Connection, layer: Layer) -> Result<bool, StoreError> {
    let ask =
        format!("SELECT coalesce(bool_and(is_complete), true) FROM derived_objects WHERE name IN {}", layer.names());
    connection.query_row(&ask, [], |row| row.get(0)).context("cannot read what is complete")
}

/// Notes that the rows of `layer` are all there.
pub(crate) fn mark_complete_in_tx(transaction: &Transaction<'_>, layer: Layer) -> Result<(), StoreError> {
    mark_in_tx(transaction, layer, true)
}

/// Notes that events and domain rows were deleted, and are missing if there is anything to make them of.
pub(crate) fn mark_emptied_in_tx(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let is_complete = !has_raw_events(transaction)?;
    mark_in_tx(transaction, Layer::Decoded, is_complete)?;
    mark_in_tx(transaction, Layer::Domain, is_complete)
}

fn mark_in_tx(transaction: &Transaction<'_>, layer: Layer, is_complete: bool) -> Result<(), StoreError> {
    let mark = format!(
        "UPDATE derived_objects SET is_complete = {is_complete} WHERE is_complete <> {is_complete} AND name IN {}",
        layer.names()
    );
    transaction.execute_batch(&mark).context("cannot note what is complete")
}

/// What is to be done to a database.
struct Upgrade<'a> {
    built: Vec<Built>,
    present: Vec<Present>,
    /// To be dropped and created again, in the order of the registry.
    rebuilt: Vec<(&'a Object, &'a Digest)>,
    /// Only the comments are others.
    commented: Vec<(&'a Object, &'a Digest)>,
    /// Ours once, no longer in the registry.
    retired: Vec<Built>,
}

impl<'a> Upgrade<'a> {
    fn plan(connection: &Connection, objects: &'a [Object], digests: &'a [Digest]) -> Result<Self, StoreError> {
        let has_macros = |object: &Object| matches!(object.kind, Kind::TableMacro | Kind::ScalarMacro);
        let built = list_built(connection)?;
        let present = list_present(connection, objects.iter().any(has_macros))?;
        let derived = || objects.iter().zip(digests).filter(|(object, _)| object.kind != Kind::Stored);
        let mut rebuilt: Vec<_> = derived().filter(|entry| is_outdated(*entry, &built, &present)).collect();
        if rebuilt.iter().any(|(object, _)| object.kind == Kind::Decoded) {
            let is_rebuilt = |name| rebuilt.iter().any(|(object, _)| object.name == name);
            let follows = |object: &Object| matches!(object.kind, Kind::Decoded | Kind::Domain(_));
            rebuilt = derived().filter(|(object, _)| follows(object) || is_rebuilt(object.name)).collect();
        }
        let differs = |(object, digest): &(&Object, &Digest)| {
            let ours = built.iter().find(|ours| ours.name == object.name);
            ours.is_some_and(|ours| ours.comments_digest != digest.comments)
        };
        let is_rebuilt = |object: &Object| rebuilt.iter().any(|(other, _)| other.name == object.name);
        let commented = derived().filter(|entry| differs(entry) && !is_rebuilt(entry.0)).collect();
        let is_retired = |ours: &&Built| objects.iter().all(|object| object.name != ours.name);
        let retired = built.iter().filter(is_retired).cloned().collect();
        Ok(Self { built, present, rebuilt, commented, retired })
    }

    fn has_work(&self) -> bool {
        !(self.rebuilt.is_empty() && self.commented.is_empty() && self.retired.is_empty())
    }

    /// All of it, or nothing and an error that names what is in the way.
    fn carry_out(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let objects: Vec<&Object> = self.rebuilt.iter().map(|(object, _)| *object).collect();
        let mut obstacles = find_obstacles(connection, &objects, &self.built, &self.present)?;
        if !obstacles.is_empty() {
            return Err(in_the_way(&obstacles));
        }
        let ours = self.built.iter().map(|ours| ours.name.as_str()).chain(objects.iter().map(|object| object.name));
        let personal = PersonalObjects::find(connection, &ours.collect())?;
        let doing = "cannot bring the derived tables up to date";
        let transaction = connection.transaction().context(doing)?;
        self.rebuild_in_tx(&transaction)?;
        let rebuilt: BTreeSet<&str> = objects.iter().map(|object| object.name).collect();
        obstacles.extend(personal.restore_in_tx(&transaction, &rebuilt));
        if !obstacles.is_empty() {
            transaction.rollback().context(doing)?;
            return Err(in_the_way(&obstacles));
        }
        transaction.commit().context(doing)
    }

    fn rebuild_in_tx(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let names = self.rebuilt.iter().map(|(object, _)| object.name);
        let dropped: Vec<&str> = names.chain(self.retired.iter().map(|ours| ours.name.as_str())).collect();
        for there in self.present.iter().filter(|there| dropped.contains(&there.name.as_str())) {
            drop_in_tx(transaction, there)?;
        }
        let forget = format!("DELETE FROM derived_objects WHERE name IN {}", sql_list(dropped.iter().copied()));
        transaction.execute_batch(&forget).context("cannot forget former definitions")?;
        self.rebuilt.iter().try_for_each(|(object, _)| create_in_tx(transaction, object))?;
        self.commented.iter().try_for_each(|(object, digest)| comment_again_in_tx(transaction, object, digest))?;
        self.note_in_tx(transaction)
    }

    /// Writes down what was built, and what is to be done about its rows.
    fn note_in_tx(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let has_events = has_raw_events(transaction)?;
        let present = list_present(transaction, true)?;
        for (object, digest) in &self.rebuilt {
            let shape = present.iter().find(|there| there.name == object.name).map_or("", |there| &there.shape);
            let is_complete = !(has_events && object.has_rows());
            let values = params![object.name, object.kind.as_str(), digest.rule, digest.comments, shape, is_complete];
            transaction
                .execute("INSERT INTO derived_objects VALUES (?, ?, ?, ?, ?, ?)", values)
                .context("cannot note a definition")?;
        }
        if self.rebuilt.iter().any(|(object, _)| object.kind == Kind::Decoded) {
            let forget = transaction.execute_batch("DELETE FROM parse_progress");
            forget.context("cannot begin to decode again")?;
        }
        if !is_complete(transaction, Layer::Decoded)? {
            mark_pumps_in_tx(transaction)?;
        }
        Ok(())
    }
}

/// True of an object that is not there as it should be.
fn is_outdated((object, digest): (&Object, &Digest), built: &[Built], present: &[Present]) -> bool {
    let Some(ours) = built.iter().find(|ours| ours.name == object.name && ours.kind == object.kind.as_str()) else {
        return true;
    };
    let is_there = object.kind == Kind::Comments
        || present
            .iter()
            .any(|there| there.name == object.name && there.kind == ours.kind && there.shape == ours.shape);
    ours.digest != digest.rule || !is_there
}

fn drop_in_tx(transaction: &Transaction<'_>, there: &Present) -> Result<(), StoreError> {
    let kind = match there.kind.as_str() {
        "table_macro" => "MACRO TABLE",
        kind => kind,
    };
    let drop = format!("DROP {kind} {}", quoted(&there.name));
    transaction.execute_batch(&drop).context(format!("cannot drop the former {}", there.name))
}

fn create_in_tx(transaction: &Transaction<'_>, object: &Object) -> Result<(), StoreError> {
    let definition = object.definition();
    transaction.execute_batch(definition.create).context(format!("cannot create {}", object.name))?;
    comment_in_tx(transaction, object)
}

fn comment_in_tx(transaction: &Transaction<'_>, object: &Object) -> Result<(), StoreError> {
    let doing = || format!("cannot comment on {}", object.name);
    transaction.execute_batch(object.definition().comments).context(doing())
}

fn comment_again_in_tx(transaction: &Transaction<'_>, object: &Object, digest: &Digest) -> Result<(), StoreError> {
    comment_in_tx(transaction, object)?;
    let note = "UPDATE derived_objects SET comments_digest = ? WHERE name = ?";
    let noted = transaction.execute(note, params![digest.comments, object.name]);
    noted.map(|_| ()).context("cannot note comments")
}

fn has_raw_events(connection: &Connection) -> Result<bool, StoreError> {
    let any = "SELECT EXISTS (FROM raw_batches WHERE new + revised + recovered > 0)";
    connection.query_row(any, [], |row| row.get(0)).context("cannot look for raw events")
}

/// Marks every pump for derivation from its first event on: tables that are empty now are filled with what is decoded.
fn mark_pumps_in_tx(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let mark = format!(
        "INSERT INTO pending_derivations SELECT id, id::BIGINT * {} FROM pumps
         ON CONFLICT (pump_id) DO UPDATE SET from_events_id = excluded.from_events_id",
        EventId::PUMP_STEP
    );
    transaction.execute_batch(&mark).context("cannot mark the pumps for derivation")
}

/// Fills the domain tables that were rebuilt, unless events are to be decoded first.
fn fill_tables(
    connection: &mut Connection,
    objects: &[Object],
    on_rebuild: &mut dyn FnMut(Rebuilding),
) -> Result<(), StoreError> {
    let incomplete: Vec<String> =
        collect_rows(connection, "SELECT name FROM derived_objects WHERE NOT is_complete", |row| row.get(0))?;
    let is_empty = |object: &&Object| incomplete.iter().any(|name| name == object.name);
    if objects.iter().filter(is_empty).any(|object| object.kind == Kind::Decoded) {
        return Ok(());
    }
    let empty: Vec<&Object> = objects.iter().filter(is_empty).filter(|object| object.domain().is_some()).collect();
    if empty.is_empty() {
        return Ok(());
    }
    let pumps = collect_rows(connection, "SELECT id FROM pumps ORDER BY id", |row| row.get(0).map(PumpId))?;
    for (done, object) in empty.iter().enumerate() {
        on_rebuild(Rebuilding { table: object.name, done, all: empty.len() });
        fill_table(connection, object, &pumps)?;
    }
    Ok(())
}

fn fill_table(connection: &mut Connection, object: &Object, pumps: &[PumpId]) -> Result<(), StoreError> {
    let doing = || format!("cannot rebuild {}", object.name);
    let transaction = connection.transaction().context(doing())?;
    transaction.execute_batch(&format!("DELETE FROM {}", object.name)).context(doing())?;
    for pump in pumps {
        insert_in_tx(&transaction, object, *pump, EventId::first_of(*pump).number())?;
    }
    let note = "UPDATE derived_objects SET is_complete = true WHERE name = ?";
    transaction.execute(note, [object.name]).context(doing())?;
    transaction.commit().context(doing())
}
