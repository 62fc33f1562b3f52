//! `tandem tail`: the newest entries, and with `-f` those that each upload brings.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use clap::Args;
use console::{Style, style};
use pipeline::{StoreError, StoreErrorKind};
use report::{GlucoseUnit, MgPerDl, Thresholds, printing};
use serde_json::json;
use store_duckdb::Reader;

use super::arguments::Units;
use super::day::readable_name;
use super::preferences::glucose_unit;
use crate::context::Context;
use crate::failure::Exit;
use crate::history::History;
use crate::history::cells::{Cells, query};
use crate::history::pump_number;
use crate::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  tandem tail
  tandem tail -n 100 --json | jq 'select(.happening == \"bolus\")'
  tandem tail -f                 beside a `tandem sync --watch`

Times are local times. The database is closed between checks, so that a sync can write.";

/// Show the latest entries: glucose, basal rates, boluses, carbs, alarms, …
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Keep running and show new entries as they arrive
    #[arg(short, long)]
    follow: bool,
    /// Number of entries to start with
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 20)]
    lines: u32,
    /// Seconds between checks
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600), requires = "follow")]
    interval: u64,
    /// Only the pump with this serial number
    #[arg(long, value_name = "SERIAL")]
    pump: Option<String>,
    /// Unit for glucose
    #[arg(long, value_name = "UNIT", ignore_case = true)]
    units: Option<Units>,
    /// Print JSON Lines; glucose is in mg/dL
    #[arg(long)]
    json: bool,
}

/// Shows them, once or until a signal comes.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let unit = glucose_unit(arguments.units, context, Some(&History::new(&context.reader()?)?))?;
    let tail = Tail { arguments, context, unit };
    let mut seen = tail.first_look()?;
    if !arguments.follow {
        return Ok(Exit::Done);
    }
    let stop = context.interrupt.stop_gracefully("");
    while !stop.is_set() {
        tail.wait();
        seen = tail.look(seen)?;
    }
    Ok(Exit::Done)
}

struct Tail<'a> {
    arguments: &'a Arguments,
    context: &'a Context,
    unit: GlucoseUnit,
}

/// One row of the view `timeline`.
struct Entry {
    local: NaiveDateTime,
    wall: NaiveDateTime,
    utc: DateTime<Utc>,
    pump: i64,
    what: String,
    detail: Option<String>,
    value: Option<f64>,
    unit: Option<String>,
}

impl Tail<'_> {
    /// The newest entries, oldest first. What a clock dates in the future is not news. Returns the batch that was seen.
    fn first_look(&self) -> Result<i64> {
        let reader = self.context.reader()?;
        let latest = (Context::now() + TimeDelta::days(1)).timestamp_micros();
        let mut newest = self.read_entries(
            &reader,
            "timeline",
            &format!("epoch_us(timestamp_utc) <= {latest}"),
            &format!("ORDER BY timestamp_utc DESC, row_id DESC LIMIT {}", self.arguments.lines),
        )?;
        newest.reverse();
        self.write_entries(&newest)?;
        if newest.is_empty() && !self.arguments.follow {
            let words = "no data yet; run `tandem sync` or `tandem import PATH`";
            self.context.terminal.note(words);
        }
        settled_batch(&reader)
    }

    /// Shows what came in batches after `seen`. A database that is being written to is looked at the next time.
    fn look(&self, seen: i64) -> Result<i64> {
        let reader = match self.context.reader() {
            Err(error) if is_held(&error) => return Ok(seen),
            reader => reader?,
        };
        let settled = settled_batch(&reader)?;
        if settled > seen {
            let arrived = format!("batch_id > {seen} AND batch_id <= {settled}");
            let from = "timeline JOIN (SELECT id, batch_id FROM raw_events) ON id = row_id";
            self.write_entries(&self.read_entries(&reader, from, &arrived, "ORDER BY timestamp_utc, row_id")?)?;
        }
        Ok(settled.max(seen))
    }

    fn read_entries(&self, reader: &Reader, from: &str, condition: &str, order: &str) -> Result<Vec<Entry>> {
        let pump = self.arguments.pump.as_deref().map(|serial| pump_number(reader, serial)).transpose()?;
        let chosen = pump.map_or_else(String::new, |id| format!(" AND pump_id = {id}"));
        let sql = format!(
            "SELECT epoch_us(local_time), epoch_us(timestamp), epoch_us(timestamp_utc), pump_id, happening, detail, value, unit
             FROM {from} WHERE {condition}{chosen} {order}"
        );
        query(reader, &sql, entry)
    }

    fn write_entries(&self, entries: &[Entry]) -> Result<()> {
        let width = Terminal::width();
        let line = |entry: &Entry| {
            if self.arguments.json { entry.as_json() } else { entry.on_screen(self.unit, width) }
        };
        let text: String = entries.iter().map(|entry| line(entry) + "\n").collect();
        self.context.terminal.write_data(text)
    }

    /// Until the next look, or a signal.
    fn wait(&self) {
        let pause = Duration::from_secs(self.arguments.interval);
        self.context.runtime.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(pause) => (),
                () = self.context.interrupt.wait() => (),
            }
        });
    }
}

