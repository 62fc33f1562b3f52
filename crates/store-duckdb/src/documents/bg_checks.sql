-- Glucose that a person measured and entered.
SELECT {key} AS key, pump_id, timestamp_utc AS moment, {offset} AS utc_offset_seconds, 'BG Check' AS eventType, bg_mgdl AS glucose,
       'Finger' AS glucoseType, 'mg/dl' AS units
FROM bg_readings WHERE source = 'manual'
