-- One row per cycle of Control-IQ (227), with its model of glucose (327, always the next log entry) and, every third time, the
-- insulin it commanded over two hours (237, within 30 log entries). A model or a sum without its cycle is a row of its own. The layouts
-- are known from records captured over Bluetooth; whether the service sends these events is not verified.

CREATE TABLE control_iq_cycles (
    local_time                    TIMESTAMP NOT NULL,
    glucose_mgdl                  INTEGER,
    predicted_mgdl                DOUBLE,
    net_iob_units                 DOUBLE,
    brake_percent                 DOUBLE,
    cycle_units                   DOUBLE,
    basal_increase_units          DOUBLE,
    profile_basal_units_per_hour  DOUBLE,
    upper_target_mgdl             INTEGER,
    sleep_ramp                    INTEGER,
    isf                           INTEGER,
    estimated_daily_units         INTEGER,
    short_term_predicted_mgdl     DOUBLE,
    automated_units_2h            DOUBLE,
    automated_basal_units_2h      DOUBLE,
    automated_bolus_units_2h      DOUBLE,
    timestamp                     TIMESTAMP NOT NULL,
    timestamp_utc                 TIMESTAMPTZ NOT NULL,
    utc_offset_seconds            BIGINT NOT NULL,
    utc_source                    VARCHAR NOT NULL,
    pump_id                       INTEGER NOT NULL,
    id                            BIGINT PRIMARY KEY,
    events_id                     BIGINT NOT NULL,
    model_events_id               BIGINT,
    automated_events_id           BIGINT
);
COMMENT ON TABLE control_iq_cycles IS 'Each cycle of Control-IQ, every five minutes: what it saw and predicted, and how it acted. Known from records captured over Bluetooth; whether the service sends these events is not verified';
COMMENT ON COLUMN control_iq_cycles.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN control_iq_cycles.glucose_mgdl IS 'Glucose as Control-IQ took it, in mg/dL; NULL where only an estimate of 255 or more was logged';
COMMENT ON COLUMN control_iq_cycles.predicted_mgdl IS 'Glucose that it predicted, in mg/dL; below 70 it stops basal';
COMMENT ON COLUMN control_iq_cycles.net_iob_units IS 'Net insulin on board, in units; NULL where the number is beyond 32 units, whose meaning is not known';
COMMENT ON COLUMN control_iq_cycles.brake_percent IS 'How far a predicted low held insulin back, in percent: 0 is not at all, 100 is a full stop';
COMMENT ON COLUMN control_iq_cycles.cycle_units IS 'Insulin it commanded in the cycle, in units';
COMMENT ON COLUMN control_iq_cycles.basal_increase_units IS 'Of these, basal above the profile, in units';
COMMENT ON COLUMN control_iq_cycles.profile_basal_units_per_hour IS 'Basal rate of the profile, in units per hour';
COMMENT ON COLUMN control_iq_cycles.upper_target_mgdl IS 'Upper end of the target range, in mg/dL';
COMMENT ON COLUMN control_iq_cycles.sleep_ramp IS 'How far it has moved to the targets of sleep, as the pump counts; 0 is not at all';
COMMENT ON COLUMN control_iq_cycles.isf IS 'Correction factor it used, in mg/dL per unit';
COMMENT ON COLUMN control_iq_cycles.estimated_daily_units IS 'Its estimate of a days insulin, in units';
COMMENT ON COLUMN control_iq_cycles.short_term_predicted_mgdl IS 'Glucose predicted for the near future, in mg/dL';
COMMENT ON COLUMN control_iq_cycles.automated_units_2h IS 'What Control-IQ commanded in the last two hours, in units; logged every 15 minutes';
COMMENT ON COLUMN control_iq_cycles.automated_basal_units_2h IS 'Of these, basal above the profile, in units';
COMMENT ON COLUMN control_iq_cycles.automated_bolus_units_2h IS 'Of these, automatic boluses, in units';
COMMENT ON COLUMN control_iq_cycles.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN control_iq_cycles.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN control_iq_cycles.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN control_iq_cycles.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN control_iq_cycles.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN control_iq_cycles.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN control_iq_cycles.events_id IS 'The event: events.id';
COMMENT ON COLUMN control_iq_cycles.model_events_id IS 'The event with its model of glucose: events.id; NULL without one';
COMMENT ON COLUMN control_iq_cycles.automated_events_id IS 'The event with the sums of two hours: events.id; NULL without one';

INSERT INTO control_iq_cycles BY NAME
WITH decoded AS (
    SELECT id, event_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, f AS field,
           max(CASE WHEN event_id = 227 THEN id END) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS cycle_id
    FROM control_iq_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
), placed AS (
    SELECT *, CASE WHEN id - cycle_id <= CASE event_id WHEN 327 THEN 1 ELSE 30 END THEN cycle_id ELSE id END AS row_id FROM decoded
), joined AS (
    SELECT row_id AS id, any_value(timestamp) FILTER (id = row_id) AS timestamp, any_value(timestamp_utc) FILTER (id = row_id) AS timestamp_utc,
           any_value(utc_offset_seconds) FILTER (id = row_id) AS utc_offset_seconds, any_value(utc_source) FILTER (id = row_id) AS utc_source,
           any_value(id) FILTER (event_id = 327) AS model_events_id, any_value(id) FILTER (event_id = 237) AS automated_events_id,
           any_value(nullif(field.filteredGlucose, 0)) AS filtered, any_value(nullif(field.glucoseEstimate, 0)) AS estimate,
           any_value(nullif(field.predictedGlucoseX100, 0)) AS predicted, any_value(nullif(field.shortTermPredictedGlucose, 0)) AS short_term,
           any_value(field.netIobMilliunits) AS net_iob, any_value(field.hypoBrake) AS brake,
           any_value(field.cycleInsulinMilliunits) AS cycle, any_value(field.basalIncreaseMilliunits) AS increase,
           any_value(field.programmedBasalRate) AS profile, any_value(nullif(field.upperTarget, 0)) AS upper_target,
           any_value(field.sleepRamp) AS sleep_ramp, any_value(nullif(field.correctionFactor, 0)) AS isf,
           any_value(nullif(field.tdiEstimate, 0)) AS daily, any_value(field.totalInsulin) AS total,
           any_value(field.basalAboveProfileInsulin) AS basal_above, any_value(field.autoBolusInsulin) AS automatic
    FROM placed
    GROUP BY row_id
)
SELECT id, id AS events_id, ?1 AS pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, model_events_id, automated_events_id,
       -- The estimate of the cycle has eight bits.
       coalesce(filtered, CASE WHEN estimate < 255 THEN estimate END) AS glucose_mgdl,
       predicted / 100.0 AS predicted_mgdl, short_term / 100.0 AS short_term_predicted_mgdl,
       CASE WHEN net_iob < 32768 THEN net_iob / 1000.0 END AS net_iob_units,
       CASE WHEN brake <= 200 THEN 100 - brake / 2.0 END AS brake_percent,
       cycle / 1000.0 AS cycle_units, increase / 1000.0 AS basal_increase_units, profile / 1000.0 AS profile_basal_units_per_hour,
       upper_target AS upper_target_mgdl, sleep_ramp, isf, daily AS estimated_daily_units,
       round(total, 5) AS automated_units_2h, round(basal_above, 5) AS automated_basal_units_2h, round(automatic, 5) AS automated_bolus_units_2h
FROM joined;
