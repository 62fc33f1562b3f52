-- One row per entry of carbs. Event 48 is the entry itself; the bolus request (64) that follows repeats its grams. A request
-- takes the nearest entry with the same grams within the 100 log entries before it; a request without one (the cloud
-- does not always tell 48) is an entry of its own.
INSERT INTO carb_entries BY NAME
WITH decoded AS (
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           from_json(event_data, '{"carbs": "DOUBLE", "carbAmount": "DOUBLE", "bolusId": "INTEGER"}') AS field
    FROM occasional_events
    WHERE pump_id = ?1 AND id >= ?2 - 100 AND event_id IN (48, 64)
    OFFSET 0 -- keeps filters on decoded fields from being moved in front, where every event would be decoded
), entered AS (
    SELECT * EXCLUDE (field), coalesce(field.carbs, field.carbAmount) AS carbs_grams, field.bolusId AS bolus_id
    FROM decoded
    WHERE coalesce(field.carbs, field.carbAmount) > 0
), paired AS (
    -- In log order among equal grams, an entry directly before a request is that request's.
    SELECT *,
           lead(event_id) OVER grams = 64 AND lead(id) OVER grams - id <= 100 AS leads,
           lag(event_id) OVER grams = 48 AND id - lag(id) OVER grams <= 100 AS follows,
           lead(id) OVER grams AS next_id, lead(bolus_id) OVER grams AS next_bolus_id
    FROM entered
    WINDOW grams AS (PARTITION BY carbs_grams ORDER BY id)
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, carbs_grams,
       CASE WHEN event_id = 64 THEN id WHEN leads THEN next_id END AS bolus_events_id,
       CASE WHEN event_id = 64 THEN bolus_id WHEN leads THEN next_bolus_id END AS bolus_id
FROM paired
WHERE id >= ?2 AND (event_id = 48 OR NOT coalesce(follows, false))
