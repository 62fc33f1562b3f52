-- Entries of carbs within half an hour of the one before are one meal, and the boluses a person gave within half an hour of its
-- beginning are its boluses. Joined by the hour: a range alone would compare every meal with every reading.
CREATE VIEW meals AS
WITH entries AS (
    SELECT *, coalesce(minutes_between(lag(timestamp_utc) OVER (ORDER BY timestamp_utc, id), timestamp_utc) > 30, true) AS begins
    FROM carb_entries WHERE carbs_grams > 0
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (ORDER BY timestamp_utc, id ROWS UNBOUNDED PRECEDING) AS meal FROM entries
), eaten AS (
    SELECT min(id) AS id, arg_min(pump_id, (timestamp_utc, id)) AS pump_id, arg_min(local_time, (timestamp_utc, id)) AS local_time, min(timestamp_utc) AS timestamp_utc, sum(carbs_grams) AS carbs_grams,
           epoch_us(min(timestamp_utc)) AS at_us
    FROM numbered GROUP BY meal
), dosed AS (
    SELECT e.id, sum(b.delivered_units) AS bolus_units, min(coalesce(b.started_utc, b.timestamp_utc)) AS bolus_utc
    FROM (SELECT *, unnest(range((at_us - 1800000000) // 3600000000, (at_us + 1800000000) // 3600000000 + 1)) AS hour_number FROM eaten) e
    JOIN boluses b ON b.source <> 'automatic' AND epoch_us(b.timestamp_utc) // 3600000000 = e.hour_number
     AND epoch_us(b.timestamp_utc) BETWEEN e.at_us - 1800000000 AND e.at_us + 1800000000
    GROUP BY e.id
), readings AS (
    SELECT timestamp_utc, cgm_reading FROM cgm_readings WHERE counts
), before AS (
    SELECT e.id, r.cgm_reading AS glucose FROM eaten e ASOF JOIN readings r ON e.timestamp_utc >= r.timestamp_utc
    WHERE minutes_between(r.timestamp_utc, e.timestamp_utc) <= 15
), after AS (
    SELECT e.id, minutes_between(e.timestamp_utc, r.timestamp_utc) AS minutes, r.cgm_reading AS glucose
    FROM (SELECT *, unnest(range(at_us // 3600000000, (at_us + 15000000000) // 3600000000 + 1)) AS hour_number FROM eaten) e
    JOIN readings r ON epoch_us(r.timestamp_utc) // 3600000000 = e.hour_number
     AND epoch_us(r.timestamp_utc) > e.at_us AND epoch_us(r.timestamp_utc) <= e.at_us + 15000000000
), risen AS (
    -- Of equal peaks, and of readings equally near, the first.
    SELECT id, max(a.glucose) FILTER (minutes <= 180) AS peak, arg_max(minutes, (a.glucose, -minutes)) FILTER (minutes <= 180) AS minutes_to_peak,
           min(minutes) FILTER (a.glucose >= b.glucose + 20) AS minutes_to_rise,
           arg_min(a.glucose, (abs(minutes - 120), minutes)) FILTER (abs(minutes - 120) <= 10) AS glucose_2h,
           arg_min(a.glucose, (abs(minutes - 240), minutes)) FILTER (abs(minutes - 240) <= 10) AS glucose_4h
    FROM after a LEFT JOIN before b USING (id) GROUP BY id
)
SELECT e.local_time, e.carbs_grams, d.bolus_units, minutes_between(e.timestamp_utc, d.bolus_utc) AS bolus_delay_minutes,
       b.glucose AS glucose_before, r.peak, r.minutes_to_rise, r.minutes_to_peak, r.glucose_2h, r.glucose_4h, e.timestamp_utc, e.pump_id, e.id
FROM eaten e LEFT JOIN dosed d USING (id) LEFT JOIN before b USING (id) LEFT JOIN risen r USING (id);
COMMENT ON VIEW meals IS 'Meals: carbs entered, the boluses for them, and what glucose did in the four hours after';
COMMENT ON COLUMN meals.local_time IS 'When the first carbs were entered, as a correct clock would have shown the person';
COMMENT ON COLUMN meals.carbs_grams IS 'Carbs, in grams';
COMMENT ON COLUMN meals.bolus_units IS 'Boluses for it, in units; NULL where there was none or the dose is not known';
COMMENT ON COLUMN meals.bolus_delay_minutes IS 'From the meal to its first bolus, in minutes; negative where the bolus came first';
COMMENT ON COLUMN meals.glucose_before IS 'Last reading of the quarter of an hour before, in mg/dL';
COMMENT ON COLUMN meals.peak IS 'Highest reading of the three hours after, in mg/dL';
COMMENT ON COLUMN meals.minutes_to_rise IS 'Until glucose was 20 mg/dL above glucose_before, in minutes';
COMMENT ON COLUMN meals.minutes_to_peak IS 'Until the highest reading, in minutes';
COMMENT ON COLUMN meals.glucose_2h IS 'Reading two hours after, within ten minutes, in mg/dL';
COMMENT ON COLUMN meals.glucose_4h IS 'Reading four hours after, within ten minutes, in mg/dL';
COMMENT ON COLUMN meals.timestamp_utc IS 'When the first carbs were entered, as an instant';
COMMENT ON COLUMN meals.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN meals.id IS 'Identity: that of the first entry, carb_entries.id';
