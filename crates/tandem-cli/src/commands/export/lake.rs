//! A Hive-partitioned lake: a file per table, pump and month, written again only where its rows changed.
//!
//! What each file was made from stands in a manifest beside them: the number of rows and a sum of their hashes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use store_duckdb::{Exporter, FileForm, Reader};

use super::plan::Format;
use super::tables::Table;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::cells::query;
use crate::output::{atomic, counted};

/// The manifest; readers of Hive partitions pass over names that begin with an underscore.
const MANIFEST: &str = "_tandem_export.json";
/// Held while a lake is written, so that two runs do not mix.
const LOCK: &str = "_tandem_export.lock";
/// Changes when files of the same rows would be written differently.
const VERSION: u32 = 1;

/// What a lake was made from.
#[derive(Deserialize, PartialEq, Serialize)]
struct Manifest {
    version: u32,
    schema: u32,
    /// By path below the lake: what the file holds.
    files: BTreeMap<String, Content>,
}

/// What a file holds.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
struct Content {
    rows: u64,
    /// The sum of the rows' hashes, in decimal: it outgrows the numbers of JSON.
    hash: String,
}

/// A lake as it is to be.
pub(super) struct Lake<'a> {
    folder: &'a Path,
    form: FileForm,
    files: BTreeMap<String, (Content, String)>,
}

impl<'a> Lake<'a> {
    /// What a lake of `tables` consists of now.
    pub(super) fn of(reader: &Reader, tables: &[Table], folder: &'a Path, format: Format) -> Result<Self> {
        let mut files = BTreeMap::new();
        for table in tables {
            files.extend(partitions(reader, table, format.extension())?);
        }
        Ok(Self { folder, form: format.form(), files })
    }

    /// Writes what changed, and removes what this program wrote earlier and is no more.
    pub(super) fn write(self, exporter: &Exporter, context: &Context) -> Result<Exit> {
        self.manifest()?;
        let _lock = self.lock()?;
        self.remove_left_over()?;
        // Read with the lock: another run may have written it meanwhile.
        let before = self.manifest()?;
        if !self.folder.join(MANIFEST).exists() {
            // First of all: a lake that is cut short is known as one's own.
            self.keep_manifest(BTreeMap::new())?;
        }
        let mut files = before.files;
        let (mut written, mut kept, mut removed) = (0, 0, 0);
        for (name, (content, query)) in &self.files {
            let path = self.folder.join(name);
            if files.get(name) == Some(content) && path.exists() {
                kept += 1;
                continue;
            }
            let file = atomic::temporary_beside(&path)?;
            exporter.write(query, file.path(), self.form)?;
            // Until the manifest says otherwise the next run writes this file again.
            atomic::keep(file, &path, true)?;
            files.insert(name.clone(), content.clone());
            written += 1;
        }
        let gone: Vec<_> = files.keys().filter(|name| self.should_go(name)).cloned().collect();
        for name in gone {
            remove(&self.folder.join(&name))?;
            files.remove(&name);
            removed += 1;
        }
        if written + removed > 0 {
            self.keep_manifest(files)?;
        }
        let words = format!("{} written, {kept} unchanged, {removed} removed", counted(written, "file"));
        context.terminal.say(format!("{}: {words}", self.folder.display()));
        Ok(Exit::Done)
    }

    /// Waits until no other run writes this lake.
    fn lock(&self) -> Result<fs::File> {
        let path = self.folder.join(LOCK);
        let unwritable = || format!("cannot write {}", path.display());
        fs::create_dir_all(self.folder).with_context(unwritable)?;
        let file = fs::File::options().create(true).append(true).open(&path).with_context(unwritable)?;
        file.lock().with_context(unwritable)?;
        Ok(file)
    }

    /// Removes the files that a run which was killed had begun.
    fn remove_left_over(&self) -> Result<()> {
        for table in folders_of(self.folder) {
            for folder in std::iter::once(table.clone()).chain(folders_below(&table)) {
                entries_of(&folder).filter(|path| atomic::is_temporary(path)).try_for_each(|path| remove(&path))?;
            }
        }
        entries_of(self.folder).filter(|path| atomic::is_temporary(path)).try_for_each(|path| remove(&path))
    }

