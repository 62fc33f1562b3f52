//! The commands: their names and arguments, and which file carries each out. Parents decide, the libraries compute.

mod account;
mod arguments;
mod bugreport;
mod cohort;
mod completions;
pub(crate) mod day;
mod demo;
pub(crate) mod doctor;
mod explain;
mod explore;
mod export;
mod import;
mod init;
mod man;
mod mcp;
mod metrics;
pub(crate) mod overview;
mod preferences;
mod push;
mod query;
mod report;
mod sim;
mod stages;
pub(crate) mod status;
mod sync;
mod sync_all;
mod tail;
mod verify;
mod watch;
mod week;
mod zone;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;
use crate::failure::Exit;

/// The commands as the help lists them.
pub(crate) const GROUPS: &[(&str, &[&str])] = &[
    ("Daily use", &["sync", "status", "day", "week", "tail"]),
    ("Look and ask", &["metrics", "report", "explore", "query", "explain", "mcp"]),
    ("Export", &["export", "cohort", "push"]),
    ("Set up", &["demo", "init", "login", "logout", "pumps", "zone", "import", "completions", "man", "help"]),
    ("Check and repair", &["doctor", "verify", "bugreport", "fetch", "parse", "derive", "rebuild"]),
];

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Arguments),
    Init(init::Arguments),
    Sync(sync::SyncArguments),
    Fetch(sync::FetchArguments),
    Pumps(account::PumpsArguments),
    Login(account::LoginArguments),
    Logout(account::LogoutArguments),
    #[command(hide = true)]
    Sim(sim::Arguments),
    Import(import::Arguments),
    Status(status::Arguments),
    Doctor(doctor::Arguments),
    Bugreport(bugreport::Arguments),
    Query(query::Arguments),
    Day(day::Arguments),
    Week(week::Arguments),
    Tail(tail::Arguments),
    Metrics(metrics::Arguments),
    Report(report::Arguments),
    Explore(explore::Arguments),
    Export(export::Arguments),
    Cohort(cohort::Arguments),
    Push(push::Arguments),
    Mcp(mcp::Arguments),
    Zone(zone::Arguments),
    Verify(verify::Arguments),
    Explain(explain::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    Parse(stages::ParseArguments),
    Derive(stages::DeriveArguments),
    Rebuild(stages::RebuildArguments),
}

impl Command {
    /// True for the commands that find out why settings cannot be read, or write them again.
    pub(crate) fn tolerates_invalid_config(&self) -> bool {
        matches!(self, Self::Init(_) | Self::Doctor(_) | Self::Bugreport(_))
    }
}

/// Carries out `command`; `program` is the whole command line, for commands that describe it.
pub(crate) fn run(command: Command, program: clap::Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments, context),
        Command::Init(arguments) => init::run(&arguments, context),
        Command::Sync(arguments) if arguments.all => sync_all::run(&arguments, context),
        Command::Sync(arguments) if arguments.watch => watch::run(&arguments, context),
        Command::Sync(arguments) => sync::sync(&arguments, context),
        Command::Fetch(arguments) => sync::fetch(&arguments, context),
        Command::Pumps(arguments) => account::pumps(&arguments, context),
        Command::Login(arguments) => account::login(&arguments, context),
        Command::Logout(arguments) => account::logout(&arguments, context),
        Command::Sim(arguments) => sim::run(&arguments, context),
        Command::Import(arguments) => import::run(&arguments, context),
        Command::Status(arguments) => status::run(&arguments, context),
        Command::Doctor(arguments) => doctor::run(&arguments, context),
        Command::Bugreport(arguments) => bugreport::run(&arguments, context),
        Command::Query(arguments) => query::run(&arguments, context),
        Command::Day(arguments) => day::run(&arguments, context),
        Command::Tail(arguments) => tail::run(&arguments, context),
        Command::Metrics(arguments) => metrics::run(&arguments, context),
        Command::Report(arguments) => report::run(&arguments, context),
        Command::Explore(arguments) => explore::run(&arguments, context),
        Command::Week(arguments) => week::run(&arguments, context),
        Command::Export(arguments) => export::run(&arguments, context),
        Command::Cohort(arguments) => cohort::run(&arguments, context),
        Command::Push(arguments) => push::run(&arguments, context),
        Command::Mcp(arguments) => mcp::run(&arguments, context),
        Command::Zone(arguments) => zone::run(&arguments, context),
        Command::Verify(arguments) => verify::run(&arguments, context),
        Command::Explain(arguments) => explain::run(&arguments, context),
        Command::Completions(arguments) => completions::run(&arguments, program, context),
        Command::Man(arguments) => man::run(&arguments, program, context),
        Command::Parse(_) => stages::parse(context),
        Command::Derive(_) => stages::derive(context),
        Command::Rebuild(_) => stages::rebuild(context),
    }
}
