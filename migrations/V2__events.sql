-- Decoded events, what was odd about them, and the pump's clock.

CREATE TABLE events (
    id                  BIGINT PRIMARY KEY,
    raw_events_id       BIGINT NOT NULL,
    created             TIMESTAMPTZ NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    event_id            INTEGER NOT NULL,
    event_name          VARCHAR NOT NULL,
    event_data          JSON NOT NULL USING COMPRESSION zstd,
    pump_id             INTEGER NOT NULL,
    sequence_group      INTEGER NOT NULL,
    sequence_number     BIGINT NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    CHECK (id = raw_events_id)
);
COMMENT ON TABLE events IS 'Every event decoded; the same identity as its raw event';
COMMENT ON COLUMN events.id IS 'Identity, equal to raw_events_id; ordered as the pump logged';
COMMENT ON COLUMN events.raw_events_id IS 'The raw event: raw_events.id';
COMMENT ON COLUMN events.created IS 'Instant at which the raw event was stored';
COMMENT ON COLUMN events.timestamp IS 'The pump''s wall clock, exactly as shown on the pump';
COMMENT ON COLUMN events.event_id IS 'Type code of the event';
COMMENT ON COLUMN events.event_name IS 'Name of the type';
COMMENT ON COLUMN events.event_data IS 'Decoded fields under their names, numbers as the pump gives them; <name>Name is an enum''s label, <name>Names a bitmask''s labels';
COMMENT ON COLUMN events.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN events.sequence_group IS 'sequenceGroup of the service';
COMMENT ON COLUMN events.sequence_number IS 'The pump''s own number of the log entry';
COMMENT ON COLUMN events.timestamp_utc IS 'The instant, derived from the pump''s clock changes and the configured zone';
COMMENT ON COLUMN events.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN events.utc_source IS 'How the instant was found: zone, clock_change, held, factory_clock, future_clock, no_zone';

CREATE TABLE decode_problems (
    events_id   BIGINT NOT NULL,
    event_code  INTEGER NOT NULL,
    problem     VARCHAR NOT NULL,
    field       VARCHAR,
    byte_offset INTEGER,
    expected    VARCHAR NOT NULL,
    got         VARCHAR NOT NULL
);
COMMENT ON TABLE decode_problems IS 'What was odd about decoded events: unknown codes, numbers without a label, fields of an unexpected kind';
COMMENT ON COLUMN decode_problems.events_id IS 'The event: events.id';
COMMENT ON COLUMN decode_problems.event_code IS 'Type code of the event';
COMMENT ON COLUMN decode_problems.problem IS 'Kind of the problem';
COMMENT ON COLUMN decode_problems.field IS 'The field, where it concerns one';
COMMENT ON COLUMN decode_problems.byte_offset IS 'Byte of the 16-byte payload at which the field starts, where known';
COMMENT ON COLUMN decode_problems.expected IS 'What was expected';
COMMENT ON COLUMN decode_problems.got IS 'What was found';

CREATE TABLE time_zones (
    valid_from  DATE,
    zone        VARCHAR NOT NULL
);
COMMENT ON TABLE time_zones IS 'The zones the person lived in, as configured';
COMMENT ON COLUMN time_zones.valid_from IS 'First local day in this zone; NULL is the beginning of time';
COMMENT ON COLUMN time_zones.zone IS 'IANA name, for example America/New_York';

CREATE TABLE clock_segments (
    pump_id             INTEGER NOT NULL,
    first_events_id     BIGINT NOT NULL,
    from_wall           TIMESTAMP NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    PRIMARY KEY (pump_id, first_events_id, from_wall)
);
COMMENT ON TABLE clock_segments IS 'The pump''s clock: stretches of its log with one offset to UTC';
COMMENT ON COLUMN clock_segments.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN clock_segments.first_events_id IS 'First event on this clock: events.id';
COMMENT ON COLUMN clock_segments.from_wall IS 'Wall clock from which this row holds, among the events from first_events_id on';
COMMENT ON COLUMN clock_segments.utc_offset_seconds IS 'The pump''s wall clock minus UTC, in seconds';
COMMENT ON COLUMN clock_segments.utc_source IS 'How the offset was found, as in events.utc_source';

CREATE TABLE parse_progress (
    dictionary  VARCHAR NOT NULL,
    batch_id    BIGINT NOT NULL
);
COMMENT ON TABLE parse_progress IS 'How far raw events are decoded: one row, or none before the first parse';
COMMENT ON COLUMN parse_progress.dictionary IS 'Digest of the event dictionary that decoded them; another one decodes all again';
COMMENT ON COLUMN parse_progress.batch_id IS 'The last batch decoded: raw_batches.id';

CREATE TABLE pending_derivations (
    pump_id         INTEGER PRIMARY KEY,
    from_events_id  BIGINT NOT NULL
);
COMMENT ON TABLE pending_derivations IS 'Pumps whose domain rows are behind their events';
COMMENT ON COLUMN pending_derivations.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN pending_derivations.from_events_id IS 'The earliest event that is new or changed: events.id';
