//! The entries of the registry.

use super::object::{Domain, Kind, Lookback, Object};
use crate::check::Check;

macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!($name, ".sql"))
    };
}

macro_rules! check {
    ($check:ident, $name:literal) => {
        (Check::$check, include_str!(concat!("../verify/", $name, ".sql")))
    };
}

/// Everything there is in a database, each object after those it depends on. Status and the data dictionary keep this order.
pub(crate) const OBJECTS: &[Object] = &[
    Object::stored("pumps").exported(),
    Object::stored("accounts").bookkeeping().checked_by(&[check!(OtherAccounts, "other_accounts")]),
    Object::stored("pump_assignments"),
    Object::stored("pump_settings"),
    Object::stored("pump_settings_changes"),
    Object::stored("raw_events").explained_by("id"),
    Object::stored("raw_event_revisions"),
    Object::stored("rejected_events"),
    Object::stored("pipeline_runs"),
    Object::stored("raw_batches").bookkeeping(),
    Object::stored("fetch_windows"),
    Object::stored("sinks"),
    Object::stored("sink_documents"),
    Object::stored("sink_days"),
    Object::stored("time_zones").bookkeeping(),
    Object::stored("parse_progress").bookkeeping(),
    Object::stored("pending_derivations").bookkeeping(),
    Object::stored("derived_objects").bookkeeping(),
    Object::new("stored_tables", Kind::Comments, sql!("stored_tables")),
    Object::new("clock_segments", Kind::Clock, sql!("clock_segments")).bookkeeping(),
    Object::decoded("events", sql!("events")).explained_by("id"),
    Object::decoded("decode_problem_sets", sql!("decode_problem_sets")).bookkeeping(),
    Object::decoded("decode_failures", sql!("decode_failures")).bookkeeping(),
    Object::facts("cgm_facts"),
    Object::facts("basal_facts"),
    Object::facts("bolus_facts"),
    Object::facts("carb_facts"),
    Object::facts("bg_facts"),
    Object::facts("mode_facts"),
    Object::facts("suspension_facts"),
    Object::facts("temp_rate_facts"),
    Object::facts("sensor_facts"),
    Object::facts("alarm_facts"),
    Object::facts("site_facts"),
    Object::facts("clock_facts"),
    Object::facts("daily_facts"),
    Object::facts("control_iq_facts"),
    Object::facts("iob_facts"),
    Object::facts("reservoir_facts"),
    Object::facts("battery_facts"),
    Object::facts("phone_bolus_facts"),
    Object::facts("sensor_state_facts"),
    Object::facts("settings_facts"),
    Object::view("decode_problems", sql!("decode_problems")),
    Object::scalar_macro("minutes_between", sql!("minutes_between")),
    Object::scalar_macro("mmol", sql!("mmol")),
    Object::scalar_macro("gmi", sql!("gmi")),
    Object::scalar_macro("time_in_range", sql!("time_in_range")),
    Object::scalar_macro("time_below_range", sql!("time_below_range")),
    Object::scalar_macro("time_above_range", sql!("time_above_range")),
    Object::scalar_macro("glucose_limit_violated", sql!("glucose_limit_violated")),
    Object::scalar_macro("basal_limit_violated", sql!("basal_limit_violated")),
    Object::scalar_macro("bolus_limit_violated", sql!("bolus_limit_violated")),
    Object::table("cgm_readings", sql!("cgm_readings"), Lookback::None, &[151, 211, 256, 372, 399, 480]).checked_by(&[
        check!(DuplicateMeasurements, "duplicate_measurements"),
        check!(UncountedReadings, "uncounted_readings"),
    ]),
    Object::table("basal_deliveries", sql!("basal_deliveries"), Lookback::Query(BASAL_LOOKBACK), &[3, 279, 99])
        .explained_by_query(BASAL_SOURCES)
        .spans_from("timestamp_utc"),
    Object::table(
        "boluses",
        sql!("boluses"),
        Lookback::Query(BOLUS_LOOKBACK),
        &[64, 65, 66, 55, 59, 280, 20, 21, 292, 293, 295, 343],
    )
    .explained_by_query(BOLUS_SOURCES)
    .checked_by(&[check!(BolusTotals, "bolus_totals"), check!(UnfinishedBoluses, "unfinished_boluses")]),
    Object::table("carb_entries", sql!("carb_entries"), Lookback::Entries(200), &[48, 64, 293])
        .explained_by("events_id, bolus_events_id")
        .checked_by(&[check!(RepeatedCarbs, "repeated_carbs")]),
    Object::table("bg_readings", sql!("bg_readings"), Lookback::None, &[16]),
    Object::table("suspensions", sql!("suspensions"), Lookback::LastRow, &[11, 12])
        .explained_by("events_id, ended_events_id")
        .spans_from("started_utc"),
    Object::table("user_modes", sql!("user_modes"), Lookback::LastRow, &[229])
        .explained_by("events_id, ended_events_id")
        .spans_from("started_utc"),
    Object::table("control_iq_modes", sql!("control_iq_modes"), Lookback::LastRow, &[230])
        .explained_by("events_id, ended_events_id")
        .spans_from("started_utc"),
    Object::table("temp_rates", sql!("temp_rates"), Lookback::LastRow, &[2, 15, 564, 565])
        .explained_by("events_id, ended_events_id")
        .spans_from("started_utc"),
    Object::table(
        "sensor_sessions",
        sql!("sensor_sessions"),
        Lookback::LastRow,
        &[212, 213, 214, 219, 394, 404, 405, 406, 447, 477, 486],
    )
    .explained_by("events_id, ended_events_id")
    .spans_from("started_utc"),
    Object::table(
        "alarms",
        sql!("alarms"),
        Lookback::Entries(30_000),
        &[4, 26, 27, 5, 8, 28, 6, 7, 171, 172, 173, 369, 370, 371, 434, 460, 461],
    )
    .explained_by("events_id, acknowledged_events_id, cleared_events_id"),
    Object::table("site_changes", sql!("site_changes"), Lookback::None, &[31, 32, 33, 61, 63, 301, 302]),
    Object::table("clock_changes", sql!("clock_changes"), Lookback::Entries(5), &[13, 14])
        .explained_by("events_id, last_events_id"),
    Object::table(
        "battery_readings",
        sql!("battery_readings"),
        Lookback::Query(BATTERY_LOOKBACK),
        &[34, 35, 53, 81, 271, 330],
    ),
    Object::table("reservoir_readings", sql!("reservoir_readings"), Lookback::None, &[11, 12, 33, 61, 63, 231]),
    Object::table("control_iq_cycles", sql!("control_iq_cycles"), Lookback::LastRow, &[227, 237, 327])
        .explained_by("events_id, model_events_id, automated_events_id"),
    Object::table("iob_snapshots", sql!("iob_snapshots"), Lookback::None, &[195, 206, 207]),
    Object::table("settings_edits", sql!("settings_edits"), Lookback::None, &[68, 69, 70, 235, 244, 274, 326, 566]),
    Object::table("basal_totals", sql!("basal_totals"), Lookback::None, &[81]).not_exported(),
    Object::table("daily_totals", sql!("daily_totals"), Lookback::TablesRead, &[])
        .explained_by_query(DAY_SOURCES)
        .checked_by(&[check!(DailyTotals, "daily_totals"), check!(UnknownInsulin, "unknown_insulin")]),
    Object::view("basal_spans", sql!("basal_spans")).explained_by_query(BASAL_SOURCES),
    Object::view("profile_segments", sql!("profile_segments")),
    Object::view("bolus_with_settings", sql!("bolus_with_settings")).explained_by_query(BOLUS_SOURCES),
    Object::view("implausible_values", sql!("implausible_values"))
        .checked_by(&[check!(ImplausibleValues, "implausible_values"), check!(ImplausibleRows, "implausible_rows")]),
    Object::view("person_readings", sql!("person_readings")),
    Object::view("cgm_5min", sql!("cgm_5min")),
    Object::view("glucose_daily", sql!("glucose_daily")),
    Object::view("bolus_hours", sql!("bolus_hours")),
    Object::view("insulin_daily", sql!("insulin_daily")).checked_by(&[check!(OverlappingPumps, "overlapping_pumps")]),
    Object::view("insulin_hourly", sql!("insulin_hourly")),
    Object::view("iglu", sql!("iglu")),
    Object::view("timeline", sql!("timeline")),
    Object::view("cgm_gaps", sql!("cgm_gaps")),
    Object::view("glucose_by_weekday_hour", sql!("glucose_by_weekday_hour")),
    Object::view("sites", sql!("sites")).explained_by("events_id"),
    Object::view("insulin_left", sql!("insulin_left")),
    Object::view("insulin_on_board", sql!("insulin_on_board")).explained_by("events_id"),
    Object::view("settings_snapshots", sql!("settings_snapshots")),
    Object::view("settings_history", sql!("settings_history")).exported(),
    Object::view("settings_effects", sql!("settings_effects")),
    Object::view("meals", sql!("meals")).explained_by_query(MEAL_SOURCES),
    Object::view("cgm_context", sql!("cgm_context")).explained_by("id"),
];

