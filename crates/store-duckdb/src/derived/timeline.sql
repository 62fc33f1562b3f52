CREATE VIEW timeline AS
SELECT timestamp, local_time, timestamp_utc, pump_id, 'glucose' AS happening, status AS detail,
       cgm_reading::DOUBLE AS value, 'mg/dL' AS unit, 'cgm_readings' AS table_name, id AS row_id
FROM cgm_readings
WHERE counts
UNION ALL
SELECT timestamp, local_time, timestamp_utc, pump_id, 'basal rate' AS happening, commanded_basal_rate_source AS detail,
       commanded_basal_rate / 1000.0::DOUBLE AS value, 'U/h' AS unit, 'basal_deliveries' AS table_name, id AS row_id
FROM basal_deliveries
UNION ALL
SELECT timestamp, local_time, timestamp_utc, pump_id, 'bolus' AS happening, kind || ', ' || status AS detail,
       delivered_units::DOUBLE AS value, 'U' AS unit, 'boluses' AS table_name, id AS row_id
FROM boluses
UNION ALL
SELECT timestamp, local_time, timestamp_utc, pump_id, 'carbs' AS happening, NULL AS detail,
       carbs_grams::DOUBLE AS value, 'g' AS unit, 'carb_entries' AS table_name, id AS row_id
FROM carb_entries
UNION ALL
SELECT timestamp, local_time, timestamp_utc, pump_id, 'glucose entered' AS happening, source AS detail,
       bg_mgdl::DOUBLE AS value, 'mg/dL' AS unit, 'bg_readings' AS table_name, id AS row_id
FROM bg_readings
UNION ALL
SELECT timestamp, local_time, timestamp_utc, pump_id, family || ' raised' AS happening, name AS detail,
       NULL::DOUBLE AS value, NULL AS unit, 'alarms' AS table_name, id AS row_id
FROM alarms
UNION ALL
SELECT timestamp, local_time, timestamp_utc, pump_id, kind AS happening, status AS detail,
       units::DOUBLE AS value, 'U' AS unit, 'site_changes' AS table_name, id AS row_id
FROM site_changes
UNION ALL
SELECT timestamp, local_time, timestamp_utc, pump_id, 'clock set' AS happening, NULL AS detail,
       change_seconds::DOUBLE AS value, 's' AS unit, 'clock_changes' AS table_name, id AS row_id
FROM clock_changes
UNION ALL
SELECT timestamp, local_time, timestamp_utc, pump_id, 'battery' AS happening, NULL AS detail,
       charge_percent::DOUBLE AS value, '%' AS unit, 'battery_readings' AS table_name, id AS row_id
FROM battery_readings
UNION ALL
SELECT started, local_time, started_utc, pump_id, 'suspension', reason,
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'suspensions', id
FROM suspensions
UNION ALL
SELECT started, local_time, started_utc, pump_id, 'user mode', mode,
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'user_modes', id
FROM user_modes
UNION ALL
SELECT started, local_time, started_utc, pump_id, 'control', mode,
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'control_iq_modes', id
FROM control_iq_modes
UNION ALL
SELECT started, local_time, started_utc, pump_id, 'temporary rate', percent || ' %',
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'temp_rates', id
FROM temp_rates
UNION ALL
SELECT started, local_time, started_utc, pump_id, 'sensor session', sensor_type,
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'sensor_sessions', id
FROM sensor_sessions;
COMMENT ON VIEW timeline IS 'Everything that happened, one row per event';
COMMENT ON COLUMN timeline.timestamp IS 'When (of a period, when it began), pump''s wall clock';
COMMENT ON COLUMN timeline.local_time IS 'When, as a correct clock would have shown the person';
COMMENT ON COLUMN timeline.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN timeline.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN timeline.happening IS 'What: glucose, basal rate, bolus, carbs, …';
COMMENT ON COLUMN timeline.detail IS 'Which kind';
COMMENT ON COLUMN timeline.value IS 'Its number; of a period its length';
COMMENT ON COLUMN timeline.unit IS 'Unit of the number';
COMMENT ON COLUMN timeline.table_name IS 'The table with the details';
COMMENT ON COLUMN timeline.row_id IS 'Its row there: id';
