//! A Hive-partitioned lake: a file per table, person, pump and month, written again only where its rows changed.
//!
//! What each file was made from stands in the part's manifest: the number of rows and a sum of their hashes. What a lake is
//! and how a part goes from one state to the next is in [`crate::lake`].

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use store_duckdb::{DataVersions, Disguise, Exporter, Identifier, Reader};

use super::plan::Format;
use super::tables::Table;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::cells::query;
use crate::lake::{Change, Content, Key, Kind, Lake, Manifest, PersonId, Pseudonyms, stage_file};
use crate::output::format_count;

/// Under which name a person's rows go into a lake, and what is kept of what names them.
pub(super) struct Identity {
    /// As folders and manifest name the person.
    person: Option<PersonId>,
    disguise: Option<Mask>,
}

/// How a person is disguised.
struct Mask {
    key: Key,
    /// The person's own name.
    name: PersonId,
    shift_days: i64,
}

/// A person's part of a lake as it is to be.
pub(super) struct PartPlan {
    kind: Kind,
    person: Option<PersonId>,
    format: Format,
    /// The tables that this run is about.
    tables: Vec<String>,
    files: BTreeMap<String, (Content, String)>,
    left_out: Vec<String>,
}

impl Identity {
    /// The person `name`, disguised where there is a key.
    pub(super) fn new(name: Option<&str>, key: Option<&Path>, moves_dates: bool) -> Result<Self> {
        let person = name.map(PersonId::new).transpose()?;
        let Some(path) = key else { return Ok(Self { person, disguise: None }) };
        let Some(name) = person else {
            let failure = Failure::new(Exit::Usage, "no person to make a pseudonym for");
            return Err(failure.hint("say whose history it is with --person NAME").into());
        };
        let key = Key::read(path)?;
        let shift_days = if moves_dates { key.shift_days(&name) } else { 0 };
        Ok(Self { person: Some(key.person(&name)?), disguise: Some(Mask { key, name, shift_days }) })
    }

    fn kind(&self) -> Kind {
        let pseudonyms = self
            .disguise
            .as_ref()
            .map(|mask| Pseudonyms { key_id: mask.key.id(), has_shifted_days: mask.shift_days != 0 });
        Kind { has_people: self.person.is_some(), versions: DataVersions::current(), pseudonyms }
    }

    /// A serial number as a folder shows it.
    fn pump_folder(&self, number: i64, serial: Option<&str>) -> String {
        let name = match (serial, &self.disguise) {
            (None, _) => format!("no-{number}"),
            (Some(serial), None) => file_name(serial),
            (Some(serial), Some(mask)) => mask.pseudonym(Identifier::SerialNumber, serial),
        };
        format!("pump={name}")
    }

    fn disguise(&self, reader: &Reader, tables: Vec<Table>) -> Result<(Vec<Table>, Vec<String>)> {
        let Some(mask) = &self.disguise else { return Ok((tables, Vec::new())) };
        let pseudonym = |identifier, text: &str| mask.pseudonym(identifier, text);
        let disguise = Disguise { pseudonym: &pseudonym, shift_days: mask.shift_days };
        let disguised = tables.into_iter().map(|table| table.disguised(reader, &disguise));
        let (tables, left_out): (Vec<_>, Vec<_>) = disguised.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        Ok((tables, left_out.concat()))
    }
}

impl Mask {
    fn pseudonym(&self, identifier: Identifier, text: &str) -> String {
        self.key.pseudonym(&self.name, identifier, text)
    }
}

impl PartPlan {
    /// What the part of `identity` with `tables` consists of now.
    pub(super) fn new(reader: &Reader, tables: Vec<Table>, identity: Identity, format: Format) -> Result<Self> {
        let kind = identity.kind();
        let (tables, left_out) = identity.disguise(reader, tables)?;
        let mut files = BTreeMap::new();
        for table in &tables {
            files.extend(partitions(reader, table, &identity, format.extension())?);
        }
        let tables = tables.into_iter().map(|table| table.name).collect();
        Ok(Self { kind, person: identity.person, format, tables, files, left_out })
    }

