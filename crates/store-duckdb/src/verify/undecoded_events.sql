-- Raw events without a decoded one: of batches that are still to be decoded, or that were decoded without them.
SELECT r.pump_id, 'events' AS subject, true AS is_fault, count(*) AS count, min(r.id) AS first_id,
       CASE WHEN r.batch_id <= coalesce((SELECT max(batch_id) FROM parse_progress), 0) THEN 'raw events are not decoded: run `tandem rebuild`'
            ELSE 'raw events are not decoded yet: run `tandem parse`, then `tandem derive`' END AS detail
FROM raw_events r ANTI JOIN events e ON e.id = r.id
GROUP BY ALL
ORDER BY ALL
