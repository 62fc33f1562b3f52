-- Sensor glucose readings of the person, each measurement once. Arrows as the sensors' makers draw them, in mg/dL per minute.
SELECT {key} AS key, pump_id, timestamp_utc AS moment, {offset} AS utc_offset_seconds, 'sgv' AS type, cgm_reading AS sgv, 'mg' AS units,
       CASE WHEN rate > 3 THEN 'DoubleUp' WHEN rate > 2 THEN 'SingleUp' WHEN rate > 1 THEN 'FortyFiveUp' WHEN rate >= -1 THEN 'Flat'
            WHEN rate >= -2 THEN 'FortyFiveDown' WHEN rate >= -3 THEN 'SingleDown' WHEN rate < -3 THEN 'DoubleDown' END AS direction
FROM cgm_readings
WHERE counts
