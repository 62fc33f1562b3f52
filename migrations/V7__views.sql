-- Views that answer common questions. All arithmetic on instants is on microseconds: it needs no time zone data.

CREATE VIEW basal_spans AS
SELECT id, events_id, pump_id, timestamp AS started, timestamp_utc AS started_utc, ended, ended_utc, utc_offset_seconds, utc_source,
       seconds, commanded_basal_rate / 1000.0 AS rate_units_per_hour,
       commanded_basal_rate * seconds / 3600000.0 AS delivered_units, commanded_basal_rate_source AS source
FROM basal_deliveries
WHERE seconds > 0;
COMMENT ON VIEW basal_spans IS 'One row per stretch with one basal rate; stretches of a pump never overlap';
COMMENT ON COLUMN basal_spans.id IS 'Identity: basal_deliveries.id';
COMMENT ON COLUMN basal_spans.events_id IS 'The event that commanded the rate: events.id';
COMMENT ON COLUMN basal_spans.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN basal_spans.started IS 'From when, pump''s wall clock';
COMMENT ON COLUMN basal_spans.started_utc IS 'From when, as an instant';
COMMENT ON COLUMN basal_spans.ended IS 'Until when, pump''s wall clock; NULL while in force';
COMMENT ON COLUMN basal_spans.ended_utc IS 'Until when, as an instant; NULL while in force';
COMMENT ON COLUMN basal_spans.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN basal_spans.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN basal_spans.seconds IS 'Duration in seconds; while in force, up to the pump''s last event';
COMMENT ON COLUMN basal_spans.rate_units_per_hour IS 'Rate in units per hour; 0 while suspended';
COMMENT ON COLUMN basal_spans.delivered_units IS 'Insulin delivered, in units: rate times duration';
COMMENT ON COLUMN basal_spans.source IS 'Where the rate came from: suspended, profile, temp_rate, algorithm, temp_rate_and_algorithm';

CREATE VIEW profile_segments AS
WITH snapshots AS (
    SELECT pump_id, settings_hash, uploaded, first_seen, last_seen,
           from_json(details, '{"profiles": {"activeIdp": "INTEGER", "profile": [{"idp": "INTEGER", "name": "VARCHAR",
               "maxBolus": "INTEGER", "insulinDuration": "INTEGER", "timeDependentSegments": [{"startTime": "INTEGER",
               "basalRate": "INTEGER", "carbRatio": "INTEGER", "targetBg": "INTEGER", "isf": "INTEGER"}]}]}}').profiles AS profiles
    FROM pump_settings
), profiles AS (
    SELECT * EXCLUDE (profiles), profiles.activeIdp AS active_idp, unnest(profiles.profile) AS profile FROM snapshots
), segments AS (
    SELECT * EXCLUDE (profile), profile, unnest(profile.timeDependentSegments) AS segment FROM profiles
), used AS (
    -- Segments that are not used come as zeros in some answers.
    SELECT * FROM segments WHERE segment.basalRate > 0 OR segment.carbRatio > 0 OR segment.isf > 0
)
SELECT pump_id, settings_hash, uploaded, first_seen, last_seen, profile.idp AS profile_number, profile.name AS profile_name,
       profile.idp = active_idp AS is_active, segment.startTime AS start_minute,
       coalesce(lead(segment.startTime) OVER (PARTITION BY pump_id, settings_hash, profile.idp ORDER BY segment.startTime), 1440) AS end_minute,
       segment.basalRate / 1000.0 AS basal_units_per_hour, segment.carbRatio / 1000.0 AS carb_ratio, segment.isf AS isf,
       segment.targetBg AS target_bg, profile.maxBolus / 1000.0 AS max_bolus_units, profile.insulinDuration AS insulin_duration_minutes
