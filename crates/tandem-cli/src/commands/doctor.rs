//! `tandem doctor`: whether everything that a sync needs is in order, a line each, and what to do where it is not.

mod check;
pub(crate) mod checks;
mod pumps;
mod site;
mod uploads;

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use console::style;
use serde_json::{Value, json};

use crate::arguments::AccountArgs;
use crate::context::Context;
use crate::failure::Exit;
use crate::output::wrap_text;
use crate::terminal::Terminal;
use check::{Check, Grade};
use checks::Examination;

const ABOUT: &str = "\
Examples:
  tandem doctor
  tandem doctor --json | jq '.checks[] | select(.grade == \"bad\")'

Looks at the configuration, the credentials, the region, the service's hosts, the token, the clock, the database with its \
schema, the disk, the zone, the last runs, every pump, and the Nightscout site where one is configured. Changes nothing, and sends no password unless the service refuses a \
token that should still be good.

Exit code: that of the worst finding, 5 (database) before 3 (configuration, credentials, clock) before 4 (service); 0 when \
nothing is wrong. What is only worth knowing (!) does not count.

`tandem bugreport` writes the same into a file, with all personal data removed.";

/// Check the configuration, login, service, clock, database and pumps
#[derive(Args, Debug)]
#[command(after_help = ABOUT)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArgs,
}

/// Looks at everything, and tells.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let examination = Examination::from_arguments(&arguments.account, context);
    let exit = examination.exit();
    let text = if arguments.json {
        format!("{:#}\n", as_json(&examination.checks, exit))
    } else {
        on_screen(&examination.checks, Terminal::width())
    };
    context.terminal.write_data(text.as_bytes())?;
    Ok(exit)
}

/// A line for each check, and below it what to do.
pub(crate) fn on_screen(checks: &[Check], width: usize) -> String {
    const INDENT: usize = 15;
    let mut text = String::new();
    for check in checks {
        let mark = match check.grade {
            Grade::Good => style("✓").green(),
            Grade::Note => style("!").yellow(),
            Grade::Bad(_) => style("✗").red(),
            Grade::Unknown => style("–").dim(),
        };
        let words = wrap_text(&check.words, width.saturating_sub(INDENT), INDENT);
        let _ = writeln!(text, "{mark} {} {words}", style(format!("{:<12}", check.name)).bold());
        if let Some(advice) = &check.advice {
            let advice = wrap_text(advice, width.saturating_sub(INDENT + 2), INDENT + 2);
            let _ = writeln!(text, "{:INDENT$}{} {advice}", "", style("→").cyan());
        }
    }
    text
}

fn as_json(checks: &[Check], exit: Exit) -> Value {
    let entry = |check: &Check| {
        json!({
            "check": check.name, "grade": check.grade.as_str(), "words": check.words, "advice": check.advice,
        })
    };
    json!({
        "ok": exit == Exit::Done,
        "exit_code": exit as u8,
        "version": env!("CARGO_PKG_VERSION"),
        "checks": checks.iter().map(entry).collect::<Vec<_>>(),
    })
}
