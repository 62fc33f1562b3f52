//! `tandem explore`: the whole history in one HTML file, to be scrolled and zoomed.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use report::Explorer;

use super::arguments::{Selection, describe_days};
use super::report::{Look, OutputFile, nothing_to_show, read_input};
use crate::context::Context;
use crate::failure::Exit;
use crate::history::History;
use crate::output::format_count;

const EXAMPLES: &str = "\
Examples:
  tandem explore --open
  tandem explore --language de --units mmol/L --output history.html
  tandem explore --from 2026-01-01

The file contains every reading, dose, alarm and setting of the period: whoever has it can read all of it. It needs no \
network and sends nothing.";

/// Write the whole history as one interactive HTML page
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    file: OutputFile,
}

/// Writes the explorer.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let reader = context.reader()?;
    let history = History::new(&reader)?.of_pump(arguments.selection.pump.as_deref())?;
    let Some(window) = arguments.selection.window(&history, None)? else {
        return Err(nothing_to_show().into());
    };
    let path = arguments.file.path(|| PathBuf::from("tandem-explorer.html"));
    arguments.file.check(&path)?;
    let mut input = read_input(&history, window, false)?;
    input.period.profile_basal = history.profile_basal(window)?;
    let page = Explorer::render(&input, &arguments.look.options(&history, context)?);
    let about = format!("{}, {}", describe_days(window), format_count(input.period.readings.len() as u64, "reading"));
    arguments.file.write(&path, &page, &about, context)
}
