-- One row per sensor session: from the pump's start or join (212, 213; 394; 404, 406; 477) to its stop (214; 447; 405; 486)
-- or the next session. Changes of its state (219) tell from when on it was active. A join that goes on with the session at hand (same sensor, same start) does not cut it.
-- Sensors tell their start on clocks of their own: Dexcom's transmitter counts its own seconds, Libre 2 the pump's since
-- 2008, Libre 3 the pump's wall clock since 1970.

CREATE TABLE sensor_sessions (
    local_time          TIMESTAMP NOT NULL,
    ended               TIMESTAMP,
    sensor_type         VARCHAR NOT NULL,
    sensor_started      TIMESTAMP,
    sensor_started_utc  TIMESTAMPTZ,
    active_from_utc     TIMESTAMPTZ,
    set_days            INTEGER,
    stop_reason         VARCHAR,
    started             TIMESTAMP NOT NULL,
    started_utc         TIMESTAMPTZ NOT NULL,
    ended_utc           TIMESTAMPTZ,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    ended_events_id     BIGINT
);
COMMENT ON TABLE sensor_sessions IS 'One row per session of a glucose sensor with the pump';
COMMENT ON COLUMN sensor_sessions.local_time IS 'When it began, as a correct clock would have shown the person; differs from started only where the pump''s clock was wrong';
COMMENT ON COLUMN sensor_sessions.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN sensor_sessions.sensor_type IS 'dexcom_g6, dexcom_g7, libre2 or libre3';
COMMENT ON COLUMN sensor_sessions.sensor_started IS 'When the sensor itself was started, pump''s wall clock; NULL where not reported';
COMMENT ON COLUMN sensor_sessions.sensor_started_utc IS 'When the sensor itself was started, as an instant; NULL where not reported';
COMMENT ON COLUMN sensor_sessions.active_from_utc IS 'When it became active after its start, as an instant; NULL where that was not sent';
COMMENT ON COLUMN sensor_sessions.set_days IS 'For how long the sensor is made, in days; NULL where not reported';
COMMENT ON COLUMN sensor_sessions.stop_reason IS 'Why it stopped in the pump''s words, or its number; NULL where not reported';
COMMENT ON COLUMN sensor_sessions.started IS 'When the pump started or joined it, pump''s wall clock';
COMMENT ON COLUMN sensor_sessions.started_utc IS 'When the pump started or joined it, as an instant';
COMMENT ON COLUMN sensor_sessions.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN sensor_sessions.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN sensor_sessions.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN sensor_sessions.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN sensor_sessions.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN sensor_sessions.events_id IS 'The event with which the pump started or joined it: events.id';
COMMENT ON COLUMN sensor_sessions.ended_events_id IS 'The event that ended it: events.id; NULL where none did';

INSERT INTO sensor_sessions BY NAME
WITH changes AS (
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           f AS field
    FROM sensor_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
), placed AS (
    SELECT *,
           event_id IN (214, 405, 447, 486) AS stops,
           field.sensor_type AS sensor_type,
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
), activated AS (
    SELECT b.id, min(e.timestamp_utc) AS active_from_utc
    FROM (FROM sensor_state_facts WHERE id >= ?2 AND stateName = 'active' AND previousStateName <> 'active') s
    JOIN events e USING (id) ASOF JOIN borders b ON s.id >= b.id
    WHERE e.pump_id = ?1
    GROUP BY b.id
)
SELECT id, id AS events_id, ended_events_id, pump_id, timestamp AS started, timestamp_utc AS started_utc, ended, ended_utc,
       utc_offset_seconds, utc_source, sensor_type,
       make_timestamp(sensor_started_us) AS sensor_started,
       to_timestamp(sensor_started_us / 1000000 - utc_offset_seconds) AS sensor_started_utc,
       active_from_utc, nullif(field.sessionDuration, 0) AS set_days,
       CASE WHEN stopped THEN stop.sessionStopReasonName END AS stop_reason
FROM borders LEFT JOIN activated USING (id)
WHERE NOT stops;
