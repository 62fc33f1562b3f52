//! What each command does; a file per command. Parents decide, the libraries compute.

pub(crate) mod account;
pub(crate) mod arguments;
pub(crate) mod bugreport;
pub(crate) mod completions;
pub(crate) mod day;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod explore;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod man;
pub(crate) mod mcp;
pub(crate) mod metrics;
pub(crate) mod overview;
pub(crate) mod preferences;
pub(crate) mod push;
pub(crate) mod query;
pub(crate) mod report;
pub(crate) mod sim;
pub(crate) mod stages;
pub(crate) mod status;
pub(crate) mod sync;
mod sync_all;
pub(crate) mod tail;
pub(crate) mod verify;
mod watch;
pub(crate) mod week;
pub(crate) mod zone;

use anyhow::Result;

use crate::cli::Command;
use crate::context::Context;
use crate::failure::Exit;

/// Does what the command line says.
pub(crate) fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments, context),
        Command::Init(arguments) => init::run(&arguments, context),
        Command::Sync(arguments) if arguments.all => sync_all::run(&arguments, context),
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
        Command::Push(arguments) => push::run(&arguments, context),
        Command::Mcp(arguments) => mcp::run(&arguments, context),
        Command::Zone(arguments) => zone::run(&arguments, context),
        Command::Verify(arguments) => verify::run(&arguments, context),
        Command::Explain(arguments) => explain::run(&arguments, context),
        Command::Completions(arguments) => completions::run(&arguments, context),
        Command::Man(arguments) => man::run(&arguments, context),
        Command::Parse(_) => stages::parse(context),
        Command::Derive(_) => stages::derive(context),
        Command::Rebuild(_) => stages::rebuild(context),
    }
}
