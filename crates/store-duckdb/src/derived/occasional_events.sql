-- The events of pump `?1` (of all pumps where it is NULL) from `?2` on that tables are made of, but for sensor readings and basal rates: a few in a hundred of all.
-- Texts lie compressed; to find these few in them costs as much as to read all, so it is done once and not by each table.
CREATE OR REPLACE TEMP TABLE occasional_events AS
SELECT id, pump_id, event_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, event_data
FROM events
WHERE (?1 IS NULL OR pump_id = ?1) AND id >= ?2
  AND event_id IN (2, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 20, 21, 26, 27, 28, 31, 32, 33, 48, 53, 55, 59, 61, 63, 64, 65, 66,
                     81, 171, 172, 173, 212, 213, 214, 229, 230, 280, 301, 302, 369, 370, 371, 394, 404, 405, 406, 447, 460, 461,
                     477, 486, 564, 565)
