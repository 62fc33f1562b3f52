-- Numbers that are missing between two events of a pump. Where only some types of events were asked for, numbers between them
-- are missing by design, but not 300 in a row (about two hours of log): that is a fault. Where next to every number is there, each
-- missing one is reported; a few are no fault, because a service may leave out a type that no one asked for. A hole in days that the
-- fetch log does not know is only work to be done.
WITH numbers AS (
    SELECT pump_id, sequence_group, id, pump_time, lag(id) OVER log AS before_id, lag(pump_time) OVER log AS before_time
    FROM raw_events
    WINDOW log AS (PARTITION BY pump_id, sequence_group ORDER BY id)
), logs AS (
    SELECT pump_id, sequence_group, count(*) FILTER (id - before_id = 1) >= 0.995 * count(before_id) AS is_whole
    FROM numbers
    GROUP BY pump_id, sequence_group
), holes AS (
    SELECT n.pump_id, n.before_id, n.id - n.before_id - 1 AS missing,
           n.before_id % 4294967296 AS before_number, n.id % 4294967296 AS next_number,
           least(n.before_time, n.pump_time)::DATE AS first_day, greatest(n.before_time, n.pump_time)::DATE AS last_day
    FROM numbers n JOIN logs USING (pump_id, sequence_group)
    WHERE n.id - n.before_id > CASE WHEN is_whole THEN 1 ELSE 300 END
), judged AS (
    SELECT *, pump_id IN (SELECT pump_id FROM fetch_windows) AND NOT EXISTS (
               FROM fetch_windows w
               WHERE w.pump_id = h.pump_id AND (h.first_day BETWEEN w.first_day AND w.last_day OR h.last_day BETWEEN w.first_day AND w.last_day)
           ) AS is_unread
    FROM holes h
)
SELECT pump_id, 'raw_events' AS subject, NOT is_unread AND missing >= 300 AS is_fault, missing AS count, before_id AS first_id,
       format('numbers {} to {} are missing, between {} and {}{}', before_number + 1, next_number - 1, first_day, last_day,
              CASE WHEN is_unread THEN '; these days were not asked for' ELSE '' END) AS detail
FROM judged
QUALIFY row_number() OVER (PARTITION BY pump_id ORDER BY missing DESC, before_id) <= 20
ORDER BY pump_id, before_id
