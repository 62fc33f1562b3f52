//! `tandem mcp`: lets an assistant ask, over standard input and output.

use anyhow::Result;
use clap::Args;

use crate::context::Context;
use crate::failure::Exit;
use crate::mcp;

const EXAMPLES: &str = "\
Examples:
  tandem mcp --db ~/tandem/tandem.db     as an assistant starts it

In the configuration of an assistant that speaks MCP:
  {\"mcpServers\": {\"tandem\": {\"command\": \"tandem\", \"args\": [\"mcp\", \"--db\", \"/full/path/to/tandem.db\"]}}}

What the assistant reads, the company behind it may read, too. The server itself sends nothing anywhere; it only answers, can \
change nothing, and has access only to this one database.";

/// Give an AI assistant read-only access to the history (Model Context Protocol)
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Stop a query after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
}

/// Serves until the assistant closes the connection.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    // Brings an older database up to date before the first question; one that is not there yet may still come.
    if context.settings.database.exists() {
        drop(context.reader()?);
    }
    let stop = context.interrupt.stop_gracefully("");
    context.runtime.block_on(mcp::serve(context.settings.database.clone(), arguments.timeout, stop.clone()))?;
    if context.interrupt.is_set() {
        // A thread waits for the next line of input, and cannot be woken.
        std::process::exit(i32::from(Exit::Interrupted as u8));
    }
    Ok(Exit::Done)
}
