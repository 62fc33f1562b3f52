-- The profile that each change of the pump's settings put in force.
WITH settings AS ({settings_changes})
SELECT from_seconds || '-' || lower(left(settings_hash, 12)) AS key, pump_id, to_timestamp(from_seconds) AS moment, utc_offset_seconds,
       'Profile Switch' AS eventType, active AS profile, active_profile::VARCHAR AS profileJson
FROM settings
