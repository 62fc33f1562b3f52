CREATE VIEW decode_problems AS
WITH sets AS (
    SELECT problem_set, count(*) AS events, min(id) AS first_events_id, max(id) AS last_events_id
    FROM events
    WHERE problem_set IS NOT NULL
    GROUP BY problem_set
), counted AS (
    SELECT p.event_code, p.problem, p.field, any_value(p.byte_offset) AS byte_offset, any_value(p.expected) AS expected,
           sum(s.events)::BIGINT AS events, min(s.first_events_id) AS first_events_id, max(s.last_events_id) AS last_events_id,
           '/' || replace(replace(p.field, '~', '~0'), '/', '~1') AS pointer
    FROM sets s JOIN decode_problem_sets p ON p.id = s.problem_set
    GROUP BY p.event_code, p.problem, p.field
)
SELECT c.* EXCLUDE (pointer), CASE WHEN c.problem = 'missing_field' OR c.field IS NULL THEN NULL
                 ELSE coalesce(json_extract_string(e.event_data, c.pointer || 'Raw'), json_extract_string(e.event_data, c.pointer))
            END AS example
FROM counted c JOIN events e ON e.id = c.first_events_id
UNION ALL
SELECT r.event_code, 'invalid_envelope', NULL, NULL, 'an event or a record', count(*), min(r.id), max(r.id), arg_min(f.reason, r.id)
FROM decode_failures f JOIN raw_events r ON r.id = f.raw_events_id
GROUP BY r.event_code;
COMMENT ON VIEW decode_problems IS 'What was odd about decoded events, counted: unknown types, numbers without a label, fields that are missing or new';
COMMENT ON COLUMN decode_problems.event_code IS 'Type code of the events';
COMMENT ON COLUMN decode_problems.problem IS 'Kind of the problem';
COMMENT ON COLUMN decode_problems.field IS 'The field, where it concerns one';
COMMENT ON COLUMN decode_problems.byte_offset IS 'Byte of the 16-byte payload at which the field starts, where known';
COMMENT ON COLUMN decode_problems.expected IS 'What was expected';
COMMENT ON COLUMN decode_problems.events IS 'Events that have the problem';
COMMENT ON COLUMN decode_problems.first_events_id IS 'The first of them: events.id';
COMMENT ON COLUMN decode_problems.last_events_id IS 'The last of them: events.id';
COMMENT ON COLUMN decode_problems.example IS 'What the first of them has in the field; why it does not decode, of what does not decode at all';
