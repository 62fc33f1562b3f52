//! Files and folders of a lake.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::PersonId;
use crate::output::atomic;

/// What a folder holds; nothing where there is none.
pub(super) fn entries_of(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// The folders of one person's part: one per table, with all below it.
fn folders_of(lake: &Path, person: Option<&PersonId>) -> Vec<PathBuf> {
    let is_table = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("table="));
    let tables = entries_of(lake).filter(is_table);
    let of_person = |table: PathBuf| person.map_or(table.clone(), |person| table.join(person.folder()));
    tables.map(of_person).filter(|folder| folder.is_dir()).collect()
}

/// All files below `folder`.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (folders, mut files): (Vec<_>, Vec<_>) = entries_of(folder).partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_below(folder)));
    files
}

/// The files of one person's part, as paths below the lake.
pub(super) fn files_of(lake: &Path, person: Option<&PersonId>) -> Result<Vec<String>> {
    let files = folders_of(lake, person).into_iter().flat_map(|folder| files_below(&folder));
    files.map(|path| below(lake, &path)).collect()
}

/// Removes the files of one person's part that a process which was killed had begun.
pub(super) fn remove_unfinished(lake: &Path, person: Option<&PersonId>) -> Result<()> {
    let of_part = folders_of(lake, person).into_iter().flat_map(|folder| files_below(&folder));
    of_part.chain(entries_of(lake)).filter(|path| atomic::is_temporary(path)).try_for_each(|path| remove_file(&path))
}

/// A path below the lake, with slashes on every system, so that a lake can be moved.
fn below(lake: &Path, path: &Path) -> Result<String> {
    let inner = path.strip_prefix(lake).with_context(|| format!("{} is not in the lake", path.display()))?;
    let parts = inner.components().map(|part| part.as_os_str().to_string_lossy());
    Ok(parts.collect::<Vec<_>>().join("/"))
}

/// The path below the lake of the file `staged`, which is in the same folder as `name`.
pub(super) fn beside(name: &str, staged: &Path) -> String {
    let file = staged.file_name().unwrap_or_default().to_string_lossy();
    name.rsplit_once('/').map_or_else(|| file.to_string(), |(folder, _)| format!("{folder}/{file}"))
}

/// Refuses names that lead out of the lake.
pub(super) fn refuse_outside<'a>(names: impl Iterator<Item = &'a String>) -> Result<()> {
    for name in names {
        if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
            bail!("it names {name:?}, which is not in the lake");
        }
    }
    Ok(())
}

/// Renames `staged`, unless that was done before.
pub(super) fn move_into_place(staged: &Path, path: &Path) -> Result<()> {
    match fs::rename(staged, path) {
        Err(error) if error.kind() == ErrorKind::NotFound && path.exists() => Ok(()),
        outcome => outcome.with_context(|| format!("cannot write {}", path.display())),
    }
}

/// Removes a file, unless that was done before.
pub(super) fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        outcome => outcome.with_context(|| format!("cannot remove {}", path.display())),
    }
}

/// Removes the folders of files that went, where nothing else is in them. Those of tables stay: another part may be about to use them.
pub(super) fn remove_empty<'a>(lake: &Path, files: impl Iterator<Item = &'a String>) -> Result<()> {
    for file in files {
        let path = lake.join(file);
        for folder in path.ancestors().skip(1).take_while(|folder| folder.parent() != Some(lake)) {
            match fs::remove_dir(folder) {
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => break,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                outcome => outcome.with_context(|| format!("cannot remove {}", folder.display()))?,
            }
        }
    }
    Ok(())
}
