-- One row per bolus, joined over its messages: request (64, 65, 66), start (55, extended 59), progress (280), end (20,
-- extended 21). What a phone asked for (292, 293, 343) fills in for zeros of the request, within 100 log entries of the bolus. The pump's
-- bolus numbers are 16 bits wide and start again after a reset, so a number alone is no bolus: a
-- new one begins with a request (64) that follows other messages of its number, and after 10,000 log entries (about
-- three days) without any. Floats are the pump's 32 bits; five decimals are as far as they go.

CREATE TABLE boluses (
    local_time                TIMESTAMP NOT NULL,
    delivered_units           DOUBLE,
    carbs_grams               INTEGER,
    bg_mgdl                   INTEGER,
    kind                      VARCHAR NOT NULL,
    status                    VARCHAR NOT NULL,
    source                    VARCHAR NOT NULL,
    requested_units           DOUBLE,
    food_units                DOUBLE,
    correction_units          DOUBLE,
    iob_units                 DOUBLE,
    extended_units            DOUBLE NOT NULL,
    extended_delivered_units  DOUBLE,
    extended_minutes          INTEGER,
    carb_ratio                DOUBLE,
    isf                       INTEGER,
    target_bg                 INTEGER,
    user_override             BOOLEAN NOT NULL,
    correction_declined       BOOLEAN NOT NULL,
    interrupted               BOOLEAN NOT NULL,
    source_detail             VARCHAR,
    timestamp                 TIMESTAMP NOT NULL,
    timestamp_utc             TIMESTAMPTZ NOT NULL,
    utc_offset_seconds        BIGINT NOT NULL,
    utc_source                VARCHAR NOT NULL,
    started                   TIMESTAMP,
    started_utc               TIMESTAMPTZ,
    ended                     TIMESTAMP,
    ended_utc                 TIMESTAMPTZ,
    bolus_id                  INTEGER NOT NULL,
    pump_id                   INTEGER NOT NULL,
    id                        BIGINT PRIMARY KEY,
    events_id                 BIGINT NOT NULL,
    last_events_id            BIGINT NOT NULL
);
COMMENT ON TABLE boluses IS 'One row per bolus, joined from all its messages; completed when its end arrives in a later upload';
COMMENT ON COLUMN boluses.local_time IS 'When it was asked for (its first message), as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN boluses.delivered_units IS 'All that was delivered so far, in units; NULL where the pump logged an amount that cannot be: see implausible_values';
COMMENT ON COLUMN boluses.carbs_grams IS 'Carbs entered, in grams; NULL where none were entered or the request is not known';
COMMENT ON COLUMN boluses.bg_mgdl IS 'Glucose the calculation used, in mg/dL; NULL when it had none';
COMMENT ON COLUMN boluses.kind IS 'automatic (by the algorithm), extended, quick (by the button), food_and_correction, food, correction, manual (units entered without carbs or glucose)';
COMMENT ON COLUMN boluses.status IS 'requested (never started so far), in_progress, completed, cancelled, stopped_by_alarm, stopped_by_malfunction, stopped_by_low_glucose, rejected, or unknown_ and the pump''s number';
COMMENT ON COLUMN boluses.source IS 'Who asked for it: user (at the pump), remote (from a phone), automatic (the algorithm)';
COMMENT ON COLUMN boluses.requested_units IS 'All that was asked for, now and later, in units';
COMMENT ON COLUMN boluses.food_units IS 'Of the proposed dose, the part for carbs, in units';
COMMENT ON COLUMN boluses.correction_units IS 'Of the proposed dose, the part for glucose, in units';
COMMENT ON COLUMN boluses.iob_units IS 'Insulin on board at the request, in units';
COMMENT ON COLUMN boluses.extended_units IS 'The part asked for later, in units; 0 without one';
COMMENT ON COLUMN boluses.extended_delivered_units IS 'Of what was delivered, the part delivered later, in units; NULL where delivered_units is';
COMMENT ON COLUMN boluses.extended_minutes IS 'Over how many minutes the later part was to run; NULL without one';
COMMENT ON COLUMN boluses.carb_ratio IS 'Carb ratio used, in grams per unit; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN boluses.isf IS 'Insulin sensitivity used, in mg/dL per unit; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN boluses.target_bg IS 'Target used, in mg/dL; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN boluses.user_override IS 'True when the person changed the dose that the calculator proposed';
COMMENT ON COLUMN boluses.correction_declined IS 'True when the person declined the proposed correction';
COMMENT ON COLUMN boluses.interrupted IS 'True when it ended before all of it was delivered';
COMMENT ON COLUMN boluses.source_detail IS 'Where it was asked for in the pump''s words: pump_button, pump_gui, remote, algorithm, ble, …; NULL where delivery was not reported';
COMMENT ON COLUMN boluses.timestamp IS 'When it was asked for (its first message), pump''s wall clock';
COMMENT ON COLUMN boluses.timestamp_utc IS 'When it was asked for (its first message), as an instant';
COMMENT ON COLUMN boluses.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN boluses.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN boluses.started IS 'When delivery began, pump''s wall clock; NULL if it never did';
COMMENT ON COLUMN boluses.started_utc IS 'When delivery began, as an instant; NULL if it never did';
COMMENT ON COLUMN boluses.ended IS 'When the last part ended, pump''s wall clock; NULL until known';
COMMENT ON COLUMN boluses.ended_utc IS 'When the last part ended, as an instant; NULL until known';
COMMENT ON COLUMN boluses.bolus_id IS 'The pump''s number of the bolus; may come again after years or a reset';
COMMENT ON COLUMN boluses.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN boluses.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN boluses.events_id IS 'Its first event: events.id';
COMMENT ON COLUMN boluses.last_events_id IS 'Its last event so far: events.id';

