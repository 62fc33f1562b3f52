-- One row per glucose value entered, or taken over from the sensor for a calculation (event 16). Zero is no value.
INSERT INTO bg_readings BY NAME
WITH decoded AS (
    SELECT *, from_json(event_data, '{"bg": "INTEGER", "bgEntryType": "INTEGER", "cgmCalibration": "INTEGER", "iob": "DOUBLE",
                                      "isf": "INTEGER", "targetBg": "INTEGER", "bgSourceType": "INTEGER",
                                      "bgSourceTypeName": "VARCHAR"}') AS field
    FROM occasional_events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id = 16
    OFFSET 0 -- keeps filters on decoded fields from being moved in front, where every event would be decoded
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       field.bg AS bg_mgdl,
       CASE field.bgEntryType WHEN 0 THEN 'manual' WHEN 1 THEN 'cgm' ELSE 'unknown_' || coalesce(field.bgEntryType, -1) END AS source,
       coalesce(field.bgSourceTypeName, field.bgSourceType::VARCHAR) AS entered_at,
       field.cgmCalibration = 1 AS used_to_calibrate,
       field.iob AS iob_units, nullif(field.isf, 0) AS isf, nullif(field.targetBg, 0) AS target_bg
FROM decoded
WHERE field.bg > 0
