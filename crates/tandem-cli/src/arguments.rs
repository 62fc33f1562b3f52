//! Flags that every command takes, and those that name the account.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

/// The heading of the flags that every command takes.
pub(crate) const GLOBAL_OPTIONS: &str = "Global options";

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = GLOBAL_OPTIONS)]
pub(crate) struct GlobalArgs {
    /// Database file, created on first use [default: data/tandem.db]
    #[arg(long, global = true, value_name = "PATH", env = "TANDEM_DB", hide_env_values = true)]
    pub(crate) db: Option<PathBuf>,
    /// Person to use, as in [person.NAME] of the configuration file
    #[arg(long, global = true, value_name = "NAME", env = "TANDEM_PERSON", hide_env_values = true)]
    pub(crate) person: Option<String>,
    /// Configuration file [default: tandem/config.toml in the configuration folder]
    #[arg(long, global = true, value_name = "PATH", env = "TANDEM_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Time zone of the pump's clock, for a new database: a city or an IANA name such as Europe/Berlin [default: this
    /// computer's]
    #[arg(long, global = true, value_name = "ZONE", env = "TANDEM_TIME_ZONE", hide_env_values = true)]
    pub(crate) time_zone: Option<String>,
    /// Print only data and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print more log messages; repeat for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Format of log lines
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
    /// Use this instant as the current time, so that a session can be reproduced exactly
    #[arg(long, global = true, hide = true, value_name = "INSTANT", env = "TANDEM_NOW")]
    pub(crate) now: Option<DateTime<Utc>>,
}

/// Format of log lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object per line
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
    /// E-mail address of the account
    #[arg(long, value_name = "ADDRESS", env = "TANDEM_EMAIL", hide_env_values = true)]
    pub(crate) email: Option<String>,
    /// Region of the account: us (United States, Canada, Mexico) or eu (everywhere else)
    #[arg(long, value_name = "REGION", env = "TANDEM_REGION", hide_env_values = true)]
    pub(crate) region: Option<String>,
    /// A command that prints the password.
    #[arg(long, value_name = "COMMAND", help = "A command that prints the password [env: TANDEM_PASSWORD_COMMAND]")]
    pub(crate) password_command: Option<String>,
    /// Use this origin instead of the service's hosts, for simulators and proxies
    #[arg(long, value_name = "URL", env = "TANDEM_ENDPOINT", hide_env_values = true)]
    pub(crate) endpoint: Option<String>,
}
