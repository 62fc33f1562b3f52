-- Where all readings of the day have the same interval, these are the plain mean and standard deviation.
CREATE VIEW glucose_daily AS
WITH days AS (
    SELECT local_time::DATE AS day, count(*) AS readings, sum(interval_seconds) AS seconds,
           min(interval_seconds) = max(interval_seconds) AS has_one_interval,
           avg(cgm_reading) AS plain_mean, stddev_samp(cgm_reading) AS plain_sd,
           sum(cgm_reading * interval_seconds) / sum(interval_seconds) AS timed_mean,
           sum(cgm_reading::DOUBLE * cgm_reading * interval_seconds) / sum(interval_seconds) AS timed_square,
           min(cgm_reading) AS lowest_mgdl, max(cgm_reading) AS highest_mgdl,
           coalesce(sum(interval_seconds) FILTER (cgm_reading < 54), 0) AS below_54,
           coalesce(sum(interval_seconds) FILTER (cgm_reading >= 54 AND cgm_reading < 70), 0) AS from_54_to_69,
           coalesce(sum(interval_seconds) FILTER (cgm_reading >= 70 AND cgm_reading <= 180), 0) AS from_70_to_180,
           coalesce(sum(interval_seconds) FILTER (cgm_reading > 180 AND cgm_reading <= 250), 0) AS from_181_to_250,
           coalesce(sum(interval_seconds) FILTER (cgm_reading > 250), 0) AS above_250
    FROM cgm_readings
    WHERE counts
    GROUP BY local_time::DATE
), measured AS (
    SELECT *, CASE WHEN has_one_interval THEN plain_mean ELSE timed_mean END AS mean_mgdl,
           CASE WHEN has_one_interval THEN plain_sd
                ELSE sqrt(greatest(timed_square - timed_mean * timed_mean, 0) * readings / (readings - 1)) END AS sd_mgdl
    FROM days
)
SELECT day, readings, 100.0 * from_70_to_180 / seconds AS time_in_range_percent, seconds / 60.0 AS sensor_minutes, mean_mgdl, sd_mgdl, 100 * sd_mgdl / mean_mgdl AS cv_percent, lowest_mgdl, highest_mgdl,
       100.0 * below_54 / seconds AS below_54_percent, 100.0 * from_54_to_69 / seconds AS from_54_to_69_percent,
       100.0 * from_70_to_180 / seconds AS from_70_to_180_percent, 100.0 * from_181_to_250 / seconds AS from_181_to_250_percent,
       100.0 * above_250 / seconds AS above_250_percent
FROM measured;
COMMENT ON VIEW glucose_daily IS 'Glucose by local day: each measurement of the person once, weighed by the time it stands for';
COMMENT ON COLUMN glucose_daily.day IS 'The day, in local time';
COMMENT ON COLUMN glucose_daily.readings IS 'Readings of the day';
COMMENT ON COLUMN glucose_daily.time_in_range_percent IS 'Time from 70 to 180 mg/dL, in percent; the same as from_70_to_180_percent';
COMMENT ON COLUMN glucose_daily.sensor_minutes IS 'The time that the readings stand for, in minutes';
COMMENT ON COLUMN glucose_daily.mean_mgdl IS 'Mean over time, in mg/dL';
COMMENT ON COLUMN glucose_daily.sd_mgdl IS 'Sample standard deviation, in mg/dL; NULL for one reading';
COMMENT ON COLUMN glucose_daily.cv_percent IS 'Coefficient of variation, in percent';
COMMENT ON COLUMN glucose_daily.lowest_mgdl IS 'Lowest reading, in mg/dL; 39 is LOW';
COMMENT ON COLUMN glucose_daily.highest_mgdl IS 'Highest reading, in mg/dL; 401 is HIGH, 501 that of a Libre';
COMMENT ON COLUMN glucose_daily.below_54_percent IS 'Time below 54 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.from_54_to_69_percent IS 'Time from 54 to below 70 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.from_70_to_180_percent IS 'Time from 70 to 180 mg/dL (time in range), in percent';
COMMENT ON COLUMN glucose_daily.from_181_to_250_percent IS 'Time above 180 up to 250 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.above_250_percent IS 'Time above 250 mg/dL, in percent';
