-- Days that are to be read again though the pump has been uploaded a week later: the next fetch reads them. Days of the last
-- week are expected to be so. A pump that was reassigned has a fetch log and a last upload for each time.
WITH asked AS (
    SELECT *, max(last_upload) OVER (PARTITION BY pump_id, assignment_id) AS newest, max(last_upload) OVER (PARTITION BY pump_id) AS newest_of_all
    FROM fetch_windows
), days AS (
    SELECT a.pump_id, a.assignment_id, unnest(generate_series(first_day::TIMESTAMP, last_day::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day,
           make_timestamp(coalesce(epoch_us(a.last_upload), 0)) AS read_after,
           make_timestamp(epoch_us(CASE WHEN newest < newest_of_all THEN newest ELSE p.last_upload END)) AS last_upload
    FROM asked a JOIN pumps p ON p.id = a.pump_id
), reads AS (
    SELECT pump_id, assignment_id, day, max(read_after) AS read_after, any_value(last_upload) AS last_upload FROM days GROUP BY ALL
)
SELECT pump_id, 'fetch_windows' AS subject, true AS is_fault, count(*) AS count, NULL::BIGINT AS first_id,
       format('days were last read before they were settled, from {} to {}: fetch again', min(day), max(day)) AS detail
FROM reads
WHERE read_after < last_upload AND read_after::DATE < day + 7 AND last_upload::DATE >= day + 7
GROUP BY pump_id
ORDER BY ALL
