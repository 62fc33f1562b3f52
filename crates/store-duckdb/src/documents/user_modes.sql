-- Exercise and sleep, with their duration once they have ended.
SELECT {key} AS key, pump_id, started_utc AS moment, {offset:started} AS utc_offset_seconds,
       CASE mode WHEN 'exercising' THEN 'Exercise' WHEN 'sleeping' THEN 'Sleep' ELSE 'Note' END AS eventType,
       round((epoch_ms(ended_utc) - epoch_ms(started_utc)) / 60000.0)::BIGINT AS duration,
       epoch_ms(ended_utc) - epoch_ms(started_utc) AS durationInMilliseconds, epoch_ms(ended_utc) AS endmills,
       CASE WHEN mode NOT IN ('exercising', 'sleeping') THEN replace(mode, '_', ' ') END AS notes
FROM user_modes
