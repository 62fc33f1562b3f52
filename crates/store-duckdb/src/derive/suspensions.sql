-- One row per suspension (11) until delivery is resumed (12), or suspended anew where the log has a hole.
INSERT INTO suspensions BY NAME
WITH changes AS (
    SELECT id, event_id, event_data, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           lead(id) OVER log AS ended_events_id, lead(timestamp) OVER log AS ended,
           -- Clocks set back to correct a drift make instants run back by some minutes; no end lies before its beginning.
           CASE WHEN lead(timestamp_utc) OVER log < timestamp_utc THEN timestamp_utc ELSE lead(timestamp_utc) OVER log END AS ended_utc
    FROM occasional_events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id IN (11, 12)
    WINDOW log AS (ORDER BY id)
), suspended AS (
    SELECT *, from_json(event_data, '{"suspendReason": "INTEGER", "insulinAmount": "INTEGER"}') AS field
    FROM changes WHERE event_id = 11
)
SELECT id, id AS events_id, ended_events_id, pump_id, timestamp AS started, timestamp_utc AS started_utc, ended, ended_utc,
       utc_offset_seconds, utc_source,
       CASE field.suspendReason WHEN 0 THEN 'user' WHEN 1 THEN 'alarm' WHEN 2 THEN 'malfunction' WHEN 6 THEN 'low_glucose'
            ELSE 'unknown_' || coalesce(field.suspendReason, -1) END AS reason,
       field.insulinAmount AS reservoir_units
FROM suspended