    /// True of a file of a table and format that this run is about, and that has no rows any more.
    fn should_go(&self, name: &str) -> bool {
        let kind = |name: &str| (name.split('/').next().map(str::to_owned), name.rsplit('.').next().map(str::to_owned));
        !self.files.contains_key(name) && self.files.keys().any(|other| kind(other) == kind(name))
    }

    fn manifest(&self) -> Result<Manifest> {
        let fresh = Manifest { version: VERSION, schema: store_duckdb::schema_version(), files: BTreeMap::new() };
        let path = self.folder.join(MANIFEST);
        if !path.exists() {
            let has_files = entries_of(self.folder).any(|path| !path.ends_with(LOCK));
            if has_files {
                let message = format!("{} contains other files", self.folder.display());
                return Err(Failure::new(Exit::Usage, message).hint("choose a new folder with --output").into());
            }
            return Ok(fresh);
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let damaged = |error| {
            Failure::new(Exit::Data, format!("{} is damaged", path.display())).because(anyhow::Error::new(error))
        };
        let old: Manifest = serde_json::from_str(&text)
            .map_err(|error| damaged(error).hint("delete it and the table=… folders beside it, then export again"))?;
        // Of another version: every file is written again, and still known as one's own.
        let stale = old.version != fresh.version || old.schema != fresh.schema;
        let forget = |(name, content): (String, Content)| (name, Content { hash: String::new(), ..content });
        Ok(if stale { Manifest { files: old.files.into_iter().map(forget).collect(), ..fresh } } else { old })
    }

    fn keep_manifest(&self, files: BTreeMap<String, Content>) -> Result<()> {
        let manifest = Manifest { version: VERSION, schema: store_duckdb::schema_version(), files };
        let text = serde_json::to_string_pretty(&manifest)?;
        atomic::write(&self.folder.join(MANIFEST), true, |file| file.write_all(text.as_bytes()))
    }
}

/// What a folder holds; nothing where there is none.
fn entries_of(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// The folders of tables in a lake.
fn folders_of(lake: &Path) -> impl Iterator<Item = PathBuf> {
    let is_table = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("table="));
    entries_of(lake).filter(is_table)
}

/// All folders below one.
fn folders_below(folder: &Path) -> Vec<PathBuf> {
    let folders = entries_of(folder).filter(|path| path.is_dir());
    folders.flat_map(|folder| [vec![folder.clone()], folders_below(&folder)].concat()).collect()
}

/// The files of one table: what each holds, and the query for it.
fn partitions(reader: &Reader, table: &Table, extension: &str) -> Result<Vec<(String, (Content, String))>> {
    let (name, order) = (&table.name, table.order());
    let pump = table.pump().filter(|column| *column == "pump_id").unwrap_or("NULL::INTEGER");
    let month = table.time().map_or_else(|| "NULL".to_owned(), |time| format!("strftime({time}, '%Y-%m')"));
    let list = format!(
        "SELECT {pump} AS pump_number, any_value(known_pumps.serial_number), {month} AS month_text, count(*), sum(hash(t)::HUGEINT)
         FROM {name} AS t LEFT JOIN (SELECT id AS pump_key, serial_number FROM pumps) AS known_pumps ON pump_key = {pump}
         GROUP BY pump_number, month_text ORDER BY pump_number, month_text"
    );
    query(reader, &list, |row| {
        let (number, serial, text) = (row.optional::<i64>(0)?, row.optional_text(1), row.optional_text(2));
        let mut path = PathBuf::from(format!("table={name}"));
        let mut conditions = vec!["true".to_owned()];
        if let Some(number) = number {
            path.push(format!("pump={}", serial.map_or_else(|| format!("no-{number}"), |serial| file_name(&serial))));
            conditions.push(format!("pump_id = {number}"));
        }
        if let Some(text) = text {
            path.push(format!("month={text}"));
            conditions.push(format!("{month} = '{text}'"));
        }
        path.push(format!("data.{extension}"));
        let content = Content { rows: row.parsed(3)?, hash: row.text(4)? };
        let query = format!("FROM {name} WHERE {}{order}", conditions.join(" AND "));
        // With slashes on every system, so that a lake can be moved.
        let path = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        Ok((path, (content, query)))
    })
}

/// A serial number as part of a path: letters, digits and hyphens.
fn file_name(serial: &str) -> String {
    serial.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
