//! Shapes that other programs take: iglu, Nightscout, Tidepool.

use std::path::Path;

use clap::ValueEnum;
use store_duckdb::FileForm;

use super::{Plan, Wanted};

/// Another program.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Profile {
    /// iglu in R and Python: one CSV of id, time (the pump's clock) and gl (mg/dL)
    Iglu,
    /// Nightscout: entries and treatments, each a JSON array as its API takes them
    Nightscout,
    /// Tidepool's data model: cbg, bolus and basal, each a JSON array
    Tidepool,
}

const IGLU: &str = "
    SELECT 'tandem' AS id, strftime(timestamp, '%Y-%m-%d %H:%M:%S') AS time, cgm_reading AS gl
    FROM cgm_readings WHERE {days} AND {pump} ORDER BY timestamp_utc";

const ENTRIES: &str = "
    SELECT 'sgv' AS type, cgm_reading AS sgv, epoch_ms(timestamp_utc) AS date, {utc} AS dateString,
           utc_offset_seconds // 60 AS utcOffset, 'tandem' AS device
    FROM cgm_readings WHERE {days} AND {pump} ORDER BY timestamp_utc";

const TREATMENTS: &str = "
    SELECT * EXCLUDE (timestamp_utc) FROM (
        SELECT timestamp_utc, CASE WHEN carbs_grams > 0 THEN 'Meal Bolus' WHEN source = 'automatic' THEN 'SMB' ELSE 'Correction Bolus' END AS eventType,
               {utc} AS created_at, utc_offset_seconds // 60 AS utcOffset, delivered_units AS insulin, nullif(carbs_grams, 0)::DOUBLE AS carbs,
               NULL::DOUBLE AS absolute, NULL::DOUBLE AS duration, 'tandem' AS enteredBy
        FROM boluses WHERE delivered_units > 0 AND {days} AND {pump}
        UNION ALL
        SELECT timestamp_utc, 'Carb Correction', {utc}, utc_offset_seconds // 60, NULL, carbs_grams, NULL, NULL, 'tandem'
        FROM carb_entries WHERE bolus_id IS NULL AND {days} AND {pump}
        UNION ALL
        SELECT timestamp_utc, 'Temp Basal', {utc}, utc_offset_seconds // 60, NULL, NULL, commanded_basal_rate / 1000.0, seconds / 60.0, 'tandem'
        FROM basal_deliveries WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL AND {days} AND {pump}
    ) ORDER BY timestamp_utc";

const CBG: &str = "
    SELECT 'cbg' AS type, cgm_reading AS value, 'mg/dL' AS units, {common} FROM cgm_readings WHERE {days} AND {pump} ORDER BY timestamp_utc";

/// Tidepool's kinds: normal, square (all of it extended), dual/square (both).
const BOLUS: &str = "
    SELECT 'bolus' AS type,
           CASE WHEN source = 'automatic' THEN 'automated' WHEN extended_delivered_units = 0 THEN 'normal'
                WHEN delivered_units > extended_delivered_units THEN 'dual/square' ELSE 'square' END AS subType,
           CASE WHEN delivered_units > extended_delivered_units THEN delivered_units - extended_delivered_units END AS normal,
           CASE WHEN extended_delivered_units > 0 THEN extended_delivered_units END AS extended,
           CASE WHEN extended_delivered_units > 0 THEN extended_minutes * 60000 END AS duration, {common}
    FROM boluses WHERE delivered_units > 0 AND {days} AND {pump} ORDER BY timestamp_utc";

const BASAL: &str = "
    SELECT 'basal' AS type,
           CASE WHEN lower(commanded_basal_rate_source) = 'suspended' THEN 'suspend'
                WHEN lower(commanded_basal_rate_source) LIKE '%algorithm%' THEN 'automated'
                WHEN lower(commanded_basal_rate_source) LIKE 'temp%' THEN 'temp' ELSE 'scheduled' END AS deliveryType,
           commanded_basal_rate / 1000.0 AS rate, seconds * 1000 AS duration, {common}
    FROM basal_deliveries WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL AND {days} AND {pump} ORDER BY timestamp_utc";

/// What every datum of Tidepool has.
const COMMON: &str =
    "{utc} AS time, strftime(timestamp, '%Y-%m-%dT%H:%M:%S') AS deviceTime, utc_offset_seconds // 60 AS timezoneOffset,
    'tandem-' || pump_id AS deviceId";

/// An instant as ISO 8601 in UTC.
const UTC: &str = "strftime(make_timestamp(epoch_us(timestamp_utc)), '%Y-%m-%dT%H:%M:%S.%gZ')";

impl Profile {
    /// The files to write.
    pub(super) fn plans(self, folder: &Path, wanted: &Wanted) -> Vec<Plan> {
        let files: &[(&str, &str, FileForm)] = match self {
            Self::Iglu => &[("iglu.csv", IGLU, FileForm::Csv)],
            Self::Nightscout => {
                &[("entries.json", ENTRIES, FileForm::JsonArray), ("treatments.json", TREATMENTS, FileForm::JsonArray)]
            }
            Self::Tidepool => &[
                ("cbg.json", CBG, FileForm::JsonArray),
                ("bolus.json", BOLUS, FileForm::JsonArray),
                ("basal.json", BASAL, FileForm::JsonArray),
            ],
        };
        let filled = |query: &str| {
            let query = query.replace("{common}", COMMON).replace("{utc}", UTC);
            query.replace("{days}", &wanted.days("timestamp")).replace("{pump}", &wanted.of_pump("pump_id"))
        };
        let plan = |(name, query, form): &(&str, &str, FileForm)| Plan {
            path: folder.join(name),
            query: filled(query),
            form: *form,
        };
        files.iter().map(plan).collect()
    }
}
