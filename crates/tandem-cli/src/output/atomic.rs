//! Files that are there whole or not at all, and never in the place of another without being asked.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use tempfile::NamedTempFile;

use crate::failure::{Exit, Failure};

/// Refuses to go on where a file is in the way.
///
/// # Errors
/// [`Failure`] with [`Exit::Usage`].
pub(crate) fn may_write(path: &Path, overwrite: bool) -> Result<()> {
    if path.is_dir() {
        return Err(Failure::new(Exit::Usage, format!("{} is a folder", path.display())).into());
    }
    if !overwrite && path.exists() {
        let failure = Failure::new(Exit::Usage, format!("{} already exists", path.display()));
        return Err(failure.hint("use --overwrite to replace it, or --output to choose another file").into());
    }
    Ok(())
}

/// Writes the file beside its place and moves it there once it is whole.
///
/// # Errors
/// [`Failure`] with [`Exit::Usage`], also where a file came into the way meanwhile.
pub(crate) fn write_file(
    path: &Path,
    overwrite: bool,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    fill(path, overwrite, |file| content(file).map_err(|error| unwritable(path, error)))
}

/// As [`write_file()`], for contents that fail in ways of their own.
///
/// # Errors
/// As [`write_file()`], and those of `content`; then nothing is left behind.
pub(crate) fn fill(path: &Path, overwrite: bool, content: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let file = temporary_beside(path)?;
    let mut buffer = BufWriter::with_capacity(1 << 16, file.as_file());
    content(&mut buffer)?;
    buffer.flush().map_err(|error| unwritable(path, error))?;
    drop(buffer);
    keep(file, path, overwrite)
}

/// The beginning and end of the names of files that are not whole yet; the number of the process that writes them comes between.
const BEGINNING: &str = ".tandem-";
const END: &str = ".part";

/// True of a file that a run which was killed did not finish.
pub(crate) fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.starts_with(BEGINNING) && name.ends_with(END)
    })
}

/// Removes what processes that were killed left in `folder`.
fn remove_leftovers(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if writer_of(&path).is_some_and(|writer| !is_running(writer)) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The number of the process that began to write a file which is not whole yet.
fn writer_of(path: &Path) -> Option<i32> {
    let name = path.file_name()?.to_str()?.strip_prefix(BEGINNING)?.strip_suffix(END)?;
    name.split_once('-')?.0.parse().ok()
}

/// False if there is certainly no such process.
fn is_running(process: i32) -> bool {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, test_kill_process};
        let Some(process) = Pid::from_raw(process) else { return true };
        test_kill_process(process) != Err(rustix::io::Errno::SRCH)
    }
    #[cfg(not(unix))]
    {
        let _ = process;
        true
    }
}

/// An empty file in the folder of `path`, which is made where it is missing.
pub(crate) fn temporary_beside(path: &Path) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| unwritable(path, error))?;
    remove_leftovers(folder).map_err(|error| unwritable(path, error))?;
    let mut builder = tempfile::Builder::new();
    let prefix = format!("{BEGINNING}{}-", std::process::id());
    builder.prefix(&prefix).suffix(END).tempfile_in(folder).map_err(|error| unwritable(path, error))
}

/// Moves a whole file to its place.
pub(crate) fn keep(file: NamedTempFile, path: &Path, overwrite: bool) -> Result<()> {
    file.as_file().sync_all().map_err(|error| unwritable(path, error))?;
    if overwrite {
        file.persist(path).map_err(|error| unwritable(path, error.error))?;
        return Ok(());
    }
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => may_write(path, false),
        Err(error) => Err(unwritable(path, error.error)),
    }
}

fn unwritable(path: &Path, error: io::Error) -> anyhow::Error {
    Failure::new(Exit::Usage, format!("cannot write {}", path.display())).because(error).into()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_with_the_next_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut gone = std::process::Command::new("true").spawn().expect("a process");
        gone.wait().expect("it ends");
        let own = std::process::id();
        let rows = [
            (format!(".tandem-{}-ab12.part", gone.id()), false),
            (format!(".tandem-{own}-ab12.part"), true),
            (".tandem-ab12.part".to_owned(), true),
            (format!(".tandem-{}-notes.txt", gone.id()), true),
            ("out.csv".to_owned(), true),
        ];
        for (name, _) in &rows {
            fs::write(folder.path().join(name), "").expect("a file");
        }
        write_file(&folder.path().join("new.csv"), false, |file| file.write_all(b"x")).expect("written");
        for (name, stays) in rows {
            assert_eq!(folder.path().join(&name).exists(), stays, "{name}");
        }
    }
}
