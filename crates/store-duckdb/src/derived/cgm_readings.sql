-- One row per measurement. A measurement that was logged twice (live and again as backfill) keeps its first event.
-- LOW and HIGH are 39 and 401 (HIGH of a Libre, whose scale ends at 500: 501), the numbers that receivers report for them; what the pump says not to show, a status
-- that is not known, a bare zero, and what does not say when it was measured are not readings.

CREATE TABLE cgm_readings (
    local_time           TIMESTAMP NOT NULL,
    cgm_reading          INTEGER NOT NULL,
    status               VARCHAR NOT NULL CHECK (status IN ('ok', 'low', 'high')),
    rate                 DOUBLE,
    sensor_type          VARCHAR NOT NULL,
    counts               BOOLEAN NOT NULL,
    not_counted_because  VARCHAR,
    interval_seconds     INTEGER NOT NULL,
    backfilled           BOOLEAN NOT NULL,
    display_value        INTEGER,
    received             TIMESTAMP NOT NULL,
    received_utc         TIMESTAMPTZ NOT NULL,
    timestamp            TIMESTAMP NOT NULL,
    timestamp_utc        TIMESTAMPTZ NOT NULL,
    utc_offset_seconds   BIGINT NOT NULL,
    utc_source           VARCHAR NOT NULL,
    pump_id              INTEGER NOT NULL,
    id                   BIGINT NOT NULL,
    events_id            BIGINT NOT NULL
);
COMMENT ON TABLE cgm_readings IS 'One row per sensor measurement, at the time it was measured';
COMMENT ON COLUMN cgm_readings.local_time IS 'When it was measured, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN cgm_readings.cgm_reading IS 'Glucose in mg/dL; 39 where the sensor says LOW, 401 (of a Libre 501) where it says HIGH';
COMMENT ON COLUMN cgm_readings.status IS 'ok, low (below the sensor''s range) or high (above it)';
COMMENT ON COLUMN cgm_readings.rate IS 'Rate of change in mg/dL per minute; NULL where not available';
COMMENT ON COLUMN cgm_readings.sensor_type IS 'dexcom_g4, dexcom_g5, dexcom_g6, dexcom_g7, libre2 or libre3';
COMMENT ON COLUMN cgm_readings.counts IS 'True where it counts for the person: each measurement once, whichever pumps logged it, and one sensor at any time';
COMMENT ON COLUMN cgm_readings.not_counted_because IS 'repeated: the same pump had logged it before; other_source: a reading of another pump or sensor stands for that time; NULL where it counts';
COMMENT ON COLUMN cgm_readings.interval_seconds IS 'The time it stands for: 60 s for a sensor that reports every minute, else 300 s. Means and shares of time weigh by it';
COMMENT ON COLUMN cgm_readings.backfilled IS 'True when the pump received it later than measured';
COMMENT ON COLUMN cgm_readings.display_value IS 'The number in the event, mg/dL, whatever the status; NULL where the event has none';
COMMENT ON COLUMN cgm_readings.received IS 'When the pump logged it, pump''s wall clock';
COMMENT ON COLUMN cgm_readings.received_utc IS 'When the pump logged it, as an instant';
COMMENT ON COLUMN cgm_readings.timestamp IS 'When it was measured, pump''s wall clock (egvTimeStamp)';
COMMENT ON COLUMN cgm_readings.timestamp_utc IS 'When it was measured, as an instant';
COMMENT ON COLUMN cgm_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN cgm_readings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN cgm_readings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN cgm_readings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN cgm_readings.events_id IS 'The event that first reported it: events.id';

