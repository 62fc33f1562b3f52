-- Days of which nothing is known of the basal rate though the pump was in use: their insulin is unknown, not 0.
WITH used AS (
    SELECT pump_id, id, day FROM daily_totals WHERE basal_units IS NULL
    UNION
    SELECT pump_id, pump_id::BIGINT * 281474976710656 + (local_time::DATE - DATE '1970-01-01'), local_time::DATE FROM cgm_readings r
    WHERE NOT EXISTS (FROM daily_totals d WHERE d.pump_id = r.pump_id AND d.day = r.local_time::DATE)
)
SELECT pump_id, 'daily_totals' AS subject, false AS is_fault, count(*) AS count, NULL::BIGINT AS first_id,
       format('days have no basal rate on record, from {} to {}: their insulin is unknown', min(day), max(day)) AS detail
FROM used
GROUP BY pump_id
ORDER BY ALL
