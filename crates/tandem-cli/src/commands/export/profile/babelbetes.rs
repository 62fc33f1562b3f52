//! The store of babelbetes (version 0.3): what its `data_store.load` reads, in the columns that its `StudyDataset`
//! documents.
//!
//! Times are local and have no zone. All columns are required, so the format cannot say that something is unknown.

use std::path::Path;

use store_duckdb::FileForm;

use super::super::plan::{Plan, Subject, Wanted};
use super::parts::{BASAL_STEPS, fill};
use crate::failure::Failure;

/// Folders of the store.
const FILES: [(&str, &str, FileForm); 5] = [
    ("cgm", CGM, FileForm::Parquet),
    ("bolus", BOLUS, FileForm::ArrowParquet(BOLUS_SCHEMA)),
    ("basal", BASAL, FileForm::Parquet),
    ("carbs", CARBS, FileForm::Parquet),
    ("age", AGE, FileForm::Parquet),
];

/// A reading beyond the sensor's range is the value next to it: 40 and 400, as in all of its studies (of a Libre 500).
const CGM: &str = "
    SELECT local_time::TIMESTAMP_NS AS datetime,
           (cgm_reading + CASE status WHEN 'low' THEN 1 WHEN 'high' THEN -1 ELSE 0 END)::DOUBLE AS cgm
    FROM cgm_readings WHERE {counting} AND {days} AND {pump} ORDER BY timestamp_utc";

/// What is delivered at once has no duration; the later part of an extended bolus is a row of its own. Durations are in
/// nanoseconds.
const BOLUS: &str = "
    WITH doses AS (
        SELECT id, local_time + {delay} AS began, least(extended_delivered_units, delivered_units) AS later_units,
               delivered_units - later_units AS now_units, greatest({extended_minutes}, 0) AS minutes
        FROM boluses WHERE delivered_units > 0 AND {days} AND {pump}
    ), parts AS (
        SELECT id, began, now_units AS units, 0 AS minutes FROM doses
        UNION ALL
        SELECT id, began, later_units, minutes FROM doses
    )
    SELECT began::TIMESTAMP_NS AS datetime, round(units, 5) AS bolus,
           (minutes * 60000)::BIGINT * 1000000 AS delivery_duration
    FROM parts WHERE units > 0 ORDER BY datetime, id, delivery_duration";

/// The columns of [`BOLUS`] as timestamp\[ns\], double and duration\[ns\]: what `PyArrow` writes into the metadata of a
/// Parquet file under `ARROW:schema`. Parquet has no durations; without this, they would be read as numbers.
const BOLUS_SCHEMA: &str = "\
    /////+gAAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAMAAACAAAAAQAAAAAQAAACc////AAABEhAAAAAkAA\
    AABAAAAAAAAAARAAAAZGVsaXZlcnlfZHVyYXRpb24AAACW////AAADANT///8AAAEDEAAAABgAAAAEAAAAAAAAAAUAAABib2x1cwAAAML///8A\
    AAIAEAAUAAgABgAHAAwAAAAQABAAAAAAAAEKEAAAACAAAAAEAAAAAAAAAAgAAABkYXRldGltZQAABgAIAAYABgAAAAAAAwAAAAAA";

/// A rate is active until the next one. Where delivery is not known, the rate is 0: no insulin is invented.
const BASAL: &str = "
    SELECT make_timestamp(at_us)::TIMESTAMP_NS AS datetime, rate / 1000 AS basal_rate FROM ({steps}) ORDER BY at_us";

const CARBS: &str = "
    SELECT local_time::TIMESTAMP_NS AS datetime, carbs_grams::DOUBLE AS carbs
    FROM carb_entries WHERE carbs_grams > 0 AND {days} AND {pump} ORDER BY timestamp_utc, id";

/// In whole years at the first reading; no row where it is not known.
const AGE: &str = "
    SELECT age FROM (
        SELECT datesub('year', {born}, min(local_time)::DATE)::BIGINT AS age
        FROM cgm_readings WHERE {counting} AND {days} AND {pump}
    ) WHERE age IS NOT NULL";

/// The files of the store, as one study with one patient.
pub(super) fn plans(folder: &Path, wanted: &Wanted, subject: &Subject) -> Result<Vec<Plan>, Failure> {
    let id = subject.id()?;
    let born = subject.born.map_or_else(|| "NULL::DATE".to_owned(), |born| format!("DATE '{born}'"));
    let parts = [("{steps}", BASAL_STEPS), ("{began}", "local_time"), ("{born}", &born)];
    let plan = |(kind, query, form)| Plan {
        path: folder.join(format!("{kind}/study_name=tandem/patient_id={id}/data.parquet")),
        query: fill(query, &parts, wanted),
        form,
    };
    Ok(FILES.map(plan).into())
}
