-- Sensors send every one or five minutes, so a quarter of an hour is no hiccup.
CREATE VIEW cgm_gaps AS
WITH readings AS (
    SELECT *, lead(timestamp_utc) OVER (ORDER BY timestamp_utc) AS next_utc FROM cgm_readings WHERE counts
)
SELECT make_timestamp(epoch_us(local_time) + interval_seconds * 1000000) AS local_time,
       to_timestamp(epoch_us(timestamp_utc) / 1000000 + interval_seconds) AS started_utc, next_utc AS ended_utc,
       minutes_between(timestamp_utc, next_utc) - interval_seconds / 60.0 AS minutes, cgm_reading AS glucose_before_mgdl
FROM readings
WHERE minutes_between(timestamp_utc, next_utc) > 15;
COMMENT ON VIEW cgm_gaps IS 'Times without glucose: more than 15 minutes between two readings that count';
COMMENT ON COLUMN cgm_gaps.local_time IS 'When it began, as a correct clock would have shown the person';
COMMENT ON COLUMN cgm_gaps.started_utc IS 'When it began, as an instant: the reading before, and the time it stands for';
COMMENT ON COLUMN cgm_gaps.ended_utc IS 'The next reading, as an instant';
COMMENT ON COLUMN cgm_gaps.minutes IS 'How long it lasted, in minutes';
COMMENT ON COLUMN cgm_gaps.glucose_before_mgdl IS 'The reading before, in mg/dL';
