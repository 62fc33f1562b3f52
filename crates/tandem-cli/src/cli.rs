//! What can be said on the command line: commands, flags, their help. Nothing is done here.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{Args, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::commands;

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

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// The database file; made on first use with its folder [default: data/tandem.db]
    #[arg(long, global = true, value_name = "PATH", env = "TANDEM_DB", hide_env_values = true)]
    pub(crate) db: Option<PathBuf>,
    /// One of the people that the configuration file names, as [person.NAME]
    #[arg(long, global = true, value_name = "NAME", env = "TANDEM_PERSON", hide_env_values = true)]
    pub(crate) person: Option<String>,
    /// The configuration file [default: tandem/config.toml in the configuration folder]
    #[arg(long, global = true, value_name = "PATH", env = "TANDEM_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// The zone of the pump's clock, for a new database: a city or an IANA name such as Europe/Berlin [default: this computer's]
    #[arg(long, global = true, value_name = "ZONE", env = "TANDEM_TIME_ZONE", hide_env_values = true)]
    pub(crate) time_zone: Option<String>,
    /// Say nothing but data and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// How log lines are written
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    pub(crate) log_format: LogFormat,
    /// When to use colours.
    #[arg(
        long,
        global = true,
        help = "When to use colours; NO_COLOR is respected",
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub(crate) color: ColorWhen,
    /// Takes this instant for the present, so that a session can be shown again to the letter
    #[arg(long, global = true, hide = true, value_name = "INSTANT", env = "TANDEM_NOW")]
    pub(crate) now: Option<DateTime<Utc>>,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The account on Tandem Source.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Account options")]
pub(crate) struct AccountArgs {
    /// The account's e-mail address
    #[arg(long, value_name = "ADDRESS", env = "TANDEM_EMAIL", hide_env_values = true)]
    pub(crate) email: Option<String>,
    /// Where the account is: us (United States, Canada, Mexico) or eu (everywhere else)
    #[arg(long, value_name = "REGION", env = "TANDEM_REGION", hide_env_values = true)]
    pub(crate) region: Option<String>,
    /// A command that prints the password.
    #[arg(long, value_name = "COMMAND", help = "A command that prints the password [env: TANDEM_PASSWORD_COMMAND]")]
    pub(crate) password_command: Option<String>,
    /// Replaces the origin of every host of the service, for simulators and proxies
    #[arg(long, value_name = "URL", env = "TANDEM_ENDPOINT", hide_env_values = true)]
    pub(crate) endpoint: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(commands::demo::Arguments),
    Init(commands::init::Arguments),
    Sync(commands::sync::SyncArguments),
    Fetch(commands::sync::FetchArguments),
    Pumps(commands::account::PumpsArguments),
    Login(commands::account::LoginArguments),
    Logout(commands::account::LogoutArguments),
    #[command(hide = true)]
    Sim(commands::sim::Arguments),
    Import(commands::import::Arguments),
    Status(commands::status::Arguments),
    Doctor(commands::doctor::Arguments),
    Bugreport(commands::bugreport::Arguments),
    Query(commands::query::Arguments),
    Day(commands::day::Arguments),
    Week(commands::week::Arguments),
    Tail(commands::tail::Arguments),
    Metrics(commands::metrics::Arguments),
    Report(commands::report::Arguments),
    Explore(commands::explore::Arguments),
    Export(commands::export::Arguments),
    Push(commands::push::Arguments),
    Mcp(commands::mcp::Arguments),
    Zone(commands::zone::Arguments),
    Verify(commands::verify::Arguments),
    Explain(commands::explain::Arguments),
    Completions(commands::completions::Arguments),
    Man(commands::man::Arguments),
    Parse(commands::stages::ParseArguments),
    Derive(commands::stages::DeriveArguments),
    Rebuild(commands::stages::RebuildArguments),
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

impl Command {
    /// True for the commands that find out why settings cannot be read, or write them anew.
    pub(crate) fn mends_settings(&self) -> bool {
        matches!(self, Self::Init(_) | Self::Doctor(_) | Self::Bugreport(_))
    }
}