FROM used;
COMMENT ON VIEW profile_segments IS 'The profiles in each snapshot of the settings, one row per segment of the day';
COMMENT ON COLUMN profile_segments.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN profile_segments.settings_hash IS 'The snapshot: pump_settings.settings_hash';
COMMENT ON COLUMN profile_segments.uploaded IS 'When the service received the snapshot, on a clock whose zone the service does not tell';
COMMENT ON COLUMN profile_segments.first_seen IS 'Instant at which the snapshot was first read';
COMMENT ON COLUMN profile_segments.last_seen IS 'Instant at which the snapshot was last read';
COMMENT ON COLUMN profile_segments.profile_number IS 'The pump''s number of the profile';
COMMENT ON COLUMN profile_segments.profile_name IS 'Name of the profile';
COMMENT ON COLUMN profile_segments.is_active IS 'True for the profile in use when the snapshot was taken';
COMMENT ON COLUMN profile_segments.start_minute IS 'Start of the segment, in minutes after midnight';
COMMENT ON COLUMN profile_segments.end_minute IS 'End of the segment, in minutes after midnight';
COMMENT ON COLUMN profile_segments.basal_units_per_hour IS 'Basal rate, in units per hour';
COMMENT ON COLUMN profile_segments.carb_ratio IS 'Carb ratio, in grams per unit';
COMMENT ON COLUMN profile_segments.isf IS 'Insulin sensitivity, in mg/dL per unit';
COMMENT ON COLUMN profile_segments.target_bg IS 'Target, in mg/dL';
COMMENT ON COLUMN profile_segments.max_bolus_units IS 'Greatest bolus, in units';
COMMENT ON COLUMN profile_segments.insulin_duration_minutes IS 'How long insulin is taken to act, in minutes';

CREATE VIEW bolus_with_settings AS
WITH snapshots AS (
    SELECT DISTINCT pump_id, settings_hash, coalesce(uploaded, first_seen::TIMESTAMP) AS known_from FROM profile_segments
), first_snapshots AS (
    SELECT pump_id, arg_min(settings_hash, known_from) AS settings_hash FROM snapshots GROUP BY pump_id
), placed AS (
    SELECT b.*, coalesce(s.settings_hash, f.settings_hash) AS settings_hash, s.settings_hash IS NOT NULL AS settings_were_known
    FROM boluses b ASOF LEFT JOIN snapshots s ON s.pump_id = b.pump_id AND b.timestamp >= s.known_from
    LEFT JOIN first_snapshots f ON f.pump_id = b.pump_id
)
SELECT p.*, s.profile_name, s.basal_units_per_hour AS profile_basal_units_per_hour,
       coalesce(p.carb_ratio, s.carb_ratio) AS carb_ratio_in_force, coalesce(p.isf, s.isf) AS isf_in_force,
       coalesce(p.target_bg, s.target_bg) AS target_bg_in_force
FROM placed p LEFT JOIN profile_segments s
  ON s.pump_id = p.pump_id AND s.settings_hash = p.settings_hash AND s.is_active
 AND hour(p.timestamp) * 60 + minute(p.timestamp) >= s.start_minute AND hour(p.timestamp) * 60 + minute(p.timestamp) < s.end_minute;
