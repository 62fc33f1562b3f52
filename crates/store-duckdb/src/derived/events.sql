-- The identity is enforced where it comes from, in raw_events. A second unique key would take 41 bytes per event where the log has gaps;
-- instead, what is appended is checked in the same transaction (`unique.rs`).
CREATE TABLE events (
    id                  BIGINT NOT NULL,
    raw_events_id       BIGINT NOT NULL,
    created             TIMESTAMPTZ NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    local_time          TIMESTAMP NOT NULL,
    event_id            INTEGER NOT NULL,
    event_name          VARCHAR NOT NULL,
    event_data          JSON NOT NULL USING COMPRESSION zstd,
    pump_id             INTEGER NOT NULL,
    sequence_group      INTEGER NOT NULL,
    sequence_number     BIGINT NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    problem_set         BIGINT,
    CHECK (id = raw_events_id)
);
COMMENT ON TABLE events IS 'Every event decoded; the same identity as its raw event';
COMMENT ON COLUMN events.id IS 'Identity, equal to raw_events_id; ordered as the pump logged';
COMMENT ON COLUMN events.raw_events_id IS 'The raw event: raw_events.id';
COMMENT ON COLUMN events.created IS 'Instant at which the raw event was stored';
COMMENT ON COLUMN events.timestamp IS 'The pump''s wall clock, exactly as shown on the pump';
COMMENT ON COLUMN events.local_time IS 'When it was logged, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN events.event_id IS 'Type code of the event';
COMMENT ON COLUMN events.event_name IS 'Name of the type';
COMMENT ON COLUMN events.event_data IS 'Decoded fields under their names, numbers as the pump gives them; <name>Name is an enum''s label, <name>Names a bitmask''s labels';
COMMENT ON COLUMN events.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN events.sequence_group IS 'sequenceGroup of the service';
COMMENT ON COLUMN events.sequence_number IS 'The pump''s own number of the log entry';
COMMENT ON COLUMN events.timestamp_utc IS 'The instant, derived from the pump''s clock changes, the configured zone, uploads and phones';
COMMENT ON COLUMN events.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN events.utc_source IS 'How the instant was found: zone, clock_change, phone, held; where it is not known for certain: ambiguous, factory_clock, future_clock, no_zone';
COMMENT ON COLUMN events.problem_set IS 'What was odd about it: decode_problem_sets.id, summed up in decode_problems; NULL when nothing was';
