-- Days on which several pumps logged basal at once: incomplete, and in no average.
SELECT (SELECT max(pump_id) FROM daily_totals d WHERE d.day = min(i.day)) AS pump_id, 'insulin_daily' AS subject, false AS is_fault,
       count(*) AS count, NULL::BIGINT AS first_id,
       format('days on which two pumps logged basal at once, for up to {:.1f} h; the first is {}; they are excluded from averages',
              max(overlapping_basal_hours), min(day)) AS detail
FROM insulin_daily i
WHERE overlapping_basal_hours > 5 / 60.0
HAVING count(*) > 0