COMMENT ON VIEW bolus_with_settings IS 'Boluses with the profile segment in force when they were asked for, as far as snapshots tell';
COMMENT ON COLUMN bolus_with_settings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN bolus_with_settings.events_id IS 'Its first event: events.id';
COMMENT ON COLUMN bolus_with_settings.last_events_id IS 'Its last event so far: events.id';
COMMENT ON COLUMN bolus_with_settings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN bolus_with_settings.bolus_id IS 'The pump''s number of the bolus; may come again after years or a reset';
COMMENT ON COLUMN bolus_with_settings.timestamp IS 'When it was asked for (its first message), pump''s wall clock';
COMMENT ON COLUMN bolus_with_settings.timestamp_utc IS 'When it was asked for (its first message), as an instant';
COMMENT ON COLUMN bolus_with_settings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN bolus_with_settings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN bolus_with_settings.started IS 'When delivery began, pump''s wall clock; NULL if it never did';
COMMENT ON COLUMN bolus_with_settings.started_utc IS 'When delivery began, as an instant; NULL if it never did';
COMMENT ON COLUMN bolus_with_settings.ended IS 'When the last part ended, pump''s wall clock; NULL until known';
COMMENT ON COLUMN bolus_with_settings.ended_utc IS 'When the last part ended, as an instant; NULL until known';
COMMENT ON COLUMN bolus_with_settings.kind IS 'automatic (by the algorithm), extended, quick (by the button), food_and_correction, food, correction, manual (units entered without carbs or glucose)';
COMMENT ON COLUMN bolus_with_settings.status IS 'requested (never started so far), in_progress, completed, cancelled, stopped_by_alarm, stopped_by_malfunction, stopped_by_low_glucose, rejected, or unknown_ and the pump''s number';
COMMENT ON COLUMN bolus_with_settings.source IS 'Who asked for it: user (at the pump), remote (from a phone), automatic (the algorithm)';
COMMENT ON COLUMN bolus_with_settings.source_detail IS 'Where it was asked for in the pump''s words: pump_button, pump_gui, remote, algorithm, ble, …; NULL where delivery was not reported';
COMMENT ON COLUMN bolus_with_settings.user_override IS 'True when the person changed the dose that the calculator proposed';
COMMENT ON COLUMN bolus_with_settings.correction_declined IS 'True when the person declined the proposed correction';
COMMENT ON COLUMN bolus_with_settings.interrupted IS 'True when it ended before all of it was delivered';
COMMENT ON COLUMN bolus_with_settings.requested_units IS 'All that was asked for, now and later, in units';
COMMENT ON COLUMN bolus_with_settings.delivered_units IS 'All that was delivered so far, in units';
COMMENT ON COLUMN bolus_with_settings.food_units IS 'Of the proposed dose, the part for carbs, in units';
COMMENT ON COLUMN bolus_with_settings.correction_units IS 'Of the proposed dose, the part for glucose, in units';
COMMENT ON COLUMN bolus_with_settings.extended_units IS 'The part asked for later, in units; 0 without one';
COMMENT ON COLUMN bolus_with_settings.extended_delivered_units IS 'Of what was delivered, the part delivered later, in units';
COMMENT ON COLUMN bolus_with_settings.extended_minutes IS 'Over how many minutes the later part was to run; NULL without one';
COMMENT ON COLUMN bolus_with_settings.carbs_grams IS 'Carbs entered, in grams; NULL where the request is not known';
COMMENT ON COLUMN bolus_with_settings.bg_mgdl IS 'Glucose the calculation used, in mg/dL; NULL when it had none';
COMMENT ON COLUMN bolus_with_settings.iob_units IS 'Insulin on board at the request, in units';
COMMENT ON COLUMN bolus_with_settings.carb_ratio IS 'Carb ratio used, in grams per unit; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN bolus_with_settings.isf IS 'Insulin sensitivity used, in mg/dL per unit; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN bolus_with_settings.target_bg IS 'Target used, in mg/dL; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN bolus_with_settings.settings_hash IS 'The snapshot of the settings: pump_settings.settings_hash; NULL where there is none';
COMMENT ON COLUMN bolus_with_settings.settings_were_known IS 'True when the snapshot was taken before the bolus; otherwise it is the first one there is';
COMMENT ON COLUMN bolus_with_settings.profile_name IS 'Name of the profile in use';
COMMENT ON COLUMN bolus_with_settings.profile_basal_units_per_hour IS 'Basal rate of its segment, in units per hour';
COMMENT ON COLUMN bolus_with_settings.carb_ratio_in_force IS 'Carb ratio the bolus used, else the segment''s, in grams per unit';
COMMENT ON COLUMN bolus_with_settings.isf_in_force IS 'Insulin sensitivity the bolus used, else the segment''s, in mg/dL per unit';
COMMENT ON COLUMN bolus_with_settings.target_bg_in_force IS 'Target the bolus used, else the segment''s, in mg/dL';

CREATE VIEW cgm_5min AS
SELECT make_timestamp(slot * 300000000)::TIMESTAMPTZ AS slot_utc,
       make_timestamp(slot * 300000000 + arg_min(utc_offset_seconds, id) * 1000000) AS slot,
       avg(cgm_reading) AS cgm_reading, count(*) AS readings
