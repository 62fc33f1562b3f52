-- Carbs without a bolus, and those of a bolus that delivered nothing.
SELECT {key} AS key, pump_id, timestamp_utc AS moment, {offset} AS utc_offset_seconds, 'Carb Correction' AS eventType, carbs_grams::DOUBLE AS carbs
FROM carb_entries c
WHERE NOT EXISTS (
    FROM boluses b WHERE c.bolus_events_id BETWEEN b.id AND b.last_events_id AND b.bolus_id = c.bolus_id AND b.delivered_units > 0
)
