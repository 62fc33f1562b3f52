-- One row per sensor session: from the pump's start or join (212, 213; 394; 404, 406; 477) to its stop (214; 447; 405; 486)
-- or the next session. A join that goes on with the session at hand (same sensor, same start) does not cut it.
-- Sensors tell their start on clocks of their own: Dexcom's transmitter counts its own seconds, Libre 2 the pump's since
-- 2008, Libre 3 the pump's wall clock since 1970.
INSERT INTO sensor_sessions BY NAME
WITH changes AS (
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           from_json(event_data, '{"currentTransmitterTime": "BIGINT", "sessionStartTime": "BIGINT", "cgmTimestamp": "BIGINT",
               "sessionSignature": "BIGINT", "sessionDuration": "INTEGER",
               "sessionStopReason": "INTEGER", "sessionStopReasonName": "VARCHAR"}') AS field
    FROM occasional_events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id IN (212, 213, 214, 394, 404, 405, 406, 447, 477, 486)
), placed AS (
    SELECT *,
           event_id IN (214, 405, 447, 486) AS stops,
           CASE WHEN event_id IN (212, 213, 214) THEN 'dexcom_g6' WHEN event_id IN (394, 447) THEN 'dexcom_g7'
                WHEN event_id IN (404, 405, 406) THEN 'libre_2' ELSE 'libre_3' END AS sensor_type,
           -- 0xFFFFFFFF says that there is no session.
           CASE WHEN field.sessionStartTime = 4294967295 THEN NULL
                WHEN event_id IN (212, 213) THEN epoch_us(timestamp) - (field.currentTransmitterTime - field.sessionStartTime) * 1000000
                WHEN event_id = 394 THEN epoch_us(timestamp) - field.cgmTimestamp * 1000000
                WHEN event_id IN (404, 406) THEN epoch_us(TIMESTAMP '2008-01-01') + field.sessionStartTime * 1000000
                WHEN event_id = 477 THEN field.sessionStartTime * 1000000 END AS sensor_started_us
    FROM changes
), cut AS (
    SELECT *, NOT coalesce(NOT stops AND NOT lag(stops) OVER log AND sensor_type = lag(sensor_type) OVER log
                           AND abs(sensor_started_us - lag(sensor_started_us) OVER log) <= 300000000, false) AS is_border
    FROM placed
    WINDOW log AS (ORDER BY id)
), borders AS (
    SELECT *, lead(id) OVER log AS ended_events_id, lead(timestamp) OVER log AS ended,
           CASE WHEN lead(timestamp_utc) OVER log < timestamp_utc THEN timestamp_utc ELSE lead(timestamp_utc) OVER log END AS ended_utc,
           lead(stops) OVER log AS stopped, lead(field) OVER log AS stop
    FROM cut
    WHERE is_border
    WINDOW log AS (ORDER BY id)
)
SELECT id, id AS events_id, ended_events_id, pump_id, timestamp AS started, timestamp_utc AS started_utc, ended, ended_utc,
       utc_offset_seconds, utc_source, sensor_type,
       make_timestamp(sensor_started_us) AS sensor_started,
       to_timestamp(sensor_started_us / 1000000 - utc_offset_seconds) AS sensor_started_utc,
       nullif(field.sessionDuration, 0) AS set_days,
       CASE WHEN stopped THEN coalesce(stop.sessionStopReasonName, stop.sessionStopReason::VARCHAR) END AS stop_reason
FROM borders
WHERE NOT stops