/// The domain tables, in an order in which they can be derived.
pub(crate) fn domain_tables() -> impl Iterator<Item = (&'static Object, Domain)> {
    OBJECTS.iter().filter_map(|object| object.domain().map(|domain| (object, domain)))
}

/// The names of the domain tables, in an order in which they can be cleared.
pub(crate) fn domain_table_names() -> impl Iterator<Item = &'static str> {
    domain_tables().map(|(table, _)| table.name)
}

/// The tables and views that are exported unless others are named.
pub fn exported_tables() -> impl Iterator<Item = &'static str> {
    OBJECTS.iter().filter(|object| object.is_exported).map(|object| object.name)
}

/// Its first entry of carbs.
const MEAL_SOURCES: &str = "SELECT events_id FROM carb_entries WHERE id = ?1";

/// A delivery looks at the eight after it.
const BASAL_LOOKBACK: &str = "
    SELECT min(events_id) FROM (
        FROM basal_deliveries WHERE pump_id = ?1 AND events_id < ?2 ORDER BY events_id DESC LIMIT 9
    )";

/// A bolus takes messages up to 10,000 log entries after its last. Boluses overlap (an extended one runs while others come
/// and go), and one that is kept must not lie across the border: the border is where no bolus before has a message behind.
const BOLUS_LOOKBACK: &str = "
    WITH known AS (
        SELECT events_id, last_events_id, max(last_events_id) OVER (ORDER BY events_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM boluses WHERE pump_id = ?1
    )
    SELECT max(events_id) FROM known
    WHERE coalesce(before < events_id, true)
      AND events_id <= (SELECT min(events_id) FROM known WHERE last_events_id >= ?2 - 10000)";

/// Whether the pump charges follows from the last time that charging began or ended.
const BATTERY_LOOKBACK: &str = "
    SELECT max(events_id) FROM battery_readings
    WHERE pump_id = ?1 AND events_id < ?2 AND kind IN ('charging_started', 'charging_stopped')";

/// The delivery, and the next one, which ended it.
const BASAL_SOURCES: &str = "
    SELECT unnest([d.events_id, CASE WHEN d.ended IS NOT NULL THEN (SELECT min(n.events_id) FROM basal_deliveries n
                                WHERE n.pump_id = d.pump_id AND n.events_id > d.events_id) END])
    FROM basal_deliveries d WHERE d.id = ?1";

/// All messages with the bolus's number between its first and its last, and what a phone asked for.
const BOLUS_SOURCES: &str = "
    SELECT f.id FROM boluses b JOIN bolus_facts f ON f.id BETWEEN b.events_id AND b.last_events_id AND f.bolusId = b.bolus_id
    WHERE b.id = ?1
    UNION ALL
    SELECT f.id FROM boluses b JOIN phone_bolus_facts f ON f.id BETWEEN b.events_id - 100 AND b.events_id + 100 AND f.bolusId = b.bolus_id
    WHERE b.id = ?1";

/// What began on the day. A delivery that began the day before counts with its part after midnight.
const DAY_SOURCES: &str = "
    WITH day AS (FROM daily_totals WHERE id = ?1)
    SELECT d.events_id FROM basal_deliveries d JOIN day USING (pump_id)
    WHERE d.local_time < day.day + INTERVAL 1 DAY AND epoch_us(d.local_time) + d.seconds * 1000000 > epoch_us(day.day::TIMESTAMP) AND d.seconds > 0
    UNION ALL SELECT b.events_id FROM boluses b JOIN day USING (pump_id) WHERE make_timestamp(epoch_us(b.local_time) + epoch_us(coalesce(b.started_utc, b.timestamp_utc)) - epoch_us(b.timestamp_utc))::DATE = day.day
    UNION ALL SELECT c.events_id FROM carb_entries c JOIN day USING (pump_id) WHERE c.local_time::DATE = day.day
    UNION ALL SELECT t.events_id FROM basal_totals t JOIN day USING (pump_id) WHERE t.local_time::DATE = day.day";
