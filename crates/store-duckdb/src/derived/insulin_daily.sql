CREATE VIEW insulin_daily AS
SELECT day, sum(total_units) AS total_units, sum(basal_units) AS basal_units, sum(bolus_units) AS bolus_units, sum(food_units) AS food_units,
       sum(correction_units) AS correction_units, sum(automatic_units) AS automatic_units, sum(other_units) AS other_units,
       sum(boluses)::BIGINT AS boluses, sum(automatic_boluses)::BIGINT AS automatic_boluses, sum(carbs_grams) AS carbs_grams,
       sum(basal_hours) AS basal_hours, sum(suspended_hours) AS suspended_hours, sum(algorithm_hours) AS algorithm_hours,
       sum(basal_hours) >= 18 AS is_complete
FROM daily_totals
GROUP BY day;
COMMENT ON VIEW insulin_daily IS 'Insulin by local day, all pumps together';
COMMENT ON COLUMN insulin_daily.day IS 'The day on the pump''s wall clock';
COMMENT ON COLUMN insulin_daily.total_units IS 'Basal and boluses, in units';
COMMENT ON COLUMN insulin_daily.basal_units IS 'Basal delivered, in units';
COMMENT ON COLUMN insulin_daily.bolus_units IS 'Boluses delivered, in units';
COMMENT ON COLUMN insulin_daily.food_units IS 'Of the boluses, the share for carbs, in units';
COMMENT ON COLUMN insulin_daily.correction_units IS 'Of the boluses, the share for corrections the person asked for, in units';
COMMENT ON COLUMN insulin_daily.automatic_units IS 'Of the boluses, what the algorithm gave by itself, in units';
COMMENT ON COLUMN insulin_daily.other_units IS 'Of the boluses, the rest, in units';
COMMENT ON COLUMN insulin_daily.boluses IS 'Number of boluses the person asked for that delivered something';
COMMENT ON COLUMN insulin_daily.automatic_boluses IS 'Number of boluses the algorithm gave';
COMMENT ON COLUMN insulin_daily.carbs_grams IS 'Carbs entered, in grams';
COMMENT ON COLUMN insulin_daily.basal_hours IS 'Hours for which the basal rate is known';
COMMENT ON COLUMN insulin_daily.suspended_hours IS 'Of these, hours in which delivery was suspended';
COMMENT ON COLUMN insulin_daily.algorithm_hours IS 'Of these, hours with a rate set by the algorithm';
COMMENT ON COLUMN insulin_daily.is_complete IS 'True with at least 18 hours of known basal, as Tandem counts days for averages';
