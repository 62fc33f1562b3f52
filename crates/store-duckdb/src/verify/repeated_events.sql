-- Events that were decoded more than once.
SELECT pump_id, 'events' AS subject, true AS is_fault, count(*) AS count, min(id) AS first_id, 'events are there more than once' AS detail
FROM (SELECT id, any_value(pump_id) AS pump_id FROM events GROUP BY id HAVING count(*) > 1)
GROUP BY ALL
ORDER BY ALL
