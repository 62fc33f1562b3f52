-- Periods of one pump that begin before the one before them ends, though only one can be at a time.
WITH spans AS (
    {spans}
), neighbours AS (
    SELECT *, epoch_us(lag(ended_utc) OVER (PARTITION BY subject, pump_id ORDER BY events_id)) - epoch_us(started_utc) AS overlap_us
    FROM spans
)
SELECT pump_id, subject, true AS is_fault, count(*) AS count, min(events_id) AS first_id,
       format('periods begin before the one before them ends, by up to {} s', max(overlap_us) // 1000000) AS detail
FROM neighbours
WHERE overlap_us > 0
GROUP BY pump_id, subject
ORDER BY ALL
