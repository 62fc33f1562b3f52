//! A lake: files in Hive partitions (`table=…/person=…/pump=…/month=…`), of one person without a name or of several people.
//!
//! What belongs to one person is a part. A part has a manifest and is written by one process at a time; the parts of different people are
//! written independently. New files are made beside their places under names that readers pass over. Then [`Part::commit`] notes
//! in a journal what is to be done and does it, one commit at a time in the whole lake. Whoever comes after a process that was
//! killed finishes its journal, so a part is always in one state or the next, and a lake never holds rows of two kinds.

mod folder;
mod kind;
mod manifest;
mod notes;
mod person;
mod pseudonyms;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempPath;

use crate::failure::{Exit, Failure};
use crate::output::atomic;

pub(crate) use kind::{Kind, Pseudonyms};
use manifest::Journal;
pub(crate) use manifest::{Content, Manifest};
pub(crate) use person::PersonId;
pub(crate) use pseudonyms::Key;

/// Begins the names of the files that are not data; readers of Hive partitions pass over names that begin with an underscore.
const PREFIX: &str = "_tandem_";
/// What kind of lake it is.
const KIND: &str = "_tandem_lake.json";
/// Held while something other than the files of one part is written.
const LOCK: &str = "_tandem_export.lock";
/// What a commit does.
const JOURNAL: &str = "_tandem_export.journal";

/// A folder with a lake, or for one.
pub(crate) struct Lake {
    folder: PathBuf,
}

/// One person's part of a lake, which no other process writes meanwhile.
pub(crate) struct Part<'a> {
    lake: &'a Lake,
    person: Option<PersonId>,
    _lock: File,
}

/// A part's next state: what it consists of, the files that are ready to take their places, and those that go.
pub(crate) struct Change {
    pub(crate) manifest: Manifest,
    pub(crate) staged: Vec<(String, TempPath)>,
    pub(crate) removed: Vec<String>,
}

