-- Every page noted in one transaction how many events it brought for the first time, and that many must be there.
WITH brought AS (
    SELECT pump_id, sum(new)::BIGINT AS events FROM raw_batches GROUP BY pump_id
), kept AS (
    SELECT pump_id, count(*) AS events FROM raw_events GROUP BY pump_id
)
SELECT pump_id, 'raw_events' AS subject, true AS is_fault, abs(coalesce(b.events, 0) - coalesce(k.events, 0)) AS count, NULL AS first_id,
       format('{} raw events were stored, {} are there', coalesce(b.events, 0), coalesce(k.events, 0)) AS detail
FROM brought b FULL JOIN kept k USING (pump_id)
WHERE coalesce(b.events, 0) <> coalesce(k.events, 0)
ORDER BY pump_id
