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
