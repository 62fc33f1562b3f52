-- The first domain tables: what the sensor read and what the pump delivered as basal.

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
    display_value       INTEGER NOT NULL,
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
COMMENT ON COLUMN cgm_readings.display_value IS 'The number in the event, mg/dL, whatever the status';
COMMENT ON COLUMN cgm_readings.rate IS 'Rate of change in mg/dL per minute; NULL where not available';
COMMENT ON COLUMN cgm_readings.backfilled IS 'True when the pump received it later than measured';
COMMENT ON COLUMN cgm_readings.sensor_type IS 'dexcom_g6, dexcom_g7, libre_2 or libre_3';
COMMENT ON COLUMN cgm_readings.received IS 'When the pump logged it, pump''s wall clock';
COMMENT ON COLUMN cgm_readings.received_utc IS 'When the pump logged it, as an instant';

CREATE TABLE basal_deliveries (
    id                          BIGINT PRIMARY KEY,
    events_id                   BIGINT NOT NULL,
    timestamp                   TIMESTAMP NOT NULL,
    profile_basal_rate          INTEGER,
    algorithm_basal_rate        INTEGER,
    temp_basal_rate             INTEGER,
    pump_id                     INTEGER NOT NULL,
    timestamp_utc               TIMESTAMPTZ NOT NULL,
    utc_offset_seconds          BIGINT NOT NULL,
    utc_source                  VARCHAR NOT NULL,
    commanded_basal_rate        INTEGER,
    commanded_basal_rate_source VARCHAR,
    ended                       TIMESTAMP,
    ended_utc                   TIMESTAMPTZ,
    seconds                     BIGINT NOT NULL CHECK (seconds >= 0)
);
COMMENT ON TABLE basal_deliveries IS 'One row per basal rate that the pump commanded; in force until the next row';
COMMENT ON COLUMN basal_deliveries.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN basal_deliveries.events_id IS 'The event: events.id';
COMMENT ON COLUMN basal_deliveries.timestamp IS 'From when on, pump''s wall clock';
COMMENT ON COLUMN basal_deliveries.profile_basal_rate IS 'Rate of the profile in mU/h; NULL where not applicable';
COMMENT ON COLUMN basal_deliveries.algorithm_basal_rate IS 'Rate the algorithm asked for in mU/h; NULL where not applicable';
COMMENT ON COLUMN basal_deliveries.temp_basal_rate IS 'Temporary rate in mU/h; NULL where not applicable';
COMMENT ON COLUMN basal_deliveries.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN basal_deliveries.timestamp_utc IS 'From when on, as an instant';
COMMENT ON COLUMN basal_deliveries.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN basal_deliveries.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN basal_deliveries.commanded_basal_rate IS 'Rate actually commanded in mU/h, 0 while suspended';
COMMENT ON COLUMN basal_deliveries.commanded_basal_rate_source IS 'Where the commanded rate comes from: suspended, profile, temp_rate, algorithm, temp_rate_and_algorithm';
COMMENT ON COLUMN basal_deliveries.ended IS 'Until when, pump''s wall clock: the next row, or the last sign of life before the pump fell silent; NULL while in force';
COMMENT ON COLUMN basal_deliveries.ended_utc IS 'Until when, as an instant; NULL while in force';
COMMENT ON COLUMN basal_deliveries.seconds IS 'For how long it was in force, in seconds, by instants; while in force, up to the pump''s last event';
