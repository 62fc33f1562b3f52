-- Stretches of one pump that begin before the one before them ends, though only one can be at a time.
WITH spans AS (
    SELECT 'basal_deliveries' AS subject, pump_id, events_id, timestamp_utc AS started_utc, ended_utc
    FROM basal_deliveries WHERE seconds > 0
    UNION ALL SELECT 'suspensions', pump_id, events_id, started_utc, ended_utc FROM suspensions
    UNION ALL SELECT 'user_modes', pump_id, events_id, started_utc, ended_utc FROM user_modes
    UNION ALL SELECT 'control_iq_modes', pump_id, events_id, started_utc, ended_utc FROM control_iq_modes
    UNION ALL SELECT 'temp_rates', pump_id, events_id, started_utc, ended_utc FROM temp_rates
    UNION ALL SELECT 'sensor_sessions', pump_id, events_id, started_utc, ended_utc FROM sensor_sessions
), neighbours AS (
    SELECT *, epoch_us(lag(ended_utc) OVER (PARTITION BY subject, pump_id ORDER BY events_id)) - epoch_us(started_utc) AS overlap_us
    FROM spans
)
SELECT pump_id, subject, true AS is_fault, count(*) AS count, min(events_id) AS first_id,
       format('stretches begin before the one before them ends, by up to {} s', max(overlap_us) // 1000000) AS detail
FROM neighbours
WHERE overlap_us > 0
GROUP BY pump_id, subject
ORDER BY ALL
