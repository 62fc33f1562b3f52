-- Everything is taken from the pump that reported the reading. Without a snapshot of the settings from before it, the profile is not known.
CREATE VIEW cgm_context AS
WITH readings AS (SELECT * FROM cgm_readings WHERE counts),
snapshots AS (SELECT pump_id, settings_hash, known_from FROM pump_settings_changes)
SELECT r.local_time, r.cgm_reading, r.rate,
       CASE WHEN m.ended_utc IS NULL OR m.ended_utc > r.timestamp_utc THEN m.mode END AS user_mode,
       CASE WHEN c.ended_utc IS NULL OR c.ended_utc > r.timestamp_utc THEN c.mode END AS automation,
       minutes_between(s.timestamp_utc, r.timestamp_utc) / 60 AS hours_since_site_change,
       floor(minutes_between(coalesce(n.sensor_started_utc, n.started_utc), r.timestamp_utc) / 1440)::INTEGER + 1 AS sensor_day,
       i.iob_units,
       minutes_between(b.timestamp_utc, r.timestamp_utc) AS minutes_since_bolus, b.delivered_units AS last_bolus_units,
       minutes_between(k.timestamp_utc, r.timestamp_utc) AS minutes_since_carbs, k.carbs_grams AS last_carbs_grams,
       d.commanded_basal_rate / 1000.0 AS basal_units_per_hour,
       p.profile_name, p.basal_units_per_hour AS profile_basal_units_per_hour, p.carb_ratio, p.isf, p.target_bg,
       r.interval_seconds, r.timestamp_utc, r.pump_id, r.id
FROM readings r
ASOF LEFT JOIN user_modes m ON m.pump_id = r.pump_id AND r.timestamp_utc >= m.started_utc
ASOF LEFT JOIN control_iq_modes c ON c.pump_id = r.pump_id AND r.timestamp_utc >= c.started_utc
ASOF LEFT JOIN (FROM site_changes WHERE kind = 'cannula_filled') s ON s.pump_id = r.pump_id AND r.timestamp_utc >= s.timestamp_utc
ASOF LEFT JOIN sensor_sessions n ON n.pump_id = r.pump_id AND r.timestamp_utc >= n.started_utc
ASOF LEFT JOIN insulin_on_board i ON i.pump_id = r.pump_id AND r.timestamp_utc >= i.timestamp_utc
ASOF LEFT JOIN (FROM boluses WHERE delivered_units > 0) b ON b.pump_id = r.pump_id AND r.timestamp_utc >= b.timestamp_utc
ASOF LEFT JOIN (FROM carb_entries WHERE carbs_grams > 0) k ON k.pump_id = r.pump_id AND r.timestamp_utc >= k.timestamp_utc
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
