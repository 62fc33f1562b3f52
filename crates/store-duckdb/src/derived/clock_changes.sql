-- One row per setting of the clock. The pump logs the date (14) and the time (13) apart; a time that follows a date within
-- five log entries belongs to the same setting. Event 13 carries the clock as newly set. No time lies
-- beyond the end of its day, no date beyond the 32 bits of seconds that a pump counts: such a message set no clock.

CREATE TABLE clock_changes (
    local_time          TIMESTAMP NOT NULL,
    clock_before        TIMESTAMP NOT NULL,
    clock_after         TIMESTAMP NOT NULL,
    change_seconds      DOUBLE NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    last_events_id      BIGINT NOT NULL
);
COMMENT ON TABLE clock_changes IS 'One row per setting of the pump''s clock';
COMMENT ON COLUMN clock_changes.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN clock_changes.clock_before IS 'What the pump''s clock showed just before';
COMMENT ON COLUMN clock_changes.clock_after IS 'What the pump''s clock showed just after';
COMMENT ON COLUMN clock_changes.change_seconds IS 'How far it was put forward, in seconds; negative is back';
COMMENT ON COLUMN clock_changes.timestamp IS 'When, on the clock as newly set, pump''s wall clock';
COMMENT ON COLUMN clock_changes.timestamp_utc IS 'When, on the clock as newly set, as an instant';
COMMENT ON COLUMN clock_changes.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN clock_changes.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN clock_changes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN clock_changes.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN clock_changes.events_id IS 'Its first event: events.id';
COMMENT ON COLUMN clock_changes.last_events_id IS 'Its last event: events.id';

INSERT INTO clock_changes BY NAME
WITH changes AS (
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           CASE WHEN event_id = 13 AND field.timeAfter < 86400000 AND field.timePrior < 86400000
                THEN (field.timeAfter - field.timePrior) / 1000.0
                WHEN event_id = 14 AND field.dateAfter < 49711 AND field.datePrior < 49711
                THEN (field.dateAfter - field.datePrior) * 86400.0 END AS forward
    FROM (
        SELECT *,
               f AS field
        FROM clock_facts f JOIN events e USING (id)
        WHERE pump_id = ?1 AND id >= ?2 - 5
    )
), paired AS (
    SELECT *,
           event_id = 13 AND coalesce(lag(event_id) OVER log = 14 AND id - lag(id) OVER log <= 5, false) AS completes,
           event_id = 14 AND coalesce(lead(event_id) OVER log = 13 AND lead(id) OVER log - id <= 5, false) AS is_completed,
           lead(id) OVER log AS next_id, lead(timestamp) OVER log AS next_timestamp,
           lead(timestamp_utc) OVER log AS next_timestamp_utc,
           lead(utc_offset_seconds) OVER log AS next_offset,
           lead(utc_source) OVER log AS next_source, lead(forward) OVER log AS next_forward
    FROM changes
    WINDOW log AS (ORDER BY id)
), settings AS (
    SELECT id, pump_id,
           CASE WHEN is_completed THEN next_id ELSE id END AS last_events_id,
           CASE WHEN is_completed THEN next_timestamp ELSE timestamp END AS timestamp,
           CASE WHEN is_completed THEN next_timestamp_utc ELSE timestamp_utc END AS timestamp_utc,
           CASE WHEN is_completed THEN next_offset ELSE utc_offset_seconds END AS utc_offset_seconds,
           CASE WHEN is_completed THEN next_source ELSE utc_source END AS utc_source,
           forward + CASE WHEN is_completed THEN next_forward ELSE 0 END AS change_seconds
    FROM paired
    WHERE id >= ?2 AND NOT completes AND forward IS NOT NULL
)
SELECT id, id AS events_id, last_events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       make_timestamp(epoch_us(timestamp) - (change_seconds * 1000000)::BIGINT) AS clock_before, timestamp AS clock_after, change_seconds
FROM settings
WHERE change_seconds IS NOT NULL;
