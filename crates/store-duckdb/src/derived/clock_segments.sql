CREATE TABLE clock_segments (
    pump_id             INTEGER NOT NULL,
    first_events_id     BIGINT NOT NULL,
    from_wall           TIMESTAMP NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    local_offset_seconds BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    PRIMARY KEY (pump_id, first_events_id, from_wall)
);
COMMENT ON TABLE clock_segments IS 'The pump''s clock: parts of its log with one offset to UTC';
COMMENT ON COLUMN clock_segments.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN clock_segments.first_events_id IS 'First event on this clock: events.id';
COMMENT ON COLUMN clock_segments.from_wall IS 'Wall clock from which this row holds, among the events from first_events_id on';
COMMENT ON COLUMN clock_segments.utc_offset_seconds IS 'The pump''s wall clock minus UTC, in seconds';
COMMENT ON COLUMN clock_segments.local_offset_seconds IS 'What a correct clock would have shown the person, minus UTC, in seconds';
COMMENT ON COLUMN clock_segments.utc_source IS 'How the offset was found, as in events.utc_source';
