-- One row per step of changing cartridge (31, 32, 33; 302, 301), tubing (63) or cannula (61). A tubing fill's size is always
-- logged as -1.
INSERT INTO site_changes BY NAME
WITH decoded AS (
    SELECT *, from_json(event_data, '{"insulinVolume": "DOUBLE", "primeSize": "DOUBLE", "completionStatus": "INTEGER",
                                      "completionStatusName": "VARCHAR"}') AS field
    FROM occasional_events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id IN (31, 32, 33, 61, 63, 301, 302)
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       CASE event_id WHEN 31 THEN 'cartridge_removed' WHEN 302 THEN 'cartridge_removed' WHEN 32 THEN 'cartridge_inserted'
                     WHEN 33 THEN 'cartridge_filled' WHEN 301 THEN 'cartridge_filled' WHEN 63 THEN 'tubing_filled'
                     WHEN 61 THEN 'cannula_filled' END AS kind,
       CASE WHEN event_id = 33 THEN field.insulinVolume WHEN field.primeSize >= 0 THEN round(field.primeSize, 5) END AS units,
       coalesce(field.completionStatusName, field.completionStatus::VARCHAR) AS status
FROM decoded