INSERT INTO cgm_readings BY NAME
WITH decoded AS (
    SELECT id, pump_id, event_id, timestamp AS received, timestamp_utc AS received_utc, utc_offset_seconds, utc_source,
           f AS field
    FROM cgm_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
), measured AS (
    SELECT id, pump_id, utc_offset_seconds, utc_source, received, received_utc,
           -- Older sensors (211) call the time by another name, the oldest (151) are timed by their event.
           CASE event_id WHEN 151 THEN received ELSE TIMESTAMP '2008-01-01'
                + to_seconds(coalesce(field.egvTimeStamp, CASE WHEN event_id = 211 THEN field.olderTimeStamp END)::BIGINT) END AS timestamp,
           coalesce(field.status, field.olderStatus) AS status,
           coalesce(field.currentGlucoseDisplayValue, field.olderValue) AS display_value,
           -- Bits of the masks: 4 says that there is no value, 6 that there is a valid one. A mask of 0 says nothing.
           coalesce(field.egvInfoBitmask & 16 <> 0 OR field.egvInfoBitmask <> 0 AND field.egvInfoBitmask & 64 = 0, false)
               OR coalesce(field.cgmDataType & 16 <> 0 AND event_id <> 211, false) AS is_without_value,
           -- The largest value of the field means that no rate is known.
           CASE WHEN field.rate <> CASE WHEN event_id IN (256, 399) THEN 127 ELSE 32767 END THEN field.rate / 10.0 END AS rate,
           coalesce(field.cgmDataType & 2 <> 0, false) OR coalesce(field.egvInfoBitmask & 2 <> 0, false) AS backfilled,
           CASE event_id WHEN 151 THEN 'dexcom_g4' WHEN 211 THEN 'dexcom_g5' ELSE field.sensor_type END AS sensor_type
    FROM decoded
), readings AS (
    SELECT *, to_timestamp(epoch_us(timestamp) / 1000000 - utc_offset_seconds) AS timestamp_utc
    FROM measured
    WHERE timestamp IS NOT NULL AND NOT is_without_value
      AND (status IN ('low', 'high') OR (status = 'ok' AND display_value > 0 AND glucose_limit_violated(display_value) IS NULL))
)
SELECT id, id AS events_id, timestamp, pump_id, timestamp_utc, utc_offset_seconds, utc_source, status,
       CASE status WHEN 'low' THEN 39 WHEN 'high' THEN CASE WHEN sensor_type LIKE 'libre%' THEN 501 ELSE 401 END ELSE display_value END
           AS cgm_reading,
       display_value, rate, backfilled, sensor_type, received, received_utc,
       true AS counts, NULL AS not_counted_because, 300 AS interval_seconds
FROM readings
ANTI JOIN (SELECT timestamp_utc FROM cgm_readings WHERE pump_id = ?1 AND events_id < ?2) earlier USING (timestamp_utc)
QUALIFY row_number() OVER (PARTITION BY timestamp_utc ORDER BY id) = 1;

-- Which readings count for the person, over all pumps, and the time each stands for. Of readings that stand for the same time, that of the
-- source (pump and sensor type) that was in use first counts; another source counts wherever this one has none.
UPDATE cgm_readings SET counts = marks.reason IS NULL, not_counted_because = marks.reason, interval_seconds = marks.seconds
FROM (
    WITH steps AS (
        SELECT id, pump_id, sensor_type, epoch_us(timestamp_utc) // 1000000 AS measured, interval_seconds, not_counted_because,
               measured - lag(measured) OVER sensor AS before, lag(measured) OVER sensor - lag(measured, 2) OVER sensor AS before_that,
               lead(measured) OVER sensor - measured AS after, lead(measured, 2) OVER sensor - lead(measured) OVER sensor AS after_that
        FROM cgm_readings
        WINDOW sensor AS (PARTITION BY pump_id, sensor_type ORDER BY epoch_us(timestamp_utc), id)
    ), paced AS (
        -- The rule is that of the crate `report` (mark_intervals), which has it for series that do not name their sensor.
        SELECT id, pump_id, sensor_type, measured, interval_seconds, not_counted_because,
               coalesce(before < 30, false) AS is_repeated,
               CASE WHEN coalesce(before BETWEEN 30 AND 149 AND (before_that BETWEEN 30 AND 149 OR after BETWEEN 30 AND 149), false)
                      OR coalesce(before >= 450, true) AND coalesce(after BETWEEN 30 AND 149 AND after_that BETWEEN 30 AND 149, false)
                    THEN 60 ELSE 300 END AS seconds
        FROM steps
    ), sources AS (
        SELECT pump_id, sensor_type, min(measured) AS first_measured, max(measured) AS last_measured,
               row_number() OVER (ORDER BY min(measured), pump_id, sensor_type) AS place
        FROM paced GROUP BY pump_id, sensor_type
    ), contested AS (
        SELECT p.id, p.measured, p.measured + p.seconds - 10 AS ends, other.pump_id, other.sensor_type
        FROM paced p JOIN sources own USING (pump_id, sensor_type)
        JOIN sources other ON other.place < own.place
        WHERE p.measured BETWEEN other.first_measured - 300 AND other.last_measured + 300
    ), taken AS (
        SELECT DISTINCT c.id
        FROM contested c ASOF JOIN paced p ON p.pump_id = c.pump_id AND p.sensor_type = c.sensor_type AND c.ends > p.measured
        WHERE p.measured + p.seconds - 10 > c.measured
    ), judged AS (
        SELECT p.*, CASE WHEN is_repeated THEN 'repeated' WHEN t.id IS NOT NULL THEN 'other_source' END AS reason
        FROM paced p LEFT JOIN taken t USING (id)
    )
    FROM judged WHERE reason IS DISTINCT FROM not_counted_because OR seconds <> interval_seconds
) marks
WHERE marks.id = cgm_readings.id;
