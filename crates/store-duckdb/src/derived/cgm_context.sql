-- What changes seldom is brought into one list of situations first: to join the readings with that costs less than with each table.
-- Everything is taken from the pump that reported the reading. Without a snapshot of the settings from before it, the profile is not known.
CREATE VIEW cgm_context AS
WITH readings AS (SELECT * FROM cgm_readings WHERE counts),
changes AS (
    SELECT pump_id, started_utc AS since, {'mode': mode, 'ended_utc': ended_utc} AS user_mode FROM user_modes
    UNION ALL BY NAME
    SELECT pump_id, started_utc AS since, {'mode': mode, 'ended_utc': ended_utc} AS automation FROM control_iq_modes
    UNION ALL BY NAME
    SELECT pump_id, timestamp_utc AS since, timestamp_utc AS site_utc FROM site_changes WHERE kind = 'cannula_filled'
    UNION ALL BY NAME
    SELECT pump_id, started_utc AS since, coalesce(sensor_started_utc, started_utc) AS sensor_utc FROM sensor_sessions
    UNION ALL BY NAME
    SELECT pump_id, timestamp_utc AS since, {'utc': timestamp_utc, 'units': delivered_units} AS bolus FROM boluses WHERE delivered_units > 0
    UNION ALL BY NAME
    SELECT pump_id, timestamp_utc AS since, {'utc': timestamp_utc, 'grams': carbs_grams} AS carbs FROM carb_entries WHERE carbs_grams > 0
), situations AS (
    SELECT pump_id, since, last_value(user_mode IGNORE NULLS) OVER so_far AS user_mode, last_value(automation IGNORE NULLS) OVER so_far AS automation,
           last_value(site_utc IGNORE NULLS) OVER so_far AS site_utc, last_value(sensor_utc IGNORE NULLS) OVER so_far AS sensor_utc,
           last_value(bolus IGNORE NULLS) OVER so_far AS bolus, last_value(carbs IGNORE NULLS) OVER so_far AS carbs
    FROM changes
    WINDOW so_far AS (PARTITION BY pump_id ORDER BY since RANGE UNBOUNDED PRECEDING)
),
snapshots AS (SELECT pump_id, settings_hash, known_from FROM pump_settings_changes)
SELECT r.local_time, r.cgm_reading, r.rate,
       CASE WHEN s.user_mode.ended_utc IS NULL OR s.user_mode.ended_utc > r.timestamp_utc THEN s.user_mode.mode END AS user_mode,
       CASE WHEN s.automation.ended_utc IS NULL OR s.automation.ended_utc > r.timestamp_utc THEN s.automation.mode END AS automation,
       minutes_between(s.site_utc, r.timestamp_utc) / 60 AS hours_since_site_change,
       floor(minutes_between(s.sensor_utc, r.timestamp_utc) / 1440)::INTEGER + 1 AS sensor_day,
       i.iob_units,
       minutes_between(s.bolus.utc, r.timestamp_utc) AS minutes_since_bolus, s.bolus.units AS last_bolus_units,
       minutes_between(s.carbs.utc, r.timestamp_utc) AS minutes_since_carbs, s.carbs.grams AS last_carbs_grams,
       d.commanded_basal_rate / 1000.0 AS basal_units_per_hour,
       p.profile_name, p.basal_units_per_hour AS profile_basal_units_per_hour, p.carb_ratio, p.isf, p.target_bg,
       r.interval_seconds, r.timestamp_utc, r.pump_id, r.id
FROM readings r
ASOF LEFT JOIN situations s ON s.pump_id = r.pump_id AND r.timestamp_utc >= s.since
ASOF LEFT JOIN insulin_on_board i ON i.pump_id = r.pump_id AND r.timestamp_utc >= i.timestamp_utc
ASOF LEFT JOIN basal_deliveries d ON d.pump_id = r.pump_id AND r.timestamp_utc >= d.timestamp_utc
ASOF LEFT JOIN snapshots h ON h.pump_id = r.pump_id AND r.timestamp >= h.known_from
LEFT JOIN profile_segments p ON p.pump_id = r.pump_id AND p.settings_hash = h.settings_hash AND p.is_active
 AND hour(r.timestamp) * 60 + minute(r.timestamp) >= p.start_minute AND hour(r.timestamp) * 60 + minute(r.timestamp) < p.end_minute;
COMMENT ON VIEW cgm_context IS 'Every reading that counts, with all that was going on: modes, site and sensor, insulin, carbs and settings';
COMMENT ON COLUMN cgm_context.local_time IS 'When it was measured, as a correct clock would have shown the person';
COMMENT ON COLUMN cgm_context.cgm_reading IS 'Glucose in mg/dL; 39 is LOW, 401 is HIGH, 501 that of a Libre';
COMMENT ON COLUMN cgm_context.rate IS 'Rate of change in mg/dL per minute; NULL where not available';
COMMENT ON COLUMN cgm_context.user_mode IS 'sleeping, exercising and so on, as user_modes.mode; NULL outside of these';
COMMENT ON COLUMN cgm_context.automation IS 'What controlled basal, as control_iq_modes.mode; NULL where not known';
COMMENT ON COLUMN cgm_context.hours_since_site_change IS 'Since the last cannula was filled, in hours; NULL before the first';
COMMENT ON COLUMN cgm_context.sensor_day IS 'Day of the sensor session, from 1 on; NULL where none is on record';
COMMENT ON COLUMN cgm_context.iob_units IS 'Insulin on board as the pump last counted it, in units';
COMMENT ON COLUMN cgm_context.minutes_since_bolus IS 'Since the last bolus that delivered anything was asked for, in minutes; automatic ones included';
COMMENT ON COLUMN cgm_context.last_bolus_units IS 'What it delivered, in units';
COMMENT ON COLUMN cgm_context.minutes_since_carbs IS 'Since carbs were last entered, in minutes';
COMMENT ON COLUMN cgm_context.last_carbs_grams IS 'What was entered then, in grams';
COMMENT ON COLUMN cgm_context.basal_units_per_hour IS 'Basal rate in force, in units per hour';
COMMENT ON COLUMN cgm_context.profile_name IS 'Name of the active profile; this and the next four as in the last snapshot of the settings before the reading';
COMMENT ON COLUMN cgm_context.profile_basal_units_per_hour IS 'Basal rate of the profile, in units per hour';
COMMENT ON COLUMN cgm_context.carb_ratio IS 'Carb ratio, in grams per unit';
COMMENT ON COLUMN cgm_context.isf IS 'Insulin sensitivity, in mg/dL per unit';
COMMENT ON COLUMN cgm_context.target_bg IS 'Target, in mg/dL';
COMMENT ON COLUMN cgm_context.interval_seconds IS 'The time the reading stands for, in seconds';
COMMENT ON COLUMN cgm_context.timestamp_utc IS 'When it was measured, as an instant';
COMMENT ON COLUMN cgm_context.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN cgm_context.id IS 'Identity: cgm_readings.id';
