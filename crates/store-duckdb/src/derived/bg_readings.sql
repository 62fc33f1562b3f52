-- One row per glucose value entered, or taken over from the sensor for a calculation (event 16). Zero is no value.

CREATE TABLE bg_readings (
    local_time          TIMESTAMP NOT NULL,
    bg_mgdl             INTEGER NOT NULL,
    source              VARCHAR NOT NULL,
    entered_at          VARCHAR,
    used_to_calibrate   BOOLEAN,
    iob_units           DOUBLE,
    isf                 INTEGER,
    target_bg           INTEGER,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL
);
COMMENT ON TABLE bg_readings IS 'One row per glucose value entered or taken over for a calculation or calibration';
COMMENT ON COLUMN bg_readings.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN bg_readings.bg_mgdl IS 'Glucose in mg/dL';
COMMENT ON COLUMN bg_readings.source IS 'manual (entered by the person) or cgm (taken over from the sensor)';
COMMENT ON COLUMN bg_readings.entered_at IS 'local_pump or remote';
COMMENT ON COLUMN bg_readings.used_to_calibrate IS 'True when it calibrated the sensor';
COMMENT ON COLUMN bg_readings.iob_units IS 'Insulin on board then, in units';
COMMENT ON COLUMN bg_readings.isf IS 'Insulin sensitivity in force, in mg/dL per unit; NULL when not logged';
COMMENT ON COLUMN bg_readings.target_bg IS 'Target in force, in mg/dL; NULL when not logged';
COMMENT ON COLUMN bg_readings.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN bg_readings.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN bg_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN bg_readings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN bg_readings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN bg_readings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN bg_readings.events_id IS 'The event: events.id';

INSERT INTO bg_readings BY NAME
WITH decoded AS (
    SELECT e.*, f AS field
    FROM bg_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       field.bg AS bg_mgdl,
       coalesce(field.source, 'unknown') AS source,
       field.bgSourceTypeName AS entered_at,
       field.cgmCalibration = 1 AS used_to_calibrate,
       field.iob AS iob_units, nullif(field.isf, 0) AS isf, nullif(field.targetBg, 0) AS target_bg
FROM decoded
WHERE field.bg > 0;