INSERT INTO boluses BY NAME
WITH decoded AS (
    SELECT id, event_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           f AS field
    FROM bolus_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
), begun AS (
    SELECT *, coalesce(id - lag(id) OVER log > 10000 OR event_id = 64 AND lag(event_id) OVER log NOT IN (65, 66), true) AS begins
    FROM decoded
    WHERE field.bolusId IS NOT NULL
    WINDOW log AS (PARTITION BY field.bolusId ORDER BY id)
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY field.bolusId ORDER BY id ROWS UNBOUNDED PRECEDING) AS number FROM begun
), joined AS (
    SELECT field.bolusId AS bolus_id,
           min(id) AS id, max(id) AS last_events_id,
           arg_min(timestamp, id) AS timestamp, arg_min(timestamp_utc, id) AS timestamp_utc,
           arg_min(utc_offset_seconds, id) AS utc_offset_seconds, arg_min(utc_source, id) AS utc_source,
           arg_min(timestamp, id) FILTER (event_id IN (55, 59, 280)) AS started,
           arg_min(timestamp_utc, id) FILTER (event_id IN (55, 59, 280)) AS started_utc,
           arg_max(timestamp, id) FILTER (event_id = 20) AS now_ended,
           arg_max(timestamp_utc, id) FILTER (event_id = 20) AS now_ended_utc,
           arg_max(timestamp, id) FILTER (event_id = 21) AS later_ended,
           arg_max(timestamp_utc, id) FILTER (event_id = 21) AS later_ended_utc,
           arg_max(timestamp, id) FILTER (event_id = 280) AS reported,
           arg_max(timestamp_utc, id) FILTER (event_id = 280) AS reported_utc,
           arg_min(field.bolusType, id) FILTER (event_id = 64) AS request_type,
           arg_min(field.bg, id) FILTER (event_id = 64) AS bg,
           arg_min(field.carbAmount, id) FILTER (event_id = 64) AS carbs,
           coalesce(arg_min(field.iob, id) FILTER (event_id = 64), arg_min(field.iob, id) FILTER (event_id IN (55, 59))) AS iob,
           arg_min(field.carbRatio, id) FILTER (event_id = 64) AS carb_ratio,
           arg_min(field.standardPercent, id) FILTER (event_id = 65) AS now_percent,
           arg_min(field.options, id) FILTER (event_id = 65) AS option,
           arg_min(field.duration, id) FILTER (event_id = 65) AS duration,
           arg_min(field.targetBg, id) FILTER (event_id = 65) AS target_bg,
           arg_min(field.isf, id) FILTER (event_id = 65) AS isf,
           arg_min(field.declinedCorrection, id) FILTER (event_id = 65) AS declined,
           arg_min(field.userOverride, id) FILTER (event_id = 65) AS overridden,
           arg_min(field.foodBolusSize, id) FILTER (event_id = 66) AS food,
           arg_min(field.correctionBolusSize, id) FILTER (event_id = 66) AS correction,
           arg_min(field.totalBolusSize, id) FILTER (event_id = 66) AS total,
           arg_min(field.bolusSize, id) FILTER (event_id = 55) AS now_activated,
           arg_min(field.bolexSize, id) FILTER (event_id = 59) AS later_activated,
           arg_max(field, id) FILTER (event_id = 280) AS delivery,
           max(field.deliveredTotal) FILTER (event_id = 280) / 1000.0 AS delivered_so_far,
           arg_max(field, id) FILTER (event_id = 20) AS now_end,
           arg_max(field, id) FILTER (event_id = 21) AS later_end
    FROM numbered
    GROUP BY field.bolusId, number
), asked AS (
    SELECT id, p AS phone FROM phone_bolus_facts p JOIN events USING (id) WHERE pump_id = ?1 AND id >= ?2 - 100
), phoned AS (
    SELECT j.id, any_value(phone.totalVolume) AS total, any_value(phone.foodVolume) AS food, any_value(phone.correctionVolume) AS correction,
           any_value(phone.extendedVolume) AS later, any_value(phone.extendedSeconds) AS seconds, any_value(phone.bolusCarbs) AS carbs,
           any_value(phone.bolusBg) AS bg, any_value(phone.bolusIob) AS iob, bool_or(phone.grantedTo = 1) AS was_granted
    FROM asked JOIN joined j ON phone.bolusId = j.bolus_id AND asked.id BETWEEN j.id - 100 AND j.id + 100
    GROUP BY j.id
), filled AS (
    SELECT j.* REPLACE (coalesce(nullif(j.carbs, 0), nullif(p.carbs, 0)) AS carbs, coalesce(nullif(j.bg, 0), p.bg) AS bg,
                        coalesce(nullif(j.iob, 0), p.iob / 1000.0, j.iob) AS iob, coalesce(nullif(j.food, 0), p.food / 1000.0, j.food) AS food,
                        coalesce(nullif(j.correction, 0), p.correction / 1000.0, j.correction) AS correction,
                        coalesce(nullif(j.total, 0), p.total / 1000.0, j.total) AS total,
                        coalesce(nullif(j.duration, 0), p.seconds // 60, j.duration) AS duration,
                        coalesce(j.later_activated, nullif(p.later, 0) / 1000.0) AS later_activated),
           p.total IS NOT NULL OR p.bg IS NOT NULL OR p.iob IS NOT NULL OR p.was_granted AND j.option IS NULL AND j.delivery IS NULL AS is_phoned
    FROM joined j LEFT JOIN phoned p USING (id)
), sized AS (
    SELECT *,
           coalesce(delivery.requestedNow / 1000.0, now_activated, now_end.insulinRequested, total * now_percent / 100.0, 0.0) AS now_units,
           coalesce(delivery.requestedLater / 1000.0, later_activated, later_end.insulinRequested,
                    CASE WHEN duration > 0 THEN total - coalesce(now_activated, now_end.insulinRequested, total * now_percent / 100.0) END,
                    0.0) AS later_units,
           -- The part for now ends with 20, the later one with 21; one stopped in its first part has no later end.
           CASE WHEN later_end IS NOT NULL THEN later_end.completion
                WHEN now_end.completion <> 'completed' THEN now_end.completion
                WHEN coalesce(delivery.requestedLater, 0) = 0 AND later_activated IS NULL
                     AND NOT coalesce(duration > 0, false) THEN now_end.completion END AS completion
    FROM filled
), judged AS (
    SELECT *,
           -- A missing end (a hole in the log) is made up for by the last report of progress, which says when all is over.
           CASE WHEN completion IS NOT NULL THEN completion
                WHEN delivery.bolusDeliveryStatus = 0 AND delivered_so_far >= now_units + later_units THEN 'completed'
                WHEN started IS NOT NULL THEN 'in_progress'
                ELSE 'requested' END AS status,
           CASE WHEN (now_end IS NOT NULL OR now_units = 0) AND (later_end IS NOT NULL OR later_units = 0 OR now_end.completion <> 'completed')
                     AND (now_end IS NOT NULL OR later_end IS NOT NULL)
                THEN coalesce(now_end.insulinDelivered, 0) + coalesce(later_end.insulinDelivered, 0)
                ELSE coalesce(delivered_so_far, coalesce(now_end.insulinDelivered, 0) + coalesce(later_end.insulinDelivered, 0)) END
               AS delivered,
           CASE WHEN option IN (3, 6) OR request_type = 2 OR delivery.bolusSource IN (7, 9) THEN 'automatic'
                WHEN option IN (4, 5, 8) OR request_type = 3 OR delivery.bolusSource IN (5, 8, 11) OR is_phoned THEN 'remote'
                ELSE 'user' END AS source
    FROM sized
), checked AS (
    -- A part that is negative makes the whole implausible, whatever the sum.
    SELECT * REPLACE (CASE WHEN bolus_limit_violated(
               CASE WHEN least(now_end.insulinDelivered, later_end.insulinDelivered) < 0 THEN -1 ELSE delivered END,
               coalesce(total, now_units + later_units)) IS NULL THEN delivered END AS delivered)
    FROM judged
)
SELECT id, id AS events_id, last_events_id, ?1 AS pump_id, bolus_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       started, started_utc,
       CASE WHEN status IN ('requested', 'in_progress') THEN NULL ELSE coalesce(later_ended, now_ended, reported) END AS ended,
       CASE WHEN status IN ('requested', 'in_progress') THEN NULL
            ELSE coalesce(later_ended_utc, now_ended_utc, reported_utc) END AS ended_utc,
       CASE WHEN source = 'automatic' THEN 'automatic'
            WHEN later_units > 0 THEN 'extended'
            WHEN option = 2 THEN 'quick'
            WHEN food > 0 AND correction > 0 THEN 'food_and_correction'
            WHEN food > 0 OR carbs > 0 THEN 'food'
            WHEN correction > 0 OR delivery.correction > 0 THEN 'correction'
            ELSE 'manual' END AS kind,
       status, source, delivery.bolusSourceName AS source_detail,
       coalesce(overridden = 1, false) AS user_override,
       coalesce(declined = 1, false) AS correction_declined,
       status NOT IN ('requested', 'in_progress', 'completed', 'rejected') AS interrupted,
       round(coalesce(total, now_units + later_units), 5) AS requested_units,
       round(delivered, 5) AS delivered_units,
       round(food, 5) AS food_units,
       round(coalesce(correction, delivery.correction / 1000.0), 5) AS correction_units,
       round(later_units, 5) AS extended_units,
       CASE WHEN delivered IS NULL THEN NULL WHEN later_units = 0 THEN 0
            ELSE round(coalesce(later_end.insulinDelivered, greatest(delivered - coalesce(now_end.insulinDelivered, now_units), 0)), 5) END
           AS extended_delivered_units,
       CASE WHEN later_units > 0 THEN coalesce(nullif(duration, 0), delivery.extendedDurationRequested) END AS extended_minutes,
       carbs AS carbs_grams, nullif(bg, 0) AS bg_mgdl, iob AS iob_units, nullif(carb_ratio, 0) / 1000.0 AS carb_ratio,
       nullif(isf, 0) AS isf, nullif(target_bg, 0) AS target_bg
FROM checked;
