-- One row per measurement. A measurement that was logged twice (live and again as backfill) keeps its first event.
-- LOW and HIGH are 39 and 401, the numbers that receivers report for them; what the pump says not to show, a status
-- that is not known, a bare zero, and what does not say when it was measured are not readings.
INSERT INTO cgm_readings BY NAME
WITH decoded AS (
    SELECT id, pump_id, event_id, timestamp AS received, timestamp_utc AS received_utc, utc_offset_seconds, utc_source,
           from_json(event_data, '{"egvTimeStamp": "UBIGINT", "glucoseValueStatus": "INTEGER",
                                   "currentGlucoseDisplayValue": "INTEGER", "rate": "INTEGER",
                                   "cgmDataType": "UINTEGER", "egvInfoBitmask": "UINTEGER"}') AS field
    FROM events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id IN (256, 372, 399, 480)
    OFFSET 0 -- keeps filters on decoded fields from being moved in front, where every event would be decoded
), measured AS (
    SELECT id, pump_id, utc_offset_seconds, utc_source, received, received_utc,
           TIMESTAMP '2008-01-01' + to_seconds(field.egvTimeStamp::BIGINT) AS timestamp,
           CASE field.glucoseValueStatus WHEN 0 THEN 'ok' WHEN 1 THEN 'high' WHEN 2 THEN 'low' END AS status,
           field.currentGlucoseDisplayValue AS display_value,
           -- The largest value of the field means that no rate is known.
           CASE WHEN field.rate <> CASE WHEN event_id IN (256, 399) THEN 127 ELSE 32767 END THEN field.rate / 10.0 END AS rate,
           coalesce(field.cgmDataType & 2 <> 0, false) OR coalesce(field.egvInfoBitmask & 2 <> 0, false) AS backfilled,
           CASE event_id WHEN 256 THEN 'dexcom_g6' WHEN 399 THEN 'dexcom_g7' WHEN 372 THEN 'libre_2' WHEN 480 THEN 'libre_3' END
               AS sensor_type
    FROM decoded
), readings AS (
    SELECT *, to_timestamp(epoch_us(timestamp) / 1000000 - utc_offset_seconds) AS timestamp_utc
    FROM measured
    WHERE timestamp IS NOT NULL AND (status IN ('low', 'high') OR (status = 'ok' AND display_value > 0))
)
SELECT id, id AS events_id, timestamp, pump_id, timestamp_utc, utc_offset_seconds, utc_source, status,
       CASE status WHEN 'low' THEN 39 WHEN 'high' THEN 401 ELSE display_value END AS cgm_reading,
       display_value, rate, backfilled, sensor_type, received, received_utc
FROM readings
ANTI JOIN (SELECT timestamp_utc FROM cgm_readings WHERE pump_id = ?1 AND events_id < ?2) earlier USING (timestamp_utc)
QUALIFY row_number() OVER (PARTITION BY timestamp_utc ORDER BY id) = 1
