-- One row per alert (4, 27, 26), alarm (5, 8, 28), malfunction (6, 7) or glucose alert (171, 173, 172 of older pumps; 369, 371,
-- 370 of Dexcom; 460, 461 of Libre): raised, sounded again (434, until acknowledged), acknowledged, cleared. Messages belong to the last raising of their number, if
-- that is at most 30,000 log entries (more than a week) back.

CREATE TABLE alarms (
    local_time              TIMESTAMP NOT NULL,
    name                    VARCHAR NOT NULL,
    family                  VARCHAR NOT NULL,
    acknowledged            TIMESTAMP,
    acknowledged_by         VARCHAR,
    cleared                 TIMESTAMP,
    repeats                 INTEGER NOT NULL,
    alarm_number            INTEGER NOT NULL,
    acknowledged_utc        TIMESTAMPTZ,
    cleared_utc             TIMESTAMPTZ,
    last_repeated_utc       TIMESTAMPTZ,
    param1                  BIGINT,
    param2                  DOUBLE,
    timestamp               TIMESTAMP NOT NULL,
    timestamp_utc           TIMESTAMPTZ NOT NULL,
    utc_offset_seconds      BIGINT NOT NULL,
    utc_source              VARCHAR NOT NULL,
    pump_id                 INTEGER NOT NULL,
    id                      BIGINT PRIMARY KEY,
    events_id               BIGINT NOT NULL,
    acknowledged_events_id  BIGINT,
    cleared_events_id       BIGINT
);
COMMENT ON TABLE alarms IS 'One row per alert, alarm, malfunction or glucose alert';
COMMENT ON COLUMN alarms.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN alarms.name IS 'The pump''s name of it; family and number where it has none';
COMMENT ON COLUMN alarms.family IS 'alert, alarm, malfunction or cgm';
COMMENT ON COLUMN alarms.acknowledged IS 'When it was acknowledged, pump''s wall clock; NULL if never';
COMMENT ON COLUMN alarms.acknowledged_by IS 'user or software; NULL where not reported';
COMMENT ON COLUMN alarms.cleared IS 'When its cause was gone, pump''s wall clock; NULL if never';
COMMENT ON COLUMN alarms.repeats IS 'How often it sounded again before it was acknowledged, about every five minutes; 0 also where that was not sent';
COMMENT ON COLUMN alarms.alarm_number IS 'The pump''s number of it within its family';
COMMENT ON COLUMN alarms.acknowledged_utc IS 'When it was acknowledged, as an instant; NULL if never';
COMMENT ON COLUMN alarms.cleared_utc IS 'When its cause was gone, as an instant; NULL if never';
COMMENT ON COLUMN alarms.last_repeated_utc IS 'When it last sounded again, as an instant; NULL if never';
COMMENT ON COLUMN alarms.param1 IS 'First number beside it; of glucose alerts the glucose in mg/dL';
COMMENT ON COLUMN alarms.param2 IS 'Second number beside it; of glucose alerts the limit in mg/dL';
COMMENT ON COLUMN alarms.timestamp IS 'When it was raised, pump''s wall clock';
COMMENT ON COLUMN alarms.timestamp_utc IS 'When it was raised, as an instant';
COMMENT ON COLUMN alarms.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN alarms.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN alarms.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN alarms.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN alarms.events_id IS 'The event that raised it: events.id';
COMMENT ON COLUMN alarms.acknowledged_events_id IS 'The event that acknowledged it: events.id; NULL if none did';
COMMENT ON COLUMN alarms.cleared_events_id IS 'The event that cleared it: events.id; NULL if none did';

INSERT INTO alarms BY NAME
WITH decoded AS (
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           f AS field
    FROM alarm_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
), messages AS (
    SELECT *,
           CASE WHEN event_id = 434 THEN CASE field.categoryName WHEN 'cgm_alert' THEN 'cgm' ELSE field.categoryName END
                WHEN event_id IN (4, 26, 27) THEN 'alert' WHEN event_id IN (5, 8, 28) THEN 'alarm'
                WHEN event_id IN (6, 7) THEN 'malfunction' ELSE 'cgm' END AS family,
           CASE WHEN event_id IN (4, 5, 6, 171, 369, 460) THEN 'raised' WHEN event_id IN (7, 8, 27, 173, 371) THEN 'acknowledged'
                WHEN event_id = 434 THEN 'repeated' ELSE 'cleared' END AS what,
           TRY_CAST(coalesce(field.dalertId, field.alertId, field.alarmId, field.malfId, field.notificationId) AS INTEGER) AS alarm_number
    FROM decoded
), numbered AS (
    SELECT *, max(CASE WHEN what = 'raised' THEN id END) OVER number_in_log AS raised_id
    FROM messages
    WHERE alarm_number IS NOT NULL
    WINDOW number_in_log AS (PARTITION BY family, alarm_number ORDER BY id ROWS UNBOUNDED PRECEDING)
)
SELECT min(id) AS id, min(id) AS events_id, ?1 AS pump_id, family, alarm_number,
       coalesce(any_value(coalesce(field.dalertIdName, field.alertIdName, field.alarmIdName, field.malfIdName)) FILTER (what = 'raised'),
                family || '_' || alarm_number) AS name,
       arg_min(timestamp, id) AS timestamp, arg_min(timestamp_utc, id) AS timestamp_utc,
       arg_min(utc_offset_seconds, id) AS utc_offset_seconds, arg_min(utc_source, id) AS utc_source,
       min(id) FILTER (what = 'acknowledged') AS acknowledged_events_id,
       arg_min(timestamp, id) FILTER (what = 'acknowledged') AS acknowledged,
       arg_min(timestamp_utc, id) FILTER (what = 'acknowledged') AS acknowledged_utc,
       arg_min(field.ackSourceName, id) FILTER (what = 'acknowledged') AS acknowledged_by,
       min(id) FILTER (what = 'cleared') AS cleared_events_id,
       arg_min(timestamp, id) FILTER (what = 'cleared') AS cleared,
       arg_min(timestamp_utc, id) FILTER (what = 'cleared') AS cleared_utc,
       count(*) FILTER (what = 'repeated') AS repeats, max(timestamp_utc) FILTER (what = 'repeated') AS last_repeated_utc,
       arg_min(field.param1, id) FILTER (what = 'raised') AS param1,
       arg_min(field.param2, id) FILTER (what = 'raised') AS param2
FROM numbered
WHERE id - raised_id <= 30000
GROUP BY family, alarm_number, raised_id;
