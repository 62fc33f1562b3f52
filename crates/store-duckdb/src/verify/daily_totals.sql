-- Days whose basal differs from what the pump itself counted. Only whole days that the pump closed shortly before midnight can
-- be compared; even then its last report may be minutes early: 0.3 U and 2 % of leeway.
WITH closed AS (
    SELECT DISTINCT pump_id, local_time::DATE AS day FROM basal_totals WHERE is_final AND hour(local_time) = 23 AND minute(local_time) >= 50
), misread AS (
    -- A clock that was wrong for some time of the day closed its totals at another midnight.
    SELECT DISTINCT pump_id, local_time::DATE AS day FROM basal_totals WHERE local_time <> timestamp
), whole AS (
    SELECT *, abs(basal_units - pump_basal_units) AS difference FROM daily_totals SEMI JOIN closed USING (pump_id, day) ANTI JOIN misread USING (pump_id, day)
    WHERE basal_hours BETWEEN 23.9 AND 24.1
)
SELECT pump_id, 'daily_totals' AS subject, true AS is_fault, count(*) AS count, min(id) AS first_id,
       format('days differ from the pump''s own basal total, by up to {:.2f} U; the first is {}', max(difference), min(day)) AS detail
FROM whole
WHERE difference > 0.3 + 0.02 * pump_basal_units
GROUP BY pump_id
ORDER BY ALL