FROM (SELECT *, epoch_us(timestamp_utc) // 300000000 AS slot FROM cgm_readings)
GROUP BY slot;
COMMENT ON VIEW cgm_5min IS 'Glucose in slots of five minutes of true time, one row per slot with a reading; a sensor that reads every minute is averaged';
COMMENT ON COLUMN cgm_5min.slot_utc IS 'Start of the slot, as an instant';
COMMENT ON COLUMN cgm_5min.slot IS 'Start of the slot, pump''s wall clock';
COMMENT ON COLUMN cgm_5min.cgm_reading IS 'Mean glucose in the slot, in mg/dL';
COMMENT ON COLUMN cgm_5min.readings IS 'Readings in the slot';

CREATE VIEW glucose_daily AS
SELECT timestamp::DATE AS day, count(*) AS readings, avg(cgm_reading) AS mean_mgdl, stddev_samp(cgm_reading) AS sd_mgdl,
       100 * stddev_samp(cgm_reading) / avg(cgm_reading) AS cv_percent, min(cgm_reading) AS lowest_mgdl, max(cgm_reading) AS highest_mgdl,
       100.0 * count(*) FILTER (cgm_reading < 54) / count(*) AS below_54_percent,
       100.0 * count(*) FILTER (cgm_reading >= 54 AND cgm_reading < 70) / count(*) AS from_54_to_69_percent,
       100.0 * count(*) FILTER (cgm_reading >= 70 AND cgm_reading <= 180) / count(*) AS from_70_to_180_percent,
       100.0 * count(*) FILTER (cgm_reading > 180 AND cgm_reading <= 250) / count(*) AS from_181_to_250_percent,
       100.0 * count(*) FILTER (cgm_reading > 250) / count(*) AS above_250_percent
FROM cgm_readings
GROUP BY timestamp::DATE;
COMMENT ON VIEW glucose_daily IS 'Glucose by local day';
COMMENT ON COLUMN glucose_daily.day IS 'The day on the pump''s wall clock';
COMMENT ON COLUMN glucose_daily.readings IS 'Readings of the day';
COMMENT ON COLUMN glucose_daily.mean_mgdl IS 'Mean, in mg/dL';
COMMENT ON COLUMN glucose_daily.sd_mgdl IS 'Sample standard deviation, in mg/dL; NULL for one reading';
COMMENT ON COLUMN glucose_daily.cv_percent IS 'Coefficient of variation, in percent';
COMMENT ON COLUMN glucose_daily.lowest_mgdl IS 'Lowest reading, in mg/dL; 39 is LOW';
COMMENT ON COLUMN glucose_daily.highest_mgdl IS 'Highest reading, in mg/dL; 401 is HIGH';
COMMENT ON COLUMN glucose_daily.below_54_percent IS 'Readings below 54 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.from_54_to_69_percent IS 'Readings from 54 to below 70 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.from_70_to_180_percent IS 'Readings from 70 to 180 mg/dL (time in range), in percent';
COMMENT ON COLUMN glucose_daily.from_181_to_250_percent IS 'Readings above 180 up to 250 mg/dL, in percent';
COMMENT ON COLUMN glucose_daily.above_250_percent IS 'Readings above 250 mg/dL, in percent';

CREATE VIEW insulin_daily AS
SELECT day, sum(total_units) AS total_units, sum(basal_units) AS basal_units, sum(bolus_units) AS bolus_units, sum(food_units) AS food_units,
       sum(correction_units) AS correction_units, sum(automatic_units) AS automatic_units, sum(other_units) AS other_units,
       sum(boluses)::BIGINT AS boluses, sum(automatic_boluses)::BIGINT AS automatic_boluses, sum(carbs_grams) AS carbs_grams,
       sum(basal_hours) AS basal_hours, sum(suspended_hours) AS suspended_hours, sum(algorithm_hours) AS algorithm_hours,
       sum(basal_hours) >= 18 AS is_complete
FROM daily_totals
GROUP BY day;
COMMENT ON VIEW insulin_daily IS 'Insulin by local day, all pumps together';
COMMENT ON COLUMN insulin_daily.day IS 'The day on the pump''s wall clock';
COMMENT ON COLUMN insulin_daily.total_units IS 'Basal and boluses, in units';
COMMENT ON COLUMN insulin_daily.basal_units IS 'Basal delivered, in units';
COMMENT ON COLUMN insulin_daily.bolus_units IS 'Boluses delivered, in units';
COMMENT ON COLUMN insulin_daily.food_units IS 'Of the boluses, the share for carbs, in units';
COMMENT ON COLUMN insulin_daily.correction_units IS 'Of the boluses, the share for corrections the person asked for, in units';
COMMENT ON COLUMN insulin_daily.automatic_units IS 'Of the boluses, what the algorithm gave by itself, in units';
COMMENT ON COLUMN insulin_daily.other_units IS 'Of the boluses, the rest, in units';
COMMENT ON COLUMN insulin_daily.boluses IS 'Number of boluses the person asked for that delivered something';
COMMENT ON COLUMN insulin_daily.automatic_boluses IS 'Number of boluses the algorithm gave';
COMMENT ON COLUMN insulin_daily.carbs_grams IS 'Carbs entered, in grams';
COMMENT ON COLUMN insulin_daily.basal_hours IS 'Hours for which the basal rate is known';
COMMENT ON COLUMN insulin_daily.suspended_hours IS 'Of these, hours in which delivery was suspended';
COMMENT ON COLUMN insulin_daily.algorithm_hours IS 'Of these, hours with a rate set by the algorithm';
COMMENT ON COLUMN insulin_daily.is_complete IS 'True with at least 18 hours of known basal, as Tandem counts days for averages';

CREATE VIEW insulin_hourly AS
WITH deliveries AS (
    SELECT commanded_basal_rate AS rate, epoch_us(timestamp) AS began_us, epoch_us(timestamp) + seconds * 1000000 AS ended_us,
           began_us // 3600000000 AS first_hour, (ended_us - 1) // 3600000000 AS last_hour
    FROM basal_deliveries
    WHERE seconds > 0
), pieces AS (
    SELECT first_hour AS hour_number, rate * ((ended_us - began_us) // 1000000) AS delivered FROM deliveries WHERE first_hour = last_hour
    UNION ALL
    SELECT hour_number, rate * ((least(ended_us, (hour_number + 1) * 3600000000) - greatest(began_us, hour_number * 3600000000)) // 1000000)
    FROM (SELECT *, unnest(range(first_hour, last_hour + 1)) AS hour_number FROM deliveries WHERE first_hour < last_hour)
), doses AS (
    SELECT hour_number, delivered / 3600000.0 AS basal_units, 0.0 AS bolus_units FROM pieces
    UNION ALL
    SELECT epoch_us(coalesce(started, timestamp)) // 3600000000, 0.0, delivered_units FROM boluses
)
SELECT make_timestamp(hour_number * 3600000000) AS hour, sum(basal_units) AS basal_units, sum(bolus_units) AS bolus_units,
       sum(basal_units) + sum(bolus_units) AS total_units
FROM doses
GROUP BY hour_number;
COMMENT ON VIEW insulin_hourly IS 'Insulin by local hour, all pumps together; a bolus counts for the hour in which it started';
COMMENT ON COLUMN insulin_hourly.hour IS 'Start of the hour, pump''s wall clock';
COMMENT ON COLUMN insulin_hourly.basal_units IS 'Basal delivered, in units';
COMMENT ON COLUMN insulin_hourly.bolus_units IS 'Boluses delivered, in units';
COMMENT ON COLUMN insulin_hourly.total_units IS 'Basal and boluses, in units';

CREATE VIEW iglu AS
SELECT 'tandem' AS id, timestamp AS time, cgm_reading AS gl FROM cgm_readings ORDER BY timestamp_utc;
COMMENT ON VIEW iglu IS 'Glucose in the form that iglu and other packages read';
COMMENT ON COLUMN iglu.id IS 'The same for all rows: one person';
COMMENT ON COLUMN iglu.time IS 'When it was measured, pump''s wall clock';
COMMENT ON COLUMN iglu.gl IS 'Glucose in mg/dL; 39 is LOW, 401 is HIGH';

CREATE VIEW timeline AS
SELECT timestamp, timestamp_utc, pump_id, 'glucose' AS happening, status AS detail,
       cgm_reading::DOUBLE AS value, 'mg/dL' AS unit, 'cgm_readings' AS table_name, id AS row_id
FROM cgm_readings
UNION ALL
SELECT timestamp, timestamp_utc, pump_id, 'basal rate' AS happening, commanded_basal_rate_source AS detail,
       commanded_basal_rate / 1000.0::DOUBLE AS value, 'U/h' AS unit, 'basal_deliveries' AS table_name, id AS row_id
FROM basal_deliveries
UNION ALL
SELECT timestamp, timestamp_utc, pump_id, 'bolus' AS happening, kind || ', ' || status AS detail,
       delivered_units::DOUBLE AS value, 'U' AS unit, 'boluses' AS table_name, id AS row_id
FROM boluses
UNION ALL
SELECT timestamp, timestamp_utc, pump_id, 'carbs' AS happening, NULL AS detail,
       carbs_grams::DOUBLE AS value, 'g' AS unit, 'carb_entries' AS table_name, id AS row_id
FROM carb_entries
UNION ALL
SELECT timestamp, timestamp_utc, pump_id, 'glucose entered' AS happening, source AS detail,
       bg_mgdl::DOUBLE AS value, 'mg/dL' AS unit, 'bg_readings' AS table_name, id AS row_id
FROM bg_readings
UNION ALL
SELECT timestamp, timestamp_utc, pump_id, family || ' raised' AS happening, name AS detail,
       NULL::DOUBLE AS value, NULL AS unit, 'alarms' AS table_name, id AS row_id
FROM alarms
UNION ALL
SELECT timestamp, timestamp_utc, pump_id, kind AS happening, status AS detail,
       units::DOUBLE AS value, 'U' AS unit, 'site_changes' AS table_name, id AS row_id
FROM site_changes
UNION ALL
SELECT timestamp, timestamp_utc, pump_id, 'clock set' AS happening, NULL AS detail,
       change_seconds::DOUBLE AS value, 's' AS unit, 'clock_changes' AS table_name, id AS row_id
FROM clock_changes
UNION ALL
SELECT timestamp, timestamp_utc, pump_id, 'battery' AS happening, NULL AS detail,
       charge_percent::DOUBLE AS value, '%' AS unit, 'battery_readings' AS table_name, id AS row_id
FROM battery_readings
UNION ALL
SELECT started, started_utc, pump_id, 'suspension', reason,
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'suspensions', id
FROM suspensions
UNION ALL
SELECT started, started_utc, pump_id, 'user mode', mode,
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'user_modes', id
FROM user_modes
UNION ALL
SELECT started, started_utc, pump_id, 'control', mode,
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'control_iq_modes', id
FROM control_iq_modes
UNION ALL
SELECT started, started_utc, pump_id, 'temporary rate', percent || ' %',
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'temp_rates', id
FROM temp_rates
UNION ALL
SELECT started, started_utc, pump_id, 'sensor session', sensor_type,
       (epoch_us(ended_utc) - epoch_us(started_utc)) / 60000000.0, 'min', 'sensor_sessions', id
FROM sensor_sessions;
COMMENT ON VIEW timeline IS 'Everything that happened, one row per happening';
COMMENT ON COLUMN timeline.timestamp IS 'When (of a stretch, when it began), pump''s wall clock';
COMMENT ON COLUMN timeline.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN timeline.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN timeline.happening IS 'What: glucose, basal rate, bolus, carbs, …';
COMMENT ON COLUMN timeline.detail IS 'Which kind, in words';
COMMENT ON COLUMN timeline.value IS 'Its number; of a stretch its length';
COMMENT ON COLUMN timeline.unit IS 'Unit of the number';
COMMENT ON COLUMN timeline.table_name IS 'The table that tells more';
COMMENT ON COLUMN timeline.row_id IS 'Its row there: id';
