//! `tandem export`: tables as files, once or as a lake that is kept up to date.

mod lake;
mod plan;
mod profile;
mod tables;

use std::path::PathBuf;

use anyhow::Result;
use chrono::NaiveDate;
use clap::Args;
use store_duckdb::{Exporter, InterruptHandle, ReadOptions};

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::pump_number;
use crate::output::{atomic, format_count};
use crate::time_limit;
use lake::{Identity, PartPlan};
use plan::{Format, Plan, Subject, Wanted};
use profile::Profile;
use tables::Table;

const EXAMPLES: &str = "\
Examples:
  tandem export                                         all tables of readings and deliveries, as Parquet
  tandem export --tables boluses,cgm_readings --format csv --from 2026-03-01
  tandem export --partitioned --output lake             run it again to write only what changed
  tandem export --partitioned --output lake --person anna --db anna.db
  tandem export --profile iglu                          id,time,gl for iglu in R and Python
  tandem export --profile babelbetes --output study     a store that babelbetes loads in Python

A partitioned export has one file per table, pump and month (table=…/pump=…/month=…), which DuckDB, Polars, \
PyArrow and Spark read as Hive partitions. With --person, several people share a lake (table=…/person=…/pump=…/month=…). \
Each file is written completely or not at all.";

/// Export tables as Parquet, CSV or JSON Lines files
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Comma-separated tables or views, or `all` [default: the tables of readings and deliveries]
    #[arg(short, long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "profile")]
    tables: Vec<String>,
    /// File format
    #[arg(short, long, value_name = "FORMAT", default_value = "parquet", conflicts_with = "profile")]
    format: Format,
    /// Folder to write to
    #[arg(short, long, value_name = "FOLDER", default_value = "tandem-export")]
    output: PathBuf,
    /// First day, in local time
    #[arg(long, value_name = "DATE", conflicts_with = "partitioned")]
    from: Option<NaiveDate>,
    /// Last day, inclusive
    #[arg(long, value_name = "DATE", conflicts_with = "partitioned")]
    to: Option<NaiveDate>,
    /// Only the pump with this serial number
    #[arg(long, value_name = "SERIAL", conflicts_with = "partitioned")]
    pump: Option<String>,
    /// One file per table, pump and month, and per person with --person; later runs rewrite only what changed
    #[arg(long, conflicts_with_all = ["profile", "overwrite"])]
    partitioned: bool,
    /// Replace person, serial numbers and names by pseudonyms made with the secret key in this file
    #[arg(long, value_name = "KEYFILE", requires = "partitioned")]
    pseudonymize: Option<PathBuf>,
    /// Move all dates back by a number of weeks that follows from key and person
    #[arg(long, requires = "pseudonymize")]
    shift_days: bool,
    /// Write files in the format another program expects
    #[arg(long, value_name = "PROGRAM")]
    profile: Option<Profile>,
    /// Replace existing files
    #[arg(long)]
    overwrite: bool,
}

/// Exports; on a signal, what is half written goes and what is whole stays.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    match export(arguments, context) {
        Err(_) if context.interrupt.is_set() => {
            context.terminal.say("Stopped; all files written so far are complete.");
            Ok(Exit::Interrupted)
        }
        outcome => outcome,
    }
}

fn export(arguments: &Arguments, context: &Context) -> Result<Exit> {
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from > to
    {
        return Err(Failure::new(Exit::Usage, format!("the first day, {from}, is after the last, {to}")).into());
    }
    let reader = context.reader()?;
    stop_on_signal(reader.interrupt_handle(), context);
    let wanted = Wanted {
        from: arguments.from,
        to: arguments.to,
        pump: arguments.pump.as_deref().map(|serial| pump_number(&reader, serial)).transpose()?,
    };
    let chosen =
        if arguments.profile.is_some() { Vec::new() } else { tables::choose_tables(&reader, &arguments.tables)? };
    if arguments.partitioned {
        let person = context.settings.named_person.as_deref();
        let identity = Identity::new(person, arguments.pseudonymize.as_deref(), arguments.shift_days)?;
        let part = PartPlan::new(&reader, chosen, identity, arguments.format)?;
        drop(reader);
        return part.write(&arguments.output, &exporter(context)?, context);
    }
    let names = reader.pump_names()?;
    drop(reader);
    let subject = Subject { name: context.settings.named_person.clone(), born: context.settings.file.born };
    let plans = match arguments.profile {
        Some(profile) => profile.plans(&arguments.output, &wanted, &subject, &names)?,
        None => chosen.iter().map(|table| plan(table, arguments, &wanted)).collect::<Result<_>>()?,
    };
    write_plans(&plans, arguments.overwrite, context)
}

fn plan(table: &Table, arguments: &Arguments, wanted: &Wanted) -> Result<Plan> {
    let path = arguments.output.join(format!("{}.{}", table.name, arguments.format.extension()));
    Ok(Plan { path, query: table.query(wanted)?, form: arguments.format.form() })
}

fn exporter(context: &Context) -> Result<Exporter> {
    let exporter = Exporter::open(&context.settings.database, &ReadOptions::default())?;
    stop_on_signal(exporter.interrupt_handle(), context);
    Ok(exporter)
}

fn stop_on_signal(interrupt_handle: InterruptHandle, context: &Context) {
    context.interrupt.on_signal("", move || time_limit::stop_for_good(interrupt_handle.clone()));
}

/// Writes every file, or none where one is in the way.
fn write_plans(plans: &[Plan], overwrite: bool, context: &Context) -> Result<Exit> {
    for plan in plans {
        atomic::may_write(&plan.path, overwrite)?;
    }
    let exporter = exporter(context)?;
    for plan in plans {
        let file = atomic::temporary_beside(&plan.path)?;
        let rows = exporter.write(&plan.query, file.path(), plan.form)?;
        atomic::keep(file, &plan.path, overwrite)?;
        context.terminal.say(format!("{}  {}", plan.path.display(), format_count(rows, "row")));
    }
    Ok(Exit::Done)
}