/// The newest batch that is in all tables: decoded, and received before a derivation began that ended well.
fn settled_batch(reader: &Reader) -> Result<i64> {
    let sql = "SELECT coalesce(max(id), -1) FROM raw_batches
               WHERE id <= (SELECT coalesce(max(batch_id), -1) FROM parse_progress)
                 AND received <= (SELECT max(started) FROM pipeline_runs WHERE stage = 'derive' AND outcome = 'completed')";
    Ok(query(reader, sql, |row| row.parsed(0))?.pop().unwrap_or(-1))
}

fn is_held(error: &anyhow::Error) -> bool {
    error.downcast_ref::<StoreError>().is_some_and(|error| error.kind == StoreErrorKind::Locked)
}

fn entry(row: &Cells<'_>) -> Result<Entry> {
    let instant = |index| {
        let micros = row.parsed(index)?;
        DateTime::from_timestamp_micros(micros).ok_or_else(|| anyhow::anyhow!("a stored time is out of range"))
    };
    Ok(Entry {
        local: instant(0)?.naive_utc(),
        wall: instant(1)?.naive_utc(),
        utc: instant(2)?,
        pump: row.parsed(3)?,
        what: row.text(4)?.replace('_', " "),
        detail: row.optional_text(5),
        value: row.optional(6)?,
        unit: row.optional_text(7),
    })
}

impl Entry {
    fn on_screen(&self, unit: GlucoseUnit, width: usize) -> String {
        let detail = self.detail.as_deref().filter(|detail| *detail != "ok").map(readable_name).unwrap_or_default();
        let (value, unit) = self.number(unit);
        let line = format!(
            "{}  {:<19} {} {unit:<6} {detail}",
            style(self.local.format("%Y-%m-%d %H:%M")).dim(),
            self.what,
            self.color().apply_to(format!("{value:>7}")),
        );
        console::truncate_str(line.trim_end(), width, "…").into_owned()
    }

    fn number(&self, glucose: GlucoseUnit) -> (String, String) {
        let Some(value) = self.value else { return (String::new(), String::new()) };
        let unit = self.unit.clone().unwrap_or_default();
        match unit.as_str() {
            "mg/dL" => (printing::glucose(value, glucose), glucose.name().to_owned()),
            "U" | "U/h" => (printing::fixed(value, 2), unit),
            _ => (printing::fixed(value, 0), unit),
        }
    }

    /// As in the drawing of a day: red below the range, yellow above it.
    fn color(&self) -> Style {
        let thresholds = Thresholds::default();
        match self.value.filter(|_| self.unit.as_deref() == Some("mg/dL")).and_then(MgPerDl::new) {
            Some(glucose) if glucose.get() < thresholds.low => Style::new().red(),
            Some(glucose) if glucose.get() > thresholds.high => Style::new().yellow(),
            Some(_) => Style::new().green(),
            None => Style::new(),
        }
    }

    fn as_json(&self) -> String {
        json!({
            "local_time": self.local, "timestamp": self.wall, "timestamp_utc": self.utc, "pump_id": self.pump,
            "happening": self.what, "detail": self.detail, "value": self.value, "unit": self.unit,
        })
        .to_string()
    }
}
