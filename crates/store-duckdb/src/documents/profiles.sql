-- The profile store as of each change of the pump's settings.
WITH settings AS ({settings_changes})
SELECT from_seconds || '-' || lower(left(settings_hash, 12)) AS key, pump_id, to_timestamp(from_seconds) AS moment, utc_offset_seconds,
       active AS defaultProfile, {iso:to_timestamp(from_seconds)} AS startDate, 'mg/dl' AS units, store
FROM settings
