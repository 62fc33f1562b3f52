-- Events whose estimatedDateTime, the service's own guess, is not the pump's clock. Counted, because what the service means
-- by it may change; nothing here uses it.
WITH times AS (
    SELECT pump_id, id, from_json(raw_event_data, '{"pumpDateTime": "VARCHAR", "estimatedDateTime": "VARCHAR"}') AS field
    FROM raw_events
)
SELECT pump_id, 'raw_events' AS subject, false AS is_fault, count(*) AS count, min(id) AS first_id,
       'events have an estimatedDateTime other than the pump''s clock' AS detail
FROM times
WHERE field.estimatedDateTime IS NOT NULL AND rtrim(field.estimatedDateTime, 'Z') <> rtrim(field.pumpDateTime, 'Z')
GROUP BY pump_id
ORDER BY ALL
