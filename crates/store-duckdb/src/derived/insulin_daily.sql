-- Days on which several pumps logged basal: hours that more than one of them logged count once, and make the day incomplete when there
-- are more of them than a change of pumps takes (five minutes).
CREATE VIEW insulin_daily AS
WITH totals AS (
    SELECT day, sum(basal_units) AS basal_units, sum(bolus_units) AS bolus_units, sum(food_units) AS food_units,
           sum(correction_units) AS correction_units, sum(automatic_units) AS automatic_units, sum(other_units) AS other_units,
           sum(boluses)::BIGINT AS boluses, sum(automatic_boluses)::BIGINT AS automatic_boluses, sum(unknown_boluses)::BIGINT AS unknown_boluses,
           sum(carbs_grams) AS carbs_grams, sum(basal_hours) AS basal_hours, sum(suspended_hours) AS suspended_hours,
           sum(algorithm_hours) AS algorithm_hours, count(*) FILTER (basal_hours > 0) AS pumps
    FROM daily_totals
    GROUP BY day
), pieces AS (
    -- Cut at midnight of the person's clock, compared by instants.
    SELECT t.day, greatest(b.began_us, epoch_us(t.day::TIMESTAMP)) - b.offset_us AS began_us,
           least(b.began_us + b.seconds * 1000000, epoch_us(t.day::TIMESTAMP) + 86400000000) - b.offset_us AS ended_us
    FROM (FROM totals WHERE pumps > 1) t
    JOIN (SELECT *, epoch_us(local_time) AS began_us, epoch_us(local_time) - epoch_us(timestamp_utc) AS offset_us FROM basal_deliveries) b
      ON b.began_us < epoch_us(t.day::TIMESTAMP) + 86400000000 AND b.began_us + b.seconds * 1000000 > epoch_us(t.day::TIMESTAMP)
    WHERE b.seconds > 0 AND b.commanded_basal_rate IS NOT NULL
), reached AS (
    SELECT *, coalesce(max(ended_us) OVER (PARTITION BY day ORDER BY began_us, ended_us ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), began_us)
              AS covered_until_us
    FROM pieces
), shared AS (
    SELECT day, sum(greatest(ended_us - greatest(began_us, covered_until_us), 0)) / 3600000000 AS basal_hours,
           sum(ended_us - began_us) / 3600000000 AS logged_hours
    FROM reached
    GROUP BY day
), joined AS (
    SELECT t.* REPLACE (coalesce(s.basal_hours, t.basal_hours) AS basal_hours), coalesce(s.logged_hours - s.basal_hours, 0) AS overlapping_basal_hours,
           round(coalesce(h.units, 0), 5) AS bolus_units_spread
    FROM totals t LEFT JOIN shared s USING (day) LEFT JOIN (SELECT hour::DATE AS day, sum(units) AS units FROM bolus_hours GROUP BY ALL) h USING (day)
)
SELECT day, basal_units + bolus_units AS total_units, basal_units, bolus_units, food_units, correction_units, automatic_units, other_units,
       boluses, automatic_boluses, unknown_boluses, carbs_grams, basal_hours, overlapping_basal_hours, suspended_hours, algorithm_hours, bolus_units_spread,
       basal_hours >= 18 AND overlapping_basal_hours <= 5 / 60.0 AS is_complete
FROM joined;
COMMENT ON VIEW insulin_daily IS 'Insulin by local day, all pumps together';
COMMENT ON COLUMN insulin_daily.day IS 'The day, in local time';
COMMENT ON COLUMN insulin_daily.total_units IS 'Basal and boluses, in units; NULL where the basal is not known';
COMMENT ON COLUMN insulin_daily.basal_units IS 'Basal delivered, in units; of all pumps together where several logged basal; NULL where no rate of the day is known';
COMMENT ON COLUMN insulin_daily.bolus_units IS 'Boluses that started on the day, in units; see bolus_units_spread';
COMMENT ON COLUMN insulin_daily.food_units IS 'Of the boluses, the share for carbs, in units';
COMMENT ON COLUMN insulin_daily.correction_units IS 'Of the boluses, the share for corrections the person asked for, in units';
COMMENT ON COLUMN insulin_daily.automatic_units IS 'Of the boluses, what the algorithm gave by itself, in units';
COMMENT ON COLUMN insulin_daily.other_units IS 'Of the boluses, the rest, in units';
COMMENT ON COLUMN insulin_daily.boluses IS 'Number of boluses the person asked for that delivered something';
COMMENT ON COLUMN insulin_daily.automatic_boluses IS 'Number of boluses the algorithm gave';
COMMENT ON COLUMN insulin_daily.unknown_boluses IS 'Number of boluses of which it is not known what they delivered; they are in no total';
COMMENT ON COLUMN insulin_daily.carbs_grams IS 'Carbs entered, in grams';
COMMENT ON COLUMN insulin_daily.basal_hours IS 'Hours for which the basal rate is known; those that several pumps logged count once';
COMMENT ON COLUMN insulin_daily.overlapping_basal_hours IS 'Hours of basal that more than one pump logged; which pump was worn is then not known';
COMMENT ON COLUMN insulin_daily.suspended_hours IS 'Of these, hours in which delivery was suspended';
COMMENT ON COLUMN insulin_daily.algorithm_hours IS 'Of these, hours with a rate set by the algorithm';
COMMENT ON COLUMN insulin_daily.bolus_units_spread IS 'What boluses delivered on this day, in units: an extended one across midnight counts on both days, in bolus_units on the day it started';
COMMENT ON COLUMN insulin_daily.is_complete IS 'True with at least 18 hours of known basal, as Tandem counts days for averages, and never two pumps at once for more than five minutes';
