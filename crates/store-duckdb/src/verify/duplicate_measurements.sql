-- More than one reading of one pump at one instant.
SELECT pump_id, 'cgm_readings' AS subject, true AS is_fault, sum(copies - 1)::BIGINT AS count, min(id) AS first_id,
       'measurements are there more than once' AS detail
FROM (
    SELECT pump_id, timestamp_utc, count(*) AS copies, min(id) AS id FROM cgm_readings
    GROUP BY pump_id, timestamp_utc HAVING count(*) > 1
)
GROUP BY pump_id
ORDER BY ALL
