//! What the tools answer: JSON, with units in the names, small enough to be read whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use chrono::{Days, NaiveDate, Timelike as _};
use report::insulin::{InsulinDay, InsulinSummary};
use report::{Metrics, MetricsOptions, Period, Reading, Span, Window};
use serde_json::{Value, json};
use store_duckdb::{Reader, StatusFacts};
use tokio::process::Command;
use tokio::sync::OwnedSemaphorePermit;

use crate::commands::{day as day_command, status};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::History;
use crate::history::cells::query as rows_of;
use crate::mcp::query_process::{QueryProcess, this_program};
use crate::time_limit::TimeLimit;

/// How long an answer of this program's own SQL may take.
const TIME: Duration = Duration::from_secs(20);
/// Rows of an answer, unless more are asked for.
const DEFAULT_ROWS: u32 = 200;
/// The most rows of an answer.
const MAX_ROWS: u32 = 1000;
/// The most memory that a query may use.
pub(super) const MEMORY: &str = "512MB";

/// The first thing to ask.
pub(super) fn summary(reader: &Reader) -> Result<String> {
    limited(reader, |reader| {
        let facts = StatusFacts::read(reader)?;
        let history = History::new(reader)?;
        let now = Context::now();
        let segment = |days: u64| -> Result<Value> {
            let Some(window) = history.last_days(days)? else { return Ok(Value::Null) };
            segment(&history, window)
        };
        let tables = facts.tables.iter().map(|table| (table.name.clone(), table.rows.into()));
        compact(&json!({
            "now_utc": now,
            "zone": history.zone.map(chrono_tz::Tz::name),
            "pumps": facts.pumps.iter().map(|pump| status::pump_as_json(pump, now)).collect::<Vec<_>>(),
            "last_14_days_on_record": segment(14)?,
            "last_90_days_on_record": segment(90)?,
            "rows": tables.collect::<serde_json::Map<_, _>>(),
            "events_of_unknown_type": facts.unknown_codes.iter().map(|(_, count)| count).sum::<u64>(),
        }))
    })
}

fn segment(history: &History<'_>, window: Window) -> Result<Value> {
    let metrics = Metrics::of(&history.readings(window)?, &MetricsOptions::default());
    let insulin = history.insulin_per_day(window)?.map(|insulin| {
        json!({
            "complete_days": insulin.days,
            "total_units_per_day": rounded(insulin.basal_units + insulin.bolus_units),
            "basal_units_per_day": rounded(insulin.basal_units),
            "bolus_units_per_day": rounded(insulin.bolus_units),
            "automatic_bolus_units_per_day": rounded(insulin.automatic_units),
            "carbs_grams_per_day": rounded(insulin.carbs_grams),
        })
    });
    let last = window.end.date().pred_opt().unwrap_or(NaiveDate::MAX);
    Ok(json!({"first_day": window.start.date(), "last_day": last, "glucose": glucose(&metrics), "insulin": insulin}))
}

fn glucose(metrics: &Metrics) -> Value {
    let percent = |of: fn(&report::metrics::Ranges) -> f64| metrics.ranges.as_ref().map(|ranges| rounded(of(ranges)));
    json!({
        "readings": metrics.counts.all,
        "mean_mg_dl": metrics.summary.mean.map(rounded),
        "sd_mg_dl": metrics.summary.sd.map(rounded),
        "cv_percent": metrics.summary.cv.map(rounded),
        "gmi_percent": metrics.summary.gmi.map(rounded),
        "below_54_percent": percent(|ranges| ranges.very_low),
        "from_54_to_69_percent": percent(|ranges| ranges.low),
        "from_70_to_180_percent": percent(|ranges| ranges.in_range),
        "from_181_to_250_percent": percent(|ranges| ranges.high),
        "above_250_percent": percent(|ranges| ranges.very_high),
        "sensor_active_percent": metrics.wear.active_percent.map(rounded),
    })
}

