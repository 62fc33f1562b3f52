-- One row per stretch of one user mode other than normal (229). Changes that keep the mode do not cut it.
INSERT INTO user_modes BY NAME
WITH changes AS (
    SELECT id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, field.currentUserMode AS mode,
           field.exerciseTime AS set_minutes
    FROM (
        SELECT *, from_json(event_data, '{"currentUserMode": "INTEGER", "exerciseTime": "INTEGER"}') AS field
        FROM occasional_events
        WHERE pump_id = ?1 AND id >= ?2 AND event_id = 229
    )
), stretches AS (
    SELECT * FROM changes QUALIFY mode IS DISTINCT FROM lag(mode) OVER (ORDER BY id)
), spans AS (
    SELECT *, lead(id) OVER log AS ended_events_id, lead(timestamp) OVER log AS ended,
           CASE WHEN lead(timestamp_utc) OVER log < timestamp_utc THEN timestamp_utc ELSE lead(timestamp_utc) OVER log END AS ended_utc
    FROM stretches
    WINDOW log AS (ORDER BY id)
)
SELECT id, id AS events_id, ended_events_id, pump_id, timestamp AS started, timestamp_utc AS started_utc, ended, ended_utc,
       utc_offset_seconds, utc_source,
       CASE mode WHEN 1 THEN 'sleeping' WHEN 2 THEN 'exercising' WHEN 3 THEN 'eating_soon' ELSE 'unknown_' || mode END AS mode,
       CASE WHEN mode = 2 THEN nullif(set_minutes, 0) END AS set_minutes
FROM spans
WHERE mode <> 0
