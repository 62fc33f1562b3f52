CREATE VIEW glucose_daily AS
SELECT timestamp::DATE AS day, count(*) AS readings, avg(cgm_reading) AS mean_mgdl, stddev_samp(cgm_reading) AS sd_mgdl,
       100 * stddev_samp(cgm_reading) / avg(cgm_reading) AS cv_percent, min(cgm_reading) AS lowest_mgdl, max(cgm_reading) AS highest_mgdl,
       100.0 * count(*) FILTER (cgm_reading < 54) / count(*) AS below_54_percent,
       100.0 * count(*) FILTER (cgm_reading >= 54 AND cgm_reading < 70) / count(*) AS from_54_to_69_percent,
       100.0 * count(*) FILTER (cgm_reading >= 70 AND cgm_reading <= 180) / count(*) AS from_70_to_180_percent,
       100.0 * count(*) FILTER (cgm_reading > 180 AND cgm_reading <= 250) / count(*) AS from_181_to_250_percent,
       100.0 * count(*) FILTER (cgm_reading > 250) / count(*) AS above_250_percent
FROM cgm_readings
GROUP BY timestamp::DATE;
COMMENT ON VIEW glucose_daily IS 'Glucose by local day';
COMMENT ON COLUMN glucose_daily.day IS 'The day on the pump''s wall clock';
COMMENT ON COLUMN glucose_daily.readings IS 'Readings of the day';
COMMENT ON COLUMN glucose_daily.mean_mgdl IS 'Mean, in mg/dL';
COMMENT ON COLUMN glucose_daily.sd_mgdl IS 'Sample standard deviation, in mg/dL; NULL for one reading';
COMMENT ON COLUMN glucose_daily.cv_percent IS 'Coefficient of variation, in percent';
COMMENT ON COLUMN glucose_daily.lowest_mgdl IS 'Lowest reading, in mg/dL; 39 is LOW';
COMMENT ON COLUMN glucose_daily.highest_mgdl IS 'Highest reading, in mg/dL; 401 is HIGH';
COMMENT ON COLUMN glucose_daily.below_54_percent IS 'Readings below 54 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.from_54_to_69_percent IS 'Readings from 54 to below 70 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.from_70_to_180_percent IS 'Readings from 70 to 180 mg/dL (time in range), in percent';
COMMENT ON COLUMN glucose_daily.from_181_to_250_percent IS 'Readings above 180 up to 250 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.above_250_percent IS 'Readings above 250 mg/dL, in percent';
