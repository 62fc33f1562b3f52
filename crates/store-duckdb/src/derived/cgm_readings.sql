-- One row per measurement. A measurement that was logged twice (live and again as backfill) keeps its first event.
-- LOW and HIGH are 39 and 401, the numbers that receivers report for them; what the pump says not to show, a status
-- that is not known, a bare zero, and what does not say when it was measured are not readings.

CREATE TABLE cgm_readings (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    cgm_reading         INTEGER NOT NULL,
    pump_id             INTEGER NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    status              VARCHAR NOT NULL CHECK (status IN ('ok', 'low', 'high')),
    display_value       INTEGER,
    rate                DOUBLE,
    backfilled          BOOLEAN NOT NULL,
    sensor_type         VARCHAR NOT NULL,
    received            TIMESTAMP NOT NULL,
    received_utc        TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE cgm_readings IS 'One row per sensor measurement, at the time it was measured';
COMMENT ON COLUMN cgm_readings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN cgm_readings.events_id IS 'The event that first reported it: events.id';
COMMENT ON COLUMN cgm_readings.timestamp IS 'When it was measured, pump''s wall clock (egvTimeStamp)';
COMMENT ON COLUMN cgm_readings.cgm_reading IS 'Glucose in mg/dL; 39 where the sensor says LOW, 401 where it says HIGH';
COMMENT ON COLUMN cgm_readings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN cgm_readings.timestamp_utc IS 'When it was measured, as an instant';
COMMENT ON COLUMN cgm_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN cgm_readings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN cgm_readings.status IS 'ok, low (below the sensor''s range) or high (above it)';
COMMENT ON COLUMN cgm_readings.rate IS 'Rate of change in mg/dL per minute; NULL where not available';
COMMENT ON COLUMN cgm_readings.backfilled IS 'True when the pump received it later than measured';
COMMENT ON COLUMN cgm_readings.sensor_type IS 'dexcom_g6, dexcom_g7, libre_2 or libre_3';
COMMENT ON COLUMN cgm_readings.received IS 'When the pump logged it, pump''s wall clock';
COMMENT ON COLUMN cgm_readings.received_utc IS 'When the pump logged it, as an instant';
COMMENT ON COLUMN cgm_readings.display_value IS 'The number in the event, mg/dL, whatever the status; NULL where the event has none';

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
QUALIFY row_number() OVER (PARTITION BY timestamp_utc ORDER BY id) = 1;
