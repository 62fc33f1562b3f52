//! `tandem man`: the help of every command as manual pages.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::builder::{Resettable, StyledStr};
use clap::{Args, Command};
use clap_mangen::Man;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::output::format_count;

const EXAMPLES: &str = "\
Examples:
  tandem man sync
  tandem man --output ~/.local/share/man/man1";

/// Show the manual page of a command, or write all manual pages to a folder
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Command whose page to show, for example `zone set` [default: tandem itself]
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    command: Vec<String>,
    /// Write all pages to this folder
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

/// Prints or writes.
pub(crate) fn run(arguments: &Arguments, mut program: Command, context: &Context) -> Result<Exit> {
    program.build();
    match &arguments.output {
        Some(folder) => write_all(program, folder, context)?,
        None => show_page(&find_command(program, &arguments.command)?, context)?,
    }
    Ok(Exit::Done)
}

fn find_command(tandem: Command, names: &[String]) -> Result<Command> {
    let find = |command: Command, name: &String| command.find_subcommand(name).cloned();
    let found = names.iter().try_fold(tandem, find).ok_or_else(|| {
        let failure = Failure::new(Exit::Usage, format!("unknown command {:?}", names.join(" ")));
        failure.hint("run `tandem --help` for a list")
    });
    Ok(found?)
}

/// Shows a page on a terminal; elsewhere, its source.
fn show_page(command: &Command, context: &Context) -> Result<()> {
    let page = render_page(command)?;
    if !io::stdout().is_terminal() {
        return context.terminal.write_data(page);
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(format!("{}.1", file_stem(command)));
    std::fs::write(&path, page)?;
    let is_shown = std::process::Command::new("man").arg(&path).status().is_ok_and(|status| status.success());
    if is_shown { Ok(()) } else { context.terminal.write_data(command.clone().render_long_help().to_string()) }
}

fn render_page(command: &Command) -> Result<Vec<u8>> {
    let notes = command.get_after_help().map(|words| as_it_stands(&words.to_string())).unwrap_or_default();
    let man =
        Man::new(command.clone().after_help(Resettable::<StyledStr>::Reset)).title(file_stem(command).to_uppercase());
    let mut text = Vec::new();
    man.source(concat!("tandem ", env!("CARGO_PKG_VERSION"))).manual("tandem").render(&mut text)?;
    text.write_all(notes.as_bytes())?;
    Ok(text)
}

/// The examples and notes after the help, line by line: `clap_mangen` would fill them into paragraphs.
fn as_it_stands(words: &str) -> String {
    let escaped = words.replace('\\', "\\e").replace('-', "\\-");
    // A line must not begin with what begins a request.
    let lines: Vec<_> = escaped.lines().map(|line| format!("\\&{line}\n")).collect();
    format!(".SH NOTES\n.nf\n{}.fi\n", lines.concat())
}

fn write_all(tandem: Command, folder: &Path, context: &Context) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut pages = 0;
    let mut open = vec![tandem];
    while let Some(command) = open.pop() {
        let path = folder.join(format!("{}.1", file_stem(&command)));
        std::fs::write(&path, render_page(&command)?).with_context(|| format!("cannot write {}", path.display()))?;
        pages += 1;
        open.extend(
            command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help").cloned(),
        );
    }
    context.terminal.say(format!("{}: {} written", folder.display(), format_count(pages, "page")));
    Ok(())
}

/// `tandem-zone-set` for `tandem zone set`.
fn file_stem(command: &Command) -> String {
    command.get_bin_name().unwrap_or(command.get_name()).replace(' ', "-")
}
