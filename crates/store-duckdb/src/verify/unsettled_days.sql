-- Days that are to be read again though the pump has been uploaded a week later: the next fetch reads them. Days of the last
-- week are expected to be so.
WITH days AS (
    SELECT pump_id, unnest(generate_series(first_day::TIMESTAMP, last_day::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day, last_upload
    FROM fetch_windows
), reads AS (
    SELECT pump_id, day, max(last_upload) AS read_after FROM days GROUP BY pump_id, day
)
SELECT r.pump_id, 'fetch_windows' AS subject, true AS is_fault, count(*) AS count, NULL::BIGINT AS first_id,
       format('days were last read before they were settled, from {} to {}: fetch again', min(day), max(day)) AS detail
FROM reads r JOIN pumps p ON p.id = r.pump_id
WHERE coalesce(r.read_after, TIMESTAMPTZ '1970-01-01 00:00:00+00') < p.last_upload
  AND coalesce(r.read_after::TIMESTAMP::DATE, DATE '1970-01-01') < r.day + 7 AND p.last_upload::TIMESTAMP::DATE >= r.day + 7
GROUP BY r.pump_id
ORDER BY ALL
