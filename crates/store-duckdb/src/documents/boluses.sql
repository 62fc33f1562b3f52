-- Boluses that delivered something. What was given over time is a document of its own in the middle of that time: Nightscout
-- counts `insulin` as given at once, and adds the rate of a `relative` part to a day's units, so it gets neither. It stays on
-- the day on which the bolus began, where the day's total has it.
WITH carbs AS (
    SELECT bolus_events_id, sum(carbs_grams) AS grams FROM carb_entries WHERE bolus_events_id IS NOT NULL GROUP BY bolus_events_id
), doses AS (
    SELECT b.* REPLACE ({offset} AS utc_offset_seconds), c.grams, round(delivered_units - extended_delivered_units, 3) AS now_units,
           round(extended_delivered_units, 3) AS later_units, coalesce(started_utc, timestamp_utc) AS begun,
           least(epoch_us(ended_utc), epoch_us(begun) + extended_minutes::BIGINT * 60000000) - epoch_us(begun) AS later_us
    FROM boluses b LEFT JOIN (
        SELECT b.id, sum(c.grams) AS grams FROM boluses b JOIN carbs c ON c.bolus_events_id BETWEEN b.id AND b.last_events_id
        JOIN carb_entries e ON e.bolus_events_id = c.bolus_events_id AND e.bolus_id = b.bolus_id GROUP BY b.id
    ) c USING (id)
    WHERE delivered_units > 0
), parts AS (
    SELECT *, later_units > 0 AS is_combo, later_us / 60000000.0 AS minutes,
           (86400000000 - (epoch_us(begun) + utc_offset_seconds * 1000000) % 86400000000) - 1000000 AS us_to_midnight
    FROM doses
)
SELECT {key} AS key, pump_id, begun AS moment, utc_offset_seconds,
       CASE WHEN is_combo THEN 'Combo Bolus' WHEN grams > 0 THEN 'Meal Bolus' ELSE 'Correction Bolus' END AS eventType,
       CASE WHEN now_units > 0 OR NOT is_combo THEN now_units END AS insulin, grams::DOUBLE AS carbs,
       CASE WHEN source = 'automatic' THEN true END AS automatic,
       bg_mgdl AS glucose, CASE WHEN bg_mgdl IS NOT NULL THEN 'mg/dl' END AS units,
       CASE WHEN is_combo THEN round(delivered_units, 3) END AS enteredinsulin,
       CASE WHEN is_combo THEN round(100 * now_units / delivered_units, 1) END AS splitNow,
       CASE WHEN is_combo THEN round(100 * later_units / delivered_units, 1) END AS splitExt,
       CASE WHEN is_combo THEN 'given over time: ' || later_units || ' U' END AS notes
FROM parts
UNION ALL BY NAME
SELECT {key} || '-extended' AS key, pump_id,
       to_timestamp((epoch_us(begun) + greatest(0, least(coalesce(later_us, 0) // 2, us_to_midnight))) / 1000000) AS moment, utc_offset_seconds,
       'Correction Bolus' AS eventType, later_units AS insulin,
       'given over ' || coalesce(round(minutes)::INTEGER || ' min', 'time') || ', with the combo bolus before' AS notes
FROM parts WHERE is_combo
