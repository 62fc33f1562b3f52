//! DIAX, the diabetes exchange format (`Center-for-Diabetes-Technology/DIAX`, as of March 2026): one JSON object per
//! person.
//!
//! A signal has times, local with their offset from UTC, and a value for each.

use std::path::Path;

use store_duckdb::FileForm;

use super::super::plan::{Plan, Subject, Wanted};
use super::parts::{BASAL_STEPS, fill};
use crate::failure::Failure;

/// A basal rate is in force until the next one; null where delivery is not known. A bolus has no duration: all of it
/// goes to its start. Signals without values are left out.
const SUBJECT: &str = r#"
    WITH samples AS (
        SELECT 'cgm' AS signal, epoch_us(timestamp_utc) AS at_us, local_time, cgm_reading::DOUBLE AS value
        FROM cgm_readings WHERE {counting} AND {days} AND {pump}
        UNION ALL
        SELECT 'bolus', epoch_us(coalesce(started_utc, timestamp_utc)), local_time + {delay}, delivered_units
        FROM boluses WHERE delivered_units > 0 AND {days} AND {pump}
        UNION ALL
        SELECT 'basal_rate', at_us, make_timestamp(at_us + offset_us), CASE WHEN pumps > 0 THEN rate / 1000 END
        FROM ({steps})
        UNION ALL
        SELECT 'carbs', epoch_us(timestamp_utc), local_time, carbs_grams
        FROM carb_entries WHERE carbs_grams > 0 AND {days} AND {pump}
        UNION ALL
        SELECT 'smbg', epoch_us(timestamp_utc), local_time, bg_mgdl
        FROM bg_readings WHERE source = 'manual' AND {days} AND {pump}
    ), placed AS (
        SELECT *, (epoch_us(local_time) - at_us) // 60000000 AS offset_minutes FROM samples
    ), written AS (
        SELECT signal, value, at_us,
               strftime(local_time, '%Y-%m-%d %H:%M:%S ') || CASE WHEN offset_minutes < 0 THEN '-' ELSE '+' END
               || printf('%02d%02d', abs(offset_minutes) // 60, abs(offset_minutes) % 60) AS time
        FROM placed
    ), signals AS (
        SELECT signal, struct_pack(
                   "time" := list(time ORDER BY at_us, value), value := list(value ORDER BY at_us, value)
               ) AS series
        FROM written GROUP BY signal
    ), devices AS (
        SELECT (SELECT string_agg(DISTINCT sensor_type, ', ' ORDER BY sensor_type)
                FROM cgm_readings WHERE {counting} AND {days} AND {pump}) AS sensor,
               (SELECT string_agg(DISTINCT model_name, ', ' ORDER BY model_name) FROM pumps) AS pump_model
    )
    SELECT '{id}' AS unique_id, {series},
           struct_pack(
               unique_id := 'identifier of the person',
               "time" := struct_pack(unit := 'Y-m-d H:M:S Z', description := 'local time with its offset from UTC'),
               cgm := struct_pack(
                   unit := 'mg/dL', description := 'sensor readings; 39 is LOW, 401 is HIGH (of a Libre 501)',
                   device := sensor
               ),
               bolus := struct_pack(
                   unit := 'U', description := 'insulin of boluses, at their start; extended parts included',
                   device := pump_model
               ),
               basal_rate := struct_pack(
                   unit := 'U/h', description := 'rate until the next time; null where it is not known',
                   device := pump_model
               ),
               carbs := struct_pack(unit := 'g', description := 'carbs entered by the person'),
               smbg := struct_pack(unit := 'mg/dL', description := 'glucose measured and entered by the person')
           ) AS metadata
    FROM devices"#;

const SIGNALS: [&str; 5] = ["cgm", "basal_rate", "bolus", "carbs", "smbg"];

/// The file of the person.
pub(super) fn plan(folder: &Path, wanted: &Wanted, subject: &Subject) -> Result<Plan, Failure> {
    let id = subject.id()?;
    let of_signal = |name| format!("(SELECT series FROM signals WHERE signal = '{name}') AS {name}");
    let series = SIGNALS.map(of_signal).join(", ");
    let parts = [("{steps}", BASAL_STEPS), ("{began}", "timestamp_utc"), ("{id}", &id), ("{series}", &series)];
    let path = folder.join(format!("subj_{id}.json"));
    Ok(Plan { path, query: fill(SUBJECT, &parts, wanted), form: FileForm::JsonObject })
}
