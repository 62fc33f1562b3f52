-- Boluses whose end is still not known 10,000 log entries (about three days) later: their end is in a hole of the log.
SELECT b.pump_id, 'boluses' AS subject, false AS is_fault, count(*) AS count, min(b.id) AS first_id,
       'boluses have no end in the log' AS detail
FROM boluses b JOIN (SELECT pump_id, max(id) AS last_id FROM events GROUP BY pump_id) e USING (pump_id)
WHERE b.status IN ('requested', 'in_progress') AND b.last_events_id < e.last_id - 10000
GROUP BY b.pump_id
ORDER BY ALL
