-- The battery is built in: what Nightscout's pill calls a change is the end of a charge of at least 20 points. Other reports of the battery
-- use another estimate of the charge, and would look like small charges between.
WITH readings AS (
    SELECT *, charge_percent - lag(charge_percent) OVER log AS rise FROM battery_readings
    WHERE charge_percent IS NOT NULL AND kind IN ('basal_total', 'power_up')
    WINDOW log AS (PARTITION BY pump_id ORDER BY id)
), charging AS (
    SELECT *, rise > 0 AS is_rising, coalesce(lead(rise) OVER log <= 0, false) AS is_last,
           sum(CASE WHEN rise > 0 THEN 0 ELSE 1 END) OVER (PARTITION BY pump_id ORDER BY id ROWS UNBOUNDED PRECEDING) AS charge
    FROM readings WINDOW log AS (PARTITION BY pump_id ORDER BY id)
), charges AS (
    SELECT *, sum(rise) OVER (PARTITION BY pump_id, charge, is_rising ORDER BY id ROWS UNBOUNDED PRECEDING) AS gained FROM charging
)
SELECT {key} AS key, pump_id, timestamp_utc AS moment, {offset} AS utc_offset_seconds, 'Pump Battery Change' AS eventType,
       'charged to ' || charge_percent || ' %' AS notes
FROM charges WHERE is_rising AND is_last AND gained >= 20
