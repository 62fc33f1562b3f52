-- A filled cannula is a new site, a filled cartridge new insulin. A step that was broken off is neither.
SELECT {key} AS key, pump_id, timestamp_utc AS moment, {offset} AS utc_offset_seconds,
       CASE kind WHEN 'cannula_filled' THEN 'Site Change' ELSE 'Insulin Change' END AS eventType
FROM site_changes
WHERE kind IN ('cannula_filled', 'cartridge_filled') AND coalesce(status, 'completed') = 'completed'