/// Every table and view.
pub(super) fn list_tables(reader: &Reader) -> Result<String> {
    limited(reader, |reader| {
        let rows: BTreeMap<_, _> =
            StatusFacts::read(reader)?.tables.into_iter().map(|table| (table.name, table.rows)).collect();
        let list = "SELECT table_name AS name, 'table' AS kind, comment FROM duckdb_tables() WHERE NOT internal
                    UNION ALL
                    SELECT view_name, 'view', comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL";
        let tables = rows_of(reader, list, |row| {
            let name = row.text(0)?;
            let count = rows.get(&name);
            Ok(json!({"name": name, "kind": row.text(1)?, "rows": count, "meaning": row.optional_text(2)}))
        })?;
        compact(&json!(tables))
    })
}

/// The columns of one table or view.
pub(super) fn describe_table(reader: &Reader, table: &str) -> Result<String> {
    limited(reader, |reader| {
        let list = "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal
                    ORDER BY table_name, column_index";
        let mut known: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (name, column) in rows_of(reader, list, |row| {
            let column = json!({"name": row.text(1)?, "type": row.text(2)?, "meaning": row.optional_text(3)});
            Ok((row.text(0)?, column))
        })? {
            known.entry(name).or_default().push(column);
        }
        let Some(columns) = known.get(&table.trim().to_lowercase()) else {
            return Err(unknown_table(table, known.keys()).into());
        };
        compact(&json!({"table": table.trim().to_lowercase(), "columns": columns}))
    })
}

fn unknown_table<'a>(table: &str, known: impl Iterator<Item = &'a String>) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("unknown table {table:?}"));
    let closeness = |name: &&String| strsim::jaro_winkler(name, table);
    match known.max_by(|one, other| closeness(one).total_cmp(&closeness(other))).filter(|name| closeness(name) > 0.8) {
        Some(nearest) => failure.hint(format!("did you mean {nearest}?")),
        None => failure.hint("call `list_tables` for the names"),
    }
}

/// The answer to one query, or why there is none, in the words of the program of its own that was asked: whatever a
/// statement does to that one, this one goes on serving.
pub(super) async fn query(
    database: &Path,
    sql: &str,
    max_rows: Option<u32>,
    seconds: u64,
    place: OwnedSemaphorePermit,
) -> Result<Result<String, String>> {
    let rows = max_rows.unwrap_or(DEFAULT_ROWS).clamp(1, MAX_ROWS).to_string();
    let mut command = Command::new(this_program()?);
    command.args([
        "query",
        "--color",
        "never",
        "--format",
        "answer",
        "--limit",
        &rows,
        "--timeout",
        &seconds.to_string(),
    ]);
    command.args(["--memory-limit", MEMORY, "--db"]).arg(database);
    let mut process = QueryProcess::start(command, place)?;
    let (status, data, talk) = process.ask(sql).await?;
    Ok(match status.success() {
        true => Ok(data),
        false if status.code().is_some() => Err(talk),
        false => Err("error: the query crashed the process that ran it; reduce the result".to_owned()),
    })
}

/// One day.
pub(super) fn day(reader: &Reader, date: Option<&str>) -> Result<String> {
    limited(reader, |reader| {
        let history = History::new(reader)?;
        let recorded = history.recorded_days()?;
        let day = match date {
            Some(text) => Some(day_command::parse_day(text, day_command::today(&history))?),
            None => recorded.map(|(_, newest)| newest),
        };
        let Some(day) = day else {
            return Err(Failure::new(Exit::Usage, "no data yet").into());
        };
        let window = history.days(day, day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX));
        let mut answer = one_day(day, &history.period(window)?);
        answer["on_record"] = json!(recorded.map(|(first, last)| json!({"first_day": first, "last_day": last})));
        compact(&answer)
    })
}

