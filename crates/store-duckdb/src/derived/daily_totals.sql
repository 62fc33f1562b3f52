-- One row for every local day that something counts for and that has no row: on a first derivation all of them, later those
-- that the changed events touch. A delivery counts second by second on the clock in force when it began, cut at midnight; a
-- bolus and carbs count for the day they began on.

CREATE TABLE daily_totals (
    day                DATE NOT NULL,
    total_units        DOUBLE,
    basal_units        DOUBLE,
    bolus_units        DOUBLE NOT NULL,
    carbs_grams        DOUBLE NOT NULL,
    basal_hours        DOUBLE NOT NULL,
    suspended_hours    DOUBLE NOT NULL,
    algorithm_hours    DOUBLE NOT NULL,
    food_units         DOUBLE NOT NULL,
    correction_units   DOUBLE NOT NULL,
    automatic_units    DOUBLE NOT NULL,
    other_units        DOUBLE NOT NULL,
    boluses            INTEGER NOT NULL,
    unknown_boluses    INTEGER NOT NULL,
    automatic_boluses  INTEGER NOT NULL,
    pump_basal_units   DOUBLE,
    pump_id            INTEGER NOT NULL,
    id                 BIGINT PRIMARY KEY,
    events_id          BIGINT NOT NULL,
    last_events_id     BIGINT NOT NULL
);
COMMENT ON TABLE daily_totals IS 'One row per pump and local day: what was delivered, from the deliveries, with the pump''s own total beside it';
COMMENT ON COLUMN daily_totals.day IS 'The day, in local time';
COMMENT ON COLUMN daily_totals.total_units IS 'Basal and boluses, in units; NULL where basal_units is';
COMMENT ON COLUMN daily_totals.basal_units IS 'Basal delivered, in units; deliveries are cut at midnight; NULL where no rate of the day is known';
COMMENT ON COLUMN daily_totals.bolus_units IS 'Boluses that started on the day, in units, whenever they were delivered';
COMMENT ON COLUMN daily_totals.carbs_grams IS 'Carbs entered, in grams';
COMMENT ON COLUMN daily_totals.basal_hours IS 'Hours of the day for which the basal rate is known: 24 on a complete day, 23 or 25 when the clock changes';
COMMENT ON COLUMN daily_totals.suspended_hours IS 'Of these, hours in which delivery was suspended';
COMMENT ON COLUMN daily_totals.algorithm_hours IS 'Of these, hours with a rate set by the algorithm';
COMMENT ON COLUMN daily_totals.food_units IS 'Of the boluses, the share for carbs, in units';
COMMENT ON COLUMN daily_totals.correction_units IS 'Of the boluses, the share for corrections the person asked for, in units';
COMMENT ON COLUMN daily_totals.automatic_units IS 'Of the boluses, what the algorithm gave by itself, in units';
COMMENT ON COLUMN daily_totals.other_units IS 'Of the boluses, what was neither entered for carbs nor as correction, in units';
COMMENT ON COLUMN daily_totals.boluses IS 'Number of boluses the person asked for that delivered something';
COMMENT ON COLUMN daily_totals.unknown_boluses IS 'Number of boluses of which it is not known what they delivered; they are in no total';
COMMENT ON COLUMN daily_totals.automatic_boluses IS 'Number of boluses the algorithm gave';
COMMENT ON COLUMN daily_totals.pump_basal_units IS 'Basal of the day as the pump''s own running totals tell, in units; NULL where it logged none';
COMMENT ON COLUMN daily_totals.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN daily_totals.id IS 'pump_id * 2^48 + days since 1970-01-01';
COMMENT ON COLUMN daily_totals.events_id IS 'The first event that counts for the day: events.id';
COMMENT ON COLUMN daily_totals.last_events_id IS 'The last event that counts for the day: events.id';