impl Lake {
    /// The lake in `folder`.
    ///
    /// # Errors
    /// [`Failure`] where the folder contains something else.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let names: Vec<_> =
            folder::entries_of(folder).filter_map(|path| path.file_name().map(ToOwned::to_owned)).collect();
        let is_ours = names.iter().any(|name| name.to_string_lossy().starts_with(PREFIX));
        if !names.is_empty() && !is_ours {
            let message = format!("{} contains other files", folder.display());
            return Err(Failure::new(Exit::Usage, message).hint("choose a new folder with --output").into());
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// A lake that is there.
    ///
    /// # Errors
    /// [`Failure`] where it is not.
    pub(crate) fn open_existing(folder: &Path) -> Result<Self> {
        let is_lake = [KIND, LOCK].iter().any(|name| folder.join(name).exists());
        if !is_lake {
            let message = format!("{} is not a lake", folder.display());
            let hint = "name the folder that `tandem export --partitioned` wrote";
            return Err(Failure::new(Exit::Usage, message).hint(hint).into());
        }
        Self::open(folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What all its rows have in common; of a lake whose rows this program can interpret.
    pub(crate) fn readable_kind(&self) -> Result<Kind> {
        let kind = Kind::read(&self.folder.join(KIND))?.unwrap_or_else(Kind::of_first_lakes);
        kind.refuse_other_versions(&self.folder)?;
        Ok(kind)
    }

    /// The part of `person`, once no other process writes it. What a process that was killed left behind is finished or removed.
    pub(crate) fn part(&self, person: Option<PersonId>) -> Result<Part<'_>> {
        let slot = person.as_ref().map_or(0, PersonId::slot);
        let part_lock = self.lock(&format!("_tandem_export.{slot:02x}.lock"))?;
        let _commits = self.lock_commits()?;
        let part = Part { lake: self, person, _lock: part_lock };
        folder::remove_unfinished(&self.folder, part.person.as_ref())?;
        Ok(part)
    }

    /// Keeps others from committing. What a process that was killed had begun is finished first.
    fn lock_commits(&self) -> Result<File> {
        let lock = self.lock(LOCK)?;
        if let Some(journal) = Journal::read(&self.folder.join(JOURNAL))? {
            self.finish(&journal)?;
        }
        Ok(lock)
    }

    fn lock(&self, name: &str) -> Result<File> {
        let path = self.folder.join(name);
        let unwritable = || format!("cannot write {}", path.display());
        fs::create_dir_all(&self.folder).with_context(unwritable)?;
        let file = File::options().create(true).append(true).open(&path).with_context(unwritable)?;
        file.lock().with_context(unwritable)?;
        Ok(file)
    }

    /// The people who have a part.
    pub(crate) fn people(&self) -> Vec<PersonId> {
        let mut people: Vec<_> =
            folder::entries_of(&self.folder).filter_map(|path| PersonId::of_manifest(&path)).collect();
        people.sort();
        people
    }

    /// True where no one else has a part.
    fn holds_only(&self, person: Option<&PersonId>) -> bool {
        let has_nameless = self.folder.join(manifest::name(None)).exists();
        self.people().iter().all(|other| Some(other) == person) && !(has_nameless && person.is_some())
    }

    /// Does what `journal` says; again, where a process was killed in the middle.
    fn finish(&self, journal: &Journal) -> Result<()> {
        for (name, staged) in &journal.moved {
            folder::move_into_place(&self.folder.join(staged), &self.folder.join(name))?;
        }
        for name in &journal.removed {
            folder::remove_file(&self.folder.join(name))?;
        }
        folder::remove_empty(&self.folder, journal.removed.iter())?;
        let path = self.folder.join(manifest::name(journal.person.as_ref()));
        match &journal.manifest {
            Some(manifest) => {
                manifest.kind.write(&self.folder.join(KIND))?;
                manifest.write(&path)?;
            }
            None => folder::remove_file(&path)?,
        }
        folder::remove_file(&self.folder.join(JOURNAL))
    }

    fn start(&self, journal: &Journal) -> Result<()> {
        journal.write(&self.folder.join(JOURNAL))?;
        self.finish(journal)
    }
}

impl Part<'_> {
    /// What the part consists of; empty where there is none yet.
    pub(crate) fn manifest(&self, kind: &Kind) -> Result<Manifest> {
        let manifest = Manifest::read(&self.lake.folder.join(manifest::name(self.person.as_ref())))?;
        let manifest = manifest.unwrap_or_else(|| Manifest::new(self.person.clone(), kind.clone()));
        if manifest.person != self.person {
            let message = format!("{} already has a person of that name in other letters", self.lake.folder.display());
            return Err(Failure::new(Exit::Usage, message)
                .hint("this file system does not tell capitals apart")
                .into());
        }
        Ok(manifest)
    }

    /// Refuses rows of another kind than the rest of the lake has.
    pub(crate) fn refuse_mixture(&self, kind: &Kind) -> Result<()> {
        if self.lake.holds_only(self.person.as_ref()) {
            return Ok(());
        }
        let there = Kind::read(&self.lake.folder.join(KIND))?.unwrap_or_else(Kind::of_first_lakes);
        there.refuse_other(kind, &self.lake.folder)
    }

    /// Puts the part into its next state, whole or not at all.
    pub(crate) fn commit(&self, change: Change) -> Result<()> {
        let _commits = self.lake.lock_commits()?;
        // Again: another part may have been committed since.
        self.refuse_mixture(&change.manifest.kind)?;
        let mut moved = BTreeMap::new();
        for (name, staged) in change.staged {
            // From here on the journal keeps it; without one, the next run removes it.
            let path = staged.keep().context("cannot keep a file")?;
            let staged = folder::beside(&name, &path);
            moved.insert(name, staged);
        }
        let (person, removed) = (self.person.clone(), change.removed);
        self.lake.start(&Journal { person, manifest: Some(change.manifest), moved, removed })
    }

    /// True where anything of the part is there.
    pub(crate) fn exists(&self) -> Result<bool> {
        let folder = &self.lake.folder;
        let has_manifest = folder.join(manifest::name(self.person.as_ref())).exists();
        Ok(has_manifest || !folder::files_of(folder, self.person.as_ref())?.is_empty())
    }

    /// Removes the part with everything that names its person. Returns how many files went.
    pub(crate) fn remove(self) -> Result<usize> {
        let _commits = self.lake.lock_commits()?;
        let removed = folder::files_of(&self.lake.folder, self.person.as_ref())?;
        let count = removed.len();
        self.lake.start(&Journal { person: self.person.clone(), manifest: None, moved: BTreeMap::new(), removed })?;
        let left = folder::files_of(&self.lake.folder, self.person.as_ref())?;
        let names_person = self.lake.people().iter().any(|other| Some(other) == self.person.as_ref());
        if left.is_empty() && !names_person {
            return Ok(count);
        }
        let message = format!("{} files of the person are still there", left.len());
        Err(Failure::new(Exit::Data, message)
            .hint("run the same command again, when no one else writes to the folder")
            .into())
    }
}

/// A file in the place of `name`, under a name that readers pass over until the part is committed.
pub(crate) fn stage_file(folder: &Path, name: &str, write: impl FnOnce(&Path) -> Result<()>) -> Result<TempPath> {
    let file = atomic::temporary_beside(&folder.join(name))?;
    write(file.path())?;
    file.as_file().sync_all().with_context(|| format!("cannot write {name}"))?;
    // A part may have more files than a process may hold open.
    Ok(file.into_temp_path())
}
