-- Days whose basal differs from what the pump itself counted. The pump's last report of a day is minutes before midnight, and
-- days on which the clock was set are counted from other midnights: 0.3 U and 2 % of leeway, whole days only.
SELECT pump_id, 'daily_totals' AS subject, true AS is_fault, count(*) AS count, min(id) AS first_id,
       format('days differ from the pump''s own basal total, by up to {:.2f} U; the first is {}', max(abs(basal_units - pump_basal_units)), min(day)) AS detail
FROM daily_totals
WHERE basal_hours BETWEEN 23.9 AND 24.1 AND abs(basal_units - pump_basal_units) > 0.3 + 0.02 * pump_basal_units
GROUP BY pump_id
ORDER BY ALL
