//! The command line as a whole: its help, and how it is read. Flags that commands share are in [`crate::arguments`], each
//! command's own beside what it does.

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser};

use crate::arguments::GlobalArgs;
use crate::commands::Command;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Start here:
  tandem demo       a made-up account, to see what you would get
  tandem init       set up your own account
  tandem sync       fetch everything new from Tandem Source
  tandem            today and this week in a few lines
  tandem status     what is there, and what is missing
  tandem query 'FROM cgm_readings ORDER BY local_time DESC LIMIT 5'

Exit codes: 0 done, 1 internal error, 2 usage, 3 configuration or credentials, 4 network or service, \
5 database, 6 problems in the data, 130 interrupted.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "tandem", version, about = "Your insulin pump's whole history, in one DuckDB file that is yours")]
#[command(styles = STYLES, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    /// Without one, today and this week in a few lines.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Reads the command line. Help and usage errors are written before any flag is known, so `--color` is looked for first.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    let words: Vec<_> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let said = |when: &str| {
        let apart = words.windows(2).any(|pair| pair[0] == "--color" && pair[1] == when);
        apart || words.iter().any(|word| word.strip_prefix("--color=") == Some(when))
    };
    let color = match () {
        () if said("always") => ColorChoice::Always,
        () if said("never") => ColorChoice::Never,
        () => ColorChoice::Auto,
    };
    let matches = ignore_empty_variables(Cli::command()).color(color).try_get_matches()?;
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
