-- One row per report of the battery: with the running basal total (81) and at power-up (53).

CREATE TABLE battery_readings (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    pump_id             INTEGER NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    local_time          TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    charge_percent      INTEGER,
    millivolts          INTEGER
);
COMMENT ON TABLE battery_readings IS 'One row per report of the pump''s battery';
COMMENT ON COLUMN battery_readings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN battery_readings.events_id IS 'The event: events.id';
COMMENT ON COLUMN battery_readings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN battery_readings.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN battery_readings.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN battery_readings.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN battery_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN battery_readings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN battery_readings.charge_percent IS 'Charge in percent';
COMMENT ON COLUMN battery_readings.millivolts IS 'Voltage in mV';

INSERT INTO battery_readings BY NAME
WITH decoded AS (
    SELECT e.*, f AS field
    FROM daily_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       TRY_CAST(coalesce(field.batteryChargePercent, field.liPoAbc) AS INTEGER) AS charge_percent,
       TRY_CAST(coalesce(field.batteryLipoMilliVolts, field.liPoMV) AS INTEGER) AS millivolts
FROM decoded
WHERE coalesce(charge_percent, millivolts) IS NOT NULL;
