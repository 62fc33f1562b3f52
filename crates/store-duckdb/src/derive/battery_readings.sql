-- One row per report of the battery: with the running basal total (81) and at power-up (53).
INSERT INTO battery_readings BY NAME
WITH decoded AS (
    SELECT *, from_json(event_data, '{"batteryChargePercent": "INTEGER", "batteryLipoMilliVolts": "INTEGER", "liPoAbc": "INTEGER",
                                      "liPoMV": "INTEGER"}') AS field
    FROM occasional_events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id IN (53, 81)
    OFFSET 0 -- keeps filters on decoded fields from being moved in front, where every event would be decoded
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       coalesce(field.batteryChargePercent, field.liPoAbc) AS charge_percent,
       coalesce(field.batteryLipoMilliVolts, field.liPoMV) AS millivolts
FROM decoded
WHERE coalesce(field.batteryChargePercent, field.liPoAbc, field.batteryLipoMilliVolts, field.liPoMV) IS NOT NULL
