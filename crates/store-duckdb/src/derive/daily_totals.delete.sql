-- Days that an event from ?2 on counts for, or did when the row was made.
DELETE FROM daily_totals
WHERE pump_id = ?1 AND (last_events_id >= ?2 OR day IN (
    SELECT make_date((unnest(range(epoch_us(timestamp) // 86400000000,
                                   (epoch_us(timestamp) + seconds * 1000000 - 1) // 86400000000 + 1)))::INTEGER)
    FROM basal_deliveries WHERE pump_id = ?1 AND events_id >= ?2
    UNION ALL
    SELECT coalesce(started, timestamp)::DATE FROM boluses WHERE pump_id = ?1 AND events_id >= ?2
    UNION ALL
    SELECT timestamp::DATE FROM carb_entries WHERE pump_id = ?1 AND events_id >= ?2
    UNION ALL
    SELECT timestamp::DATE FROM basal_totals WHERE pump_id = ?1 AND events_id >= ?2
))
