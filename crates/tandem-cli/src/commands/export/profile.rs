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

/// Entries and treatments as Nightscout's API describes them (its `swagger.yaml`): `dateString` and `created_at` are of version
/// 1, `identifier`, `date` and `app` of version 3. The number of the event makes it one entry however often it is sent.
const ENTRIES: &str = "
    SELECT 'sgv' AS type, cgm_reading AS sgv, 'mg' AS units, {direction} AS direction, {utc} AS dateString, {document}
    FROM cgm_readings WHERE {days} AND {pump} ORDER BY timestamp_utc";

/// A dose that is given over time is a combo bolus: what is given at once, and units an hour for the rest.
const TREATMENTS: &str = "
    WITH doses AS (
        SELECT *, CASE WHEN extended_delivered_units > 0 THEN {extended_minutes} END AS minutes,
               delivered_units - extended_delivered_units AS now_units
        FROM boluses WHERE delivered_units > 0 AND {days} AND {pump}
    )
    SELECT * EXCLUDE (timestamp_utc) FROM (
        SELECT timestamp_utc, CASE WHEN minutes > 0 THEN 'Combo Bolus' WHEN carbs_grams > 0 THEN 'Meal Bolus' ELSE 'Correction Bolus' END AS eventType,
               {utc} AS created_at, {document}, CASE WHEN source = 'automatic' THEN true END AS automatic, nullif(carbs_grams, 0)::DOUBLE AS carbs,
               round(CASE WHEN minutes > 0 THEN now_units ELSE delivered_units END, 3) AS insulin, minutes AS duration,
               CASE WHEN minutes > 0 THEN round(delivered_units, 3) END AS enteredinsulin,
               CASE WHEN minutes > 0 THEN round(extended_delivered_units * 60 / minutes, 3) END AS relative,
               CASE WHEN minutes > 0 THEN round(100 * now_units / delivered_units, 1) END AS splitNow,
               CASE WHEN minutes > 0 THEN round(100 * extended_delivered_units / delivered_units, 1) END AS splitExt
        FROM doses
        UNION ALL BY NAME
        SELECT timestamp_utc, 'Carb Correction' AS eventType, {utc} AS created_at, {document}, carbs_grams::DOUBLE AS carbs
        FROM carb_entries WHERE bolus_id IS NULL AND {days} AND {pump}
        UNION ALL BY NAME
        SELECT timestamp_utc, 'Temp Basal' AS eventType, {utc} AS created_at, {document}, commanded_basal_rate / 1000.0 AS absolute, seconds / 60.0 AS duration
        FROM basal_deliveries WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL AND {days} AND {pump}
    ) ORDER BY timestamp_utc";

/// What every document of Nightscout has. No serial number: sites are often open to everybody.
const DOCUMENT: &str = "
    'tandem-' || id AS identifier, epoch_ms(timestamp_utc) AS date, utc_offset_seconds // 60 AS utcOffset, 'tandem' AS app, 'tandem' AS device,
    'tandem' AS enteredBy";

/// Arrows as the sensors' makers draw them, in mg/dL per minute.
const DIRECTION: &str = "
    CASE WHEN rate > 3 THEN 'DoubleUp' WHEN rate > 2 THEN 'SingleUp' WHEN rate > 1 THEN 'FortyFiveUp' WHEN rate >= -1 THEN 'Flat'
         WHEN rate >= -2 THEN 'FortyFiveDown' WHEN rate >= -3 THEN 'SingleDown' WHEN rate < -3 THEN 'DoubleDown' END";

/// Data as Tidepool's data model describes it for ingestion; `guid` and `uploadId` are given by the program that uploads.
const CBG: &str = "
    SELECT 'cbg' AS type, cgm_reading AS value, 'mg/dL' AS units, {datum}
    FROM cgm_readings WHERE {days} AND {pump} ORDER BY timestamp_utc";

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
        SELECT * REPLACE (timestamp + to_seconds(since) AS timestamp, to_timestamp(epoch_us(timestamp_utc) / 1000000 + since) AS timestamp_utc)
        FROM places
    )
    SELECT 'basal' AS type, kind AS deliveryType, CASE WHEN kind <> 'suspend' THEN commanded_basal_rate / 1000.0 END AS rate,
           least(seconds - since, most_seconds) * 1000 AS duration, {datum}
    FROM pieces ORDER BY timestamp_utc";

/// What every datum of Tidepool has.
const DATUM: &str = "
    {utc} AS time, strftime(timestamp, '%Y-%m-%dT%H:%M:%S') AS deviceTime, utc_offset_seconds // 60 AS timezoneOffset, 0 AS conversionOffset,
    'tandem-' || coalesce((SELECT serial_number FROM pumps WHERE pumps.id = pump_id), pump_id::VARCHAR) AS deviceId";

/// Over how many minutes the later part of a bolus ran: as long as was asked for, or until it ended before that.
const EXTENDED_MINUTES: &str = "least(extended_minutes, (epoch_ms(ended_utc) - epoch_ms(started_utc)) / 60000.0)";

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
            // What contains others comes first.
            let parts = [
                ("{datum}", DATUM),
                ("{document}", DOCUMENT),
                ("{direction}", DIRECTION),
                ("{extended_minutes}", EXTENDED_MINUTES),
                ("{utc}", UTC),
            ];
            let query = parts.iter().fold(query.to_owned(), |query, (name, part)| query.replace(name, part));
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
