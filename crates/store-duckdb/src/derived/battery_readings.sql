-- One row per report of the battery: with the running basal total (81), at power-up (53), every hour (271, of a Mobi), after a new
-- estimate (330), and where charging begins (34) and ends (35). It charges from 34 until 35; without these it is not known.

CREATE TABLE battery_readings (
    local_time          TIMESTAMP NOT NULL,
    charge_percent      INTEGER,
    millivolts          INTEGER,
    is_charging         BOOLEAN,
    kind                VARCHAR NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL
);
COMMENT ON TABLE battery_readings IS 'One row per report of the pumps battery';
COMMENT ON COLUMN battery_readings.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN battery_readings.charge_percent IS 'Charge, in percent; NULL where not reported';
COMMENT ON COLUMN battery_readings.millivolts IS 'Voltage, in thousandths of a volt; NULL where not reported';
COMMENT ON COLUMN battery_readings.is_charging IS 'True while it charges; NULL before charging was first logged';
COMMENT ON COLUMN battery_readings.kind IS 'basal_total, power_up, hourly, estimate, charging_started or charging_stopped: what was logged';
COMMENT ON COLUMN battery_readings.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN battery_readings.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN battery_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN battery_readings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN battery_readings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN battery_readings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN battery_readings.events_id IS 'The event: events.id';

INSERT INTO battery_readings BY NAME
WITH logged AS (
    SELECT id, TRY_CAST(coalesce(batteryChargePercent, liPoAbc) AS INTEGER) AS charge_percent,
           TRY_CAST(coalesce(batteryLipoMilliVolts, liPoMV) AS INTEGER) AS millivolts
    FROM daily_facts WHERE id >= ?2
    UNION ALL
    SELECT id, currentBatteryIbc, lipoMv FROM battery_facts WHERE id >= ?2
), placed AS (
    SELECT e.id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, charge_percent, millivolts,
           last_value(CASE event_id WHEN 34 THEN true WHEN 35 THEN false END IGNORE NULLS) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS is_charging
    FROM logged JOIN events e USING (id)
    WHERE pump_id = ?1
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, charge_percent, millivolts, is_charging,
       CASE event_id WHEN 81 THEN 'basal_total' WHEN 53 THEN 'power_up' WHEN 271 THEN 'hourly' WHEN 330 THEN 'estimate'
                     WHEN 34 THEN 'charging_started' WHEN 35 THEN 'charging_stopped' END AS kind
FROM placed
WHERE coalesce(charge_percent, millivolts) IS NOT NULL;
