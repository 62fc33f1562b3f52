-- Decoded events whose raw event is gone.
SELECT e.pump_id, 'events' AS subject, true AS is_fault, count(*) AS count, min(e.id) AS first_id, 'events have no raw event' AS detail
FROM events e ANTI JOIN raw_events r ON r.id = e.raw_events_id
GROUP BY ALL
ORDER BY ALL
