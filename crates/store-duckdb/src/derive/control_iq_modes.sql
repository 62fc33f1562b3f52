-- One row per stretch of one way of control (230). Changes that keep the way of control do not cut it.
INSERT INTO control_iq_modes BY NAME
WITH changes AS (
    SELECT id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           from_json(event_data, '{"currentPcm": "INTEGER"}').currentPcm AS mode
    FROM occasional_events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id = 230
), stretches AS (
    SELECT * FROM changes WHERE mode IS NOT NULL QUALIFY mode IS DISTINCT FROM lag(mode) OVER (ORDER BY id)
)
SELECT id, id AS events_id, lead(id) OVER log AS ended_events_id, pump_id,
       timestamp AS started, timestamp_utc AS started_utc, lead(timestamp) OVER log AS ended,
       CASE WHEN lead(timestamp_utc) OVER log < timestamp_utc THEN timestamp_utc ELSE lead(timestamp_utc) OVER log END AS ended_utc,
       utc_offset_seconds, utc_source,
       CASE mode WHEN 0 THEN 'no_control' WHEN 1 THEN 'open_loop' WHEN 2 THEN 'pining' WHEN 3 THEN 'closed_loop'
            ELSE 'unknown_' || mode END AS mode
FROM stretches
WINDOW log AS (ORDER BY id)
