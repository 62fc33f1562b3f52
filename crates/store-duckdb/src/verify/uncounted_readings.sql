-- Readings that count for nothing because the person has another one for the same time.
SELECT pump_id, 'cgm_readings' AS subject, false AS is_fault, count(*) AS count, min(id) AS first_id,
       CASE not_counted_because WHEN 'repeated' THEN 'readings were logged before by the same pump; each measurement counts once'
            ELSE 'readings stand for a time that another pump or sensor has a reading for; each measurement counts once' END AS detail
FROM cgm_readings
WHERE NOT counts
GROUP BY pump_id, not_counted_because
ORDER BY ALL
