//! How errors are printed: `error:`, `caused by:`, `hint:`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use console::style;

use crate::arguments::GLOBAL_OPTIONS;
use crate::failure::{Exit, causes_of, exit_of, hints_of};
use crate::output::wrap_text;
use crate::stderr::write_stderr;
use crate::terminal::Terminal;

/// What people type for a command that has another name here.
const OTHER_NAMES: [(&str, &str); 7] = [
    ("download", "sync"),
    ("open", "report --open"),
    ("show", "day"),
    ("sql", "query"),
    ("stats", "metrics"),
    ("today", "day today"),
    ("update", "sync"),
];

/// Prints what is wrong with the arguments, or the help that was asked for.
pub(crate) fn print_usage(mut error: clap::Error) -> ExitCode {
    suggest_command(&mut error);
    if error.kind() == ErrorKind::DisplayHelp {
        let help = move_global_options_to_the_end(&error.render().ansi().to_string());
        let help = if console::colors_enabled() { help } else { console::strip_ansi_codes(&help).into_owned() };
        // A closed pipe is the reader's decision; no one is left to read this.
        let _ = io::stdout().lock().write_all(help.as_bytes());
    } else {
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage as u8))
}

/// Replaces the suggestion, which goes by spelling, where the meaning is known.
fn suggest_command(error: &mut clap::Error) {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return };
    let Some((_, command)) = OTHER_NAMES.iter().find(|(name, _)| name == typed) else { return };
    error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![(*command).to_owned()]));
}

/// A command's own flags and examples come first in its help.
fn move_global_options_to_the_end(help: &str) -> String {
    let lines: Vec<_> = help.lines().collect();
    let is_heading = |line: &&str| !line.is_empty() && !line.starts_with(' ');
    let is_global = |line: &&str| console::strip_ansi_codes(line) == format!("{GLOBAL_OPTIONS}:");
    let Some(start) = lines.iter().position(is_global) else { return help.to_owned() };
    let Some(length) = lines[start + 1..].iter().position(is_heading) else { return help.to_owned() };
    let (before, after) = (&lines[..start], &lines[start + 1 + length..]);
    let global = lines[start..=start + length].join("\n");
    format!("{}\n{}\n\n{}\n", before.join("\n"), after.join("\n"), global.trim_end())
}

/// Writes the error to stderr and says how to exit.
pub(crate) fn print_error(error: &Error) -> Exit {
    write_stderr(&describe_error(error, Terminal::talk_width()));
    exit_of(error)
}

/// The error, its causes and hints as plain text, for others than a person at a terminal.
pub(crate) fn error_text(error: &Error) -> String {
    console::strip_ansi_codes(&describe_error(error, None)).into_owned()
}

/// The error, its causes and hints, a paragraph each; in lines that fit, where there is a screen for them.
fn describe_error(error: &Error, width: Option<usize>) -> String {
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
    wrap_text(text, width.map_or(usize::MAX, |width| width.saturating_sub(indent)), indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn global_options_come_last() {
        let rows = [
            (
                "About\n\nOptions:\n  -h\n\nGlobal options:\n  --db\n\nExamples:\n  one\n",
                "About\n\nOptions:\n  -h\n\nExamples:\n  one\n\nGlobal options:\n  --db\n",
            ),
            ("About\n\nGlobal options:\n  --db\n", "About\n\nGlobal options:\n  --db\n"),
            ("About\n", "About\n"),
        ];
        for (help, expected) in rows {
            assert_eq!(move_global_options_to_the_end(help), expected);
        }
    }
}
