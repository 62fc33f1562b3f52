//! Data to stdout, talk to stderr, and how wide and colourful either may be.

use std::io::{self, BufRead as _, IsTerminal, Write};

use anyhow::Result;
use console::{Term, style};

use crate::arguments::{ColorWhen, GlobalArgs};
use crate::failure::{Exit, Failure};
use crate::output::wrap_text;
use crate::stderr::write_stderr;

/// The width assumed where there is no terminal.
const DEFAULT_WIDTH: usize = 100;

/// What the two outputs can take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    quiet: bool,
}

impl Terminal {
    /// Looks at the outputs once, and sets colours for the whole program.
    pub(crate) fn new(arguments: &GlobalArgs) -> Self {
        set_colors(arguments.color);
        Self { quiet: arguments.quiet }
    }

    /// Writes data to stdout, to the end of it.
    #[expect(clippy::unused_self, reason = "asked of the terminal, like everything else about output")]
    pub(crate) fn write_data(self, data: impl AsRef<[u8]>) -> Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(data.as_ref()).and_then(|()| out.flush()).map_err(|error| explain_unwritten(error.into()))
    }

    /// Columns of the output.
    pub(crate) fn width() -> usize {
        let of = |term: Term| term.size_checked().map(|(_, columns)| usize::from(columns));
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        of(Term::stdout()).or(columns).unwrap_or(DEFAULT_WIDTH).max(40)
    }

    /// Columns of the screen that data goes to; `None` where it goes into a file or to another program.
    pub(crate) fn screen_width() -> Option<usize> {
        io::stdout().is_terminal().then(Self::width)
    }

    /// Columns of the screen that talk goes to; `None` where it goes elsewhere.
    pub(crate) fn talk_width() -> Option<usize> {
        Term::stderr().size_checked().map(|(_, columns)| usize::from(columns).max(40))
    }

    /// Talk: for people, left out with `--quiet`.
    pub(crate) fn say(self, text: impl AsRef<str>) {
        if !self.quiet {
            let width = Self::talk_width().unwrap_or(usize::MAX);
            let lines = text.as_ref().split('\n').map(|line| wrap_text(line, width, 0) + "\n");
            write_stderr(&lines.collect::<String>());
        }
    }

    /// Something to know that is no error; also left out with `--quiet`.
    pub(crate) fn note(self, text: impl AsRef<str>) {
        const INDENT: usize = "note: ".len();
        let width = Self::talk_width().map_or(usize::MAX, |width| width - INDENT);
        let label = style("note:").yellow().for_stderr();
        self.say(format!("{label} {}", wrap_text(text.as_ref(), width, INDENT)));
    }

    /// Asks on the terminal; an empty answer is the `usual` one, where there is one.
    pub(crate) fn ask_question(question: &str, usual: Option<&str>) -> Result<String> {
        let brackets =
            usual.map_or_else(String::new, |usual| format!(" {}", style(format!("[{usual}]")).dim().for_stderr()));
        loop {
            write_stderr(&format!("{}{brackets}: ", style(question).bold().for_stderr()));
            let mut line = String::new();
            if io::stdin().lock().read_line(&mut line)? == 0 {
                write_stderr("\n");
                return Err(
                    Failure::new(Exit::Interrupted, "the input ended before all questions were answered").into()
                );
            }
            match (line.trim(), usual) {
                ("", None) => {}
                ("", Some(usual)) => return Ok(usual.to_owned()),
                (answer, _) => return Ok(answer.to_owned()),
            }
        }
    }

    /// Asks yes or no.
    pub(crate) fn ask_confirmation(question: &str, usual: bool) -> Result<bool> {
        loop {
            let answer = Self::ask_question(&format!("{question} (y/n)"), Some(if usual { "y" } else { "n" }))?;
            match answer.to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => {}
            }
        }
    }

    /// True when talk is unwanted.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }
}

/// What to say where stdout took less than all: a full disk, most often. A reader that went away is recognized later.
pub(crate) fn explain_unwritten(error: anyhow::Error) -> anyhow::Error {
    if error.chain().any(<dyn std::error::Error>::is::<io::Error>) {
        return Failure::new(Exit::Usage, "cannot write to stdout").because(error).into();
    }
    error
}

/// Sets colours for the whole program.
pub(crate) fn set_colors(when: ColorWhen) {
    console::set_colors_enabled(use_colors(when, io::stdout().is_terminal()));
    console::set_colors_enabled_stderr(use_colors(when, io::stderr().is_terminal()));
}

fn use_colors(when: ColorWhen, is_terminal: bool) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => {
            is_terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}
