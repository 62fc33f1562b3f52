-- Alarms, alerts and malfunctions of the pump. Glucose alerts are left to Nightscout, which has its own.
SELECT {key} AS key, pump_id, timestamp_utc AS moment, {offset} AS utc_offset_seconds, 'Note' AS eventType, family || ': ' || name AS notes
FROM alarms WHERE family <> 'cgm'
