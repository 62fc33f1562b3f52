//! `tandem explain`: from a row of a table through the pump's events to the raw text.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use console::style;
use serde_json::{Value, json};
use store_duckdb::{ExplainError, ExplainedEvent, Provenance};

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::output::{Align, ScreenTable, format_count};
use crate::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  tandem query 'SELECT id, local_time, delivered_units FROM boluses ORDER BY local_time DESC LIMIT 3'
  tandem explain boluses 281479271747391";

/// Show where a row came from, down to the pump's events and their raw text
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A table or view, for example boluses
    #[arg(value_name = "TABLE")]
    table: String,
    /// The row's id
    #[arg(value_name = "ID")]
    id: i64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Explains.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let explanation = context.store_to_read()?.explain(&arguments.table, arguments.id).map_err(failure)?;
    let text = if arguments.json { format!("{:#}\n", as_json(&explanation)) } else { on_screen(&explanation) };
    context.terminal.write_data(text.as_bytes())?;
    Ok(Exit::Done)
}

fn failure(error: ExplainError) -> anyhow::Error {
    let hint = match &error {
        ExplainError::UnknownTable { table, known } => {
            let closeness = |name: &&str| strsim::jaro_winkler(name, table);
            let nearest = known.iter().copied().max_by(|one, other| closeness(one).total_cmp(&closeness(other)));
            match nearest.filter(|name| closeness(name) > 0.8) {
                Some(name) => format!("did you mean {name}?"),
                None => format!("known tables: {}", known.join(", ")),
            }
        }
        ExplainError::NoSuchRow { table, .. } => format!(
            "list some with `tandem query 'SELECT id FROM {table} \
             LIMIT 5'`"
        ),
        _ => return error.into(),
    };
    Failure::new(Exit::Usage, error.to_string()).hint(hint).into()
}

fn on_screen(explanation: &Provenance) -> String {
    let title = format!("{} {}", explanation.table, explanation.id);
    let events = format_count(explanation.events.len() as u64, "event");
    let mut text = format!("{}  {}\n\n", style(title).bold(), style(format!("made from {events}")).dim());
    let mut table = ScreenTable::new([("column", Align::Left), ("value", Align::Left), ("meaning", Align::Left)]);
    for column in &explanation.columns {
        table.push([Some(column.name.clone()), column.value.clone(), Some(column.meaning.clone())]);
    }
    text += &table.fit(Terminal::width()).text;
    for event in &explanation.events {
        text += &event_on_screen(event);
    }
    text
}

fn event_on_screen(event: &ExplainedEvent) -> String {
    let title = format!("{} {}", event.code, event.name);
    let place = format!("group {}, number {}, id {}", event.sequence_group, event.sequence_number, event.id);
    let mut text = format!("\n{}  {}\n", style(title).bold(), style(place).dim());
    let instant = event.timestamp_utc.format("%Y-%m-%d %H:%M:%S UTC");
    let _ =
        writeln!(text, "{} on the pump's clock, {instant} by {}", event.timestamp, event.utc_source.replace('_', " "));
    if !event.fields.is_empty() {
        let names =
            [("field", Align::Left), ("value", Align::Right), ("unit", Align::Left), ("stands for", Align::Left)];
        let mut table = ScreenTable::new(names);
        for field in &event.fields {
            let texts =
                [field.name.clone(), field.value.clone(), text_of(field.unit.as_ref()), text_of(field.label.as_ref())];
            table.push(texts.map(Some));
        }
        text += &table.fit(Terminal::width()).text;
    }
    if event.revisions > 0 {
        let _ = writeln!(
            text,
            "revised {} by the service; earlier versions are in raw_event_revisions",
            format_count(event.revisions, "time")
        );
    }
    let _ = writeln!(text, "{} {}", style("raw").cyan(), event.raw);
    text
}

fn text_of(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

fn as_json(explanation: &Provenance) -> Value {
    let columns = explanation
        .columns
        .iter()
        .map(|column| json!({"name": column.name, "value": column.value, "meaning": column.meaning}));
    json!({
        "table": explanation.table,
        "id": explanation.id,
        "columns": columns.collect::<Vec<_>>(),
        "events": explanation.events.iter().map(event_as_json).collect::<Vec<_>>(),
    })
}

fn event_as_json(event: &ExplainedEvent) -> Value {
    let fields = event
        .fields
        .iter()
        .map(|field| json!({"name": field.name, "value": field.value, "unit": field.unit, "label": field.label}));
    json!({
        "id": event.id, "sequence_group": event.sequence_group, "sequence_number": event.sequence_number, "event_id": event.code,
        "event_name": event.name, "timestamp": event.timestamp, "timestamp_utc": event.timestamp_utc,
        "utc_source": event.utc_source, "fields": fields.collect::<Vec<_>>(), "raw_event_data": event.raw,
        "revisions": event.revisions,
    })
}
