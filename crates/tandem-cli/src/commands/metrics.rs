//! `tandem metrics`: the numbers of the report, of the database or of any series of readings in a CSV file.

mod on_screen;
mod subject;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use report::insulin::{AverageDay, InsulinSummary};
use report::{CsvError, CsvOptions, CsvSeries, OutOfRangeText, Reading, read_csv};
use serde_json::{Map, Value};

use super::arguments::{Selection, Units, describe_days};
use super::preferences::glucose_unit;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::History;
use crate::output::format_count;
use on_screen::Page;
use subject::Subject;

/// The subject of the database, as in its view `iglu`.
const PERSON: &str = "tandem";
/// The subject of a file that has none.
const NO_SUBJECT: &str = "(empty)";

const EXAMPLES: &str = "\
Examples:
  tandem metrics --days 14
  tandem metrics --from 2026-03-01 --to 2026-03-31 --json
  tandem metrics --csv readings.csv

A CSV file has a header with the columns id, time and gl (mg/dL) or gl_mmol. Each number is defined in docs/metrics.md. \
For discussion with your care team; not advice on dosing.";

/// Show glucose and insulin metrics: time in range, mean, CV, GMI, variability, episodes
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// Read glucose values from a CSV file instead of the database; `-` for stdin
    #[arg(long, value_name = "PATH", conflicts_with_all = ["from", "to", "days", "pump"])]
    csv: Option<PathBuf>,
    /// Count LOW and HIGH in the CSV file as 39 and 401 mg/dL instead of skipping them
    #[arg(long, requires = "csv")]
    count_low_high: bool,
    /// Print JSON: the metrics of each subject in mg/dL, null where undefined
    #[arg(long)]
    json: bool,
    /// Unit for glucose
    #[arg(long, value_name = "UNIT", ignore_case = true)]
    units: Option<Units>,
}

/// Computes and shows.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let subjects = match &arguments.csv {
        Some(path) => of_file(path, arguments, context)?,
        None => vec![of_database(arguments, context)?],
    };
    let text = if arguments.json {
        format!("{:#}\n", as_json(&subjects)?)
    } else {
        subjects.iter().map(|subject| Page { subject, unit: subject.unit }.text()).collect::<Vec<_>>().join("\n")
    };
    context.terminal.write_data(text.as_bytes())?;
    Ok(Exit::Done)
}

fn as_json(subjects: &[Subject]) -> Result<Value> {
    let pair = |subject: &Subject| Ok((subject.id.clone(), metrics_as_json(subject)?));
    Ok(Value::Object(subjects.iter().map(pair).collect::<Result<Map<_, _>>>()?))
}

/// The metrics as one flat object; with insulin per complete day where the history has any.
fn metrics_as_json(subject: &Subject) -> Result<Value> {
    let mut metrics = serde_json::to_value(&subject.metrics)?;
    if let (Some(insulin), Value::Object(keys)) = (&subject.insulin, &mut metrics) {
        let day = insulin.average.of_complete_days;
        let number = |of: fn(&AverageDay) -> Option<f64>| day.as_ref().and_then(of);
        keys.insert("complete_insulin_days".to_owned(), day.map(|day| day.days as u64).into());
        keys.insert("tdd".to_owned(), number(AverageDay::total_units).into());
        keys.insert("basal_per_day".to_owned(), number(|day| day.basal_units).into());
        keys.insert("bolus_per_day".to_owned(), number(|day| Some(day.bolus_units)).into());
    }
    Ok(metrics)
}

fn of_database(arguments: &Arguments, context: &Context) -> Result<Subject> {
    let reader = context.reader()?;
    let history = History::new(&reader)?.of_pump(arguments.selection.pump.as_deref())?;
    let Some(window) = arguments.selection.window(&history, None)? else {
        context.terminal.note("no readings yet; run `tandem sync` or `tandem import PATH`");
        return Subject::new(PERSON, None, &[], glucose_unit(arguments.units, context, Some(&history))?, context);
    };
    let readings = history.readings(window)?;
    if readings.is_empty() {
        context.terminal.note(format!("no readings in {}", describe_days(window)));
    }
    let insulin = InsulinSummary::new(&history.insulin(window)?, &window);
    let unit = glucose_unit(arguments.units, context, Some(&history))?;
    let subject = Subject::new(PERSON, Some(describe_days(window)), &readings, unit, context)?;
    // Days that averages leave out are insulin, too.
    let has_insulin =
        |summary: &InsulinSummary| summary.average.of_days_with_data.is_some() || summary.overlapping_days() > 0;
    Ok(Subject { insulin: Some(insulin).filter(has_insulin), ..subject })
}

fn of_file(path: &Path, arguments: &Arguments, context: &Context) -> Result<Vec<Subject>> {
    let out_of_range_text = if arguments.count_low_high { OutOfRangeText::Sentinels } else { OutOfRangeText::Missing };
    let all = read_series(path, CsvOptions { zone: context.settings.zone, out_of_range_text })?;
    for series in &all {
        tell_what_was_skipped(series, context);
    }
    if all.is_empty() {
        context.terminal.note("the file has a header but no rows");
        return Ok(vec![subject_of(NO_SUBJECT, &[], arguments, context)?]);
    }
    all.iter().map(|series| subject_of(&series.id, &series.readings, arguments, context)).collect()
}

fn subject_of(id: &str, readings: &[Reading], arguments: &Arguments, context: &Context) -> Result<Subject> {
    let unit = glucose_unit(arguments.units, context, None)?;
    Subject::new(id, on_screen::describe_span(readings), readings, unit, context)
}

fn read_series(path: &Path, options: CsvOptions) -> Result<Vec<CsvSeries>> {
    let outcome = if path == Path::new("-") {
        read_csv(io::stdin().lock(), &options)
    } else {
        let file = File::open(path)
            .map_err(|error| Failure::new(Exit::Usage, format!("cannot read {}", path.display())).because(error))?;
        read_csv(file, &options)
    };
    Ok(outcome.map_err(|error| {
        let hint = match &error {
            CsvError::NoColumn { .. } => {
                "the first line names the columns: id, time, and gl (mg/dL) or gl_mmol (mmol/L)"
            }
            _ => "nothing was computed: rows that cannot be read are never skipped silently",
        };
        Failure::new(Exit::Data, format!("{} does not contain glucose readings", path.display()))
            .hint(hint)
            .because(error)
    })?)
}

fn tell_what_was_skipped(series: &CsvSeries, context: &Context) {
    let id = &series.id;
    let rows = |number: usize| format_count(number as u64, "row");
    if series.missing > 0 {
        context.terminal.note(format!("{id}: {} without a value skipped", rows(series.missing)));
    }
    if series.out_of_range_left_out > 0 {
        let words = rows(series.out_of_range_left_out);
        context.terminal.note(format!(
            "{id}: {words} with LOW or HIGH skipped, which makes the result look better than it is; \
                 --count-low-high counts them"
        ));
    }
    if series.repeated_instants > 0 {
        context.terminal.note(format!(
            "{id}: {} with the same time as another row; all are counted",
            rows(series.repeated_instants)
        ));
    }
}
