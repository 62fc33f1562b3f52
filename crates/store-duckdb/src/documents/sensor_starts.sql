-- Sensor sessions, from the sensor's own start where that is known and can be true.
SELECT {key} AS key, pump_id,
       CASE WHEN sensor_started_utc <= started_utc AND epoch(started_utc) - epoch(sensor_started_utc) < 16 * 86400 THEN sensor_started_utc
            ELSE started_utc END AS moment,
       {offset:started} AS utc_offset_seconds, 'Sensor Start' AS eventType, sensor_type AS notes
FROM sensor_sessions
