//! Shapes that other programs take: iglu, Nightscout, Tidepool, babelbetes, DIAX.

mod babelbetes;
mod diax;
mod parts;

use std::path::Path;

use clap::ValueEnum;
use store_duckdb::{FileForm, PumpNames, nightscout_documents};

use super::plan::{Plan, Subject, Wanted};
use crate::failure::Failure;
use parts::fill;

/// Another program.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Profile {
    /// iglu in R and Python: one CSV of id, time (local time) and gl (mg/dL)
    Iglu,
    /// Nightscout: entries, treatments, profile and devicestatus, each a JSON array as its API takes them
    Nightscout,
    /// Tidepool's data model: cbg, smbg, bolus, wizard, food and basal, each a JSON array
    Tidepool,
    /// babelbetes in Python: folders cgm, bolus, basal, carbs and age of Parquet, as its `data_store` loads them
    Babelbetes,
    /// DIAX (diabetes exchange): one JSON object per person with cgm, basal rate, bolus, carbs and smbg
    Diax,
}

const IGLU: &str = "
    SELECT 'tandem' AS id, strftime(local_time, '%Y-%m-%d %H:%M:%S') AS time, cgm_reading AS gl
    FROM cgm_readings WHERE {counting} AND {days} AND {pump} ORDER BY timestamp_utc";

/// Files and collections of Nightscout; the documents are those that `tandem push nightscout` sends.
const NIGHTSCOUT_FILES: [(&str, &str); 4] = [
    ("entries.json", "entries"),
    ("treatments.json", "treatments"),
    ("profile.json", "profile"),
    ("devicestatus.json", "devicestatus"),
];

const TIDEPOOL_FILES: [(&str, &str); 6] = [
    ("cbg.json", CBG),
    ("smbg.json", SMBG),
    ("bolus.json", BOLUS),
    ("wizard.json", WIZARD),
    ("food.json", FOOD),
    ("basal.json", BASAL),
];

/// Data as Tidepool's data model describes it for ingestion; `guid` and `uploadId` are given by the program that uploads. A reading
/// beyond the sensor's range is the value next to it, with an annotation that names the limit.
const CBG: &str = "
    SELECT 'cbg' AS type, cgm_reading AS value, 'mg/dL' AS units,
           CASE status WHEN 'low' THEN [struct_pack(code := 'bg/out-of-range', value := 'low', threshold := 40)]
                       WHEN 'high' THEN [struct_pack(code := 'bg/out-of-range', value := 'high', threshold := 400)] END AS annotations, {datum}
    FROM cgm_readings WHERE {counting} AND {days} AND {pump} ORDER BY timestamp_utc";

/// Glucose that a person measured and entered.
const SMBG: &str = "
    SELECT 'smbg' AS type, 'manual' AS subType, bg_mgdl AS value, 'mg/dL' AS units, {datum}
    FROM bg_readings WHERE source = 'manual' AND {days} AND {pump} ORDER BY timestamp_utc";

/// What the bolus calculator was asked, and what it proposed.
const WIZARD: &str = "
    SELECT 'wizard' AS type, 'mg/dL' AS units, carbs_grams::DOUBLE AS carbInput, 'grams' AS carbUnits, bg_mgdl AS bgInput, iob_units AS insulinOnBoard,
           carb_ratio AS insulinCarbRatio, isf AS insulinSensitivity, CASE WHEN target_bg IS NOT NULL THEN struct_pack(target := target_bg) END AS bgTarget,
           CASE WHEN coalesce(food_units, correction_units) IS NOT NULL
                THEN struct_pack(carb := food_units, correction := correction_units, net := round(coalesce(food_units, 0) + coalesce(correction_units, 0), 5))
                END AS recommended, {datum}
    FROM boluses WHERE source <> 'automatic' AND (carbs_grams > 0 OR bg_mgdl IS NOT NULL) AND {days} AND {pump} ORDER BY timestamp_utc";

/// Carbs that did not go into the bolus calculator.
const FOOD: &str = "
    SELECT 'food' AS type, struct_pack(carbohydrate := struct_pack(net := carbs_grams::DOUBLE, units := 'grams')) AS nutrition, {datum}
    FROM carb_entries WHERE bolus_id IS NULL AND {days} AND {pump} ORDER BY timestamp_utc";

