-- Carbs of one bolus entered more than once.
SELECT pump_id, 'carb_entries' AS subject, true AS is_fault, sum(entries - 1)::BIGINT AS count, min(id) AS first_id,
       'carbs of a bolus are there more than once' AS detail
FROM (SELECT pump_id, min(id) AS id, count(*) AS entries FROM carb_entries WHERE bolus_events_id IS NOT NULL GROUP BY pump_id, bolus_events_id)
WHERE entries > 1
GROUP BY pump_id
ORDER BY ALL
