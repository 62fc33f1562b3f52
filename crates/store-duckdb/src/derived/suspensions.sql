-- One row per suspension (11) until delivery is resumed (12), or suspended again where the log has a hole.

CREATE TABLE suspensions (
    local_time          TIMESTAMP NOT NULL,
    ended               TIMESTAMP,
    reason              VARCHAR NOT NULL,
    reservoir_units     INTEGER,
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
COMMENT ON TABLE suspensions IS 'One row per period without insulin delivery';
COMMENT ON COLUMN suspensions.local_time IS 'When it began, as a correct clock would have shown the person; differs from started only where the pump''s clock was wrong';
COMMENT ON COLUMN suspensions.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN suspensions.reason IS 'user, alarm, malfunction, low_glucose, or unknown_ and the pump''s number';
COMMENT ON COLUMN suspensions.reservoir_units IS 'Insulin left in the cartridge when it began, in units';
COMMENT ON COLUMN suspensions.started IS 'When it began, pump''s wall clock';
COMMENT ON COLUMN suspensions.started_utc IS 'When it began, as an instant';
COMMENT ON COLUMN suspensions.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN suspensions.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN suspensions.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN suspensions.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN suspensions.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN suspensions.events_id IS 'The event that began it: events.id';
COMMENT ON COLUMN suspensions.ended_events_id IS 'The event that ended it: events.id; NULL where none did';

INSERT INTO suspensions BY NAME
WITH changes AS (
    SELECT id, event_id, f AS field, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           lead(id) OVER log AS ended_events_id, lead(timestamp) OVER log AS ended,
           -- Clocks set back to correct a drift make instants run back by some minutes; no end lies before its beginning.
           CASE WHEN lead(timestamp_utc) OVER log < timestamp_utc THEN timestamp_utc ELSE lead(timestamp_utc) OVER log END AS ended_utc
    FROM suspension_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
    WINDOW log AS (ORDER BY id)
), suspended AS (
    SELECT * FROM changes WHERE event_id = 11
)
SELECT id, id AS events_id, ended_events_id, pump_id, timestamp AS started, timestamp_utc AS started_utc, ended, ended_utc,
       utc_offset_seconds, utc_source,
       coalesce(field.reason, 'unknown') AS reason,
       field.insulinAmount AS reservoir_units
FROM suspended;