/// Tidepool's kinds: normal, square (all of it extended), dual/square (both), automated. What was expected is said where less
/// was delivered.
const BOLUS: &str = "
    WITH doses AS (
        SELECT *, round(delivered_units - extended_delivered_units, 3) AS now_units, round(extended_delivered_units, 3) AS later_units,
               round(requested_units - extended_units, 3) AS expected_now, round(extended_units, 3) AS expected_later, {extended_minutes} AS minutes
        FROM boluses WHERE delivered_units > 0 AND {days} AND {pump}
    )
    SELECT 'bolus' AS type,
           CASE WHEN source = 'automatic' THEN 'automated' WHEN later_units = 0 THEN 'normal' WHEN now_units > 0 THEN 'dual/square' ELSE 'square' END AS subType,
           CASE WHEN now_units > 0 THEN now_units END AS normal,
           CASE WHEN now_units > 0 AND expected_now > now_units THEN expected_now END AS expectedNormal,
           CASE WHEN later_units > 0 THEN later_units END AS extended,
           CASE WHEN later_units > 0 AND expected_later > later_units THEN expected_later END AS expectedExtended,
           CASE WHEN later_units > 0 THEN (minutes * 60000)::BIGINT END AS duration,
           CASE WHEN later_units > 0 AND extended_minutes > minutes THEN extended_minutes * 60000 END AS expectedDuration, {datum}
    FROM doses ORDER BY timestamp_utc";

/// While delivery is suspended there is no rate. A datum may last a day at most (suspend, temp) or five: a longer one is cut into several.
const BASAL: &str = "
    WITH rates AS (
        SELECT *, CASE WHEN commanded_basal_rate_source = 'suspended' THEN 'suspend' WHEN commanded_basal_rate_source LIKE '%algorithm%' THEN 'automated'
                       WHEN commanded_basal_rate_source LIKE 'temp%' THEN 'temp' ELSE 'scheduled' END AS kind,
               CASE WHEN kind IN ('suspend', 'temp') THEN 86400 ELSE 432000 END AS most_seconds
        FROM basal_deliveries WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL AND {days} AND {pump}
    ), places AS (
        SELECT *, unnest(range(0, seconds, most_seconds)) AS since FROM rates
    ), pieces AS (
        SELECT * REPLACE (local_time + to_seconds(since) AS local_time, to_timestamp(epoch_us(timestamp_utc) / 1000000 + since) AS timestamp_utc)
        FROM places
    )
    SELECT 'basal' AS type, kind AS deliveryType, CASE WHEN kind <> 'suspend' THEN commanded_basal_rate / 1000.0 END AS rate,
           least(seconds - since, most_seconds) * 1000 AS duration, {datum}
    FROM pieces ORDER BY timestamp_utc";

/// What every datum of Tidepool has. The device's time is what its clock should have shown: Tidepool sorts days by it.
const DATUM: &str = "
    {utc} AS time, strftime(local_time, '%Y-%m-%dT%H:%M:%S') AS deviceTime,
    (epoch_us(local_time) - epoch_us(timestamp_utc)) // 60000000 AS timezoneOffset, 0 AS conversionOffset,
    'tandem-' || coalesce((SELECT serial_number FROM pumps WHERE pumps.id = pump_id), pump_id::VARCHAR) AS deviceId";

/// An instant as ISO 8601 in UTC.
const UTC: &str = "strftime(make_timestamp(epoch_us(timestamp_utc)), '%Y-%m-%dT%H:%M:%S.%gZ')";

/// What Tidepool's queries share; what contains others comes first.
const TIDEPOOL_PARTS: [(&str, &str); 2] = [("{datum}", DATUM), ("{utc}", UTC)];

impl Profile {
    /// The files to write.
    pub(super) fn plans(
        self,
        folder: &Path,
        wanted: &Wanted,
        subject: &Subject,
        names: &PumpNames,
    ) -> Result<Vec<Plan>, Failure> {
        let file = |name: &str, query: String, form| Plan { path: folder.join(name), query, form };
        Ok(match self {
            Self::Iglu => vec![file("iglu.csv", fill(IGLU, &[], wanted), FileForm::Csv)],
            Self::Nightscout => {
                let scope = wanted.scope();
                let file = |(name, collection)| {
                    file(name, nightscout_documents(collection, names, &scope), FileForm::JsonArray)
                };
                NIGHTSCOUT_FILES.map(file).into()
            }
            Self::Tidepool => {
                let file = |(name, query)| file(name, fill(query, &TIDEPOOL_PARTS, wanted), FileForm::JsonArray);
                TIDEPOOL_FILES.map(file).into()
            }
            Self::Babelbetes => babelbetes::plans(folder, wanted, subject)?,
            Self::Diax => vec![diax::plan(folder, wanted, subject)?],
        })
    }
}
