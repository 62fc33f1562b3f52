CREATE VIEW glucose_by_weekday_hour AS
SELECT isodow(local_time) AS weekday, hour(local_time) AS hour, count(*) AS readings,
       sum(cgm_reading * interval_seconds) / sum(interval_seconds) AS mean_mgdl, median(cgm_reading) AS median_mgdl,
       time_in_range(cgm_reading, interval_seconds) AS time_in_range_percent
FROM cgm_readings WHERE counts GROUP BY ALL;
COMMENT ON VIEW glucose_by_weekday_hour IS 'Glucose by weekday and hour of the day, over the whole history';
COMMENT ON COLUMN glucose_by_weekday_hour.weekday IS 'Day of the week: 1 is Monday, 7 Sunday';
COMMENT ON COLUMN glucose_by_weekday_hour.hour IS 'Hour of the day, in local time';
COMMENT ON COLUMN glucose_by_weekday_hour.readings IS 'Readings that count';
COMMENT ON COLUMN glucose_by_weekday_hour.mean_mgdl IS 'Mean over time, in mg/dL';
COMMENT ON COLUMN glucose_by_weekday_hour.median_mgdl IS 'Median of the readings, in mg/dL';
COMMENT ON COLUMN glucose_by_weekday_hour.time_in_range_percent IS 'Time from 70 to 180 mg/dL, in percent';
