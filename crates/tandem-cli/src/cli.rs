//! The command line as a whole: its help, and how it is read. Flags that commands share are in [`crate::arguments`], each
//! command's own beside what it does.

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{ColorChoice, Command, CommandFactory as _, FromArgMatches as _, Parser};

use crate::arguments::{ColorWhen, GLOBAL_OPTIONS, GlobalArgs};
use crate::commands::{self, GROUPS};
use crate::output::wrap_text;
use crate::terminal::{Terminal, set_colors};

/// The widest that help gets.
const MAX_WIDTH: usize = 100;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Start here:
  tandem demo       try it with a made-up account
  tandem init       set up your own account
  tandem sync       fetch new data from Tandem Source
  tandem            an overview of today and this week
  tandem status     what the database holds and what is missing
  tandem query 'FROM cgm_readings ORDER BY local_time DESC LIMIT 5'

Exit codes: 0 success, 1 internal error, 2 usage, 3 configuration or credentials, 4 network or service, \
5 database, 6 problems in the data, 130 interrupted.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "tandem", version, about = "Your insulin pump's whole history in one DuckDB file that you own")]
#[command(styles = STYLES, max_term_width = MAX_WIDTH, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    /// Without a command: an overview of today and this week.
    #[command(subcommand)]
    pub(crate) command: Option<commands::Command>,
}

/// The program with its commands in groups, and its examples before the options.
pub(crate) fn program() -> Command {
    let mut built = Cli::command();
    built.build();
    let groups = GROUPS.iter().map(|(heading, names)| describe_group(&built, heading, names)).collect::<String>();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{groups}{{after-help}}\n\n{}\n{{options}}",
        styled_heading(GLOBAL_OPTIONS)
    );
    Cli::command().help_template(template)
}

fn describe_group(program: &Command, heading: &str, names: &[&str]) -> String {
    const INDENT: usize = 15;
    let literal = STYLES.get_literal();
    let line = |command: &Command| {
        let (name, about) = (command.get_name(), command.get_about().map(ToString::to_string).unwrap_or_default());
        let about = wrap_text(&about, Terminal::width().min(MAX_WIDTH) - INDENT, INDENT);
        format!("  {literal}{name}{literal:#}{:width$}{about}\n", "", width = INDENT - 2 - name.len())
    };
    let lines = names.iter().filter_map(|name| program.find_subcommand(name)).map(line).collect::<String>();
    format!("\n{}\n{}", styled_heading(heading), lines)
}

fn styled_heading(heading: &str) -> String {
    let style = STYLES.get_header();
    format!("{style}{heading}:{style:#}")
}

/// Reads the command line. Help and usage errors are written before any flag is known, so `--color` is looked for first.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    let words: Vec<_> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let has = |when: &str| {
        let separate = words.windows(2).any(|pair| pair[0] == "--color" && pair[1] == when);
        separate || words.iter().any(|word| word.strip_prefix("--color=") == Some(when))
    };
    let (color, choice) = match () {
        () if has("always") => (ColorWhen::Always, ColorChoice::Always),
        () if has("never") => (ColorWhen::Never, ColorChoice::Never),
        () => (ColorWhen::Auto, ColorChoice::Auto),
    };
    set_colors(color);
    let matches = ignore_empty_variables(program()).color(choice).try_get_matches()?;
    Cli::from_arg_matches(&matches)
}

/// An environment variable that is set to nothing is as good as not set.
fn ignore_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty =
        |argument: &clap::Arg| argument.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    let ignore = |argument: clap::Arg| {
        if is_empty(&argument) { argument.env(clap::builder::Resettable::Reset) } else { argument }
    };
    command.mut_args(ignore).mut_subcommands(ignore_empty_variables)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_command_is_in_one_group() {
        let mut program = program();
        program.build();
        let shown = program.get_subcommands().filter(|command| !command.is_hide_set()).map(Command::get_name);
        let grouped: Vec<_> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        assert_eq!(shown.collect::<BTreeSet<_>>(), grouped.iter().copied().collect());
        assert_eq!(grouped.len(), grouped.iter().collect::<BTreeSet<_>>().len(), "{grouped:?}");
    }
}
