//! `tandem import`: archives of history into the database.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use pipeline::archive::{ArchiveError, ArchiveKind};
use pipeline::import::{FileError, FileReport, ImportOptions, ImportReport};
use pipeline::{SerialNumber, StoreErrorKind};
use store_duckdb::TandemFetchReader;

use super::stages;
use crate::clock_hints;
use crate::context::{Context, shared_bar};
use crate::error_output;
use crate::failure::{Exit, Failure};
use crate::output::{Align, ScreenTable, format_count, format_thousands};
use crate::settings::pump_of_database;
use crate::terminal::Terminal;

const WORDS: &str = "Storing the current page, then stopping. Press Ctrl-C again to stop immediately.";

const EXAMPLES: &str = "\
Examples:
  tandem import pump-logs-2026-03.json
  tandem import backup/ --dry-run
  tandem import events.bin --pump 90556643
  tandem import ../tandem-fetch/data/tandem.db";

/// Import history from saved files; the format is detected automatically
///
/// Supported formats: responses of the service (pump-logs bodies), JSON events (as an array or one per line),
/// base64-encoded 26-byte records (responses of the retired service), the raw records, and a tandem-fetch database, which
/// is only read. Importing the same file again adds nothing.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Files or folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Serial number of the pump, for files that do not contain it
    #[arg(long, value_name = "SERIAL")]
    pump: Option<String>,
    /// Show what would be stored without storing it
    #[arg(long)]
    dry_run: bool,
    /// Only store the events; decode and derive later (`tandem parse`, `tandem derive`)
    #[arg(long)]
    raw_only: bool,
}

/// Imports.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let paths = files(&arguments.paths, &context.settings.database)?;
    let stop = context.interrupt.stop_gracefully(WORDS);
    let bar = shared_bar(context.terminal, "importing");
    let mut pipeline = if arguments.dry_run { context.dry_pipeline(&bar, stop) } else { context.pipeline(&bar, stop) }?;
    let options = ImportOptions {
        pump: arguments.pump.as_ref().map(SerialNumber::new),
        dry_run: arguments.dry_run,
        databases: Some(Arc::new(TandemFetchReader { pump_of: pump_of_database })),
    };
    let imported = pipeline.import(&paths, &options)?;
    let stages =
        if arguments.dry_run || arguments.raw_only { None } else { Some((pipeline.parse()?, pipeline.derive()?)) };
    drop((pipeline, bar));
    show(&imported, context)?;
    if arguments.dry_run {
        context.terminal.say("Dry run: nothing was stored.");
    }
    if let Some((parse, derive)) = &stages {
        context.terminal.say(format!("{}\n{}", stages::describe_parsed(parse), stages::describe_derived(derive)));
        clock_hints::note_newest(context)?;
    }
    let interrupted = stages.is_some_and(|(parse, derive)| parse.interrupted || derive.interrupted);
    Ok(exit(imported, interrupted, context))
}

/// The files to read: of a folder, those directly in it, by name, without the `database` that is written to.
fn files(paths: &[PathBuf], database: &Path) -> Result<Vec<PathBuf>> {
    let database = database.canonicalize().ok();
    let is_database = |path: &Path| database.is_some() && path.canonicalize().ok() == database;
    let mut files = Vec::new();
    for path in paths {
        if !path.exists() {
            return Err(Failure::new(Exit::Usage, format!("there is no file {}", path.display())).into());
        }
        if is_database(path) {
            return Err(into_itself(path).into());
        }
        if path.is_dir() {
            files.extend(files_in(path)?.into_iter().filter(|file| !is_database(file)));
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn into_itself(path: &Path) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("{} is the database to import into", path.display()));
    failure.hint("if it is a tandem-fetch database, choose a new database with --db; the file itself is not changed")
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |error: std::io::Error| {
        Failure::new(Exit::Usage, format!("cannot read the folder {}", folder.display())).because(error)
    };
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    let mut files: Vec<_> = entries.iter().map(fs::DirEntry::path).filter(|path| path.is_file()).collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(Exit::Usage, format!("there are no files in {}", folder.display())).into());
    }
    Ok(files)
}

fn show(report: &ImportReport, context: &Context) -> Result<()> {
    let mut table = ScreenTable::new([
        ("file", Align::Left),
        ("what it is", Align::Left),
        ("new", Align::Right),
        ("duplicate", Align::Right),
        ("revised", Align::Right),
        ("unknown", Align::Right),
        ("invalid", Align::Right),
    ]);
    for file in &report.files {
        let counts = file.counts;
        let numbers = [counts.new, counts.duplicate, counts.revised, file.unknown, counts.rejected];
        let texts = [name(file), file.kind.map_or("?", ArchiveKind::as_str).to_owned()];
        table.push(texts.into_iter().chain(numbers.map(format_thousands)).map(Some));
    }
    report.files.iter().filter(|file| holds_several_pumps(file)).for_each(|file| {
        context.terminal.note(format!(
            "{}: {} came again and said something else, as if from another pump, which this file cannot tell apart; import it into \
             a database of its own, or fetch the history with `tandem sync`. Both are kept",
            name(file),
            format_count(file.counts.revised, "event")
        ));
    });
    context.terminal.write_data(table.fit(Terminal::width()).text)
}

/// A pump never says something else under the same number; two pumps do, and a database of tandem-fetch mixes them.
fn holds_several_pumps(file: &FileReport) -> bool {
    file.kind == Some(ArchiveKind::Database) && file.counts.revised > 0
}

fn name(file: &FileReport) -> String {
    file.path.file_name().map_or_else(|| file.path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Tells what was wrong with which file; the first of them decides the exit code.
fn exit(report: ImportReport, interrupted: bool, context: &Context) -> Exit {
    let mut exit = None;
    for error in report.files.into_iter().filter_map(|file| file.error) {
        let hint = hint(&error);
        let failed = error_output::print_error(&anyhow::Error::from(Failure::wrapping(error).hint(hint)));
        exit = exit.or(Some(failed));
    }
    exit.unwrap_or_else(|| stages::exit_after(context, report.interrupted || interrupted))
}

fn hint(error: &FileError) -> &'static str {
    match error {
        FileError::PumpUnknown { .. } => {
            "give the pump's serial number with --pump SERIAL. Nothing from this file was stored"
        }
        FileError::Archive(ArchiveError::Damaged { .. }) => {
            "everything before the damage was stored; get the file again and import it again: nothing is duplicated"
        }
        FileError::Archive(ArchiveError::Empty { .. }) => "get the file again; nothing from it was stored",
        FileError::Archive(ArchiveError::NotAnArchive { .. }) => {
            "supported formats are pump-logs responses, JSON events, base64-encoded records, 26-byte records and \
             tandem-fetch databases; open a database of this program with --db. Nothing from this file was stored"
        }
        FileError::Archive(ArchiveError::Unopened { kind: StoreErrorKind::Locked, .. }) => {
            "another program has it open for writing; close that program and try again. Nothing from this file was \
             stored"
        }
        FileError::Archive(ArchiveError::Unopened { kind: StoreErrorKind::TooNew, .. }) => {
            "copy it with the DuckDB that wrote it, and import the copy: ATTACH 'it.db' AS it (READ_ONLY); ATTACH 'copy.db' AS copy \
             (STORAGE_VERSION 'v1.4.0'); COPY FROM DATABASE it TO copy. Nothing of it was stored"
        }
        _ => "nothing from this file was stored",
    }
}