    /// Writes what changed, and removes what this program wrote earlier and is no more.
    pub(super) fn write(self, folder: &Path, exporter: &Exporter, context: &Context) -> Result<Exit> {
        let lake = Lake::open(folder)?;
        let part = lake.part(self.person.clone())?;
        part.refuse_mixture(&self.kind)?;
        let before = part.manifest(&self.kind)?;
        self.refuse_to_leave_old_tables(&before, folder)?;
        let mut manifest = Manifest::new(self.person.clone(), self.kind.clone());
        manifest.files = before.files.iter().filter(|(name, _)| !self.covers(name)).map(owned).collect();
        let mut staged = Vec::new();
        for (name, (content, query)) in &self.files {
            let is_current = before.is_of(&self.kind) && before.files.get(name) == Some(content);
            if !(is_current && lake.folder().join(name).exists()) {
                let write = |path: &Path| Ok(exporter.write(query, path, self.format.form()).map(drop)?);
                staged.push((name.clone(), stage_file(lake.folder(), name, write)?));
            }
            manifest.files.insert(name.clone(), content.clone());
        }
        let removed: Vec<_> = before.files.keys().filter(|name| !manifest.files.contains_key(*name)).cloned().collect();
        let (written, gone) = (staged.len(), removed.len());
        if written + gone > 0 || manifest != before {
            part.commit(Change { manifest, staged, removed })?;
        }
        self.report(folder, written, gone, context);
        Ok(Exit::Done)
    }

    fn report(&self, folder: &Path, written: usize, gone: usize, context: &Context) {
        let kept = self.files.len() - written;
        let words = format!("{} written, {kept} unchanged, {gone} removed", format_count(written as u64, "file"));
        context.terminal.say(format!("{}: {words}", folder.display()));
        if !self.left_out.is_empty() {
            context
                .terminal
                .say(format!("left out, because they may name the person or a date: {}", self.left_out.join(", ")));
        }
    }

    /// True of a file of a table and format that this run is about.
    fn covers(&self, name: &str) -> bool {
        let table = name.split('/').next().and_then(|folder| folder.strip_prefix("table="));
        let is_of_format = name.rsplit('.').next() == Some(self.format.extension());
        is_of_format && table.is_some_and(|table| self.tables.iter().any(|name| name == table))
    }

    /// A part of another version or kind is written again as a whole or not at all.
    fn refuse_to_leave_old_tables(&self, before: &Manifest, folder: &Path) -> Result<()> {
        let others: Vec<_> = before.files.keys().filter(|name| !self.covers(name)).cloned().collect();
        let (false, Some(name)) = (before.is_of(&self.kind), others.first()) else { return Ok(()) };
        let message = format!("{} has files of another version or kind, among them {name}", folder.display());
        let hint = "nothing was changed: select these tables too, with the same --format, or choose a new folder with --output";
        Err(Failure::new(Exit::Usage, message).hint(hint).into())
    }
}

fn owned((name, content): (&String, &Content)) -> (String, Content) {
    (name.clone(), content.clone())
}

/// The files of one table: what each holds, and the query for it.
fn partitions(
    reader: &Reader,
    table: &Table,
    identity: &Identity,
    extension: &str,
) -> Result<Vec<(String, (Content, String))>> {
    let (source, order) = (&table.source, table.order());
    let pump = table.pump().filter(|column| *column == "pump_id").unwrap_or("NULL::INTEGER");
    let month = table.time().map_or_else(|| "NULL".to_owned(), |time| format!("strftime({time}, '%Y-%m')"));
    let list = format!(
        "SELECT {pump} AS pump_number, any_value(known_pumps.serial_number), {month} AS month_text, count(*), sum(hash(t)::HUGEINT)
         FROM {source} AS t LEFT JOIN (SELECT id AS pump_key, serial_number FROM pumps) AS known_pumps ON pump_key = {pump}
         GROUP BY pump_number, month_text ORDER BY pump_number, month_text"
    );
    query(reader, &list, |row| {
        let (number, serial, text) = (row.optional::<i64>(0)?, row.optional_text(1), row.optional_text(2));
        let mut folders = vec![format!("table={}", table.name)];
        folders.extend(identity.person.as_ref().map(PersonId::folder));
        let mut conditions = vec!["true".to_owned()];
        if let Some(number) = number {
            folders.push(identity.pump_folder(number, serial.as_deref()));
            conditions.push(format!("pump_id = {number}"));
        }
        if let Some(text) = text {
            folders.push(format!("month={text}"));
            conditions.push(format!("{month} = '{text}'"));
        }
        let content = Content { rows: row.parsed(3)?, hash: row.text(4)? };
        let query = format!("FROM {source} WHERE {}{order}", conditions.join(" AND "));
        // With slashes on every system, so that a lake can be moved.
        Ok((format!("{}/data.{extension}", folders.join("/")), (content, query)))
    })
}

/// A serial number as part of a path: letters, digits and hyphens.
fn file_name(serial: &str) -> String {
    serial.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}
