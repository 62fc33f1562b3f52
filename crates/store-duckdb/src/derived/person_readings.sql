CREATE VIEW person_readings AS
SELECT id, pump_id, timestamp, local_time, timestamp_utc, utc_offset_seconds, cgm_reading, status, sensor_type, interval_seconds
FROM cgm_readings
WHERE counts;
COMMENT ON VIEW person_readings IS 'Glucose of the person: each measurement once, whichever pumps logged it, and one sensor at any time';
COMMENT ON COLUMN person_readings.id IS 'Identity: cgm_readings.id';
COMMENT ON COLUMN person_readings.pump_id IS 'The pump that logged it: pumps.id';
COMMENT ON COLUMN person_readings.timestamp IS 'When it was measured, pump''s wall clock';
COMMENT ON COLUMN person_readings.local_time IS 'When it was measured, as a correct clock would have shown the person';
COMMENT ON COLUMN person_readings.timestamp_utc IS 'When it was measured, as an instant';
COMMENT ON COLUMN person_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN person_readings.cgm_reading IS 'Glucose in mg/dL; 39 where the sensor says LOW, 401 where it says HIGH';
COMMENT ON COLUMN person_readings.status IS 'ok, low (below the sensor''s range) or high (above it)';
COMMENT ON COLUMN person_readings.sensor_type IS 'dexcom_g4, dexcom_g5, dexcom_g6, dexcom_g7, libre2 or libre3';
COMMENT ON COLUMN person_readings.interval_seconds IS 'The time it stands for, in seconds: weigh means and shares of time by it';
