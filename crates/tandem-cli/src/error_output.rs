//! How errors are printed: `error:`, `caused by:`, `hint:`.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Error;
use console::style;

use crate::failure::{Exit, causes_of, exit_of, hints_of};
use crate::output::wrapped;
use crate::stderr::write_stderr;
use crate::terminal::Terminal;

/// Prints what is wrong with the arguments, or the help that was asked for.
pub(crate) fn print_usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is the reader's decision; no one is left to read this.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8))
}

/// Writes the error to stderr and says how to exit.
pub(crate) fn print_error(error: &Error) -> Exit {
    write_stderr(&describe(error, Terminal::talk_width()));
    exit_of(error)
}

/// The error, its causes and hints as plain text, for others than a person at a terminal.
pub(crate) fn error_text(error: &Error) -> String {
    console::strip_ansi_codes(&describe(error, None)).into_owned()
}

/// The error, its causes and hints, a paragraph each; in lines that fit, where there is a screen for them.
fn describe(error: &Error, width: Option<usize>) -> String {
    let mut text = String::new();
    for (index, cause) in causes_of(error).iter().enumerate() {
        let label = if index == 0 { "error:" } else { "caused by:" };
        let color = if index == 0 { style(label).red().bold() } else { style(label).red() };
        let _ = writeln!(text, "{} {}", color.for_stderr(), paragraph(cause, label.len() + 1, width));
    }
    for hint in hints_of(error) {
        let _ = writeln!(text, "{} {}", style("hint:").cyan().for_stderr(), paragraph(&hint, 6, width));
    }
    text
}

fn paragraph(text: &str, indent: usize, width: Option<usize>) -> String {
    wrapped(text, width.map_or(usize::MAX, |width| width.saturating_sub(indent)), indent)
}