-- Days that an event from ?2 on counts for, or did when the row was made.
DELETE FROM daily_totals
WHERE pump_id = ?1 AND (last_events_id >= ?2 OR day IN (
    SELECT make_date((unnest(range(epoch_us(local_time) // 86400000000,
                                   (epoch_us(local_time) + seconds * 1000000 - 1) // 86400000000 + 1)))::INTEGER)
    FROM basal_deliveries WHERE pump_id = ?1 AND events_id >= ?2
    UNION ALL
    SELECT make_timestamp(epoch_us(local_time) + epoch_us(coalesce(started_utc, timestamp_utc)) - epoch_us(timestamp_utc))::DATE FROM boluses WHERE pump_id = ?1 AND events_id >= ?2
    UNION ALL
    SELECT local_time::DATE FROM carb_entries WHERE pump_id = ?1 AND events_id >= ?2
    UNION ALL
    SELECT local_time::DATE FROM basal_totals WHERE pump_id = ?1 AND events_id >= ?2
));

INSERT INTO daily_totals BY NAME
WITH deliveries AS (
    SELECT events_id, commanded_basal_rate AS rate, commanded_basal_rate_source AS source, seconds,
           epoch_us(local_time) AS began_us, epoch_us(local_time) + seconds * 1000000 AS ended_us,
           began_us // 86400000000 AS first_day, (ended_us - 1) // 86400000000 AS last_day
    FROM basal_deliveries
    WHERE pump_id = ?1 AND seconds > 0 AND commanded_basal_rate IS NOT NULL
), by_day AS (
    SELECT first_day AS day_number, events_id, rate, source, seconds FROM deliveries WHERE first_day = last_day
    UNION ALL
    SELECT day_number, events_id, rate, source,
           (least(ended_us, (day_number + 1) * 86400000000) - greatest(began_us, day_number * 86400000000)) // 1000000 AS seconds
    FROM (SELECT *, unnest(range(first_day, last_day + 1)) AS day_number FROM deliveries WHERE first_day < last_day)
), basal AS (
    SELECT make_date(day_number::INTEGER) AS day, min(events_id) AS events_id, max(events_id) AS last_events_id,
           sum(rate * seconds)::DOUBLE / 3600000.0 AS units, sum(seconds) / 3600.0 AS hours,
           coalesce(sum(seconds) FILTER (source = 'suspended'), 0) / 3600.0 AS suspended_hours,
           coalesce(sum(seconds) FILTER (source IN ('algorithm', 'temp_rate_and_algorithm')), 0) / 3600.0 AS algorithm_hours
    FROM by_day
    GROUP BY day_number
), shares AS (
    -- A bolus for carbs and glucose is shared as it was proposed. Counted in whole 0.00001 U, so that the order of adding up
    -- makes no difference.
    SELECT make_timestamp(epoch_us(local_time) + epoch_us(coalesce(started_utc, timestamp_utc)) - epoch_us(timestamp_utc))::DATE AS day, events_id, source = 'automatic' AS is_automatic,
           coalesce(TRY_CAST(round(delivered_units * 100000) AS BIGINT), 0) AS delivered, delivered_units IS NULL AS is_unknown,
           greatest(coalesce(food_units, 0), 0) AS food, greatest(coalesce(correction_units, 0), 0) AS correction
    FROM boluses
    WHERE pump_id = ?1
), parts AS (
    SELECT *, CASE WHEN is_automatic OR food = 0 THEN 0 ELSE round(delivered * food / (food + correction))::BIGINT END AS for_food
    FROM shares
), bolus AS (
    SELECT day, min(events_id) AS events_id, max(events_id) AS last_events_id, sum(delivered) AS delivered, sum(for_food) AS food,
           coalesce(sum(delivered - for_food) FILTER (NOT is_automatic AND correction > 0), 0) AS correction,
           coalesce(sum(delivered) FILTER (is_automatic), 0) AS automatic,
           count(*) FILTER (delivered > 0 AND NOT is_automatic) AS boluses,
           count(*) FILTER (delivered > 0 AND is_automatic) AS automatic_boluses, count(*) FILTER (is_unknown) AS unknown_boluses
    FROM parts
    GROUP BY day
), carbs AS (
    SELECT local_time::DATE AS day, min(events_id) AS events_id, max(events_id) AS last_events_id, sum(carbs_grams) AS grams
    FROM carb_entries
    WHERE pump_id = ?1
    GROUP BY day
), totals AS (
    -- The pump starts its total again at midnight and sometimes within a day; then the day is the sum of its runs.
    SELECT local_time::DATE AS day, events_id, total_units,
           coalesce(total_units < lag(total_units) OVER (PARTITION BY local_time::DATE ORDER BY events_id), true) AS begins
    FROM basal_totals
    WHERE pump_id = ?1
), runs AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY day ORDER BY events_id ROWS UNBOUNDED PRECEDING) AS run FROM totals
), pump AS (
    SELECT day, min(events_id) AS events_id, max(last_events_id) AS last_events_id, sum(units) AS units
    FROM (SELECT day, min(events_id) AS events_id, max(events_id) AS last_events_id, max(total_units) AS units FROM runs GROUP BY day, run)
    GROUP BY day
), days AS (
    SELECT day, min(events_id) AS events_id, max(last_events_id) AS last_events_id
    FROM (SELECT day, events_id, last_events_id FROM basal UNION ALL SELECT day, events_id, last_events_id FROM bolus
          UNION ALL SELECT day, events_id, last_events_id FROM carbs UNION ALL SELECT day, events_id, last_events_id FROM pump)
    WHERE day NOT IN (SELECT day FROM daily_totals WHERE pump_id = ?1)
    GROUP BY day
)
SELECT ?1 * 281474976710656 + (d.day - DATE '1970-01-01') AS id, d.events_id, d.last_events_id, ?1 AS pump_id, d.day,
       round(basal.units, 6) AS basal_units, coalesce(basal.hours, 0) AS basal_hours,
       coalesce(basal.suspended_hours, 0) AS suspended_hours, coalesce(basal.algorithm_hours, 0) AS algorithm_hours,
       coalesce(bolus.delivered, 0) / 100000.0 AS bolus_units,
       coalesce(bolus.food, 0) / 100000.0 AS food_units, coalesce(bolus.correction, 0) / 100000.0 AS correction_units,
       coalesce(bolus.automatic, 0) / 100000.0 AS automatic_units,
       coalesce(bolus.delivered - bolus.food - bolus.correction - bolus.automatic, 0) / 100000.0 AS other_units,
       round(basal.units + coalesce(bolus.delivered, 0) / 100000.0, 6) AS total_units,
       coalesce(bolus.boluses, 0) AS boluses, coalesce(bolus.unknown_boluses, 0) AS unknown_boluses, coalesce(bolus.automatic_boluses, 0) AS automatic_boluses,
       coalesce(carbs.grams, 0) AS carbs_grams, round(pump.units, 5) AS pump_basal_units
FROM days d LEFT JOIN basal USING (day) LEFT JOIN bolus USING (day) LEFT JOIN carbs USING (day) LEFT JOIN pump USING (day);
