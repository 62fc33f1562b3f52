-- The day of the change counts on neither side, because a snapshot tells the day only. Each side needs glucose for 70 % of its 14 days,
-- and an average of insulin 10 complete days.
CREATE VIEW settings_effects AS
WITH changes AS (
    SELECT min(local_time)::DATE AS day, setting, any_value(unit) AS unit,
           string_agg(DISTINCT from_value || ' → ' || to_value, ', ' ORDER BY from_value || ' → ' || to_value) AS change, any_value(source) AS source
    FROM settings_history
    WHERE from_value IS NOT NULL AND to_value IS NOT NULL AND source <> 'logged_unverified' AND coalesce(is_in_use, true)
    GROUP BY local_time::DATE, setting
), spaced AS (
    SELECT *, day - lag(day) OVER kind AS days_since_last, lead(day) OVER kind - day AS days_to_next
    FROM changes WINDOW kind AS (PARTITION BY setting ORDER BY day)
), others AS (
    SELECT c.day, c.setting, string_agg(DISTINCT o.setting, ', ' ORDER BY o.setting) AS settings
    FROM changes c JOIN changes o ON o.setting <> c.setting AND abs(o.day - c.day) <= 14 GROUP BY c.day, c.setting
), glucose AS (
    SELECT c.day, c.setting,
           sum(sensor_minutes) FILTER (g.day < c.day) AS minutes_before, sum(sensor_minutes) FILTER (g.day > c.day) AS minutes_after,
           sum(mean_mgdl * sensor_minutes) FILTER (g.day < c.day) / minutes_before AS mean_before,
           sum(mean_mgdl * sensor_minutes) FILTER (g.day > c.day) / minutes_after AS mean_after,
           sum(time_in_range_percent * sensor_minutes) FILTER (g.day < c.day) / minutes_before AS in_range_before,
           sum(time_in_range_percent * sensor_minutes) FILTER (g.day > c.day) / minutes_after AS in_range_after,
           sum((below_54_percent + from_54_to_69_percent) * sensor_minutes) FILTER (g.day < c.day) / minutes_before AS below_before,
           sum((below_54_percent + from_54_to_69_percent) * sensor_minutes) FILTER (g.day > c.day) / minutes_after AS below_after
    FROM changes c JOIN glucose_daily g ON g.day BETWEEN c.day - 14 AND c.day + 14
    GROUP BY c.day, c.setting
), insulin AS (
    SELECT c.day, c.setting, count(*) FILTER (i.day < c.day) AS days_before, count(*) FILTER (i.day > c.day) AS days_after,
           avg(total_units) FILTER (i.day < c.day) AS total_before, avg(total_units) FILTER (i.day > c.day) AS total_after,
           avg(bolus_units) FILTER (i.day < c.day) AS bolus_before, avg(bolus_units) FILTER (i.day > c.day) AS bolus_after,
           avg(carbs_grams) FILTER (i.day < c.day) AS carbs_before, avg(carbs_grams) FILTER (i.day > c.day) AS carbs_after
    FROM changes c JOIN insulin_daily i ON i.day BETWEEN c.day - 14 AND c.day + 14
    WHERE i.is_complete
    GROUP BY c.day, c.setting
), judged AS (
    SELECT s.*, g.*, i.*, o.settings AS others,
           CASE WHEN days_since_last <= 14 OR days_to_next <= 14 THEN 'changed again within 14 days'
                WHEN coalesce(minutes_before, 0) < 14112 THEN 'too few readings before'
                WHEN coalesce(minutes_after, 0) < 14112 THEN 'too few readings after' END AS reason,
           reason IS NULL AS has_glucose, reason IS NULL AND days_before >= 10 AND days_after >= 10 AS has_insulin
    FROM spaced s LEFT JOIN glucose g USING (day, setting) LEFT JOIN insulin i USING (day, setting) LEFT JOIN others o USING (day, setting)
)
SELECT day, setting, change, unit, reason IS NULL AS is_comparable,
       CASE WHEN has_glucose THEN mean_before END AS mean_before_mgdl, CASE WHEN has_glucose THEN mean_after END AS mean_after_mgdl,
       CASE WHEN has_glucose THEN in_range_before END AS time_in_range_before_percent, CASE WHEN has_glucose THEN in_range_after END AS time_in_range_after_percent,
       CASE WHEN has_glucose THEN below_before END AS time_below_70_before_percent, CASE WHEN has_glucose THEN below_after END AS time_below_70_after_percent,
       CASE WHEN has_insulin THEN total_before END AS total_units_before, CASE WHEN has_insulin THEN total_after END AS total_units_after,
       CASE WHEN has_insulin THEN bolus_before END AS bolus_units_before, CASE WHEN has_insulin THEN bolus_after END AS bolus_units_after,
       CASE WHEN has_insulin THEN carbs_before END AS carbs_grams_before, CASE WHEN has_insulin THEN carbs_after END AS carbs_grams_after,
       reason AS not_comparable_because, others AS also_changed, source
FROM judged;
COMMENT ON VIEW settings_effects IS 'Glucose and insulin in the 14 days before and after each change of a setting, where both sides can be compared. What else changed, in the settings or in life, it cannot tell apart';
COMMENT ON COLUMN settings_effects.day IS 'Day of the change, local; it counts on neither side';
COMMENT ON COLUMN settings_effects.setting IS 'What was changed, as settings_history.setting; all segments of the active profile together';
COMMENT ON COLUMN settings_effects.change IS 'From what to what';
COMMENT ON COLUMN settings_effects.unit IS 'Unit of the change; NULL where it has none';
COMMENT ON COLUMN settings_effects.is_comparable IS 'True where each side has glucose for at least 70 % of its time and the same setting was not changed again within 14 days';
COMMENT ON COLUMN settings_effects.mean_before_mgdl IS 'Mean glucose of the 14 days before, in mg/dL; NULL unless comparable, like the rest';
COMMENT ON COLUMN settings_effects.mean_after_mgdl IS 'Mean glucose of the 14 days after, in mg/dL';
COMMENT ON COLUMN settings_effects.time_in_range_before_percent IS 'Time from 70 to 180 mg/dL before, in percent';
COMMENT ON COLUMN settings_effects.time_in_range_after_percent IS 'Time from 70 to 180 mg/dL after, in percent';
COMMENT ON COLUMN settings_effects.time_below_70_before_percent IS 'Time below 70 mg/dL before, in percent';
COMMENT ON COLUMN settings_effects.time_below_70_after_percent IS 'Time below 70 mg/dL after, in percent';
COMMENT ON COLUMN settings_effects.total_units_before IS 'Insulin per day before, in units; over complete days, NULL with fewer than 10 on either side';
COMMENT ON COLUMN settings_effects.total_units_after IS 'Insulin per day after, in units';
COMMENT ON COLUMN settings_effects.bolus_units_before IS 'Boluses per day before, in units';
COMMENT ON COLUMN settings_effects.bolus_units_after IS 'Boluses per day after, in units';
COMMENT ON COLUMN settings_effects.carbs_grams_before IS 'Carbs entered per day before, in grams';
COMMENT ON COLUMN settings_effects.carbs_grams_after IS 'Carbs entered per day after, in grams';
COMMENT ON COLUMN settings_effects.not_comparable_because IS 'Why the sides cannot be compared: changed again within 14 days, too few readings before, too few readings after; NULL where they can';
COMMENT ON COLUMN settings_effects.also_changed IS 'Other settings changed within the same 14 days before or after; NULL where none was';
COMMENT ON COLUMN settings_effects.source IS 'Where the change is known from, as settings_history.source';
