-- Decoded events whose type or time is not that of their raw event.
SELECT e.pump_id, 'events' AS subject, true AS is_fault, count(*) AS count, min(e.id) AS first_id,
       'events have another type or time than their raw events' AS detail
FROM events e JOIN raw_events r ON r.id = e.raw_events_id
WHERE e.event_id <> r.event_code OR e.timestamp <> r.pump_time
GROUP BY ALL
ORDER BY ALL
