CREATE TABLE decode_failures (
    raw_events_id  BIGINT NOT NULL,
    reason         VARCHAR NOT NULL
);
COMMENT ON TABLE decode_failures IS 'Raw events that do not decode at all: taken in by a version of this program that could read them';
COMMENT ON COLUMN decode_failures.raw_events_id IS 'The raw event: raw_events.id';
COMMENT ON COLUMN decode_failures.reason IS 'Why it does not decode';