fn one_day(day: NaiveDate, period: &Period) -> Value {
    let summary = InsulinSummary::new(&period.insulin, &period.window);
    let insulin = summary.days.iter().find(|insulin| insulin.date == day && insulin.has_data).map(|insulin| {
        json!({
            "total_units": insulin.total_units().map(rounded), "basal_units": insulin.basal_units.map(rounded),
            "basal_units_by_source": by_source(insulin), "basal_hours_on_record": rounded(insulin.basal_hours), "bolus_units": rounded(insulin.bolus_units),
            "is_complete": insulin.is_complete(),
            "hours_in_which_two_pumps_logged_basal": rounded(insulin.overlapping_basal_hours),
            "boluses_of_unknown_size": insulin.unknown_bolus_count,
            "automatic_correction_units": rounded(insulin.bolus_by_class.auto_correction),
            "carbs_grams": rounded(insulin.carbs_grams),
        })
    });
    let boluses = period.insulin.boluses.iter().map(|bolus| {
        json!({
            "time": bolus.start.wall, "units": bolus.delivered_units.map(rounded), "carbs_grams": bolus.carbs_grams,
            "kind": day_command::kind(bolus),
        })
    });
    let alarms =
        period.alarms.iter().map(|alarm| json!({"time": alarm.at.wall, "family": alarm.family.as_str(), "name": day_command::readable_name(&alarm.name)}));
    let sites = period
        .site_changes
        .iter()
        .map(|site| json!({"time": site.at.wall, "what": day_command::readable_name(site.kind.as_str())}));
    json!({
        "day": day,
        "glucose": glucose(&Metrics::of(&period.readings, &MetricsOptions::default())),
        "glucose_by_hour_mg_dl": by_hour(&period.readings),
        "insulin": insulin,
        "boluses": boluses.collect::<Vec<_>>(),
        "carbs_without_bolus": period.insulin.carbs.iter().filter(|carbs| !carbs.has_bolus).map(|carbs| json!({"time": carbs.at.wall, "grams": carbs.grams})).collect::<Vec<_>>(),
        "modes": list_spans(&period.insulin.user_modes, |mode| mode.as_str().to_owned()),
        "control_iq": list_spans(&period.insulin.loop_modes, |mode| mode.as_str().to_owned()),
        "suspensions": list_spans(&period.suspensions, |()| "suspended".to_owned()),
        "site_changes": sites.collect::<Vec<_>>(),
        "alarms": alarms.collect::<Vec<_>>(),
    })
}

fn by_source(insulin: &InsulinDay) -> Value {
    insulin.basal_by_source.iter().map(|(source, units)| (source.as_str().to_owned(), json!(rounded(*units)))).collect()
}

fn by_hour(readings: &[Reading]) -> Vec<Value> {
    let mut hours: BTreeMap<u32, Vec<Reading>> = BTreeMap::new();
    for reading in readings {
        hours.entry(reading.at.wall.hour()).or_default().push(*reading);
    }
    let hour = |(hour, readings): (u32, Vec<Reading>)| {
        let values = || readings.iter().map(|reading| reading.glucose.get());
        let (lowest, highest) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        let mean = report::metrics::mean_glucose(&readings).map(f64::round);
        json!({"hour": hour, "readings": readings.len(), "mean": mean, "lowest": lowest, "highest": highest})
    };
    hours.into_iter().map(hour).collect()
}

fn list_spans<T>(spans: &[Span<T>], name: impl Fn(&T) -> String) -> Vec<Value> {
    spans.iter().map(|span| json!({"from": span.start.wall, "to": span.end.wall, "what": name(&span.value)})).collect()
}

/// Two decimals are more than a pump's or a sensor's worth.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn compact(value: &Value) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

fn limited(reader: &Reader, work: impl FnOnce(&Reader) -> Result<String>) -> Result<String> {
    let limit = TimeLimit::start(reader.interrupt_handle(), Some(TIME), "ask for less");
    work(reader).map_err(|error| limit.explain(error))
}
