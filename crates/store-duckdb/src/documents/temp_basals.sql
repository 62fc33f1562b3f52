-- Basal rates: neighbours with the same rate are one document. A document never crosses midnight UTC, so that those of a day
-- depend on the rows of that day alone. A rate of less than half a minute would round to no duration, which Nightscout takes for
-- the end of the rate before; it is averaged into its neighbour, and the insulin stays the same.
WITH rows AS (
    SELECT id, pump_id, timestamp_utc, {offset} AS utc_offset_seconds, commanded_basal_rate AS rate, epoch_us(timestamp_utc) AS began_us,
           began_us + seconds * 1000000 AS ended_us, began_us // 86400000000 AS day, CASE WHEN seconds >= 30 THEN rate END AS long_rate,
           commanded_basal_rate_source AS source
    FROM basal_deliveries WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL AND {when}
), bordered AS (
    SELECT *, coalesce(lag(ended_us) OVER log <> began_us OR lag(day) OVER log <> day, true) AS is_border
    FROM rows WINDOW log AS (PARTITION BY pump_id ORDER BY id)
), segmented AS (
    SELECT *, sum(is_border::INTEGER) OVER (PARTITION BY pump_id ORDER BY id ROWS UNBOUNDED PRECEDING) AS segment FROM bordered
), changed AS (
    SELECT *, coalesce(long_rate <> lag(long_rate IGNORE NULLS) OVER (PARTITION BY pump_id, segment ORDER BY id), false) AS is_change
    FROM segmented
), numbered AS (
    SELECT *, sum(is_change::INTEGER) OVER (PARTITION BY pump_id, segment ORDER BY id ROWS UNBOUNDED PRECEDING) AS run FROM changed
), runs AS (
    SELECT pump_id, min(id) AS id, arg_min(timestamp_utc, id) AS moment, arg_min(utc_offset_seconds, id) AS utc_offset_seconds,
           sum(rate * (ended_us - began_us)) / 1000.0 AS units_us, (max(ended_us) - min(began_us)) // 1000 AS lasted_ms,
           greatest(lasted_ms, CASE WHEN lasted_ms < 30000 THEN 60000 ELSE 0 END)::BIGINT AS shown_ms,
           bool_and(source LIKE '%algorithm%') AS is_automatic, bool_and(source = 'suspended') AS is_suspended
    FROM numbered GROUP BY pump_id, segment, run
)
SELECT {key} AS key, pump_id, moment, utc_offset_seconds, 'Temp Basal' AS eventType, 'absolute' AS temp,
       round(units_us / 1000.0 / shown_ms, 4) AS absolute, round(units_us / 1000.0 / shown_ms, 4) AS rate,
       round(shown_ms / 60000.0)::BIGINT AS duration, shown_ms AS durationInMilliseconds, epoch_ms(moment) + shown_ms AS endmills,
       CASE WHEN is_automatic THEN true END AS automatic, CASE WHEN is_suspended THEN 'suspended' END AS reason
FROM runs
