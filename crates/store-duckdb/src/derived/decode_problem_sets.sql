CREATE TABLE decode_problem_sets (
    id           BIGINT NOT NULL,
    event_code   INTEGER NOT NULL,
    problem      VARCHAR NOT NULL,
    field        VARCHAR,
    byte_offset  INTEGER,
    expected     VARCHAR NOT NULL
);
COMMENT ON TABLE decode_problem_sets IS 'The problems that events have together: one row for each problem of each set';
COMMENT ON COLUMN decode_problem_sets.id IS 'Number of the set, the same for the same problems in every database: events.problem_set';
COMMENT ON COLUMN decode_problem_sets.event_code IS 'Type code of the events';
COMMENT ON COLUMN decode_problem_sets.problem IS 'Kind of the problem';
COMMENT ON COLUMN decode_problem_sets.field IS 'The field, where it concerns one';
COMMENT ON COLUMN decode_problem_sets.byte_offset IS 'Byte of the 16-byte payload at which the field starts, where known';
COMMENT ON COLUMN decode_problem_sets.expected IS 'What was expected';
