-- Raw events without a decoded one. Those of batches that are still to be decoded are work to be done.
SELECT r.pump_id, 'events' AS subject, r.batch_id <= coalesce((SELECT max(batch_id) FROM parse_progress), 0) AS is_fault,
       count(*) AS count, min(r.id) AS first_id, 'raw events are not decoded' AS detail
FROM raw_events r ANTI JOIN events e ON e.id = r.id
GROUP BY ALL
ORDER BY ALL
